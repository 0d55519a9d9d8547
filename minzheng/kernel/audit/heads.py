"""A chain head for others to keep: signed (Ed25519), as a small JSON file or printed on one page.

Whoever holds an older signed head can prove that the chain of today still contains it: nothing before that link was
changed, removed or added. The signature proves that the head is this installation's; it needs no secret to check.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from minzheng.kernel import clock
from minzheng.kernel.audit import anchor, chain, services
from minzheng.kernel.audit.canonical import GENESIS
from minzheng.kernel.crypto import signing

FORMAT = "minzheng-audit-head-1"
_HASH = re.compile(r"[0-9a-f]{64}")
#: What the QR code and `--hash` carry: sequence number and hash.
_SHORT = re.compile(r"(?:(\d{1,18})[:：])?([0-9a-f]{64})")


class NotAHead(Exception):
    """What was given is no signed head, or its signature is not good."""

    exit_code = 2


@dataclass(frozen=True)
class SignedHead:
    """`at` is an ISO moment; `public_key` and `signature` are hex digits."""

    seq: int
    hash: str
    at: str
    public_key: str
    signature: str
    format: str = FORMAT

    def body(self) -> bytes:
        """What is signed."""
        return "|".join((self.format, str(self.seq), self.hash, self.at)).encode()

    @property
    def fingerprint(self) -> str:
        """First 16 hex digits of the SM3 of the key that signed."""
        from minzheng.kernel.crypto.sealing import sm3

        return sm3(bytes.fromhex(self.public_key))[:16]

    @property
    def short(self) -> str:
        return f"{self.seq}:{self.hash}"

    def genuine(self) -> bool:
        return signing.verify(self.body(), self.signature, self.public_key)

    def as_json(self) -> str:
        return json.dumps({**asdict(self), "fingerprint": self.fingerprint}, ensure_ascii=False, indent=1) + "\n"


def sign_head(*, actor: services.ActorLike = services.SYSTEM) -> SignedHead:
    """Seal what is pending, sign the head, and record that it was given out. Raises chain.ChainCut when the chain is
    already known to be cut: a broken chain gets no new proof."""
    services.record(actor=actor, action="audit.head")
    chain.seal_pending(thorough=True)
    head, at = chain.head(), clock.now().isoformat(timespec="seconds")
    unsigned = SignedHead(head.seq, head.hash, at, signing.public_key(), "")
    return SignedHead(head.seq, head.hash, at, unsigned.public_key, signing.sign(unsigned.body()))


def keep_latest() -> Path:
    """Write `var/audit/head.signed.json` anew (by a job): the file to fetch for another machine."""
    head = chain.head()
    at = clock.now().isoformat(timespec="seconds")
    unsigned = SignedHead(head.seq, head.hash, at, signing.public_key(), "")
    return write(SignedHead(head.seq, head.hash, at, unsigned.public_key, signing.sign(unsigned.body())), latest())


def latest() -> Path:
    return anchor.folder() / "head.signed.json"


def write(head: SignedHead, place: Path) -> Path:
    """Whole or not at all."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = place.with_name(f".{place.name}.part")
    draft.write_text(head.as_json(), encoding="utf-8")
    os.replace(draft, place)
    return place


def read(text: str, where: str = "所给的文件") -> SignedHead:
    """Raises NotAHead for anything that is not a head with a good signature."""
    try:
        row: dict[str, Any] = json.loads(text)
        head = SignedHead(
            int(row["seq"]), str(row["hash"]), str(row["at"]), str(row["public_key"]), str(row["signature"]),
            str(row["format"]),
        )  # fmt: skip
        if head.format != FORMAT or not _HASH.fullmatch(head.hash):
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise NotAHead(
            f"{where}不是本平台导出的审计链头；请选择“打印链头”页面或 minzheng audit anchor 导出的文件。"
        ) from None
    if not head.genuine():
        raise NotAHead(f"{where}的签名不成立：内容被改动，或不是原件；请另取一份，并用纸质链头核对。")
    return head


def known(head: SignedHead) -> dict[int, str]:
    """The head as something to verify against. A head of the empty chain says nothing."""
    return {head.seq: head.hash} if head.seq and head.hash != GENESIS else {}


def from_paper(text: str) -> dict[int, str]:
    """“序号:链头” as typed from paper, or the hash alone, whose place is then looked up. Raises NotAHead."""
    plain = re.sub(r"\s", "", text).lower()
    found = _SHORT.fullmatch(plain)
    if found is None:
        raise NotAHead("链头应为 64 位十六进制字符，可在前面写上序号和冒号，例如 1024:ab12…；请对照纸面重新录入。")
    if found[1]:
        return {int(found[1]): found[2]}
    from minzheng.kernel.audit.models import AuditSeal

    seq = AuditSeal.objects.filter(hash=found[2]).values_list("seq", flat=True).first()
    if seq is None:
        raise NotAHead(
            "审计链中没有这个链头：录入有误，或该处之前的记录被改写、链尾被截断。"
            "请带上序号（写成 序号:链头）再校验一次，会指出问题所在。"
        )
    return {seq: found[2]}
