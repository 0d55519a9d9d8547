"""总体: everything a sample may pick, as far as its organiser may read it; one unit is an award, a case or a payment line.

Strata are made of at most three things: the township, the benefit, the class of risk. Risk is decided by what is on
file (see `risk_of`), never by a person's choice."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from minzheng.datacenter.monitoring.models import Alert
from minzheng.datacenter.sampling.errors import SamplingRefused
from minzheng.kernel import clock
from minzheng.kernel.awards import selectors as awards
from minzheng.kernel.cases import selectors as cases
from minzheng.kernel.cases.draws.services import MAX_POPULATION
from minzheng.kernel.cases.lifecycle.confirm import DECIDED
from minzheng.kernel.items import registry
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor

STRATA = (("town", "乡镇（街道）"), ("item", "事项"), ("risk", "风险等级"))
RISKS = {"high": "高风险", "middle": "中风险", "low": "低风险"}
IN_FORCE = ("active", "tapering")
WAITING = ("planned", "batched")


@dataclass(frozen=True)
class Scope:
    """What is drawn from. `towns`: 12-digit codes, empty = the whole place; `items`: codes, empty = all. `since`/`until`:
    days of decision for cases (ISO); `month`: 2026-11 for payments."""

    items: tuple[str, ...] = ()
    towns: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    month: str = ""

    def as_json(self) -> dict[str, Any]:
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def of(cls, data: dict[str, Any]) -> Scope:
        plain: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        return cls(**plain)


@dataclass(frozen=True)
class Unit:
    """One thing that may be drawn. `fen`: what it pays (a month for awards and payments, 0 for cases)."""

    pk: int
    town: str
    item: str
    risk: str
    fen: int

    def stratum(self, strata: tuple[str, ...]) -> str:
        return "|".join(getattr(self, name) for name in strata)


@dataclass
class _Risk:
    """What decides the class of risk, read once for the whole population."""

    alerted: set[int] = field(default_factory=set)
    today: datetime.date = field(default_factory=clock.today)


def units(actor: Actor, region_code: str, subject: str, scope: Scope) -> list[Unit]:
    """The population, in order of id. Raises SamplingRefused when it is empty or too large for one sample."""
    found: list[Unit] = []
    for unit in _READERS[subject](actor, region_code, scope):
        found.append(unit)
        if len(found) > MAX_POPULATION:
            raise SamplingRefused(f"总体超过 {MAX_POPULATION} 个，请分乡镇、分事项或缩短日期后分别抽样。")
    if not found:
        raise SamplingRefused("这个范围里没有可以抽查的对象，请调整事项、乡镇、日期或月份。")
    return found


def _places(region_code: str, scope: Scope) -> Any:
    return codes.scope_q(scope.towns or (region_code,))


def _awards(actor: Actor, region_code: str, scope: Scope) -> Iterator[Unit]:
    rows = awards.visible_to(actor).filter(_places(region_code, scope), state__in=IN_FORCE).exclude(cycle="once")
    rows = rows.filter(item_code__in=scope.items) if scope.items else rows
    risk = _Risk(_alerted(region_code))
    names = ("pk", "region_code", "item_code", "amount_fen", "next_review_on", "case_id", "household_id")
    for pk, place, item, fen, review, case, household in rows.order_by("pk").values_list(*names).iterator():
        yield Unit(pk, _town(place), item, risk_of(risk, household, review, imported=case is None), fen)


def _payments(actor: Actor, region_code: str, scope: Scope) -> Iterator[Unit]:
    month = datetime.date.fromisoformat(f"{scope.month}-01")
    rows = awards.lines_visible_to(actor).filter(
        _places(region_code, scope), month=month, state__in=WAITING, amount_fen__gt=0
    )
    rows = rows.filter(item_code__in=scope.items) if scope.items else rows
    risk = _Risk(_alerted(region_code))
    names = (
        "pk",
        "region_code",
        "item_code",
        "amount_fen",
        "award__next_review_on",
        "award__case_id",
        "award__household_id",
    )
    for pk, place, item, fen, review, case, household in rows.order_by("pk").values_list(*names).iterator():
        yield Unit(pk, _town(place), item, risk_of(risk, household, review, imported=case is None), fen)


def _cases(actor: Actor, region_code: str, scope: Scope) -> Iterator[Unit]:
    rows = cases.visible_to(actor).filter(_places(region_code, scope), state__in=DECIDED)
    if scope.since:
        rows = rows.filter(decided_at__date__gte=scope.since)
    if scope.until:
        rows = rows.filter(decided_at__date__lte=scope.until)
    rows = rows.filter(item_code__in=scope.items) if scope.items else rows
    risk = _Risk(_alerted(region_code))
    names = ("pk", "region_code", "item_code", "needs_county_visit", "household_id")
    for pk, place, item, visit, household in rows.order_by("pk").values_list(*names).iterator():
        level = "high" if visit else risk_of(risk, household, None, imported=False)
        yield Unit(pk, _town(place), item, level, 0)


_READERS = {"award": _awards, "payment": _payments, "case": _cases}


def risk_of(known: _Risk, household: int | None, review: datetime.date | None, *, imported: bool) -> str:
    """high: a red or orange alert is open, or the review is overdue; middle: taken over without a decision of our own;
    low: all others. Cases that must be visited by the county (relatives on record, complaints) are high, too."""
    if household in known.alerted or (review is not None and review < known.today):
        return "high"
    return "middle" if imported else "low"


def _alerted(region_code: str) -> set[int]:
    """Households with an open red or orange alert."""
    rows = Alert.objects.filter(
        codes.scope_q([region_code]), level__in=(Alert.RED, Alert.ORANGE), household_id__isnull=False
    )
    return set(rows.exclude(state=Alert.CLOSED).values_list("household_id", flat=True))


def _town(region_code: str) -> str:
    return region_code[:9].ljust(12, "0")


def stratum_words(key: str, names: dict[str, str]) -> str:
    """“东安镇，低保，高风险”; the whole of a sample without strata is 合计. `names`: region names by code."""
    return "，".join(map(partial(_word, names), filter(None, key.split("|")))) or "合计"


def _word(names: dict[str, str], part: str) -> str:
    if part in RISKS:
        return RISKS[part]
    if part.isdigit():
        return names.get(part) or part
    return registry.get(part).short if part in {item.code for item in registry.all_items()} else part


@dataclass(frozen=True)
class Shown:
    """What a drawn unit is called and where its file is."""

    region_code: str
    number: str
    name: str
    fen: int
    case: int | None
    award: int | None


def shown(subject: str, ids: list[int]) -> dict[int, Shown]:
    """The drawn units by id. Asks for no actor: the draw was allowed when it was published."""
    from minzheng.kernel.accounts.actors import SYSTEM

    names: tuple[str, ...] = ("pk", "region_code", "no", "payee_name", "amount_fen", "case_id", "pk")
    rows: QuerySet[Any]
    if subject == "case":
        rows, names = cases.visible_to(SYSTEM), ("pk", "region_code", "no", "applicant_name")
    elif subject == "award":
        rows = awards.visible_to(SYSTEM)
    else:
        rows = awards.lines_visible_to(SYSTEM)
        names = ("pk", "region_code", "award__no", "award__payee_name", "amount_fen", "award__case_id", "award_id")
    found = {row[0]: row[1:] for row in rows.filter(pk__in=ids).values_list(*names)}
    if subject == "case":
        return {pk: Shown(place, no or "", name, 0, pk, None) for pk, (place, no, name) in found.items()}
    return {pk: Shown(*row) for pk, row in found.items()}
