"""A share of the escrow key as it stands on paper: five lines of sixteen letters and figures.

Each line holds eight bytes (thirteen characters of Crockford's base 32, which has no I, L, O or U) and three characters
of checksum over its bytes and its number, so that a typing error or two exchanged lines are told by line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from minzheng.kernel.crypto import shamir
from minzheng.kernel.crypto.envelopes import public_of
from minzheng.kernel.crypto.sealing import sm3

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LINES, _LINE_BYTES, _DATA, _CHECK = 5, 8, 13, 3
_WIDTH = _DATA + _CHECK
SECRET_BYTES = 32
_MARK = 0x4D  # first byte of every share
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
_NUMBERED = re.compile(r"^\s*([1-5])\s*[.:：、]\s*([0-9A-Za-z \-]+?)\s*$", re.MULTILINE)


class BadShare(Exception):
    """A share cannot be used; the Chinese sentence says which and why."""

    exit_code = 2


@dataclass(frozen=True)
class Share:
    """Share `number` of the escrow `escrow_id` (8 hex digits), of which `threshold` are needed."""

    number: int
    threshold: int
    escrow_id: str
    value: bytes

    def lines(self) -> list[str]:
        """What is printed: five lines of four groups of four characters."""
        head = bytes([_MARK, self.number, self.threshold]) + bytes.fromhex(self.escrow_id) + b"\0"
        body = head + self.value
        made = []
        for place in range(LINES):
            text = _encoded(body[place * _LINE_BYTES : (place + 1) * _LINE_BYTES], place + 1)
            made.append(" ".join(text[start : start + 4] for start in range(0, _WIDTH, 4)))
        return made


def escrow_id(public: bytes) -> str:
    """By which the sheets of one escrow know each other."""
    return sm3(b"escrow:" + public)[:8]


def divide(private: bytes, *, shares: int, threshold: int) -> list[Share]:
    """The private escrow key as shares."""
    named = escrow_id(public_of(private))
    parts = shamir.split(private, shares=shares, threshold=threshold)
    return [Share(number, threshold, named, value) for number, value in parts.items()]


def parse(text: str, name: str = "份额") -> Share:
    """The share written in this text: a whole sheet with its numbered lines, or the five lines alone. Raises BadShare
    naming the line that is mistyped."""
    lines = _lines(text, name)
    body = b"".join(_decoded(line, place, name) for place, line in enumerate(lines, 1))
    if body[0] != _MARK or not body[1] or body[2] < 2:
        raise BadShare(f"{name}不是本平台的托管份额：请核对是否拿错了纸。")
    return Share(body[1], body[2], body[3:7].hex(), body[_LINE_BYTES:])


def read_all(given: Sequence[str]) -> list[Share]:
    """Shares as they are given on the command line: each the name of a sheet's text file, or the five lines."""
    found = []
    for place, one in enumerate(given, 1):
        file = Path(one)
        named = f"第 {place} 个 --share "
        try:
            is_file = len(one) < 1000 and file.is_file()
            text = file.read_text(encoding="utf-8") if is_file else one
        except (OSError, UnicodeDecodeError):
            raise BadShare(f"{named}的文件 {file} 读不出文字：请给出份额的文本文件，或直接录入五行。") from None
        found.append(parse(text, f"份额文件 {file.name} " if is_file else named))
    return found


def assemble(shares: Sequence[Share]) -> bytes:
    """The private escrow key. Raises BadShare when shares are too few, twice the same, or do not belong together."""
    if not shares:
        raise BadShare("没有给出任何份额：请用 --share 逐份给出（文件或五行文字）。")
    first = shares[0]
    for share in shares[1:]:
        if (share.escrow_id, share.threshold) != (first.escrow_id, first.threshold):
            raise BadShare(
                f"第 {first.number} 份属于托管 {first.escrow_id}，第 {share.number} 份属于托管 {share.escrow_id}："
                "不是同一次托管的纸，不能合在一起。"
            )
    known = {share.number: share.value for share in shares}
    if len({share.value for share in shares}) != len(shares) or len(known) != len(shares):
        raise BadShare("同一份额给了两次：请每人各给自己的一份。")
    if len(known) < first.threshold:
        raise BadShare(
            f"恢复需要 {first.threshold} 份，现在只有 {len(known)} 份：请再找 {first.threshold - len(known)} 份。"
        )
    private = shamir.combine(known)
    if escrow_id(public_of(private)) != first.escrow_id:
        raise BadShare("这些份额合不出托管密钥：其中至少一份不是真的，请换一份再试。")
    return private


def _lines(text: str, name: str) -> list[str]:
    numbered = {int(number): line for number, line in _NUMBERED.findall(text)}
    if len(numbered) == LINES:
        return [_clean(numbered[place]) for place in range(1, LINES + 1)]
    if numbered:
        missing = "、".join(str(place) for place in range(1, LINES + 1) if place not in numbered)
        raise BadShare(f"{name}缺第 {missing} 行：每份共 {LINES} 行，请照纸补全。")
    rows = [_clean(row) for row in re.split(r"[\n/]", text) if _clean(row)]
    if len(rows) == LINES:
        return rows
    joined = "".join(rows)
    if len(joined) != LINES * _WIDTH:
        raise BadShare(f"{name}有 {len(joined)} 个字符，应为 {LINES} 行、每行 {_WIDTH} 个：请照纸重新录入。")
    return [joined[start : start + _WIDTH] for start in range(0, len(joined), _WIDTH)]


def _clean(text: str) -> str:
    return re.sub(r"[\s\-]", "", text).upper().translate(_MISREAD)


def _encoded(data: bytes, line: int) -> str:
    return _letters(int.from_bytes(data, "big"), _DATA) + _checksum(data, line)


def _decoded(text: str, line: int, name: str) -> bytes:
    if len(text) != _WIDTH:
        raise BadShare(f"{name}第 {line} 行有 {len(text)} 个字符，应为 {_WIDTH} 个：请照纸核对这一行。")
    wrong = [char for char in text if char not in ALPHABET]
    if wrong:
        raise BadShare(f"{name}第 {line} 行里的“{wrong[0]}”不是份额用的字符：请照纸核对这一行。")
    value = 0
    for char in text[:_DATA]:
        value = value * 32 + ALPHABET.index(char)
    data = (value & (1 << 64) - 1).to_bytes(_LINE_BYTES, "big")
    if value >> 64 or _checksum(data, line) != text[_DATA:]:
        raise BadShare(f"{name}第 {line} 行有录入错误（校验不符）：请照纸核对这一行。")
    return data


def _checksum(data: bytes, line: int) -> str:
    return _letters(int(sm3(bytes([line]) + data)[:4], 16) >> 1, _CHECK)


def _letters(value: int, count: int) -> str:
    return "".join(ALPHABET[value >> 5 * place & 31] for place in reversed(range(count)))
