"""姓名: one spelling for storing, and the characters by which it is found."""

from __future__ import annotations

from minzheng.kernel.subjects.errors import SubjectError


def normal_name(name: str) -> str:
    """Blanks out, the separating dot of minority and foreign names unified to "·". Raises SubjectError."""
    text = "".join(name.split())
    for dot in "•‧．・.":
        text = text.replace(dot, "·")
    if not text or len(text) > 60:
        raise SubjectError("请填写姓名（不超过 60 个字）。")
    return text


def name_characters(name: str) -> list[str]:
    """The distinct characters a name is found by, in order."""
    return list(dict.fromkeys(char for char in name if not char.isspace() and char != "·"))
