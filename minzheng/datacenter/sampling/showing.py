"""What a sample says, as panels: figures that open their lists, the table of estimates, the replay."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html

from minzheng.datacenter.sampling import words
from minzheng.datacenter.sampling.models import Sample, SampleUnit
from minzheng.datacenter.sampling.proof import replay
from minzheng.kernel.parts.columns import Column, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.panels import Figure

#: The draw of a larger population is replayed by command only: a public address must stay cheap.
REPLAYED_ON_PAGE = 20_000


def units_url(sample: Sample, **filters: str) -> str:
    return f"{reverse('sampling.units')}?{urlencode({'sample': str(sample.pk), **filters})}"


@dataclass(frozen=True)
class Opens(Column):
    """A number that opens the list behind it; ``href(row)`` may be ""."""

    _: KW_ONLY
    href: Callable[[Any], str] = field(default=lambda row: "")

    align: ClassVar[str] = "num"

    def cell(self, row: Any, drawing: Drawing) -> str:
        text, href = self.text(row, drawing), self.href(row)
        return format_html('<a href="{}">{}</a>', href, text) if text and href else text or "—"


def figures(sample: Any, drawing: Drawing) -> list[Figure]:
    told = sample.report.whole
    drawn = sample.state != "published"
    figures = [
        Figure("总体", f"{sample.size:,}", note=words.SUBJECTS[sample.subject]),
        Figure("样本量", sample.wanted, units_url(sample) if drawn else ""),
    ]
    if drawn:
        figures += [
            Figure("已查", told.done, units_url(sample, done="yes"), "info", f"还有 {told.drawn - told.done} 个"),
            Figure("有差错", told.wrong, units_url(sample, result="wrong"), "bad" if told.wrong else "plain",
                   f"差错金额 {words.money(told.wrong_fen)} 元"),
            Figure("推算差错率", words.share(told.rate) or "—", note=words.rate_range(told.rate_interval)),
            Figure("推算差错金额（元）", "—" if told.fen is None else f"{round(told.fen / 100):,}", note=words.money_range(told.fen_interval)),
        ]  # fmt: skip
    return figures


def said(sample: Any, drawing: Drawing) -> dict[str, Any]:
    return {"tone": sample.report.tone, "sentence": sample.report.sentence, "few": 0 < sample.report.whole.wrong < 10}


def estimates(sample: Any, drawing: Drawing) -> list[dict[str, Any]]:
    names = words.names_of(sample)
    told = sample.report
    lines = [told.whole, *(told.strata if len(told.strata) > 1 else ())]
    return [words.cells(one, names) | {"key": one.key, "sample": sample} for one in lines]


def _of(**filters: str) -> Callable[[Mapping[str, Any]], str]:
    def href(row: Mapping[str, Any]) -> str:
        stratum = {"stratum": row["key"]} if row["key"] else {}
        return units_url(row["sample"], **stratum, **filters) if row["sample"].state != "published" else ""

    return href


ESTIMATES = (
    Text("stratum", "层", css="nowrap"),
    Text("size", "总体", css="num"),
    Opens("drawn", "样本", href=_of()),
    Opens("done", "已查", href=_of(done="yes")),
    Opens("wrong", "有差错", href=_of(result="wrong")),
    Text("rate", "差错率", css="num"),
    Text("range", "置信区间", css="num"),
    Text("method", "算法"),
    Text("fen", "推算差错金额（元）", css="num"),
    Text("fen_range", "金额区间（元）", css="num"),
)


def kinds(sample: Any, drawing: Drawing) -> list[dict[str, Any]]:
    counts: dict[str, list[int]] = {}
    for kind, fen in SampleUnit.objects.filter(sample=sample, result="wrong").values_list("error_kind", "error_fen"):
        row = counts.setdefault(kind, [0, 0])
        row[0], row[1] = row[0] + 1, row[1] + fen
    return [
        {"kind": words.ERRORS.get(kind, kind), "count": count, "fen": fen, "href": units_url(sample, kind=kind)}
        for kind, (count, fen) in sorted(counts.items(), key=lambda one: -one[1][0])
    ]


def steps(sample: Any, drawing: Drawing) -> list[dict[str, Any]]:
    if sample.size > REPLAYED_ON_PAGE:
        return [{"title": "总体较大，请用命令复算", "ok": "wait", "why": f"minzheng sampling replay {sample.no}"}]
    return [{"title": s.title, "ok": "good" if s.ok else "bad", "why": s.problem or "相符"} for s in replay(sample)]
