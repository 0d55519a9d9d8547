"""Reading the project library, narrowed to the places of a post. Sums are fen; a project out of the totals is left out of
every count and sum here unless said otherwise."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from minzheng.business.bureau.projects import stages
from minzheng.business.bureau.projects.models import (
    Project,
    ProjectChange,
    ProjectImport,
    ProjectLibrary,
    ProjectMilestone,
    ProjectMoney,
    ProjectPhoto,
    ProjectProblem,
    ProjectProgress,
    ProjectScore,
    ProjectYear,
)

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

READ, MANAGE, CONFIRM = "project.read", "project.manage", "project.confirm"


def _within(rows: QuerySet[Any], actor: Actor, permission: str = READ, field: str = "region_code") -> QuerySet[Any]:
    return rows if actor.is_system else rows.filter(actor.scope_q(permission, field))


def libraries(actor: Actor, permission: str = READ) -> QuerySet[ProjectLibrary]:
    """The libraries of the actor's places; to read, also those of a place above that hold a project of theirs."""
    if actor.is_system:
        return ProjectLibrary.objects.all()
    own = actor.scope_q(permission)
    if permission != READ:
        return ProjectLibrary.objects.filter(own)
    inside = Project.objects.filter(actor.scope_q(READ), library=OuterRef("pk"))
    return ProjectLibrary.objects.filter(own | Exists(inside))


def _sum(model: type[Any], field: str, **conditions: Any) -> Coalesce:
    rows = model.objects.filter(project=OuterRef("pk"), **conditions).order_by().values("project")
    return Coalesce(Subquery(rows.annotate(n=Sum(field)).values("n")), 0, output_field=BigIntegerField())


def projects(actor: Actor, permission: str = READ) -> QuerySet[Project]:
    """Projects with `invested_fen`, `issued_fen`, `paid_fen` (to date) and `open_problems`."""
    problems = ProjectProblem.objects.filter(project=OuterRef("pk")).exclude(state="closed").order_by()
    rows = Project.objects.select_related("library", "category").annotate(
        invested_fen=_sum(ProjectProgress, "invested_fen"),
        issued_fen=_sum(ProjectMoney, "amount_fen", kind="issued"),
        paid_fen=_sum(ProjectMoney, "amount_fen", kind="paid"),
        open_problems=Coalesce(Subquery(problems.values("project").annotate(n=Count("pk")).values("n")), 0),
    )
    return _within(rows, actor, permission)


def project(actor: Actor, pk: int, permission: str = READ) -> Project | None:
    return projects(actor, permission).filter(pk=pk).first()


def with_year(rows: QuerySet[Project], on: datetime.date) -> QuerySet[Project]:
    """The same with the year of a day: `year_planned`, `year_invested`, `year_paid`, `year_money` (carried in + allotted in
    the year, up to that day), and the month last reported (`reported`)."""
    first = datetime.date(on.year, 1, 1)
    last = ProjectProgress.objects.filter(project=OuterRef("pk"), month__lte=on).order_by("-month")
    return rows.annotate(
        year_planned=_sum(ProjectYear, "planned_fen", year=on.year),
        year_invested=_sum(ProjectProgress, "invested_fen", month__range=(first, on)),
        year_paid=_sum(ProjectMoney, "amount_fen", kind="paid", on__range=(first, on)),
        year_issued=_sum(ProjectMoney, "amount_fen", kind="issued", on__lte=on),
        paid_before=_sum(ProjectMoney, "amount_fen", kind="paid", on__lt=first),
        year_money=F("year_issued") - F("paid_before"),
        reported=Subquery(last.values("month")[:1]),
    )


def problems(actor: Actor, permission: str = READ) -> QuerySet[ProjectProblem]:
    return _within(ProjectProblem.objects.select_related("project__library"), actor, permission)


def milestones(actor: Actor, permission: str = READ) -> QuerySet[ProjectMilestone]:
    return _within(ProjectMilestone.objects.select_related("project"), actor, permission)


def photos(actor: Actor, permission: str = READ) -> QuerySet[ProjectPhoto]:
    return _within(ProjectPhoto.objects.select_related("project").filter(removed_at=None), actor, permission)


def changes(actor: Actor, permission: str = READ) -> QuerySet[ProjectChange]:
    """Adjustments of the libraries of the actor's own places."""
    return _within(ProjectChange.objects.select_related("library"), actor, permission)


def scores(actor: Actor, permission: str = READ) -> QuerySet[ProjectScore]:
    return _within(ProjectScore.objects.select_related("project__library"), actor, permission)


def imports(actor: Actor, permission: str = MANAGE) -> QuerySet[ProjectImport]:
    return _within(ProjectImport.objects.select_related("library"), actor, permission)


@dataclass
class Sums:
    """Of some projects: how many there are, at which point, and their money."""

    count: int = 0
    under_way: int = 0
    built: int = 0
    problems: int = 0
    total_fen: int = 0
    planned_fen: int = 0
    invested_fen: int = 0
    year_invested_fen: int = 0
    issued_fen: int = 0
    paid_fen: int = 0

    def add(self, row: Any) -> None:
        self.count += 1
        self.under_way += row.stage in stages.UNDER_WAY
        self.built += row.stage in stages.BUILT
        self.problems += row.open_problems
        self.total_fen += row.total_fen
        self.planned_fen += row.year_planned
        self.invested_fen += row.invested_fen
        self.year_invested_fen += row.year_invested
        self.issued_fen += row.issued_fen
        self.paid_fen += row.paid_fen

    @property
    def done_rate(self) -> float | None:
        """Investment done of the total, percent; None when nothing is planned."""
        return percent(self.invested_fen, self.total_fen)

    @property
    def year_rate(self) -> float | None:
        return percent(self.year_invested_fen, self.planned_fen)

    @property
    def paid_rate(self) -> float | None:
        """支出进度 = 支付 / 下达."""
        return percent(self.paid_fen, self.issued_fen)


def percent(part: int, whole: int) -> float | None:
    """Of `whole`, in percent with one decimal; None instead of a division by 0."""
    return round(100 * part / whole, 1) if whole > 0 else None


def sums(rows: Iterable[Any]) -> Sums:
    found = Sums()
    for row in rows:
        found.add(row)
    return found


def counted(actor: Actor, on: datetime.date, library: ProjectLibrary | None = None) -> QuerySet[Project]:
    """The projects in the totals (of one library), with their year."""
    rows = with_year(projects(actor).filter(counted=True), on)
    return rows.filter(library=library) if library is not None else rows


def by_region(
    actor: Actor, on: datetime.date, library: ProjectLibrary | None = None, digits: int = 9
) -> dict[str, Sums]:
    """For maps and boards: {12-digit code of the town (digits 9) or county (6): sums}. A project of the county itself
    stands under the county's code. One query."""
    found: dict[str, Sums] = {}
    for row in counted(actor, on, library):
        found.setdefault(row.region_code[:digits].ljust(12, "0"), Sums()).add(row)
    return found


def by_category(actor: Actor, on: datetime.date, library: ProjectLibrary) -> dict[str, Sums]:
    """{name of the class: sums}, in the library's order; classes without a project included. Two queries."""
    found = {name: Sums() for name in library.categories.values_list("name", flat=True)}
    for row in counted(actor, on, library):
        found[row.category.name].add(row)
    return found


def by_words(text: str) -> Q:
    return Q(name__icontains=text) | Q(no__icontains=text) | Q(owner__icontains=text)
