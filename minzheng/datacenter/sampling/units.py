"""The units of samples: the list of what is to be checked, one unit, what was found."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from minzheng.datacenter.sampling import selectors, services, words
from minzheng.datacenter.sampling.models import SampleUnit
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Date, Link, Moment, Money, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.filters import ByChoice
from minzheng.kernel.parts.page import DetailBody, Done, ListBody
from minzheng.kernel.parts.panels import Facts

READ, CHECK = services.READ, services.CHECK
RESULT_TONES = {"right": "good", "wrong": "bad"}


def one(actor: Any, pk: int) -> SampleUnit | None:
    return selectors.units_visible_to(actor).filter(pk=pk).first()


def to_check(actor: Any, pk: int) -> SampleUnit | None:
    return selectors.units_visible_to(actor, CHECK).filter(pk=pk).first()


def record(actor: Any, values: dict[str, Any], obj: SampleUnit) -> Done:
    unit, told = services.record_result(
        actor=actor, unit_id=obj.pk, result=values["result"], error_kind=values.get("error_kind") or "",
        error_fen=int(values.get("error_fen") or 0), finding=values.get("finding") or "", reopen=bool(values.get("reopen")),
    )  # fmt: skip
    left = selectors.units_visible_to(actor, CHECK).filter(sample_id=unit.sample_id, result="").order_by("seq").first()
    where = (
        reverse("sampling.unit", kwargs={"pk": left.pk})
        if left
        else reverse("sampling.detail", kwargs={"pk": unit.sample_id})
    )
    return Done(f"结果已登记。{told}" + ("" if left else "这次抽样已全部查完。"), where)


def _samples(drawing: Drawing) -> list[tuple[str, str]]:
    rows = selectors.visible_to(drawing.actor).order_by("-published_at").values_list("pk", "title")
    return [(str(pk), title) for pk, title in rows[:200]]


def _strata(drawing: Drawing) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for one in selectors.visible_to(drawing.actor).order_by("-published_at")[:50]:
        names = words.names_of(one)
        found |= {row["key"]: words.stratum_line(row["key"], names) for row in one.strata if row["key"]}
    return sorted(found.items(), key=lambda pair: pair[1])


def _done(rows: Any, value: str, drawing: Drawing) -> Any:
    return rows.exclude(result="") if value == "yes" else rows.filter(result="")


def _mine(rows: Any, value: str, drawing: Drawing) -> Any:
    return rows.filter(inspector_id=drawing.actor.id)


def _stratum(unit: SampleUnit) -> str:
    return words.stratum_line(unit.stratum, words.names_of(unit.sample))


UNITS = ListBody(
    selectors.units_visible_to,
    (
        Link("number", "证号或编号", page="sampling.unit", args={"pk": "pk"}, css="nowrap"),
        Text("name", "姓名", css="nowrap"),
        Region("region_code", "村（社区）", css="nowrap"),
        Text(_stratum, "层", css="nowrap", narrow=False),
        Money("fen", "金额（元）", sort="fen"),
        Date("due_on", "应完成", sort="due_on"),
        Badge(
            "result", "结果", names=lambda row: words.RESULTS.get(row.result, "待查"), tones=RESULT_TONES, sort="result"
        ),
        Badge("error_kind", "差错类型", names=words.ERRORS),
        Money(lambda row: row.error_fen if row.result == "wrong" else None, "差错金额（元）", sort="error_fen"),
        Text("sample.title", "抽样", narrow=False),
    ),
    filters=(
        ByChoice("sample", "抽样", choices=_samples, field="sample_id"),
        ByChoice("stratum", "层", choices=_strata),
        ByChoice("result", "结果", choices=SampleUnit.RESULTS),
        ByChoice("done", "进度", choices=(("yes", "已查"), ("no", "待查")), by=_done),
        ByChoice("kind", "差错类型", choices=SampleUnit.ERRORS, field="error_kind"),
        ByChoice("mine", "分派", choices=(("me", "分给我的"),), by=_mine),
    ),
    sort="due_on",
    link=("sampling.unit", {"pk": "pk"}),
    export="sampling.units_export",
    empty="没有检查任务。抽样公布满规定时间、点“抽取”以后，抽中的列在这里。",
)
UNIT = DetailBody(
    one,
    (
        Facts(
            "抽中的对象",
            items=(
                Link("number", "证号", page="awards.detail", args={"pk": "award_id"}),
                Link("number", "办件", page="cases.detail", args={"pk": "case_id"}),
                Text("name", "姓名"),
                Region("region_code", "村（社区）"),
                Text(_stratum, "层"),
                Money("fen", "金额（元）"),
                Date("due_on", "应完成日期"),
                Link("sample.title", "抽样", page="sampling.detail", args={"pk": "sample_id"}),
            ),
        ),
        Facts(
            "检查结果",
            items=(
                Badge("result", "结果", names=words.RESULTS, tones=RESULT_TONES),
                Badge("error_kind", "差错类型", names=words.ERRORS),
                Money("error_fen", "差错金额（元）"),
                Moment("done_at", "完成时间"),
                Text("finding", "检查情况"),
            ),
            when=lambda unit: bool(unit.result),
        ),
    ),
    title=lambda unit: f"{unit.name} {unit.number}",
    subtitle=lambda unit: f"第 {unit.seq} 个 · {unit.sample.title}",
    actions=(
        Action("登记结果", "sampling.record", args={"pk": "pk"}, primary=True, when=lambda unit: not unit.result),
    ),
    parent="sampling.units",
)
