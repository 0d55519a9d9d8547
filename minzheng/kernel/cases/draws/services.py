"""抽查: which households the county visits, drawn so that nobody can have chosen them.

1. 公布 (`publish`): the rule fixes the population, which is frozen with its SM3; in the same transaction the server makes a
   seed of 256 random bits. Nobody types it, nobody sees it: its SM3 is published with that of the population, and both
   stand in the audit chain.
2. 抽取 (`draw`), not before `draw_after`: the seed is opened and every case gets the value SM3(seed ‖ case id). Within
   each stratum the smallest values are drawn, as many as the rule says.
3. Anybody who has the published figures can compute the draw again (`draw_proof.verify`, `minzheng cases draw verify`).

Households with a relative on record or a complaint are outside the draw: each of them is visited (reference §1.9)."""

from __future__ import annotations

import datetime
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from minzheng.kernel import clock
from minzheng.kernel.cases.draws.models import SpotDraw, SpotTask
from minzheng.kernel.cases.errors import NotAllowed, NotFound, Refused
from minzheng.kernel.cases.lifecycle.confirm import DECIDED
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.running.evidence import canonical
from minzheng.kernel.crypto import sealing
from minzheng.kernel.items import registry
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

PERMISSION = "case.county_visit"
STRATA = (("town", "乡镇（街道）"), ("item", "事项"))
SEED_BYTES = 32
MAX_POPULATION = 200_000


@dataclass(frozen=True)
class Rule:
    """What is drawn from and how much. `since`/`until`: days of decision (ISO, both included). `towns`: 12-digit codes,
    empty = the whole place. `delegated_only`: only townships that confirm themselves. Of each stratum `share_percent` of
    the cases, rounded up, and at least `at_least`."""

    since: str
    until: str
    items: tuple[str, ...] = ()
    towns: tuple[str, ...] = ()
    delegated_only: bool = False
    share_percent: int = 30
    at_least: int = 1
    strata: tuple[str, ...] = ("town",)

    def as_json(self) -> dict[str, Any]:
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def of(cls, data: dict[str, Any]) -> Rule:
        plain: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        return cls(**plain)


@dataclass(frozen=True)
class Drawn:
    """The outcome of the algorithm: drawn (case id, stratum, value) in order of value within each stratum."""

    tasks: tuple[tuple[int, str, str], ...] = field(default=())


def rank(seed: str, unit: int | str) -> str:
    """The lot of one case: SM3 of the seed (64 hex digits, as text) followed by the case id (decimal text)."""
    return sealing.sm3(f"{seed}{unit}".encode())


def lots(
    seed: str, population: Iterable[Sequence[Any]], wanted: Callable[[str, int], int]
) -> list[tuple[Any, str, str]]:
    """(unit, stratum, lot) of those drawn: of each stratum the ``wanted(stratum, size)`` units with the smallest lots, in
    order of stratum and lot. Pure: whoever has seed and population gets the same."""
    strata: dict[str, list[Any]] = defaultdict(list)
    for unit, stratum in population:
        strata[str(stratum)].append(unit)
    drawn: list[tuple[Any, str, str]] = []
    for stratum in sorted(strata):
        ranked = sorted((rank(seed, unit), unit) for unit in strata[stratum])
        drawn += [(unit, stratum, lot) for lot, unit in ranked[: wanted(stratum, len(ranked))]]
    return drawn


