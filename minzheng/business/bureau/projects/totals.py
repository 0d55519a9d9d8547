"""合计核对: what a library states of itself against what its projects add up to, and the table of class × year.

Σ 子项目 = 大类 = 总, within the tolerance of terms.yaml (0.01 万元)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import ExtractYear

from minzheng.business.bureau.projects import terms
from minzheng.business.bureau.projects.models import Project, ProjectProgress, ProjectSource, ProjectYear
from minzheng.business.bureau.projects.money import wan

if TYPE_CHECKING:
    from minzheng.business.bureau.projects.models import ProjectLibrary


@dataclass(frozen=True)
class Tie:
    """One comparison. A stated number that is not given (None) compares to nothing and is fine."""

    name: str
    stated_count: int | None
    count: int | None
    stated_fen: int | None
    fen: int
    slack: int

    @property
    def difference(self) -> int:
        return 0 if self.stated_fen is None else self.fen - self.stated_fen

    @property
    def counts_tie(self) -> bool:
        return self.stated_count is None or self.count is None or self.stated_count == self.count

    @property
    def ok(self) -> bool:
        return self.counts_tie and abs(self.difference) <= self.slack

    @property
    def sentence(self) -> str:
        parts = []
        if not self.counts_tie:
            parts.append(f"应有 {self.stated_count} 个，实有 {self.count} 个")
        if abs(self.difference) > self.slack:
            parts.append(
                f"应为 {wan(self.stated_fen)} 万元，合计 {wan(self.fen)} 万元，相差 {wan(self.difference)} 万元"
            )
        return f"{self.name}：{'；'.join(parts) or '相符'}。"


def ties(library: ProjectLibrary) -> list[Tie]:
    """Each class, the whole, the classes against the whole, and the sources of money. Five queries, whatever the size."""
    slack = terms.tolerance_fen()
    rows = library.projects.filter(counted=True)
    found = {pk: (n, fen) for pk, n, fen in rows.values_list("category").annotate(n=Count("pk"), fen=Sum("total_fen")).order_by()}  # fmt: skip
    classes = list(library.categories.all())
    lines = [
        Tie(
            one.name,
            one.stated_count,
            found.get(one.pk, (0, 0))[0],
            one.stated_fen,
            found.get(one.pk, (0, 0))[1],
            slack,
        )
        for one in classes
    ]
    count, fen = sum(n for n, _fen in found.values()), sum(fen for _n, fen in found.values())
    lines.append(Tie("总计", library.stated_count, count, library.stated_fen, fen, slack))
    stated = [one.stated_fen for one in classes]
    if library.stated_fen is not None and None not in stated:
        counts = [one.stated_count for one in classes]
        whole = None if None in counts else sum(one or 0 for one in counts)
        lines.append(
            Tie(
                "各大类规划数之和",
                library.stated_count,
                whole,
                library.stated_fen,
                sum(one or 0 for one in stated),
                slack,
            )
        )
    money = (
        ProjectSource.objects.filter(project__in=rows)
        .values("project", "project__total_fen")
        .annotate(fen=Sum("planned_fen"))
    )
    with_money = [(row["project__total_fen"], row["fen"]) for row in money.order_by()]
    if with_money:
        lines.append(
            Tie(
                "资金来源之和",
                None,
                None,
                sum(t for t, _f in with_money),
                sum(f for _t, f in with_money),
                slack * len(with_money),
            )
        )
    return lines


def loose_projects(library: ProjectLibrary) -> list[tuple[Any, int]]:
    """(project, difference in fen) where the sources do not add up to the total. One query."""
    rows = library.projects.filter(counted=True, sources__isnull=False).annotate(fen=Sum("sources__planned_fen"))
    slack = terms.tolerance_fen()
    return [(row, row.fen - row.total_fen) for row in rows.order_by("pk") if abs(row.fen - row.total_fen) > slack]


@dataclass
class Row:
    """A class (or the total line): {year: [planned, done]} and the whole."""

    name: str
    count: int = 0
    total_fen: int = 0
    years: dict[int, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    def cells(self, years: Sequence[int]) -> list[tuple[int, int]]:
        return [(self.years[year][0], self.years[year][1]) for year in years]

    @property
    def planned_fen(self) -> int:
        return sum(planned for planned, _done in self.years.values())

    @property
    def done_fen(self) -> int:
        return sum(done for _planned, done in self.years.values())


@dataclass(frozen=True)
class ClassByYear:
    years: list[int]
    rows: list[Row]
    whole: Row


def class_by_year(library: ProjectLibrary, projects: QuerySet[Project]) -> ClassByYear:
    """Planned and done investment of these projects by class and year; the last line is the sum of the lines above. Four
    queries."""
    rows = {pk: Row(name) for pk, name in library.categories.values_list("pk", "name")}
    base = Project.objects.filter(pk__in=projects.order_by().values("pk"))
    for pk, count, fen in base.values_list("category").annotate(n=Count("pk"), fen=Sum("total_fen")).order_by():
        rows[pk].count, rows[pk].total_fen = count, fen
    planned = ProjectYear.objects.filter(project__in=base).values_list("project__category", "year")
    done = (
        ProjectProgress.objects.filter(project__in=base)
        .annotate(y=ExtractYear("month"))
        .values_list("project__category", "y")
    )
    for place, found in ((0, planned.annotate(fen=Sum("planned_fen"))), (1, done.annotate(fen=Sum("invested_fen")))):
        for pk, year, fen in found.order_by():
            rows[pk].years[year][place] += fen
    years = sorted(
        {year for row in rows.values() for year in row.years} | set(range(library.first_year, library.last_year + 1))
    )
    return ClassByYear(years, list(rows.values()), _whole(rows.values()))


def _whole(rows: Iterable[Row]) -> Row:
    whole = Row("合计")
    for row in rows:
        whole.count += row.count
        whole.total_fen += row.total_fen
        for year, (planned, done) in row.years.items():
            whole.years[year][0] += planned
            whole.years[year][1] += done
    return whole


def by_source(projects: QuerySet[Project]) -> dict[str, int]:
    """{source: planned fen} of these projects. One query."""
    rows = ProjectSource.objects.filter(project__in=projects.order_by().values("pk")).values_list("source")
    return dict(rows.annotate(fen=Sum(F("planned_fen"))).order_by())
