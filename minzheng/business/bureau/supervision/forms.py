"""The forms of tasks, and what becomes of them: taking on, dividing, handing out and down."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from minzheng.business.bureau.plans.models import COMPARATORS
from minzheng.business.bureau.supervision import people, showing, starting, steering
from minzheng.business.bureau.supervision.hands import MANAGE
from minzheng.business.bureau.supervision.models import CYCLES, KINDS, LIVE_STATES, SupervisedTask
from minzheng.business.bureau.supervision.starting import Share, Source
from minzheng.kernel import clock
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.orgs import selectors as orgs
from minzheng.kernel.parts.fields import Choice, Count, Date, Field, LongText, Text
from minzheng.kernel.parts.page import Done
from minzheng.kernel.parts.plain_fields import parse_date
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

NUMBER = r"\d{1,13}(?:\.\d{1,4})?"
_ASKED = "请填数字，小数最多四位。"


def url(task: SupervisedTask) -> str:
    return reverse("duty.detail", kwargs={"pk": task.pk})


def owners(actor: Actor) -> list[tuple[str, str]]:
    """Offices in whose name this person supervises: those of the own posts first, else those of the place."""
    places = actor.scopes(MANAGE)
    own = {
        str(post.organization_id): post.organization.name
        for post in actor.assignments
        if any(codes.covers(place, post.organization.region_code) for place in places)
    }
    return list(own.items()) or orgs.organizations_in(places)


def offices(task: SupervisedTask) -> list[tuple[str, str]]:
    """Offices at or below the supervisor's place."""
    return orgs.organizations_in([task.owner_region])


# ---- 立项 ----


def new_fields(actor: Actor, obj: Any) -> list[Field]:
    own = owners(actor)
    return [
        *([Choice("owner", "督办单位", required=True, options=own)] if len(own) != 1 else []),
        Choice("kind", "清单", required=True, options=KINDS, radio_up_to=6),
        Count("year", "年度", required=True, minimum=2000, maximum=2100),
        LongText("sentence", "原文句", required=True, max_length=1000, help="文件、纪要或批示里的原话。"),
        Text("title", "任务名称", max_length=120, help="不填就用原文句。"),
        Text("basis", "依据", max_length=120, help="文件名、文号、会议或批示。"),
        Text("goals", "所属目标", max_length=120, help="一项任务可以属于几个目标，用顿号隔开。"),
        Choice(
            "comparator", "量化目标", options=COMPARATORS, radio_up_to=0, help="没有量化目标的不选，进度按百分比报。"
        ),
        Text("target", "目标值", pattern=NUMBER, hint=_ASKED),
        Text("unit", "单位", max_length=30),
        Text("evidence_wanted", "佐证类型", max_length=120, help="如“验收单、照片”。"),
    ]


def new_initial(actor: Actor, obj: Any) -> dict[str, Any]:
    return {"kind": "year", "year": clock.today().year}


def new(actor: Actor, values: dict[str, Any], obj: Any) -> Done:
    own = owners(actor)
    owner = orgs.current(pk=int(values.get("owner") or own[0][0])) if own else None
    if owner is None:
        raise Refused("没有可以作督办单位的机构：请先由系统管理员登记您的任职机构。")
    if bool(values.get("target")) != bool(values.get("comparator")):
        raise Refused([], {"target": "量化目标的“比较”和“目标值”要一起填。"})
    source = Source(
        values["sentence"], values.get("title") or "", comparator=values.get("comparator") or "",
        target=Decimal(values["target"]) if values.get("target") else None, unit=values.get("unit") or "",
    )  # fmt: skip
    task = starting.propose(
        actor=actor, owner=owner, kind=values["kind"], year=values["year"], source=source, basis=values.get("basis") or "",
        goals=re.split("[、，,;；]", values.get("goals") or ""), evidence_wanted=values.get("evidence_wanted") or "",
    )  # fmt: skip
    return Done(f"已立项 {task.no}。接着分解：定牵头单位和期限。", reverse("duty.divide", kwargs={"pk": task.pk}))


