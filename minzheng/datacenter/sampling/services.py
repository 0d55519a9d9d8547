"""抽样的办理: publish (population and seed digest), draw, record what was found.

As in kernel/cases/draws, whose lots are used: the population is frozen and digested, the server makes a seed nobody sees,
both digests are public and stand in the audit chain; after the notice the seed is opened and every unit's lot is
SM3(seed ‖ label). A label is a keyed digest of the unit, so anybody may replay the draw and nobody learns whom it means."""

from __future__ import annotations

import datetime
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from minzheng.datacenter.sampling import selectors, sizing
from minzheng.datacenter.sampling.errors import SamplingRefused
from minzheng.datacenter.sampling.models import Sample, SampleUnit
from minzheng.datacenter.sampling.population import STRATA, Scope, Unit, shown, units
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.audit import services as audit
from minzheng.kernel.calendar.selectors import add_working_days
from minzheng.kernel.cases import services as cases
from minzheng.kernel.cases.draws.services import SEED_BYTES, lots, sha_of
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.crypto import sealing
from minzheng.kernel.registers.numbering import next_number

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

DRAW, CHECK, READ = "sampling.draw", "sampling.check", "sampling.read"
LABEL = "sampling-label"
LABEL_DIGITS = 24


@dataclass(frozen=True)
class Design:
    """Percents as whole or decimal numbers. `allocation`: proportional | equal; `least`: units of every stratum at least;
    `inspectors`: ids of those among whom the units are dealt out."""

    confidence: float = 95.0
    tolerable: float = 5.0
    expected: float = 1.0
    strata: tuple[str, ...] = ("town",)
    allocation: str = "proportional"
    least: int = 2
    inspectors: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        told = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}
        return told | {"inspectors": [str(pk) for pk in self.inspectors]}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Design:
        told: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        return cls(**told | {"inspectors": tuple(int(pk) for pk in told.get("inspectors", ()))})


@dataclass(frozen=True)
class Plan:
    """What a design comes to: the sizes, and per stratum {"key", "size", "fen", "wanted"}."""

    size: sizing.Size
    strata: list[dict[str, Any]] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)

    @property
    def wanted(self) -> int:
        return sum(one["wanted"] for one in self.strata)


def plan(*, actor: Actor, region_code: str, subject: str, scope: Scope, design: Design) -> Plan:
    """Compute without writing. Raises SamplingRefused."""
    post = actor.can(DRAW, region_code)
    if post is None and not actor.is_system:
        raise SamplingRefused("您的岗位不能在这里组织抽样。")
    _check(subject, scope, design)
    found = units(actor if post is None else actor.acting_as(post), region_code, subject, scope)
    sizes: dict[str, int] = defaultdict(int)
    amounts: dict[str, int] = defaultdict(int)
    for unit in found:
        key = unit.stratum(design.strata)
        sizes[key] += 1
        amounts[key] += unit.fen
    try:
        size = sizing.needed(
            len(found), confidence=design.confidence / 100, tolerable=design.tolerable / 100,
            expected=design.expected / 100,
        )  # fmt: skip
    except ValueError as error:
        raise SamplingRefused([], {"tolerable": str(error)}) from None
    given = sizing.allocate(dict(sizes), size.wanted, least=design.least, equal=design.allocation == "equal")
    strata = [
        {"key": key, "size": sizes[key], "fen": amounts[key], "wanted": given[key]} for key in sorted(sizes)
    ]  # fmt: skip
    return Plan(size, strata, found)


def _check(subject: str, scope: Scope, design: Design) -> None:
    errors: dict[str, str] = {}
    if subject not in dict(Sample.SUBJECTS):
        errors["subject"] = "抽查对象只能是待遇、办件或待发放明细。"
    if subject == "payment" and not scope.month:
        errors["month"] = "抽查待发放明细要选月份。"
    if scope.since and scope.until and scope.until < scope.since:
        errors["until"] = "结束日期不能早于开始日期。"
    if not 50 < design.confidence < 100:
        errors["confidence"] = "置信度应在 50% 到 100% 之间，例如 95%。"
    if not 0 <= design.expected < design.tolerable < 100:
        errors["tolerable"] = "可容忍差错率应大于预计差错率，并且小于 100%。"
    if not set(design.strata) <= {code for code, _ in STRATA}:
        errors["strata"] = "分层只能按乡镇、事项、风险等级。"
    if design.allocation not in ("proportional", "equal") or design.least < 0:
        errors["least"] = "每层至少几个应是 0 或正整数。"
    if errors:
        raise SamplingRefused([], errors)


