"""Reading plans, narrowed to the places of a post."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery

from minzheng.business.bureau.plans.models import Plan, PlanIndicator, PlanItem, PlanVersion

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

READ, MANAGE = "plan.read", "plan.manage"


def _within(rows: QuerySet[Any], actor: Actor, permission: str) -> QuerySet[Any]:
    return rows if actor.is_system else rows.filter(actor.scope_q(permission))


def plans(actor: Actor, permission: str = READ) -> QuerySet[Plan]:
    """Plans with `version_number`, `item_count`, `indicator_count` and `struck_count` of the latest version."""
    latest = PlanVersion.objects.filter(plan=OuterRef("pk")).order_by("-number")
    rows = Plan.objects.annotate(latest=Subquery(latest.values("pk")[:1]), version_number=Max("versions__number"))
    items = PlanItem.objects.filter(version=OuterRef("latest"), is_part=False).order_by().values("version")
    live = PlanIndicator.objects.filter(version=OuterRef("latest")).exclude(state="struck").order_by().values("version")
    return _within(
        rows.annotate(
            item_count=Subquery(items.annotate(n=Count("pk")).values("n")),
            indicator_count=Subquery(live.annotate(n=Count("pk")).values("n")),
        ),
        actor,
        permission,
    )


def versions(actor: Actor, permission: str = READ) -> QuerySet[PlanVersion]:
    return _within(PlanVersion.objects.select_related("plan"), actor, permission)


def latest(actor: Actor, plan_pk: int, permission: str = READ) -> PlanVersion | None:
    """The newest version of a plan within the actor's reach."""
    return versions(actor, permission).filter(plan_id=plan_pk).order_by("-number").first()


def indicators(actor: Actor, permission: str = READ) -> QuerySet[PlanIndicator]:
    """Indicators of newest versions; those that were struck are among them."""
    newest = PlanVersion.objects.filter(plan=OuterRef("version__plan")).order_by("-number").values("pk")[:1]
    rows = PlanIndicator.objects.select_related("version__plan", "item").filter(version=Subquery(newest))
    return _within(rows, actor, permission)


def live(actor: Actor) -> QuerySet[PlanIndicator]:
    """What counts: not struck, one for each merged group."""
    return indicators(actor).exclude(state="struck").filter(merged_into=None)


def item(actor: Actor, pk: int) -> PlanItem | None:
    """An item of a newest version that this actor may change; missing and out of reach cost the same one query."""
    newest = PlanVersion.objects.filter(plan=OuterRef("version__plan")).order_by("-number").values("pk")[:1]
    rows = PlanItem.objects.select_related("version__plan").filter(pk=pk, version=Subquery(newest))
    return _within(rows, actor, MANAGE).first()


def items(version: PlanVersion) -> list[PlanItem]:
    return list(version.items.order_by("seq"))


def indicators_of(version: PlanVersion) -> list[PlanIndicator]:
    """All of a version, in the order of the text."""
    return list(version.indicators.select_related("merged_into").order_by("start", "seq"))


def by_words(actor: Actor, text: str) -> Q:
    """Filter of a list by words of the indicator or its sentence."""
    return Q(subject__icontains=text) | Q(sentence__icontains=text)