# ---- 分解 ----


def divide_fields(actor: Actor, task: SupervisedTask) -> list[Field]:
    return [*lead_fields(task), *time_fields(), Choice("assisting", "配合单位", options=_near(task), many=True),
            LongText("milestones", "节点", rows=4, max_length=2000, help="一行一个：日期 名称，如“2026-03-31 完成招标”。")]  # fmt: skip


def _near(task: SupervisedTask) -> list[tuple[str, str]]:
    """Offices of the supervisor's own place (those below get sub-tasks), and those that were named before."""
    here = dict(orgs.of_place(task.owner_region))
    named = {str(one["org"]): one["name"] for one in task.assisting if one.get("org")}
    return [(pk, name) for pk, name in (here | named).items() if pk != str(task.lead_org_id or "")]


def lead_fields(task: SupervisedTask) -> list[Field]:
    return [
        Choice("lead_org", "牵头单位", required=True, options=offices(task), radio_up_to=0),
        Text("lead_office", "牵头科室", max_length=60, help="如“养老服务股”。"),
        Choice("responsible", "责任人", options=people.choices([task.owner_region]), radio_up_to=0,
               help="要在牵头单位任职。不选的，牵头单位的人都可以办。"),
    ]  # fmt: skip


def time_fields() -> list[Field]:
    return [
        Text("leader", "分管领导", max_length=60),
        Date("start", "开始", required=True),
        Date("end", "期限", required=True),
        Choice("cycle", "反馈周期", required=True, options=CYCLES),
        Text("weight", "权重", pattern=r"\d{1,4}(?:\.\d{1,2})?", hint=_ASKED, help="计算得分用，不填为 1。"),
    ]


def divide_initial(actor: Actor, task: SupervisedTask) -> dict[str, Any]:
    year = task.year
    steps = "\n".join(f"{one.due} {one.title}" for one in task.milestones.all())
    return {
        "lead_org": str(task.lead_org_id or ""), "lead_office": task.lead_office, "responsible": str(task.responsible_id or ""),
        "leader": task.leader, "start": task.start or max(clock.today(), datetime.date(year, 1, 1)),
        "end": task.end or datetime.date(year, 12, 31), "cycle": task.cycle, "weight": showing.amount(task.weight),
        "assisting": [str(one["org"]) for one in task.assisting if one.get("org")], "milestones": steps,
    }  # fmt: skip


def share_of(values: dict[str, Any]) -> Share:
    """Raises Refused for steps that cannot be read."""
    return Share(
        int(values["lead_org"]), values["start"], values["end"], values.get("lead_office") or "",
        int(values["responsible"]) if values.get("responsible") else None, values.get("leader") or "",
        Decimal(values.get("weight") or 1), values["cycle"], [int(pk) for pk in values.get("assisting") or ()],
        _steps(values.get("milestones") or ""),
    )  # fmt: skip


def _steps(text: str) -> list[tuple[str, datetime.date]]:
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        day, _, title = line.partition(" ")
        read = parse_date(day)
        if read is None or not title.strip():
            raise Refused([], {"milestones": f"“{line[:30]}”没有读懂：一行一个节点，先写日期，空一格，再写名称。"})
        found.append((title.strip(), read))
    return found


def divide(actor: Actor, values: dict[str, Any], task: SupervisedTask) -> Done:
    starting.divide(actor=actor, task=task, share=share_of(values))
    return Done("已分解。核对以后点“交办”。", url(task))


def assign(actor: Actor, task: SupervisedTask, values: dict[str, Any]) -> Done:
    starting.assign(actor=actor, task=task)
    return Done("已交办，等牵头单位签收。", url(task))


REASON = (LongText("reason", "原因", required=True, max_length=400),)


def drop(actor: Actor, task: SupervisedTask, values: dict[str, Any]) -> Done:
    starting.drop(actor=actor, task=task, reason=values["reason"])
    return Done("已撤项。", url(task))