@transaction.atomic
def publish(
    *, actor: Actor, region_code: str, title: str, subject: str, scope: Scope, design: Design
) -> Sample:  # fmt: skip
    """Freeze the population and commit to a seed that nobody knows. Raises SamplingRefused."""
    if not title.strip():
        raise SamplingRefused([], {"title": "请写抽样名称。"})
    planned = plan(actor=actor, region_code=region_code, subject=subject, scope=scope, design=design)
    now, seed = clock.now(), secrets.token_hex(SEED_BYTES)
    rows = [[str(one.pk), label_of(subject, one.pk), one.stratum(design.strata), one.fen] for one in planned.units]
    serial = next_number("sample", region_code=region_code, year=now.year)
    sample = Sample(
        no=f"{region_code[:6]}-CY-{now.year}-{serial:04d}", region_code=region_code, title=title.strip()[:80],
        subject=subject, scope=scope.as_json(), design=design.as_json(), strata=planned.strata, population=rows,
        population_sha=sha_of([(row[1], row[2]) for row in rows]), size=len(rows), wanted=planned.wanted,
        fen=sum(one.fen for one in planned.units), seed=seed, seed_sha=sealing.sm3(seed.encode()), published_at=now,
        draw_after=now + datetime.timedelta(hours=settings.SPOT_DRAW_NOTICE_HOURS), created_by_id=actor.id,
        created_name=actor.name,
    )  # fmt: skip
    sample.save(force_insert=True)
    detail = {
        "no": sample.no, "seed_sha": sample.seed_sha, "population_sha": sample.population_sha, "size": sample.size,
        "frozen_sha": frozen_sha(sample), "wanted": {one["key"]: one["wanted"] for one in sample.strata},
    }  # fmt: skip
    audit.record(actor=_acting(actor, DRAW, region_code), action="sample.publish", obj=sample, detail=detail)
    return sample


def label_of(subject: str, pk: int) -> str:
    """What a unit is called where its id must not be told: a keyed digest, the same in every sample."""
    return sealing.mac(LABEL, f"{subject}:{pk}".encode())[:LABEL_DIGITS]


def frozen_sha(sample: Sample) -> str:
    """SM3 of the whole frozen population, ids and amounts included; only the audit chain carries it."""
    return sealing.sm3("\n".join("|".join(map(str, row)) for row in sample.population).encode())


def pick(
    seed: str, population: Sequence[Sequence[Any]], strata: Sequence[Mapping[str, Any]]
) -> list[tuple[str, str, str]]:
    """(label, stratum, lot) of those drawn. Pure: `population` needs only labels and strata."""
    wanted = {str(one["key"]): int(one["wanted"]) for one in strata}
    return lots(seed, [(row[-3], row[-2]) for row in population], lambda key, size: min(size, wanted.get(key, 0)))


