"""A summary as data, and as the line of paragraphs that all outputs are made from.

The body of a version (JSON)::

    {"title", "org", "period", "preamble": [sentence],
     "parts": [{"title", "items": [{"title", "points": [[sentence]]}], "tables": [table]}],
     "tokens": {"t1": token}, "dropped": [{"key", "why"}]}
    sentence = {"key", "text", "case", "edited"?}      text holds marks: 低保对象{t3}，同比增加{t4}。
    token = {"kind", "words", "source", "url", ...}    everything that has a digit stands behind a mark
    table = {"caption", "columns": [text], "rows": [[text]], "note": text}

`kind` of a token: value (an indicator), change, rate, before, growth (computed from indicators), count (a list's length),
target (a plan's figure), quote (words of a plan), date, name, manual (a person's number with its source).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]
MARK = re.compile(r"\{(t\d+)\}")
DIGIT = re.compile(r"\d")
_NUMERALS = "一二三四五六七八九十"


def numeral(number: int) -> str:
    """1 → 一, 12 → 十二, 20 → 二十; up to 99."""
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else _NUMERALS[tens - 1]) + "十" if tens else ""
    return head + (_NUMERALS[ones - 1] if ones else "")


class Tokens:
    """Collects tokens while a document is written; the same token twice is one."""

    def __init__(self, found: Mapping[str, dict[str, Any]] | None = None) -> None:
        self.found: dict[str, dict[str, Any]] = dict(found or {})
        self._next = max((int(key[1:]) for key in self.found), default=0) + 1

    def put(self, token: dict[str, Any]) -> str:
        """The mark of this token, ``{t7}``."""
        for key, known in self.found.items():
            if known == token:
                return f"{{{key}}}"
        key = f"t{self._next}"
        self._next += 1
        self.found[key] = token
        return f"{{{key}}}"


def words_of(token: Mapping[str, Any]) -> str:
    """What is printed for a token: a person's figure, where one stands in its place."""
    over = token.get("override")
    return str(over["words"] if over else token["words"])


@dataclass(frozen=True)
class Run:
    """A stretch of one paragraph; ``token`` is the key of what stands behind it, "" for plain words."""

    text: str
    token: str = ""
    url: str = ""


@dataclass(frozen=True)
class Paragraph:
    """``style``: title, part, item, body, caption, note, sign (right-aligned organisation and date)."""

    style: str
    runs: tuple[Run, ...]
    key: str = ""

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True)
class Grid:
    """A table: heads and cells as runs."""

    columns: tuple[tuple[Run, ...], ...]
    rows: tuple[tuple[tuple[Run, ...], ...], ...] = field(default=())


def runs(text: str, tokens: Mapping[str, Mapping[str, Any]]) -> tuple[Run, ...]:
    """The words of a text with its marks filled in."""
    found: list[Run] = []
    at = 0
    for match in MARK.finditer(text):
        token = tokens[match[1]]
        found += [Run(text[at : match.start()]), Run(words_of(token), match[1], str(token.get("url", "")))]
        at = match.end()
    return tuple(run for run in (*found, Run(text[at:])) if run.text)


def sentences(body: Body) -> Iterator[dict[str, Any]]:
    """All sentences in their order."""
    yield from body["preamble"]
    for part in body["parts"]:
        for item in part["items"]:
            for point in item["points"]:
                yield from point


def used(body: Body) -> list[str]:
    """Keys of the tokens that the text shows, in the order of the text."""
    texts = [sentence["text"] for sentence in sentences(body)]
    for table in tables(body):
        texts += [cell for row in table["rows"] for cell in row] + [*table["columns"], table["caption"], table["note"]]
    for part in body["parts"]:
        texts += [part["title"], *(item["title"] for item in part["items"])]
    texts.insert(0, body["title"])
    return list(dict.fromkeys(key for text in texts for key in MARK.findall(text)))


def tables(body: Body) -> Iterator[dict[str, Any]]:
    for part in body["parts"]:
        yield from part.get("tables", ())


def _point(point: Sequence[Mapping[str, Any]], number: int, tokens: Mapping[str, Any]) -> list[Run]:
    lead = [Run(f"{numeral(number)}是")] if number else []
    return lead + [run for sentence in point for run in runs(sentence["text"], tokens)]


def layout(body: Body) -> list[Paragraph | Grid]:
    """Title, preamble, parts 一、二、, items （一）（二） with 一是二是 in one paragraph, tables; numbers as they now stand."""
    tokens = body["tokens"]
    lines: list[Paragraph | Grid] = [Paragraph("title", runs(body["title"], tokens))]
    lines += [Paragraph("body", runs(one["text"], tokens), one["key"]) for one in body["preamble"]]
    for order, part in enumerate(body["parts"], start=1):
        lines.append(Paragraph("part", (Run(f"{numeral(order)}、"), *runs(part["title"], tokens))))
        for number, item in enumerate(part["items"], start=1):
            many = len(item["points"]) > 1
            found: list[Run] = []
            for place, point in enumerate(item["points"], start=1):
                found += _point(point, place if many else 0, tokens)
            lines.append(Paragraph("item", (Run(f"（{numeral(number)}）"), *runs(item["title"], tokens))))
            lines.append(Paragraph("body", tuple(found)))
        for table in part.get("tables", ()):
            lines.append(Paragraph("caption", runs(table["caption"], tokens)))
            rows = tuple(tuple(runs(cell, tokens) for cell in row) for row in table["rows"])
            lines.append(Grid(tuple(runs(one, tokens) for one in table["columns"]), rows))
            if table["note"]:
                lines.append(Paragraph("note", runs(table["note"], tokens)))
    return lines


def unsourced(body: Body) -> list[str]:
    """Stretches of text with digits that no token stands behind. Always empty: the editor lets none in."""
    found = []
    for line in layout(body):
        lines = [line.runs] if isinstance(line, Paragraph) else [*line.columns, *(c for row in line.rows for c in row)]
        found += [run.text for one in lines for run in one if not run.token and DIGIT.search(run.text)]
    return found
