"""Scanning uploads for viruses with a clamd that runs beside the platform; optional.

``settings.CLAMD``: ``unix:/run/clamav/clamd.ctl`` or ``tcp:127.0.0.1:3310``; empty: no scanning, which every attachment
says of itself. Where a scanner is named it must answer: a paper that could not be scanned is not taken in.
"""

from __future__ import annotations

import logging
import socket
import struct

from django.conf import settings

from minzheng.kernel.documents.errors import UploadRefused

log = logging.getLogger("minzheng.documents")

TIMEOUT_SECONDS = 30
_CHUNK = 256 * 1024
NOT_NOW = "查毒服务暂时没有回应，这份材料没有收下。请过几分钟再传；一直不行的，请告诉工作人员。"


def scan(data: bytes) -> str:
    """The scanner's name ("" when none is configured). UploadRefused for an infected file and when it cannot be
    scanned."""
    place = str(getattr(settings, "CLAMD", "") or "")
    if not place:
        return ""
    try:
        answer = _ask(place, data)
    except (OSError, ValueError) as error:
        log.error("clamd", extra={"problem": type(error).__name__})
        raise UploadRefused(NOT_NOW) from None
    if answer.endswith("OK"):
        return "clamd"
    if answer.endswith("FOUND"):
        # the signature's name is for the administrators; the uploader needs to know what to do
        log.warning("infected upload", extra={"signature": answer.removeprefix("stream: ")[:80]})
        raise UploadRefused("这份文件带有病毒，没有收下。请用杀毒软件检查手机或者电脑，再重新拍照上传。")
    log.error("clamd", extra={"problem": answer[:80]})
    raise UploadRefused(NOT_NOW)


def _ask(place: str, data: bytes) -> str:
    """INSTREAM of the clamd protocol: chunks with their length, a chunk of length 0 at the end."""
    with _connected(place) as peer:
        peer.sendall(b"zINSTREAM\0")
        for start in range(0, len(data), _CHUNK):
            chunk = data[start : start + _CHUNK]
            peer.sendall(struct.pack("!L", len(chunk)) + chunk)
        peer.sendall(struct.pack("!L", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < 4096:
            more = peer.recv(4096)
            if not more:
                break
            answer += more
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()


def _connected(place: str) -> socket.socket:
    kind, _, rest = place.partition(":")
    if kind == "unix":
        peer = socket.socket(socket.AF_UNIX)
        peer.settimeout(TIMEOUT_SECONDS)
        try:
            peer.connect(rest)
        except OSError:
            peer.close()
            raise
        return peer
    host, _, port = rest.rpartition(":")
    if kind != "tcp" or not port.isdigit():
        raise ValueError(place)
    return socket.create_connection((host, int(port)), timeout=TIMEOUT_SECONDS)
