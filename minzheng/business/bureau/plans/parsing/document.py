"""A parsed plan document and its JSON form: title, tree, items with their sentences, indicators, table rows, findings."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from minzheng.business.bureau.plans.parsing import bodies, findings, reading, structure, tables
from minzheng.business.bureau.plans.parsing.characters import reading_form
from minzheng.business.bureau.plans.parsing.indicators import Indicator, of_paragraph, of_row
from minzheng.business.bureau.plans.parsing.structure import Node, Paragraph, Tree

_ACTUAL = re.compile(
    r"执行情况|完成情况|开展情况|工作情况|回顾|主要成绩|主要成效|成效|工作总结|上半年工作|发展基础|发展现状|取得的成|亮点|落实情况|进展情况"
)
_PLAN = re.compile(r"打算|计划|安排|目标|任务|下步|下一步|下半年|思路|举措|要点|措施|面临形势|指导思想|原则")
_SUMMARY = re.compile(r"总结|情况报告|工作报告")


@dataclass(frozen=True)
class Task:
    """One sentence of an item, kept word by word."""

    item: str
    text: str
    span: tuple[int, int]


@dataclass
class Document:
    text: str
    title: str
    year: int | None
    publisher: str
    tree: Tree
    indicators: list[Indicator]
    tables: list[tables.Table]
    tasks: list[Task]
    findings: list[findings.Finding] = field(default_factory=list)
    charged: dict[str, bodies.Bodies] = field(default_factory=lambda: defaultdict(bodies.Bodies))

    def as_json(self) -> dict[str, Any]:
        """The contract of ``minzheng plan parse``; the keys beyond it are year, publisher, parts, tasks, tables, findings."""
        return {
            "title": self.title,
            "year": self.year,
            "publisher": self.publisher,
            "parts": [
                {"no": node.no, "title": node.title, "path": list(node.path)}
                for node in self.tree.nodes
                if not node.leaf
            ],
            "items": [
                {
                    "no": node.no,
                    "title": node.title,
                    "text": body(node),
                    "path": list(node.path),
                    "within": list(node.titles[:-1]),
                    "body": self.charged[node.no].lead,
                    "assisting": self.charged[node.no].assisting,
                }
                for node in self.tree.items
            ],
            "tasks": [{"item": task.item, "text": task.text, "span": list(task.span)} for task in self.tasks],
            "indicators": [indicator.as_json() for indicator in self.indicators],
            "tables": [
                {
                    "no": table.no,
                    "title": table.title,
                    "rows": [
                        [row.number, row.name, row.unit, *(f"{value.column}={value.value}" for value in row.values)]
                        for row in table.rows
                    ],
                }
                for table in self.tables
            ],
            "findings": [finding.as_json() for finding in self.findings],
        }


def body(node: Node) -> str:
    """The words of an item behind its heading, paragraphs on lines of their own."""
    first, *rest = node.paragraphs
    own = first.text[max(first.title_end, first.body) :].strip()
    return "\n".join(part for part in (own, *(paragraph.text for paragraph in rest)) if part)


def parse_file(path: Path) -> Document:
    return parse_text(reading.read_file(path))


def parse_text(text: str) -> Document:
    """Deterministic: the same text gives the same document."""
    found = tables.tables(text)
    parts = structure.paragraphs(_without_tables(text, found))
    tree = structure.tree(parts)
    indicators: list[Indicator] = []
    tasks: list[Task] = []
    summary = bool(_SUMMARY.search(tree.title))
    charged = _charged(tree)
    for no, titles, paragraphs in _walk(tree):
        actual = _is_actual(titles, summary)
        lead = ""
        for paragraph in paragraphs:
            lead = paragraph.lead or lead
            indicators += of_paragraph(paragraph, text, no=no, lead=lead, actual=actual)
            tasks += _tasks(paragraph, no)
    for table in found:
        no = _item_at(tree, table.start)
        indicators += [of_row(row, text, item=no) for row in table.rows if row.main]
    indicators = [one if one.body else replace(one, body=charged[one.item].lead) for one in indicators]
    indicators.sort(key=lambda indicator: indicator.span)
    document = Document(text, tree.title, _year(tree), _publisher(text, tree, parts), tree, indicators, found, tasks)
    document.charged = charged
    document.findings = findings.of(document)
    return document


def _charged(tree: Tree) -> dict[str, bodies.Bodies]:
    """Who is charged with each item: as its own words say, else as the part above it says."""
    found: dict[str, bodies.Bodies] = defaultdict(bodies.Bodies)
    by_path: dict[tuple[str, ...], bodies.Bodies] = {}
    for node in tree.nodes:
        named = [bodies.of(paragraph.plain) for paragraph in node.paragraphs]
        title = node.paragraphs[0].plain[: node.paragraphs[0].title_end].strip()
        own = next((one for one in named if one), None) or bodies.of(title)
        by_path[node.path] = own or by_path.get(node.path[:-1], bodies.Bodies())
        found[node.no] = by_path[node.path]
    return found


def _without_tables(text: str, found: list[tables.Table]) -> str:
    """The text with its tables blotted out by blank space; places stay the same."""
    for table in found:
        text = text[: table.start] + re.sub(r"[^\n]", " ", text[table.start : table.end]) + text[table.end :]
    return text


def _walk(tree: Tree) -> list[tuple[str, tuple[str, ...], list[Paragraph]]]:
    rows: list[tuple[str, tuple[str, ...], list[Paragraph]]] = [("", (), tree.preface)]
    return rows + [(node.no, node.titles, node.paragraphs) for node in tree.nodes]


def _is_actual(titles: tuple[str, ...], summary: bool) -> bool:
    for title in reversed(titles):
        if _ACTUAL.search(title):
            return True
        if _PLAN.search(title):
            return False
    return summary


def _tasks(paragraph: Paragraph, no: str) -> list[Task]:
    if not no:
        return []
    result = []
    for match in re.finditer(r"[^。;!?]+[。;!?]?", paragraph.plain[paragraph.title_end :]):
        start, end = match.start() + paragraph.title_end, match.end() + paragraph.title_end
        words = paragraph.text[start:end].strip()
        if len(words) > 3 and not bodies.only(reading_form(words)):
            result.append(Task(no, words, (paragraph.places[start], paragraph.places[end - 1] + 1)))
    return result


def _item_at(tree: Tree, place: int) -> str:
    no = ""
    for node in tree.nodes:
        if node.paragraphs[0].places[0] < place:
            no = node.no
    return no


def _year(tree: Tree) -> int | None:
    for line in (tree.title, *(part.plain for part in tree.preface)):
        match = re.search(r"(20\d\d)(?:年|[-—])", line)
        if match:
            return int(match[1])
    return None


def _publisher(text: str, tree: Tree, parts: list[Paragraph]) -> str:
    """Who issued it: as the page says, as a line of its own, or as the title begins."""
    office = r"(?P<office>[\u4e00-\u9fff]{2,16}?(?:民政局|民政厅|局|厅|委员会|人民政府|政府办|办公室|管委会))"
    named = re.search(rf"(?:信息来源|来源|发布机构|发布单位|发文机关)[:：]\s*{office}", text[:1500])
    if named:
        return named["office"]
    for part in [*tree.preface, *parts[:20]]:
        alone = re.match(rf"^{office}$", part.plain)
        if alone:
            return alone["office"]
    match = re.match(rf"{office}|(?P<place>[\u4e00-\u9fff]{{2,8}}?[省市县区州旗])", tree.title)
    return (match["office"] or match["place"]) if match else ""
