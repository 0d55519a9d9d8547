"""A plain text as a tree: title, parts, numbered items, sentences; every character keeps its place in the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from minzheng.business.bureau.plans.parsing import bodies
from minzheng.business.bureau.plans.parsing.characters import reading_form

_HAN = "一二三四五六七八九十百"
#: (rank, pattern): a smaller rank is nearer the root. ``no`` is the number as it is written, without its punctuation.
_MARKS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (0, re.compile(rf"^第(?P<no>[{_HAN}\d]+)(?:章|篇|部分|编)[\s:、]*")),
    (1, re.compile(rf"^第(?P<no>[{_HAN}\d]+)节[\s:、]*")),
    (2, re.compile(rf"^(?P<no>[{_HAN}]+)[、.]\s*")),
    (2, re.compile(r"^§\s*(?P<no>\d+)(?![\d.])[\s.、]*")),
    (3, re.compile(rf"^\((?P<no>[{_HAN}]+)\)[\s、.]*")),
    (3, re.compile(r"^§?\s*(?P<no>\d+\.\d+)(?![\d.])[\s、.]+(?=[\u4e00-\u9fff“《])")),
    (4, re.compile(r"^§?\s*(?P<no>\d+\.\d+\.\d+)(?![\d.])[\s、.]*(?=[\u4e00-\u9fff“《])")),
    (4, re.compile(rf"^第(?P<no>[{_HAN}\d]+)条[\s:、]*")),
    (4, re.compile(r"^(?P<no>\d{1,3})\s*(?:[、.)](?!\d)|\s(?=[\u4e00-\u9fff]))\s*")),
    (5, re.compile(r"^\((?P<no>\d{1,3})\)[\s、.]*")),
    (6, re.compile(r"^(?P<no>[①-⑳])\s*")),
)
_TITLE = re.compile(r"要点|总结|规划|计划|方案|打算|安排|报告|意见|清单|纲要|目标|任务|办法|实事")
_NOT_TITLE = re.compile(r"[>|。]|索引|当前位置|^现将|^根据|:$|请认真|贯彻执行|发布|来源|^附件|^关于印发.*通知$")
_FURNITURE = re.compile(
    r"^(?:当前位置|>|扫一扫|打印|关闭|Produced|分享到?|字体|【|\[打印|浏览次数|阅读次数|责任编辑|索引号|发布机构|发文字号|发布日期|发布时间|主题分类|效力状态|\(此件公开发布\)|时间:|来源:|上一篇|下一篇|版权所有|相关附件|附件下载)"
)
_ENDED = re.compile(r"[。;:!?…)”》]$")


@dataclass
class Paragraph:
    """``places[i]`` is the position of ``text[i]`` in the document; ``plain`` its reading form."""

    text: str
    places: list[int]
    plain: str = ""
    rank: int | None = None
    no: str = ""
    body: int = 0
    title_end: int = 0
    lead: str = ""
    table: bool = False


@dataclass
class Node:
    """A numbered part or item: ``path`` are the numbers from the root, ``no`` the number by which people cite it."""

    rank: int
    own: str
    title: str
    path: tuple[str, ...]
    titles: tuple[str, ...]
    no: str = ""
    paragraphs: list[Paragraph] = field(default_factory=list)
    leaf: bool = True


@dataclass
class Tree:
    title: str
    nodes: list[Node]
    preface: list[Paragraph]

    @property
    def items(self) -> list[Node]:
        """What tasks hang on: nodes without numbered children, and parts with words of their own."""
        return [node for node in self.nodes if node.leaf or len(node.paragraphs) > 1]


def paragraphs(text: str) -> list[Paragraph]:
    """Lines joined where a line was broken inside a sentence; empty lines and page furniture left out."""
    result: list[Paragraph] = []
    position = 0
    for line in text.split("\n"):
        stripped = line.strip("\r \t\u3000\xa0\ufeff") if "\t" not in line.strip() else line.strip("\r ")
        if stripped and not _FURNITURE.match(stripped):
            start = position + line.index(stripped[0])
            start = position + line.index(stripped)
            part = Paragraph(stripped, list(range(start, start + len(stripped))))
            _mark(part)
            if result and _continues(result[-1], part):
                _join(result[-1], part)
            else:
                result.append(part)
        position += len(line) + 1
    return result


def _mark(part: Paragraph) -> None:
    part.plain = reading_form(part.text)
    part.table = "\t" in part.text
    lead = re.match(r"^(?:—{1,2}|--|[●◆■▲★])\s*(?P<lead>[\u4e00-\u9fff]{2,14})[。:.]", part.plain)
    part.lead = lead["lead"] if lead else ""
    for rank, pattern in _MARKS:
        match = pattern.match(part.plain)
        if match and match.end() < len(part.plain) and not part.table:
            part.rank, part.no, part.body = rank, match["no"], match.end()
            part.title_end = _title_end(part)
            return


def _title_end(part: Paragraph) -> int:
    """Where the heading ends: at the first full stop, or the whole of a short line. An assignment in brackets (责任单位:养老科)
    belongs to the heading and neither ends it nor makes it long."""
    plain = bodies.blanked(part.plain)
    stop = re.compile(r"[。:](?!\d)|\s{2,}").search(plain, part.body)
    if stop and len(plain[part.body : stop.start()].replace(bodies.BLANK, "")) <= 42:
        return stop.end()
    words = plain[part.body :].replace(bodies.BLANK, "")
    comma = re.search(r"[,;]", words)
    return len(plain) if len(words) <= 42 and not (comma and len(words) > 30) else part.body


def _continues(before: Paragraph, part: Paragraph) -> bool:
    if part.rank is not None or part.table or before.table or part.lead or re.match(r"^(?:—|[·●◆■])", part.plain):
        return False
    if _ENDED.search(before.plain) and not before.plain.endswith(")"):
        return False
    unfinished = (
        len(before.text) >= 28 or bool(re.search(r"[。,;]", before.plain)) or before.plain.endswith(("、", "的"))
    )
    return unfinished and not part.plain.startswith(("●", "◆", "■", "★"))


def _join(before: Paragraph, part: Paragraph) -> None:
    before.text += part.text
    before.places += part.places
    before.plain += part.plain
    if before.rank is not None:
        before.title_end = _title_end(before)


def tree(parts: Sequence[Paragraph]) -> Tree:
    """Title, preface and nodes in the order of the document."""
    nodes: list[Node] = []
    stack: list[Node] = []
    preface: list[Paragraph] = []
    for part in parts:
        if part.rank is None:
            (stack[-1].paragraphs if stack else preface).append(part)
            continue
        while stack and stack[-1].rank >= part.rank:
            stack.pop()
        if stack:
            stack[-1].leaf = False
        title = bodies.without(part.text[part.body : part.title_end].rstrip("。:： 　"))
        node = Node(
            part.rank,
            part.no,
            title,
            (*(up.own for up in stack), part.no),
            (*(up.title for up in stack), title),
            paragraphs=[part],
        )
        nodes.append(node)
        stack.append(node)
    _number(nodes)
    return Tree(_title(preface, parts), nodes, preface)


def _number(nodes: list[Node]) -> None:
    """``no``: a running Arabic number stands alone (8), others carry their parts (一(五), 二(二)1)."""
    runs: list[list[Node]] = []
    for node in nodes:
        if node.rank == 4 and node.own.isdigit():
            if not runs or int(node.own) <= int(runs[-1][-1].own):
                runs.append([])
            runs[-1].append(node)
    longest = max(runs, key=len, default=[])
    running = (
        {id(node) for node in longest}
        if len(longest) >= 5
        or len({node.path[:-1] for node in longest}) > 1
        or (len(runs) == 1 and not any(len(node.path) > 1 for node in longest))
        else set()
    )
    for node in nodes:
        if id(node) in running or re.search(r"\.", node.own):
            node.no = node.own
        else:
            node.no = "".join(
                f"({own})" if index and not own.isdigit() and own[0] in _HAN else own
                for index, own in enumerate(node.path)
            )


def _title(preface: Sequence[Paragraph], parts: Sequence[Paragraph]) -> str:
    lines = [part.plain for part in preface[:30] if len(part.plain) <= 60]
    good = [line for line in lines if _TITLE.search(line) and not _NOT_TITLE.search(line)]
    plain = good or [line for line in lines if 4 <= len(line) <= 40 and not _NOT_TITLE.search(line)]
    if plain:
        return plain[0]
    return parts[0].text[:60] if parts else ""
