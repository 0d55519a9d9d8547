"""报文: one signed JSON envelope, made and checked. No database here.

{"v", "id", "from", "to", "kind", "reply_to", "source", "purpose", "basis", "consents", "created", "expires", "nonce",
"hash", "body", "scheme", "key_id", "signature"}: `hash` is the SM3 of the canonical body, `signature` covers everything but
itself. Persons stand in the body as {"ref", "sealed"}, sealed for the partner and bound to the message id.
"""

from __future__ import annotations

import datetime
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from minzheng.datacenter.exchange import signing
from minzheng.datacenter.exchange.errors import Rejected
from minzheng.kernel.crypto.sealing import sm3

VERSION = 1
KINDS = ("request", "reply", "push", "ack")
#: Field → (type, most characters); every one must be there.
_FIELDS: dict[str, tuple[type, int]] = {
    "id": (str, 40), "from": (str, 40), "to": (str, 40), "kind": (str, 8), "reply_to": (str, 40), "source": (str, 40),
    "purpose": (str, 30), "basis": (str, 200), "consents": (list, 0), "created": (str, 32), "expires": (str, 32),
    "nonce": (str, 40), "hash": (str, 64), "body": (dict, 0), "scheme": (str, 16), "key_id": (str, 40), "signature": (str, 256),
}  # fmt: skip
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,39}")
_MOST_CONSENTS = 2_000


@dataclass(frozen=True)
class Keys:
    """The secrets by which a partner's messages are checked: key id → secret. `current` signs."""

    current: str
    by_id: Mapping[str, str]

    def secret(self, key_id: str) -> str:
        found = self.by_id.get(key_id)
        if not found:
            raise Rejected("key", f"密钥编号“{key_id[:40]}”没有登记或已经停用，请核对双方的密钥编号。", status=401)
        return found


def new_id(prefix: str = "M") -> str:
    return f"{prefix}{secrets.token_hex(12)}"


def make(
    keys: Keys, *, sender: str, receiver: str, kind: str, body: Mapping[str, Any], now: datetime.datetime,
    expires: datetime.datetime, message_id: str = "", reply_to: str = "", source: str = "", purpose: str = "",
    basis: str = "", consents: list[dict[str, str]] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A signed envelope. `now`, `expires`: aware."""
    envelope: dict[str, Any] = {
        "v": VERSION, "id": message_id or new_id(), "from": sender, "to": receiver, "kind": kind, "reply_to": reply_to,
        "source": source, "purpose": purpose, "basis": basis[:200], "consents": consents or [], "created": stamp(now),
        "expires": stamp(expires), "nonce": secrets.token_hex(16), "hash": sm3(signing.canonical(body)), "body": dict(body),
        "scheme": signing.DEFAULT, "key_id": keys.current,
    }  # fmt: skip
    signed = signing.SCHEMES[signing.DEFAULT].sign(keys.secret(keys.current), signing.canonical(envelope))
    return envelope | {"signature": signed}


def stamp(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime.datetime:
    """Raises ValueError."""
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.UTC)


def parsed(raw: bytes, most_bytes: int) -> dict[str, Any]:
    """The envelope as data, its shape checked; nothing about who sent it. Raises Rejected."""
    if len(raw) > most_bytes:
        raise Rejected("size", f"报文超过 {most_bytes // 1024} KB，请分开发送。", status=413)
    try:
        envelope = json.loads(raw.decode("utf-8"), parse_float=_no_fraction, parse_constant=_no_fraction)
    except UnicodeDecodeError:
        raise Rejected("encoding", "报文不是 UTF-8 编码。") from None
    except (ValueError, RecursionError):
        raise Rejected("json", "报文不是完整的 JSON，可能没有传完。") from None
    if not isinstance(envelope, dict) or envelope.get("v") != VERSION or envelope.get("kind") not in KINDS:
        raise Rejected("shape", f"报文的版本应为 {VERSION}，种类应为 {'、'.join(KINDS)}。")
    for name, (kind, most) in _FIELDS.items():
        value = envelope.get(name)
        if not isinstance(value, kind) or (most and len(value) > most):  # type: ignore[arg-type]
            raise Rejected("shape", f"报文缺少 {name}，或者它的类型、长度不对。")
    if set(envelope) != {"v", *_FIELDS}:
        raise Rejected("shape", "报文里有不认识的内容。")
    if not _ID.fullmatch(envelope["id"]) or not re.fullmatch(r"[0-9a-f]{16,40}", envelope["nonce"]):
        raise Rejected("shape", "报文编号应为 8 至 40 位字母、数字，随机数应为 16 至 40 位十六进制数。")
    if len(envelope["consents"]) > _MOST_CONSENTS or not all(_consent(one) for one in envelope["consents"]):
        raise Rejected("shape", "授权应逐条写成 {ref, until}。")
    return envelope


def _consent(one: Any) -> bool:
    return isinstance(one, dict) and all(isinstance(one.get(k), str) and len(one[k]) <= 80 for k in ("ref", "until"))


def _no_fraction(text: str) -> Any:
    raise ValueError(text)


def checked(
    envelope: Mapping[str, Any], keys: Keys, *, sender: str, receiver: str, now: datetime.datetime, skew: datetime.timedelta,
    lifetime: datetime.timedelta,
) -> None:  # fmt: skip
    """Address, signature, digest and time, in this order. Raises Rejected."""
    if envelope["from"] != sender or envelope["to"] != receiver:
        raise Rejected("address", "报文的发出单位或接收单位不对。", status=403)
    scheme = signing.SCHEMES.get(envelope["scheme"])
    if scheme is None:
        raise Rejected("scheme", f"不支持“{envelope['scheme']}”签名，请改用 {'、'.join(signing.SCHEMES)}。", status=401)
    plain = {name: value for name, value in envelope.items() if name != "signature"}
    if not scheme.verify(keys.secret(envelope["key_id"]), signing.canonical(plain), envelope["signature"]):
        raise Rejected("signature", "签名不对：内容被改动过，或者双方的密钥不一致。", status=401)
    if sm3(signing.canonical(envelope["body"])) != envelope["hash"]:
        raise Rejected("hash", "内容与摘要对不上。")
    try:
        created, expires = moment(envelope["created"]), moment(envelope["expires"])
    except ValueError:
        raise Rejected("time", "时间应写成 2026-11-22T08:00:00Z 的样子。") from None
    if created > now + skew:
        raise Rejected(
            "early", f"报文时间比本系统快 {int((created - now).total_seconds())} 秒，请校准时钟后重发。", poison=False
        )
    if expires < now - skew:
        raise Rejected("expired", "报文已过有效期，请重新生成。", status=410)
    if expires <= created or expires - created > lifetime + skew:
        raise Rejected("time", "报文的有效期不合约定。")
