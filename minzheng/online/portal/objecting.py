"""What somebody has typed of an objection, between its screens: sealed in the session, gone once sent or after an hour.

Nothing reaches the database before the last step but photos, which are attachments of no case until then.
"""

from __future__ import annotations

import base64
import json
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from django.http import HttpRequest

from minzheng.kernel.cases.objections.models import PublicObjection
from minzheng.kernel.crypto import sealing
from minzheng.kernel.items.forms import Step
from minzheng.kernel.parts.fields import Choice, LongText, Phone, Photo, Text, When

KEY = "portal.objection"
RECEIPT = "portal.receipt"
AFTERWARDS = "portal.receipt_late"
FOR_SECONDS = 3600
_BOUND = b"portal.objection"
NAMED = When("who", ("named",))

STEPS = (
    Step(
        "what",
        "哪里不对",
        (
            Choice("subject", "您要反映什么", required=True, options=PublicObjection.SUBJECTS, radio_up_to=9),
            LongText("content", "什么情况", required=True, help="几句话说清就行：什么时候、在哪里、您怎么知道的。"),
        ),
    ),
    Step(
        "photos",
        "有没有照片",
        (Photo("proofs", "照片", kind="objection", max_files=6, help="没有可以不拍，直接点“下一步”。"),),
    ),
    Step(
        "who",
        "您是谁",
        (
            Choice(
                "who",
                "要不要留姓名",
                required=True,
                options=(
                    ("named", "留下姓名和手机号：逐件核实，查完答复您"),
                    ("nobody", "匿名：只登记作线索，不一定答复"),
                ),
            ),
            Text("name", "您的姓名", required=True, max_length=30, when=NAMED, autocomplete="name"),
            Phone("phone", "您的手机号码", required=True, when=NAMED),
        ),
        why="您是谁，只有乡镇经办这件事的人能看，每看一次都有记录。这户人家看不到，村里也看不到。",
    ),
)


@dataclass
class Said:
    """The answers so far. ``photos``: ids of stored attachments; ``at``: Unix seconds of the first."""

    mark: str
    at: float = 0.0
    values: dict[str, Any] = field(default_factory=dict)
    photos: list[int] = field(default_factory=list)
    sent: bool = False  # a code has gone out to the phone

    @property
    def named(self) -> bool:
        return self.values.get("who") == "named"

    def text(self, name: str) -> str:
        return str(self.values.get(name) or "")


def load(request: HttpRequest, mark: str) -> Said:
    """What was typed for this row in this browser; an empty one otherwise."""
    packed = request.session.get(KEY)
    if packed:
        said = Said(**json.loads(sealing.open_sealed(base64.b64decode(packed), _BOUND)))
        if said.mark == mark and time.time() - said.at <= FOR_SECONDS:
            return said
    return Said(mark, time.time())


def keep(request: HttpRequest, said: Said) -> None:
    packed = json.dumps(asdict(said), ensure_ascii=False).encode()
    request.session[KEY] = base64.b64encode(sealing.seal(packed, _BOUND)).decode()


def forget(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