def pick(seed: str, population: Iterable[Sequence[Any]], rule: Rule) -> Drawn:
    """The draw itself: pure, so that anybody may do it again. `population`: [case id, stratum] pairs in any order."""
    pairs = ((int(case_id), stratum) for case_id, stratum in population)
    return Drawn(tuple(lots(seed, pairs, lambda _, size: max(-(-size * rule.share_percent // 100), rule.at_least))))


def sha_of(population: Sequence[Sequence[Any]]) -> str:
    """SM3 of the population: the pairs sorted by case id, as canonical JSON."""
    return sealing.sm3(canonical(sorted([[str(pk), str(stratum)] for pk, stratum in population])))


def population(region_code: str, rule: Rule) -> tuple[list[list[str]], list[Case]]:
    """([case id, stratum] of those among whom lots are drawn, cases that are visited without a draw)."""
    rows = (
        Case.objects.filter(codes.scope_q(rule.towns or (region_code,)), state__in=DECIDED)
        .filter(decided_at__date__gte=rule.since, decided_at__date__lte=rule.until)
        .defer("form")
        .order_by("pk")
    )
    rows = rows.filter(item_code__in=rule.items) if rule.items else rows
    drawn, fixed = [], []
    for case in rows[: MAX_POPULATION + 1]:
        if rule.delegated_only and not _delegated(case):
            continue
        if case.needs_county_visit:
            fixed.append(case)
        else:
            drawn.append([str(case.pk), stratum_of(case, rule)])
    if len(drawn) > MAX_POPULATION:
        raise Refused(f"范围超过 {MAX_POPULATION} 件，请缩短日期或分乡镇抽查。")
    return drawn, fixed


def _delegated(case: Case) -> bool:
    """Decided by the township itself."""
    return case.acts.filter(code__in=("approve", "reject"), from_state="TOWN_CONFIRM").exists()


def stratum_of(case: Case, rule: Rule) -> str:
    parts = {"town": case.region_code[:9] + "000", "item": case.item_code}
    return "|".join(parts[name] for name in rule.strata)


@transaction.atomic
def publish(*, actor: Actor, region_code: str, title: str, rule: Rule) -> SpotDraw:
    """Freeze the population and commit to a seed that nobody knows. Raises NotAllowed, Refused."""
    from minzheng.kernel.audit.services import record
    from minzheng.kernel.registers.numbering import next_number

    post = actor.can(PERMISSION, region_code)
    if post is None:
        raise NotAllowed("您的岗位不能在这里组织抽查。")
    _check(rule, title)
    people, always = population(region_code, rule)
    fixed = [[str(case.pk), stratum_of(case, rule)] for case in always]
    if not people and not fixed:
        raise Refused("这个范围里没有已经作出决定的办件，请调整日期、乡镇或事项。")
    now, seed = clock.now(), secrets.token_hex(SEED_BYTES)
    serial = next_number("draw", region_code=region_code, year=now.year)
    draw = SpotDraw(
        no=f"{region_code[:6]}-CC-{now.year}-{serial:04d}",
        region_code=region_code,
        title=title.strip()[:80],
        rule={**rule.as_json(), "fixed": fixed},
        population=people,
        population_sha=sha_of(people),
        seed=seed,
        seed_sha=sealing.sm3(seed.encode()),
        published_at=now,
        draw_after=now + datetime.timedelta(hours=settings.SPOT_DRAW_NOTICE_HOURS),
        created_by_id=actor.id,
    )
    draw.save(force_insert=True)
    record(
        actor=actor.acting_as(post),
        action="draw.publish",
        obj=draw,
        region_code=region_code,
        detail={"no": draw.no, "seed_sha": draw.seed_sha, "population_sha": draw.population_sha, "size": len(people)},
    )
    return draw


def _check(rule: Rule, title: str) -> None:
    errors: dict[str, str] = {}
    if not title.strip():
        errors["title"] = "请写抽查名称。"
    if rule.until < rule.since:
        errors["until"] = "结束日期不能早于开始日期。"
    if not 0 <= rule.share_percent <= 100 or rule.at_least < 0 or (rule.share_percent == 0 and rule.at_least == 0):
        errors["share_percent"] = "抽查比例在 0 到 100 之间，比例和每层件数不能同时为 0。"
    if not set(rule.strata) <= {code for code, _ in STRATA}:
        errors["strata"] = "分层只能按乡镇、事项。"
    unknown = [code for code in rule.items if code not in {i.code for i in registry.all_items()}]
    if unknown:
        errors["items"] = f"没有这些事项：{'、'.join(unknown)}。"
    if errors:
        raise Refused([], errors)


@transaction.atomic
def draw(*, actor: Actor, pk: int) -> SpotDraw:
    """Open the seed and write the tasks. Raises NotFound, Refused (too early, already drawn)."""
    from minzheng.kernel.audit.services import record
    from minzheng.kernel.calendar.selectors import add_working_days

    one = visible_to(actor).select_for_update().filter(pk=pk).first()
    post = actor.can(PERMISSION, one.region_code) if one else None
    if one is None or post is None:
        raise NotFound("没有这次抽查，或者不在您的范围内。")
    now = clock.now()
    if one.state != "published":
        raise Refused("这次抽查已经抽过，一次只抽一回。")
    if now < one.draw_after:
        raise Refused(f"种子摘要公布满 {settings.SPOT_DRAW_NOTICE_HOURS} 小时后才能抽取。")
    rule, due = rule_of(one), add_working_days(clock.today(), settings.SPOT_TASK_DAYS).date
    drawn = [(int(case), stratum, "", True) for case, stratum in one.rule.get("fixed", [])]
    drawn += [(case, stratum, lot, False) for case, stratum, lot in pick(one.seed or "", one.population, rule).tasks]
    places = dict(Case.objects.filter(pk__in=[case for case, *_ in drawn]).values_list("pk", "region_code"))
    SpotTask.objects.bulk_create(
        SpotTask(
            draw=one, case_id=case, region_code=places[case], seq=seq, stratum=stratum, rank_sha=lot, mandatory=fixed,
            due_on=due,
        )
        for seq, (case, stratum, lot, fixed) in enumerate(drawn, start=1)
    )  # fmt: skip
    one.state, one.drawn_at, one.revealed_seed = "drawn", now, one.seed or ""
    one.save(update_fields=["state", "drawn_at", "revealed_seed"])
    detail = {"no": one.no, "seed": one.revealed_seed, "tasks": len(drawn)}
    record(actor=actor.acting_as(post), action="draw.draw", obj=one, region_code=one.region_code, detail=detail)
    return one


def rule_of(one: SpotDraw) -> Rule:
    return Rule.of({k: v for k, v in one.rule.items() if k != "fixed"})


def visible_to(actor: Actor) -> QuerySet[SpotDraw]:
    """Draws of the places of one post with case.county_visit."""
    return SpotDraw.objects.filter(actor.scope_q(PERMISSION))


def tasks_of(actor: Actor) -> QuerySet[SpotTask]:
    """Tasks over cases of the places of one post with case.county_visit."""
    return SpotTask.objects.filter(actor.scope_q(PERMISSION)).select_related("draw", "case")