# ---- 分解到下级 ----


def below(task: SupervisedTask) -> list[tuple[str, str]]:
    """Offices one level under the task's place, without a sub-task yet."""
    taken = set(task.children.exclude(state__in=("dropped", "merged")).values_list("lead_org_id", flat=True))
    offered = orgs.one_below(task.region_code, ("bureau", "township", "committee"))
    return [(pk, name) for pk, name in offered if int(pk) not in taken]


def delegate_fields(actor: Actor, task: SupervisedTask) -> list[Field]:
    part = [Text("part", f"每个单位的目标（{task.unit or '数'}）", pattern=NUMBER, hint=_ASKED,
                 help="各单位一样的填这里；不一样的，分几次分解。")] if task.target is not None else []  # fmt: skip
    return [
        Choice("orgs", "单位", required=True, options=below(task), many=True),
        *part,
        Date("end", "期限", required=True),
    ]


def delegate_initial(actor: Actor, task: SupervisedTask) -> dict[str, Any]:
    return {"end": task.end}


def delegate(actor: Actor, values: dict[str, Any], task: SupervisedTask) -> Done:
    part = Decimal(values["part"]) if values.get("part") else None
    made = starting.delegate(actor=actor, task=task, shares={int(pk): part for pk in values["orgs"]}, end=values["end"])
    return Done(f"已分解给 {len(made)} 个单位，等它们签收。", url(task))


# ---- 转办、中止、合并、催办、归档 ----


def transfer_fields(actor: Actor, task: SupervisedTask) -> list[Field]:
    return [*lead_fields(task), *REASON]


def transfer(actor: Actor, values: dict[str, Any], task: SupervisedTask) -> Done:
    steering.transfer(
        actor=actor, task=task, lead_org=int(values["lead_org"]), reason=values["reason"],
        responsible=int(values["responsible"]) if values.get("responsible") else None, lead_office=values.get("lead_office") or "",
    )  # fmt: skip
    return Done("已转办，等新的牵头单位签收。", url(task))


def pause(actor: Actor, task: SupervisedTask, values: dict[str, Any]) -> Done:
    steering.pause(actor=actor, task=task, reason=values["reason"])
    return Done("已中止，恢复以前不计颜色和得分。", url(task))


RESUME = (Date("end", "新期限", help="不填的，中止了几天就顺延几天。"), Text("reason", "说明", max_length=200))


def resume(actor: Actor, task: SupervisedTask, values: dict[str, Any]) -> Done:
    row = steering.resume(actor=actor, task=task, end=values.get("end"), reason=values.get("reason") or "")
    return Done(f"已恢复，期限 {row.end}。", url(task))


def merge_fields(actor: Actor, task: SupervisedTask) -> list[Field]:
    rows = SupervisedTask.objects.filter(owner_region=task.owner_region, state__in=LIVE_STATES).exclude(pk=task.pk)
    rows = rows.exclude(parent=task).order_by("-year", "no")
    options = tuple((str(pk), f"{no} {title}"[:60]) for pk, no, title in rows.values_list("pk", "no", "title")[:500])
    return [Choice("into", "并入", required=True, options=options, radio_up_to=0), *REASON]


def merge(actor: Actor, task: SupervisedTask, values: dict[str, Any]) -> Done:
    into = SupervisedTask.objects.get(pk=int(values["into"]))
    steering.merge(actor=actor, task=task, into=into, reason=values["reason"])
    return Done(f"已并入 {into.no}。", url(into))


REMIND = (LongText("words", "催办内容", required=True, max_length=200, rows=2),)


def remind(actor: Actor, task: SupervisedTask, values: dict[str, Any]) -> Done:
    steering.remind(actor=actor, task=task, words=values["words"])
    return Done("已催办，承办人在工作台和“我的任务”里看到。", url(task))


def archive(actor: Actor, task: SupervisedTask, values: dict[str, Any]) -> Done:
    steering.archive(actor=actor, task=task)
    return Done("已归档。", url(task))
