"""The answers between two screens: sealed into the form that the browser sends back. The server keeps nothing.

Sealed, so that what somebody typed about their family stands on no page, in no log and in no history as readable text;
bound to this page, so that it opens nowhere else; two hours old at most.
"""

from __future__ import annotations

import base64
import binascii
import json
import time
import zlib
from typing import Any

from minzheng.kernel.crypto import sealing

FOR_SECONDS = 2 * 3600
MOST_BYTES = 64 * 1024
_BOUND = b"portal.what"

Answers = dict[str, Any]


def pack(answers: Answers) -> str:
    """The answers as text for a hidden field."""
    plain = json.dumps({"at": int(time.time()), "answers": answers}, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(sealing.seal(zlib.compress(plain.encode()), _BOUND)).decode()


def unpack(text: str) -> Answers | None:
    """The answers; None for what is too old, too large, changed or not ours."""
    if not text or len(text) > MOST_BYTES:
        return None
    try:
        packed = sealing.open_sealed(base64.urlsafe_b64decode(text), _BOUND)
        plain = zlib.decompressobj().decompress(packed, MOST_BYTES)
        held = json.loads(plain)
    except (sealing.CannotOpen, binascii.Error, zlib.error, ValueError):
        return None
    if time.time() - held["at"] > FOR_SECONDS:
        return None
    return dict(held["answers"])
