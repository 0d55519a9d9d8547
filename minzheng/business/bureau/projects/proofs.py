"""Proof that each project's stage is what its acts lead to, that no source paid more than it was given, and that the totals
of fixed libraries tie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Q, Sum

from minzheng.business.bureau.projects import totals
from minzheng.business.bureau.projects.models import Project, ProjectAct, ProjectLibrary, ProjectMoney
from minzheng.kernel.proofs import Finding, found, proof


@proof("projects", title="项目库：阶段由动作得出，支付不超过下达，合计相符")
def projects() -> Finding:
    return found([*_stages(), *_money(), *_totals()])


def _stages() -> Iterator[tuple[str, Iterable[str]]]:
    """The last act that enters a stage against the stage that stands on the project."""
    last: dict[int, str] = {}
    for pk, stage in (
        ProjectAct.objects.exclude(to_stage="").order_by("project", "seq").values_list("project", "to_stage")
    ):
        last[pk] = stage
    for pk, no, stage in Project.objects.order_by("pk").values_list("pk", "no", "stage"):
        right = last.get(pk, "reserve")
        yield f"项目 {no}", [] if right == stage else [f"阶段记作 {stage}，由动作得出是 {right}"]


def _money() -> Iterator[tuple[str, Iterable[str]]]:
    sums = ProjectMoney.objects.values_list("project__no", "source").annotate(
        issued=Sum("amount_fen", filter=Q(kind="issued"), default=0),
        paid=Sum("amount_fen", filter=Q(kind="paid"), default=0),
    )
    for no, source, issued, paid in sums.order_by("project__no", "source"):
        yield f"项目 {no}", [f"来源 {source} 支付 {paid} 分，超过下达 {issued} 分"] if paid > issued else []


def _totals() -> Iterator[tuple[str, Iterable[str]]]:
    for library in ProjectLibrary.objects.filter(state="fixed").order_by("pk"):
        yield f"项目库 {library.name}", [one.sentence for one in totals.ties(library) if not one.ok]
