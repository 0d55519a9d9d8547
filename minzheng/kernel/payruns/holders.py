"""户名比对: whether two spellings are one name, whether they may be (a character the bank could not write), or are not."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

from minzheng.policy import yamltext

SAME, PERHAPS, OTHER = "same", "perhaps", "other"
_DOTS = "•‧．・.,，、'’`´-‐‑–—_‿ʹ"
_MASKS = "*＊×✕●○◯□■〓?？\ufffd"


@lru_cache(maxsize=1)
def rules() -> dict[str, Any]:
    """checks.yaml: severities {code: {"severity", "clearable": bool}}, ages, characters."""
    found: dict[str, Any] = yamltext.load(Path(__file__).with_name("checks.yaml"))
    severities = {
        code: {"severity": str(one["severity"]), "clearable": str(one["clearable"]).lower() == "true"}
        for code, one in found["severities"].items()
    }
    return {**found, "severities": severities}


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    table = {ord(one): str(char) for one, char in rules()["private_characters"].items()}
    table.update({ord(one): "·" for one in _DOTS})
    table.update({ord(one): "?" for one in _MASKS})
    return table


@lru_cache(maxsize=1)
def _alike() -> dict[str, int]:
    """Character → number of its group: forms that may stand for one another."""
    return {char: number for number, group in enumerate(rules()["same_characters"]) for char in str(group)}


def normal(name: str) -> str:
    """Blanks out, dots and full-width forms unified, characters of old font areas in their code point of the standard."""
    return "".join(unicodedata.normalize("NFKC", "".join(name.split()).translate(_table())).split()).upper()


def compare(holder: str, name: str) -> str:
    """SAME after normalisation; PERHAPS when they differ only in characters that banks write otherwise or not at all (a
    person has to look); OTHER."""
    one, other = normal(holder), normal(name)
    if one == other:
        return SAME
    bare = one.replace("·", ""), other.replace("·", "")
    if bare[0] == bare[1] or (len(bare[0]) == len(bare[1]) and all(map(_may_be, *bare))):
        return PERHAPS
    return OTHER


def _may_be(one: str, other: str) -> bool:
    """The same character, a form of it, or a sign that stands for one that could not be written."""
    if one == other or "?" in (one, other):
        return True
    group = _alike().get(one)
    return group is not None and group == _alike().get(other)
