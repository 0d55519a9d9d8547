"""迁居与移送: a case follows its family to another township, with its number, acts, clocks and evidence.

The clocks that run go on under the rule of the place where they began (`timing.steps_of` knows where the case was at each
act). The former township keeps a `CaseMove`: what it did may still be read there, nothing of what comes after. A benefit
in payment moves with the next month: the former place pays this month, the new one from the month after, so that no
month is paid twice or not at all. A case that waited for a township's confirmation goes on to the county by itself where
the new township has no such power (act ``recall_delegation``)."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from minzheng.kernel import clock
from minzheng.kernel.cases.flow import Act, guard
from minzheng.kernel.cases.states import OPEN, PAID
from minzheng.kernel.parts.fields import Choice, Date, LongText, Region, Text
from minzheng.kernel.regions import codes
from minzheng.kernel.regions.choices import villages
from minzheng.kernel.regions.selectors import region_name

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.models import CaseAct
    from minzheng.kernel.cases.running.context import Ctx

# Why a township that has not yet accepted hands an application on (reference §1.2.4).
WHY_NOT_HERE = (
    ("hukou", "户籍在另一个乡镇（街道），那里受理"),
    ("residence", "经常居住地在另一个乡镇（街道），那里受理"),
    ("agreed", "成员户籍分在几处，商定由另一个乡镇（街道）受理"),
)


def move_case(
    *,
    case_id: int,
    actor: Actor,
    to_region: str,
    moved_on: datetime.date,
    reason: str,
    address: str = "",
    version: int | None = None,
) -> CaseAct:
    """The family of an open case has moved within the county. `to_region`: 12-digit village; raises Refused as every
    act does. The same as performing the act ``move_family``."""
    from minzheng.kernel.cases.services import perform

    data = {"to_region": to_region, "moved_on": moved_on.isoformat(), "address": address, "opinion": reason}
    return perform(case_id=case_id, act="move_family", actor=actor, data=data, version=version)


@guard("another_place", needs_data=True)
def another_place(ctx: Ctx) -> str:
    to = ctx.text("to_region")
    if to == ctx.case.region_code:
        return "迁入地和现在的所在地相同，不用办理。"
    if to[:6] != ctx.case.region_code[:6]:
        return (
            "迁出本县（区、市）的，各县标准和确认机关不同：请办理停发或撤回，"
            f"告知家庭向{authority_of(to)}重新申请，并把材料移交过去。"
        )
    return ""


@guard("another_town", needs_data=True)
def another_town(ctx: Ctx) -> str:
    to = ctx.text("to_region")
    if to[:6] != ctx.case.region_code[:6]:
        return f"不属于本县（区、市）受理的，请办理“不予受理”，告知家庭向{authority_of(to)}申请；不能跨县移送办件。"
    same = to[:9] == ctx.case.region_code[:9]
    return "移送只在不同乡镇（街道）之间办理；本乡镇内请直接受理。" if same else ""


@guard("moved_already", needs_data=True)
def moved_since_application(ctx: Ctx) -> str:
    return "迁居日期不能在今天以后。" if ctx.text("moved_on") > ctx.today.isoformat() else ""


def authority_of(region_code: str) -> str:
    """Who accepts applications there, by its full name: the township's window, else the county's bureau, else the
    place with its names above it (decision 0020)."""
    from minzheng.kernel.orgs.selectors import office_for

    office = office_for(region_code)
    town = codes.full(region_code[:9])
    if office is None:
        return f"{region_name(town, full=True)}的民政窗口"
    return f"{region_name(town, full=True)}的{office.name}"


def on_move(ctx: Ctx) -> None:
    """Case, household and awards go to the new place; the former one keeps its record."""
    case, before, to = ctx.case, ctx.case.region_code, ctx.text("to_region")
    pays_from = _move_awards(ctx, to) if case.state in PAID else None
    _keep_for_former_place(ctx, before, to, pays_from)
    case.region_code = to
    applicant = {**(case.form.get("applicant") or {}), "region": to}
    if ctx.text("address"):
        applicant["address"] = ctx.text("address")
    case.form = {**case.form, "applicant": applicant}
    if case.household is not None and ctx.act.code == "move_family":
        from minzheng.kernel.subjects.moving import move_household

        move_household(
            actor=ctx.actor,
            household=case.household,
            to_region=to,
            address=ctx.text("address"),
            reason=ctx.text("opinion") or ctx.act.title,
        )
    ctx.done.data = {k: v for k, v in ctx.done.data.items() if k != "address"}
    ctx.note({"from_region": before, "to_region": to})


def _move_awards(ctx: Ctx, to: str) -> datetime.date:
    from minzheng.kernel.awards.moving import move_award

    pays_from = ctx.today
    for award in ctx.case.awards.exclude(state="ended"):
        pays_from = move_award(award=award, to_region=to, on=ctx.today, actor=ctx.actor, params=ctx.params_today)
    return pays_from


def _keep_for_former_place(ctx: Ctx, before: str, to: str, pays_from: datetime.date | None) -> None:
    from minzheng.kernel.audit.services import record
    from minzheng.kernel.cases.models import CaseMove

    moved = ctx.text("moved_on")
    CaseMove.objects.create(
        case=ctx.case,
        region_code=before,
        to_region=to,
        moved_on=datetime.date.fromisoformat(moved) if moved else ctx.today,
        pays_from=pays_from,
        seq=ctx.done.seq,
        reason=(ctx.text("opinion") or ctx.act.title)[:200],
    )
    record(
        actor=ctx.actor.acting_as(ctx.assignment) if ctx.assignment else ctx.actor,
        action="case.moved_out",
        obj=ctx.case,
        region_code=before,
        reason=ctx.act.title,
        detail={"to": to, "no": ctx.case.no or "", "seq": ctx.done.seq},
    )


def moved_sentence(act: CaseAct) -> str:
    """东安镇 李家村 → 西宁镇 王家村."""
    places = (str(act.data.get("from_region", "")), str(act.data.get("to_region", "")))
    return " → ".join(f"{region_name(codes.parent(one))} {region_name(one)}" for one in places)


def acts() -> tuple[Act, ...]:
    to = Region("to_region", "迁入哪个村（社区）", required=True, under=villages)
    return (
        Act(
            "move_family",
            "家庭迁居（办件随迁）",
            tuple(s for s in OPEN if s != "SUBMITTED"),
            by=("case.accept", "case.confirm"),
            guards=(another_place, moved_since_application),
            effects=(on_move,),
            help="编号、已办动作、时限和证据不变；原乡镇只能看迁出以前办的事。享受待遇的，次月起由迁入地发放。",
            fields=(
                to,
                Text("address", "新住址", max_length=100),
                Date("moved_on", "迁居日期", required=True, not_after=clock.today),
                LongText("opinion", "事由", required=True),
            ),
        ),
        Act(
            "transfer_case",
            "移送有受理权的乡镇（街道）",
            ("SUBMITTED",),
            by=("case.accept",),
            guards=(another_town,),
            effects=(on_move,),
            help="家庭不用重新申请；受理审查的期限自移送次日起重新计算，办结期限自受理起算。",
            fields=(
                Region("to_region", "移送到哪个村（社区）", required=True, under=villages),
                Choice("why", "为什么不在这里受理", required=True, options=WHY_NOT_HERE),
                LongText("opinion", "说明"),
            ),
        ),
    )
