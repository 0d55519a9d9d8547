"""督查督办 of the demo county: a year's tasks in every colour, one overdue, one waiting for its check, one extended, some closed
and told of in a bulletin, one handed down to townships. All through the services, on the days on which it would have been."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import pypdf
from django.db import transaction

from minzheng.business.bureau.supervision import bulletins, checking, handling, starting, steering
from minzheng.business.bureau.supervision.handling import STORED_AS, Report
from minzheng.business.bureau.supervision.models import SupervisedTask, TaskEvidence
from minzheng.business.bureau.supervision.starting import Share, Source
from minzheng.demo.places import COUNTY, townships
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor, staff_actor
from minzheng.kernel.documents import vault
from minzheng.kernel.documents.models import Attachment
from minzheng.kernel.orgs import selectors as orgs
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.subjects.selectors import DEMO_BUREAU

if TYPE_CHECKING:
    from minzheng.demo.load import Loader

DAY = datetime.timedelta(days=1)
MANAGER, HEAD, DEPUTY = "zhengce", "juzhang", "fujuzhang"
#: The year of the tasks, in days from the day of the demonstration: whatever that day is.
BEGUN, OVER = -320, 40
#: Reports are given this many days before the day of the demonstration, the last one lately.
LATELY = 6


@dataclass(frozen=True)
class Told:
    """One task. `reports`: progress (or actual with a target), from long ago to lately; `end`: days from today, None for the
    end of the year; `then`: what happens after the reports."""

    sentence: str
    title: str
    user: str
    office: str
    reports: tuple[int, ...] = ()
    kind: str = "year"
    end: int | None = None
    target: int | None = None
    unit: str = ""
    comparator: str = "="
    stop: str = ""
    then: Callable[[Cast, SupervisedTask], Any] | None = None
    steps: tuple[tuple[str, int], ...] = ()
    problems: str = ""
    weight: int = 10
    goals: tuple[str, ...] = field(default=("解忧暖心",))


@dataclass(frozen=True)
class Cast:
    """Who plays, and on which day."""

    today: datetime.date
    bureau: Organization
    actors: dict[str, Actor]

    def on(self, days: int) -> Any:
        """The clock so many days from today."""
        return clock.at(self.today + days * DAY)


def _paper(name: str = "工作台账.pdf") -> Any:
    writer, out = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(width=595, height=842)
    writer.write(out)
    out.seek(0)
    out.name = name
    return out


def _close(cast: Cast, task: SupervisedTask) -> None:
    with cast.on(-LATELY + 2):
        checking.close(actor=cast.actors[HEAD], task=task, mode="spot", opinion="抽查 10 户，台账与现场一致")


def _extend(cast: Cast, task: SupervisedTask) -> None:
    end = cast.today + 58 * DAY
    with cast.on(-5):
        handling.ask_extension(actor=cast.actors["fuhe"], task=task, end=end, reason="定点医院的接口要随全市统一上线")
    with cast.on(-4):
        steering.decide_extension(actor=cast.actors[DEPUTY], task=task, grant=True, opinion="同意，上线后一周内报")


def _ask(cast: Cast, task: SupervisedTask) -> None:
    with cast.on(-1):
        handling.ask_extension(
            actor=cast.actors["caiwu"], task=task, end=cast.today + 75 * DAY, reason="决算批复还没有下达"
        )


def _pause(cast: Cast, task: SupervisedTask) -> None:
    with cast.on(-20):
        steering.pause(actor=cast.actors[MANAGER], task=task, reason="等省里的分类标准印发")


def _send_back(cast: Cast, task: SupervisedTask) -> None:
    with cast.on(-LATELY + 1):
        checking.send_back(actor=cast.actors[DEPUTY], task=task, reason="缺 3 个村的公开栏照片，补齐再报")


def _late(cast: Cast, task: SupervisedTask) -> None:
    with cast.on(-2):
        words = "县领导关注这件事，请本周内报完成时间"
        steering.remind(actor=cast.actors[MANAGER], task=task, words=words)


TASKS = (
    Told("困难老年人家庭适老化改造240户。", "困难老年人家庭适老化改造", "fuhe", "养老服务股", (60, 150, 212), "good", None, 240, "户",
         steps=(("完成入户评估", -200), ("完成招标", -150), ("完成改造和验收", 30)), weight=30),
    Told("开展低收入人口动态监测，预警处置率达到95%以上。", "低收入人口动态监测预警处置", "hedui", "核对中心", (40, 66, 88), target=95, unit="%", comparator=">=", weight=20),
    Told("新建农村互助养老点10处。", "新建农村互助养老点", "fuhe", "养老服务股", (2, 5, 7), "good", None, 10, "处", weight=20,
         problems="两处选址要调整，正与乡镇协商", steps=(("确定选址", -180), ("开工", -100))),
    Told("修订社会救助资金管理办法。", "修订社会救助资金管理办法", "caiwu", "计划财务股", (20, 35, 45), "meeting", problems="等财政部门会签意见"),
    Told("按县领导批示，排查整改救助对象“人情保”“错保”。", "“人情保”“错保”排查整改", "shenhe", "社会救助股", (30, 70, 85), "order", -12, then=_late,
         problems="2 户外出务工，未能核实"),
    Told("发放冬春救助物资前完成需求摸底。", "冬春救助需求摸底", "fafang", "社会救助股", (20, 70, 100), "year", 12),
    Told("社会救助政策宣传进村入户。", "社会救助政策宣传进村入户", "shenhe", "社会救助股", (10, 20, 100), "year", -LATELY),
    Told("救助对象医疗费用“一站式”结算接口联调。", "“一站式”结算接口联调", "fuhe", "社会救助股", (30, 50, 75), "pilot", 20, then=_extend),
    Told("完成福利彩票公益金项目绩效自评。", "福彩公益金项目绩效自评", "caiwu", "计划财务股", (30, 60, 80), "year", 25, then=_ask),
    Told("全年举办社会救助业务培训4期。", "社会救助业务培训", "shenhe", "社会救助股", (1, 3, 4), "year", 10, 4, "期", then=_close),
    Told("惠民殡葬政策公示上墙。", "惠民殡葬政策公示上墙", "fuhe", "社会事务股", (30, 60, 100), "good", -40, then=_close),
    Told("村级公开栏民政资金公开全覆盖。", "民政资金村级公开全覆盖", "fafang", "社会救助股", (40, 80, 100), "year", 30, then=_send_back),
    Told("落实“十四五”规划中期评估建议。", "规划中期评估建议落实", MANAGER, "政策法规股", (), "five", 420, stop="assigned"),
    Told("申报省级未成年人保护示范县。", "申报省级未成年人保护示范县", "shenhe", "儿童福利股", (20, 30), "pilot", None, then=_pause),
    Told("编制养老服务设施布局专项规划。", "养老服务设施布局专项规划", "fuhe", "养老服务股", stop="divided", kind="five"),
)  # fmt: skip
#: Part of the target handed to each of the first townships, and what they have reported of it.
HANDED = (30, (26, 22, 12))


def load_supervision(loader: Loader) -> int:
    """Returns the number of tasks."""
    _forget_files()
    bureau = orgs.current(code=DEMO_BUREAU)
    users = {one.user for one in TASKS} | {MANAGER, HEAD, DEPUTY} | {town.short for town in townships()[:3]}
    actors = {name: actor for name in users if (actor := staff_actor(name)) is not None}
    if bureau is None or len(actors) < len(users):
        return 0
    cast = Cast(loader.as_of, bureau, actors)
    made = [_play(cast, one) for one in TASKS]
    _hand_down(cast, made[0])
    with cast.on(-1):
        remark = "逾期和红灯任务的牵头单位请在三个工作日内报整改措施；待核查的任务由分管领导组织实地核查。"
        bulletins.issue(
            actor=actors[HEAD],
            owner=bureau,
            first=cast.today - 120 * DAY,
            last=cast.today - DAY,
            remark=remark,
        )
    return SupervisedTask.objects.filter(owner_region=COUNTY).count()


def _play(cast: Cast, one: Told) -> SupervisedTask:
    today, actor = cast.today, cast.actors[one.user]
    begun = today + (-3 if one.stop == "assigned" else BEGUN) * DAY
    end = today + (OVER if one.end is None else one.end) * DAY
    lead = actor.assignments[0].organization
    target = Decimal(one.target) if one.target else None
    source = Source(one.sentence, one.title, comparator=one.comparator if target else "", target=target, unit=one.unit)
    with clock.at(begun):
        manager = cast.actors[MANAGER]
        task = starting.propose(actor=manager, owner=cast.bureau, kind=one.kind, year=today.year, source=source, goals=one.goals,
                                basis=f"示范县民政局{today.year}年工作要点")  # fmt: skip
        steps = [(title, today + days * DAY) for title, days in one.steps]
        share = Share(lead.pk, begun, end, one.office, actor.id, "文思齐", Decimal(one.weight), "monthly", (), steps)
        task = starting.divide(actor=manager, task=task, share=share)
        if one.stop == "divided":
            return task
        task = starting.assign(actor=manager, task=task)
    if one.stop != "assigned":
        _report(cast, task, one, actor)
    return task


def _report(cast: Cast, task: SupervisedTask, one: Told, actor: Actor) -> None:
    with cast.on(BEGUN + 1):
        handling.sign(actor=actor, task=task)
    for n, number in enumerate(one.reports, start=1 - len(one.reports)):
        done = (number >= one.target) if one.target else number == 100
        report = Report(
            "按月推进，资料已归集。" if not done else "全部完成，附台账。", None if one.target else number,
            Decimal(number) if one.target else None, one.problems if n == 0 else "", "" if done else "继续按节点推进。",
            [_paper()] if done else (),
        )  # fmt: skip
        with cast.on(n * 60 - LATELY):
            handling.feedback(actor=actor, task=task, report=report)
    for step in task.milestones.filter(due__lt=cast.today - 120 * DAY):
        with clock.at(step.due):
            handling.reach(actor=actor, milestone=step, on=step.due)
    if one.then is not None:
        task.refresh_from_db()
        one.then(cast, task)


def _hand_down(cast: Cast, task: SupervisedTask) -> None:
    """The first task is handed on to three townships, which have come more or less far."""
    part, reached = HANDED
    towns = townships()[: len(reached)]
    offices = {town.short: orgs.office_for(town.code, ("township",)) for town in towns}
    shares: dict[int, Decimal | None] = {one.pk: Decimal(part) for one in offices.values() if one is not None}
    task.refresh_from_db()
    with cast.on(-260):
        made = starting.delegate(
            actor=cast.actors[MANAGER], task=task, shares=shares, end=cast.today + (OVER - 5) * DAY
        )
    by_place = {one.region_code: one for one in made}
    for town, number in zip(towns, reached, strict=True):
        actor, child = cast.actors[town.short], by_place[town.code]
        with cast.on(-259):
            handling.sign(actor=actor, task=child)
        with cast.on(-LATELY):
            handling.feedback(actor=actor, task=child, report=Report(f"已改造 {number} 户。", actual=Decimal(number)))


def _forget_files() -> None:
    """Files of evidence that belonged to an earlier demonstration: nothing points to them any more."""
    known = TaskEvidence.objects.values("attachment_id")
    rows = Attachment.objects.filter(kind=STORED_AS, case=None).exclude(pk__in=known)
    names = list(rows.values_list("path", flat=True))
    rows.delete()
    for name in names:
        transaction.on_commit(partial(vault.drop, name))
