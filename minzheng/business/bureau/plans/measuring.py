"""Precision and recall of the reader against labels that people wrote.

A label names the words of one quantity inside a short quotation (``全年新建【46个】乡镇``), its subject, comparator,
value and unit. An extraction is right in its figure when it points at the label's words and (value, unit, comparator)
agree; it is right in its subject when the two phrases share at least 80 % of the label's characters and 60 % of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from minzheng.business.bureau.plans.parsing import parse_file
from minzheng.business.bureau.plans.parsing.characters import reading_form, without_quotes
from minzheng.business.bureau.plans.parsing.document import Document
from minzheng.business.bureau.plans.parsing.indicators import Indicator


@dataclass(frozen=True)
class Label:
    item: str
    quote: str
    subject: str
    comparator: str
    value: Decimal
    unit: str
    value_max: Decimal | None = None
    table: str = ""


@dataclass
class Score:
    """Counts over one set of documents; ``misses`` are sentences for people."""

    labels: int = 0
    found: int = 0
    figures: int = 0
    subjects: int = 0
    misses: list[str] = field(default_factory=list)

    def add(self, other: Score) -> None:
        self.labels += other.labels
        self.found += other.found
        self.figures += other.figures
        self.subjects += other.subjects
        self.misses += other.misses

    def as_json(self) -> dict[str, Any]:
        def share(part: int, whole: int) -> float:
            return round(part / whole, 4) if whole else 1.0

        return {
            "labels": self.labels,
            "extracted": self.found,
            "figure_precision": share(self.figures, self.found),
            "figure_recall": share(self.figures, self.labels),
            "subject_precision": share(self.subjects, self.found),
            "subject_recall": share(self.subjects, self.labels),
        }


def read_labels(path: Path) -> dict[str, list[Label]]:
    """``{file name: labels}`` of a label file; its ``tables`` are the rows of tables."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    tables: Mapping[str, list[list[Any]]] = raw.pop("tables", {})
    labels = {name: [_label(row) for row in rows] for name, rows in raw.items()}
    for name, rows in tables.items():
        labels.setdefault(name, []).extend(
            Label("", "", row[1], "=", Decimal(str(row[2])), row[3], table=str(row[0])) for row in rows
        )
    return labels


def _label(row: Sequence[Any]) -> Label:
    item, quote, subject, comparator, value, unit, *most = row
    return Label(
        str(item), quote, subject, comparator, Decimal(str(value)), str(unit), Decimal(str(most[0])) if most else None
    )


def score_files(labels: Mapping[str, Sequence[Label]], folder: Path) -> dict[str, Score]:
    """A score for each labelled file that ``folder`` holds."""
    return {
        name: score(parse_file(folder / name), rows, name) for name, rows in labels.items() if (folder / name).is_file()
    }


def score(document: Document, labels: Sequence[Label], name: str) -> Score:
    """Labels and extractions are matched by place (words) or by table and name (rows); each extraction is used once."""
    plain = reading_form(document.text)
    free = list(document.indicators)
    result = Score(labels=len(labels), found=len(free))
    for label in labels:
        hit = _row(label, free) if label.table else _at(label, plain, free)
        if hit is None:
            result.misses.append(f"{name}：漏 {label.quote or label.subject}")
            continue
        free.remove(hit)
        right = (hit.value, hit.unit, hit.comparator, hit.value_max) == (
            label.value,
            label.unit,
            label.comparator,
            label.value_max,
        )
        same = alike(label.subject, hit.subject)
        result.figures += right
        result.subjects += same
        if not right:
            result.misses.append(f"{name}：数 {label.quote} 读成 {hit.comparator}{hit.value}{hit.unit}")
        if not same:
            result.misses.append(f"{name}：主语 {label.subject} 读成 {hit.subject}（{hit.why}）")
    result.misses += [f"{name}：多 {extra.words}（{extra.subject}）" for extra in free]
    return result


def _at(label: Label, plain: str, free: Sequence[Indicator]) -> Indicator | None:
    head, _, rest = label.quote.partition("【")
    words, _, tail = rest.partition("】")
    flat, places = _flat(plain)
    whole = reading_form(head + words + tail).replace("\n", "")
    at = flat.find(whole)
    if at < 0:
        raise ValueError(f"标注里的原文找不到：{label.quote}")
    start, end = places[at + len(head)], places[at + len(head) + len(words) - 1] + 1
    return next((one for one in free if one.kind != "table_row" and one.span[0] < end and start < one.span[1]), None)


def _flat(plain: str) -> tuple[str, list[int]]:
    """The text without its line ends, and where each character stood."""
    places = [position for position, char in enumerate(plain) if char != "\n"]
    return "".join(plain[position] for position in places), places


def _row(label: Label, free: Sequence[Indicator]) -> Indicator | None:
    rows = [one for one in free if one.kind == "table_row" and one.why.startswith(f"表{label.table}第")]
    return next((one for one in rows if alike(label.subject, one.subject) and one.value == label.value), None)


def alike(label: str, subject: str) -> bool:
    """Whether two phrases name the same thing: characters in common, in any order (实现救助的县 and 县实现救助)."""
    one, other = (Counter(without_quotes(reading_form(text)).replace("的", "")) for text in (label, subject))
    common = (one & other).total()
    return bool(one) and common >= 0.8 * one.total() and common >= 0.6 * other.total()


def text(scores: Mapping[str, Score]) -> str:
    """The figures as a table for people, one line a document and one for all."""
    total = Score()
    for score in scores.values():
        total.add(score)
    lines = ["文件\t标注\t读出\t数值准确率\t数值找全率\t主语准确率\t主语找全率"]
    for name, score in [*scores.items(), ("合计", total)]:
        shown = score.as_json()
        figures = [
            f"{shown[key]:.3f}" for key in ("figure_precision", "figure_recall", "subject_precision", "subject_recall")
        ]
        lines.append("\t".join([name, str(shown["labels"]), str(shown["extracted"]), *figures]))
    return "\n".join(lines)
