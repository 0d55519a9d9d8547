"""One-to-one reading forms of characters, so that a position in the reading form is a position in the document."""

from __future__ import annotations

_SAME = str.maketrans("，；：（）！？％－～．＋／［］｛｝　·•“”„‟‘’「」『』", ",;:()!?%-~.+/[]{} ··“”“”‘’“”“”")


def reading_form(text: str) -> str:
    """The text with full-width digits, letters and punctuation in their plain form; same length as ``text``."""
    plain = text.translate(_SAME)
    return "".join(chr(ord(char) - 0xFEE0) if "\uff10" <= char <= "\uff5a" else char for char in plain)


def is_han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


def without_quotes(text: str) -> str:
    """The text without quotation marks and book-title marks (names keep their words)."""
    return text.translate(str.maketrans("", "", "“”‘’《》〈〉\"'"))
