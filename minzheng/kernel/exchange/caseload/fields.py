"""The fields an import knows, and which column of a file is probably which. The spellings are data (headers.yaml)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

MEMBER = re.compile(r"m([1-9]|1[0-9]|20)\.(\w+)")
#: Member fields that a file with one row a household repeats per member.
OF_MEMBER = ("name", "id_no", "relation", "sex", "phone", "disability_kind", "disability_level", "covered", "since")


@dataclass(frozen=True)
class Field:
    code: str
    title: str
    group: str
    says: tuple[str, ...]


@cache
def fields() -> dict[str, Field]:
    told = yaml.safe_load((Path(__file__).parent / "headers.yaml").read_text(encoding="utf-8"))
    return {
        code: Field(code, one["title"], one["group"], tuple(normal(text) for text in (one["title"], *one["says"])))
        for code, one in told.items()
    }


def known(code: str) -> bool:
    """A field code, or `m2.name` for the second member of a household's row."""
    member = MEMBER.fullmatch(code)
    return code in fields() or bool(member and member[2] in OF_MEMBER)


def title(code: str) -> str:
    member = MEMBER.fullmatch(code)
    if member:
        return f"成员{member[1]}：{fields()[member[2]].title}"
    return fields()[code].title if code in fields() else code


def normal(header: str) -> str:
    """A header without blanks, line breaks, brackets' width and case."""
    return "".join(unicodedata.normalize("NFKC", header).split()).lower().strip("*:：")


@cache
def _by_saying() -> dict[str, str]:
    return {saying: field.code for field in fields().values() for saying in field.says}


def guess(header: str) -> str:
    """The field a header names; "" when unknown. “成员2姓名”, “家庭成员2身份证号” name a member's field."""
    text = normal(header)
    exact = _by_saying().get(text)
    if exact:
        return exact
    member = re.fullmatch(r"(?:家庭)?成员(\d{1,2})[-_.（(]?(.+?)[)）]?", text)
    if member and 1 <= int(member[1]) <= 20:
        code = _by_saying().get(member[2], "")
        return f"m{int(member[1])}.{code}" if code in OF_MEMBER else ""
    plain = re.sub(r"\(.*?\)", "", text)
    return _by_saying().get(plain, "")


def guesses(headers: list[str]) -> dict[str, str]:
    """header → field; every field at most once (the first column that names it)."""
    found: dict[str, str] = {}
    for header in headers:
        code = guess(header)
        if code and code not in found.values():
            found[header] = code
    return found
