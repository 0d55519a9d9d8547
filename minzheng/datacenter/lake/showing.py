"""A batch in words for its pages: quality, reasons, checks; sums only."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Q, QuerySet

from minzheng.datacenter.lake.models import LakeBatch
from minzheng.datacenter.sources import registry
from minzheng.datacenter.sources.classes import CLASSES
from minzheng.kernel.months import month_after

_IDS = (
    ("ok", "号码正确", "good"),
    ("fixed", "号码已规范", "info"),
    ("invalid", "号码不对", "warn"),
    ("none", "没有号码", "plain"),
)


def last_month(today: datetime.date) -> str:
    return f"{month_after(today, -1):%Y-%m}"


def searched(rows: QuerySet[LakeBatch], text: str, drawing: Any) -> QuerySet[LakeBatch]:
    return rows.filter(Q(no__contains=text) | Q(file_name__contains=text))


def quality(row: LakeBatch) -> str:
    """One line: what is worth a look."""
    report, said = row.report, []
    invalid = report.get("ids", {}).get("invalid", 0)
    if row.rows and row.rejected:
        said.append(f"退回 {row.rejected * 100 / row.rows:.1f}%")
    if invalid:
        said.append(f"号码不对 {invalid:,}")
    if report.get("duplicates"):
        said.append(f"重复 {report['duplicates']:,}")
    bad = sum(1 for one in report.get("checks", ()) if one["bad"] * 100 > one["most_percent"] * max(one["rows"], 1))
    if bad:
        said.append(f"{bad} 项检查超标")
    return "，".join(said) or ("没有发现问题" if row.rows else "")


def report(batch: LakeBatch) -> dict[str, Any]:
    """What the page draws of the counts kept with the batch."""
    told = batch.report
    spec = registry.all().get(batch.source)
    labels = {one.name: one.label for one in spec.columns} if spec else {}
    return {
        "figures": _figures(batch), "sentences": told.get("sentences", []), "reasons": told.get("reasons", []),
        "encoding": told.get("encoding", ""), "seconds": told.get("seconds"),
        "unknown": [
            (label, "、".join(f"{word}（{count:,} 行）" for word, count in words.items()))
            for label, words in told.get("unknown", {}).items()
        ],
        "checks": [_check(one) for one in told.get("checks", ())],
        "dates": [(labels.get(name, name), first, last) for name, (first, last) in told.get("dates", {}).items()],
        "facts": [
            (CLASSES[name][0] if name in CLASSES else name, f"{counts['facts']:,}", f"{counts['persons']:,}")
            for name, counts in told.get("facts", {}).items()
        ],
        "canaries": len(told.get("canary", ())),
    }  # fmt: skip


def _figures(batch: LakeBatch) -> list[tuple[str, str, str]]:
    """(value, label, tone) of the row of figures on top."""
    if not batch.rows:
        return []
    told = batch.report
    found = [
        (f"{batch.rows:,}", "行", "plain"), (f"{batch.accepted:,}", "合格", "good"),
        (f"{batch.rejected:,}", "退回", "warn" if batch.rejected else "plain"),
    ]  # fmt: skip
    if "persons" in told:
        found.append((f"{told['persons']:,}", "人", "info"))
    found += [(f"{told['ids'][state]:,}", label, tone) for state, label, tone in _IDS if told.get("ids", {}).get(state)]
    if "duplicates" in told:
        found.append((f"{told['duplicates']:,}", "内容重复的行", "warn" if told["duplicates"] else "plain"))
    return found


def _check(one: dict[str, Any]) -> dict[str, Any]:
    share = one["bad"] * 100 / max(one["rows"], 1)
    over = share > one["most_percent"]
    return {
        "title": one["title"], "bad": f"{one['bad']:,}", "share": f"{share:.1f}%", "most": f"{one['most_percent']:g}%",
        "tone": "warn" if over else "good", "word": "超标" if over else "正常",
    }  # fmt: skip