@transaction.atomic
def draw(*, actor: Actor, pk: int) -> Sample:
    """Open the seed and write the units to be checked. Raises SamplingRefused (too early, already drawn)."""
    sample = selectors.visible_to(actor, DRAW).select_for_update().filter(pk=pk).first()
    if sample is None:
        raise SamplingRefused("没有这次抽样，或者不在您的范围内。")
    now = clock.now()
    if sample.state != "published":
        raise SamplingRefused("这次抽样已经抽取过，一次只抽一回。")
    if now < sample.draw_after:
        raise SamplingRefused(f"种子摘要公布满 {settings.SPOT_DRAW_NOTICE_HOURS} 小时后才能抽取。")
    drawn = pick(sample.seed or "", sample.population, sample.strata)
    by_label = {row[1]: (int(row[0]), int(row[3])) for row in sample.population}
    told = shown(sample.subject, [by_label[label][0] for label, _key, _lot in drawn])
    due = add_working_days(clock.today(), settings.SPOT_TASK_DAYS).date
    inspectors = Design.of(sample.design).inspectors
    rows = []
    for seq, (label, key, lot) in enumerate(drawn, start=1):
        unit, fen = by_label[label]
        one = told.get(unit)
        rows.append(SampleUnit(
            sample=sample, region_code=one.region_code if one else sample.region_code, seq=seq, unit_id=unit, label=label,
            stratum=key, rank_sha=lot, number=one.number if one else "已删除", name=one.name if one else "", fen=fen,
            case_id=one.case if one else None, award_id=one.award if one else None, due_on=due,
            inspector_id=inspectors[(seq - 1) % len(inspectors)] if inspectors else None,
        ))  # fmt: skip
    SampleUnit.objects.bulk_create(rows, batch_size=500)
    sample.state, sample.drawn_at, sample.revealed_seed = "drawn", now, sample.seed or ""
    sample.save(update_fields=["state", "drawn_at", "revealed_seed"])
    detail = {"no": sample.no, "seed": sample.revealed_seed, "units": len(rows)}
    audit.record(actor=_acting(actor, DRAW, sample.region_code), action="sample.draw", obj=sample, detail=detail)
    return sample


@transaction.atomic
def record_result(
    *, actor: Actor, unit_id: int, result: str, error_kind: str = "", error_fen: int = 0, finding: str = "",
    reopen: bool = False,
) -> tuple[SampleUnit, str]:  # fmt: skip
    """What was found about one unit; the last one closes the sample. `reopen`: also open a re-check of the case in payment.
    Returns the unit and what became of the re-check ("" when none was asked for). Raises SamplingRefused."""
    unit = selectors.units_visible_to(actor, CHECK).select_for_update(of=("self",)).filter(pk=unit_id).first()
    if unit is None:
        raise SamplingRefused("没有这项检查，或者不在您的范围内。")
    if unit.result:
        raise SamplingRefused("这项检查已经登记过结果，登记后不能改动。")
    errors = _result_errors(result, error_kind, error_fen, finding, unit)
    if errors:
        raise SamplingRefused([], errors)
    wrong = result == "wrong"
    unit.result, unit.error_kind, unit.error_fen = result, error_kind if wrong else "", error_fen if wrong else 0
    unit.finding, unit.done_at, unit.done_by_id = finding.strip(), clock.now(), actor.id
    unit.save()
    told = _reopened(unit) if wrong and reopen else ""
    if not SampleUnit.objects.filter(sample_id=unit.sample_id, result="").exists():
        Sample.objects.filter(pk=unit.sample_id).update(state="closed", closed_at=clock.now())
    detail = {"no": unit.sample.no, "seq": unit.seq, "result": result, "kind": unit.error_kind, "fen": unit.error_fen}
    audit.record(actor=_acting(actor, CHECK, unit.region_code), action="sample.result", obj=unit, detail=detail)
    return unit, told


def _result_errors(result: str, kind: str, fen: int, finding: str, unit: SampleUnit) -> dict[str, str]:
    errors: dict[str, str] = {}
    if result not in dict(SampleUnit.RESULTS):
        errors["result"] = "请选检查结果。"
    elif result == "wrong":
        if kind not in dict(SampleUnit.ERRORS):
            errors["error_kind"] = "有差错的，请选差错类型。"
        if not finding.strip():
            errors["finding"] = "有差错的，请写明检查情况。"
        if unit.fen and fen > unit.fen:
            errors["error_fen"] = "多发的金额不能大于这一个的金额；少发的请填负数。"
    return errors


def _reopened(unit: SampleUnit) -> str:
    """Open a re-check of the case behind a wrong unit, as a wrong 抽查 does; a refusal is told, not raised."""
    if unit.case_id is None:
        return "这一个没有本系统的办件，请人工发起复核。"
    try:
        with transaction.atomic():
            cases.perform(case_id=unit.case_id, act="open_recheck", actor=SYSTEM, data={"why": "spot"})
    except Refused as error:
        return f"没有发起复核：{error}"
    return "已发起复核。"


def _acting(actor: Actor, permission: str, region_code: str) -> Actor:
    post = actor.can(permission, region_code)
    return actor if post is None else actor.acting_as(post)
