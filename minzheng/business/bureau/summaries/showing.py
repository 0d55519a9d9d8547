"""A summary as the pages show it: paragraphs with their numbers as links, where each number comes from, what is doubtful."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from minzheng.business.bureau.summaries.documents import MARK, Body, Grid, Paragraph, layout, used, words_of
from minzheng.business.bureau.summaries.editing import shown
from minzheng.business.bureau.summaries.outputs import Colophon
from minzheng.kernel import clock

if TYPE_CHECKING:
    from minzheng.business.bureau.summaries.models import Summary

KINDS = {
    "value": "指标",
    "change": "增减",
    "rate": "比率",
    "before": "对比期",
    "growth": "年均增长",
    "count": "个数",
    "target": "规划原文",
    "quote": "计划原文",
    "date": "时期",
    "name": "名称",
    "manual": "人工填写",
}
#: Kinds that are shown among the sources; the others are words, not numbers.
NUMBERS = ("value", "change", "rate", "before", "growth", "count", "target", "manual", "quote")


def title_of(body: Body) -> str:
    return MARK.sub(lambda match: words_of(body["tokens"][match[1]]), body["title"]).replace("\n", "")


def chinese_day(day: datetime.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _base() -> str:
    """The published address, without which files have no links. An installation that was not told one has none."""
    url = str(settings.PUBLIC_URL).rstrip("/")
    return "" if "localhost" in url or "127.0.0.1" in url or "0.0.0.0" in url else url


def colophon(one: Summary) -> Colophon:
    """What stands below this summary; a draft says that it is one."""
    if one.state == "issued" and one.issued_on:
        return Colophon(one.org_name, chinese_day(one.issued_on), one.number, base=_base())
    return draft_colophon(one.org_name)


def draft_colophon(org: str) -> Colophon:
    return Colophon(org, chinese_day(clock.today()), draft="（征求意见稿）", base=_base())


@dataclass(frozen=True)
class Piece:
    """A stretch of text on the page; ``tone`` of a number: plain, live (not frozen), hand (a person's)."""

    text: str
    url: str = ""
    says: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Line:
    style: str
    pieces: tuple[Piece, ...] = ()
    columns: tuple[tuple[Piece, ...], ...] = ()
    rows: tuple[tuple[tuple[tuple[Piece, ...], str], ...], ...] = ()


def lines(body: Body) -> list[Line]:
    """The document line by line."""
    tokens = body["tokens"]

    def pieces(runs: Any) -> tuple[Piece, ...]:
        return tuple(_piece(run.text, tokens.get(run.token)) for run in runs)

    found = []
    for line in layout(body):
        if isinstance(line, Paragraph):
            found.append(Line(line.style, pieces(line.runs)))
        else:
            found.append(_grid(line, pieces))
    return found


def _grid(grid: Grid, pieces: Any) -> Line:
    heads = ["".join(run.text for run in cell) for cell in grid.columns]
    rows = tuple(tuple((pieces(cell), head) for cell, head in zip(row, heads, strict=True)) for row in grid.rows)
    return Line("grid", columns=tuple(pieces(cell) for cell in grid.columns), rows=rows)


def _piece(text: str, token: Mapping[str, Any] | None) -> Piece:
    if token is None or token["kind"] in ("date", "name"):
        return Piece(text, str(token.get("url", "")) if token else "", str(token["source"]) if token else "")
    if "override" in token or token["kind"] == "manual":
        return Piece(text, str(token.get("url", "")), _source(token), "hand")
    return Piece(
        text,
        str(token.get("url", "")),
        _source(token),
        "live" if "frozen" in token and not token["frozen"] else "fixed",
    )


def _source(token: Mapping[str, Any]) -> str:
    over = token.get("override")
    if over:
        return f"{token['source']}：指标是 {token['words']}，{over['by']}改为 {over['words']}，理由：{over['reason']}"
    return str(token["source"])


@dataclass(frozen=True)
class Source:
    """One line of the list of sources."""

    words: str
    kind: str
    source: str
    url: str
    tone: str
    note: str


def sources(body: Body) -> list[Source]:
    """Every number of the text with where it comes from, in the order of the text."""
    rows = []
    for key in used(body):
        token = body["tokens"][key]
        if token["kind"] not in NUMBERS:
            continue
        piece = _piece(words_of(token), token)
        words = piece.text if len(piece.text) <= 24 else f"{piece.text[:23]}…"
        rows.append(Source(words, KINDS[token["kind"]], piece.says, piece.url, piece.tone, _note(token)))
    return rows


def _note(token: Mapping[str, Any]) -> str:
    if token["kind"] == "manual":
        return f"{token.get('by', '')} {token.get('at', '')}".strip()
    if "override" in token:
        return f"{token['override']['by']} {token['override']['at']}"
    if "frozen" not in token:
        return ""
    until = f"截至 {token['as_of']}" if token.get("as_of") else ""
    return f"{until}，已冻结（第 {token['version']} 版）" if token["frozen"] else f"{until}，未冻结，可能变动"


def unfrozen(body: Body) -> list[str]:
    return [key for key in used(body) if body["tokens"][key].get("frozen") is False]


def doubts(body: Body, draft: bool = True) -> list[str]:
    """What a leader should know before signing, one sentence each; `draft`: something can still be done about it."""
    tokens = [body["tokens"][key] for key in used(body)]
    changed = [token for token in tokens if "override" in token]
    manual = [token for token in tokens if token["kind"] == "manual"]
    live = unfrozen(body)
    said = []
    if changed:
        said.append(f"有 {len(changed)} 个数改得与指标不同：" + "；".join(_source(token) for token in changed) + "。")
    if manual:
        said.append(
            f"有 {len(manual)} 个数没有指标，是人工填写的："
            + "；".join(f"{token['words']}（{token['source']}）" for token in manual)
            + "。"
        )
    if live:
        advice = (
            "可能还会变：请先在“指标冻结”里冻结这些月份，再点“更新数字”，然后送签"
            if draft
            else "指标页上的数以后可能与这里不同"
        )
        said.append(f"有 {len(live)} 个数的月份还没有冻结，{advice}。")
    return said


@dataclass(frozen=True)
class Editable:
    """A sentence in the editor."""

    key: str
    text: str
    edited: bool
    rows: int


def editable(body: Body) -> list[dict[str, Any]]:
    """[{"title", "place", "sentences"}]: preamble, then each item; ``place`` is where a new point may be added."""
    tokens = body["tokens"]

    def fields(sentences: Any) -> list[Editable]:
        return [
            Editable(
                one["key"], text := shown(one["text"], tokens), bool(one.get("edited")), max(2, len(text) // 46 + 1)
            )
            for one in sentences
        ]

    groups: list[dict[str, Any]] = [{"title": "开头", "place": "", "sentences": fields(body["preamble"])}]
    for number, part in enumerate(body["parts"]):
        for order, item in enumerate(part["items"]):
            title = MARK.sub(lambda match: words_of(tokens[match[1]]), f"{part['title']} · {item['title']}")
            points = [one for point in item["points"] for one in point]
            groups.append({"title": title, "place": f"{number}.{order}", "sentences": fields(points)})
    return groups
