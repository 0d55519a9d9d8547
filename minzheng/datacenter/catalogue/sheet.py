"""One source as a page: what it is, its columns, the facts made of it, its checks, who uses it, its last deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from minzheng.datacenter.catalogue import state, uses, wording
from minzheng.datacenter.sources import fixtures, registry, template
from minzheng.datacenter.sources.classes import CLASSES
from minzheng.datacenter.sources.errors import UnknownSource
from minzheng.datacenter.sources.spec import DELIVERIES, FREQUENCIES, MODES, Check, SourceSpec
from minzheng.datacenter.sources.validating import EVIDENCE
from minzheng.kernel import clock
from minzheng.kernel.parts.columns import Badge, Date, Number, Text
from minzheng.kernel.parts.panels import Drawn, Facts, Table

if TYPE_CHECKING:
    from minzheng.datacenter.lake.models import LakeBatch
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.parts.drawing import Drawing

#: Deliveries and sample rows shown.
_LAST, _SAMPLE = 12, 6


@dataclass(frozen=True)
class Sheet:
    """A source as one person sees it: its declaration, its state, its last deliveries."""

    standing: state.Standing
    batches: tuple[LakeBatch, ...]

    # constant words for the addresses of the downloads
    xlsx = "xlsx"
    csv = "csv"

    @property
    def spec(self) -> SourceSpec:
        return self.standing.spec

    @property
    def code(self) -> str:
        return self.spec.code

    @property
    def title(self) -> str:
        return self.spec.title


def get(actor: Actor, code: str) -> Sheet | None:
    """None for an unknown code."""
    try:
        registry.get(code)
    except UnknownSource:
        return None
    standing = next(one for one in state.standings(actor, clock.today()) if one.code == code)
    last = state.visible(actor).filter(source=code).defer("key", "files").order_by("-period", "-held_at", "-pk")
    return Sheet(standing, tuple(last[:_LAST]))


def _columns(one: Sheet, drawing: Drawing) -> list[tuple[str, ...]]:
    return [
        (*template.explained(column), "封存" if column.personal else "", column.name) for column in one.spec.columns
    ]


def _facts(one: Sheet, drawing: Drawing) -> list[dict[str, str]]:
    spec = one.spec
    return [
        {
            "class": rule.class_title,
            "kind": wording.kind(rule),
            "amount": wording.amount(spec, rule),
            "where": wording.conditions(spec, rule),
            "title": wording.shown_as(spec, rule.title),
            "note": rule.note,
        }
        for rule in spec.facts
    ]


def _checks(one: Sheet, drawing: Drawing) -> list[dict[str, Any]]:
    found = state.checks_of(one.standing.newest) if one.standing.newest else {}
    return [_checked(check, found.get(check.code)) for check in one.spec.checks]


def _checked(check: Check, result: dict[str, Any] | None) -> dict[str, Any]:
    bad = result["bad"] if result else None
    over = result is not None and result["bad"] * 100 > check.most_percent * max(result["rows"], 1)
    shown = "还没有数据" if result is None else f"{bad:,} 行" if bad else "没有"
    return {
        "title": check.title,
        "limit": wording.threshold(check),
        "found": shown,
        "tone": "warn" if over else "plain",
    }


def _uses(one: Sheet, drawing: Drawing) -> list[dict[str, str]]:
    """One line for the check of all items together, one for each monitor."""
    found = uses.uses_of(one.spec)
    checks = [use for use in found if use.how == "核对"]
    lines = [_use("核对", "申请、复核时按授权查询", uses.item_titles(checks), one.spec.classes)] if checks else []
    return lines + [_use(use.how, use.title, use.items, use.classes) for use in found if use.how != "核对"]


def _use(how: str, title: str, items: Sequence[str], classes: Sequence[str]) -> dict[str, str]:
    about = "、".join(items[:5]) + (f" 等 {len(items)} 项" if len(items) > 5 else "")
    return {"how": how, "title": title, "about": about, "classes": "、".join(CLASSES[name][0] for name in classes)}


def _basis(one: Sheet, drawing: Drawing) -> dict[str, Any]:
    return {
        "basis": [(basis, EVIDENCE[basis.evidence], basis.evidence == "verified") for basis in one.spec.basis],
        "readme": one.spec.readme.splitlines(),
    }


def _sample(one: Sheet, drawing: Drawing) -> dict[str, Any]:
    heads, rows = fixtures.rows(one.spec)
    return {"heads": heads, "lines": rows[:_SAMPLE], "more": max(0, len(rows) - _SAMPLE)}


def _rejected(batch: LakeBatch) -> str:
    return f"{batch.rejected:,}（{state.share(batch.rejected, batch.rows)}）" if batch.rejected else "0"


PANELS = (
    Facts(
        "概况",
        columns=3,
        items=(
            Text(lambda one: one.spec.department_title, "部门"),
            Text(lambda one: FREQUENCIES[one.spec.frequency][0], "频率"),
            Badge("standing.state", "状态", names=state.STATES, tones=state.TONES),
            Text(lambda one: MODES[one.spec.mode], "方式"),
            Date("standing.due", "下一批应于"),
            Number(lambda one: f"{one.standing.rows:,}", "在用行数"),
            Text(lambda one: DELIVERIES[one.spec.delivery], "报送"),
            Text(lambda one: "；".join(one.standing.problems) or "没有发现问题", "最近一批的质量"),
            Text("code", "代码"),
        ),
    ),
    Drawn("依据和说明", template="catalogue/basis.html", context=_basis, anchor="basis"),
    Table(
        "产生的事实",
        rows=_facts,
        columns=(
            Text(lambda row: row["class"], "类别", css="nowrap"),
            Text(lambda row: row["kind"], "怎么用"),
            Text(lambda row: row["amount"], "金额"),
            Text(lambda row: row["where"], "哪些行"),
            Text(lambda row: row["title"], "报告里的写法"),
            Text(lambda row: row["note"], "说明"),
        ),
        anchor="facts",
    ),
    Table(
        "谁在用",
        rows=_uses,
        columns=(
            Badge(lambda row: row["how"], "方式", tones={"核对": "info", "监测": "good"}),
            Text(lambda row: row["title"], "用来做什么"),
            Text(lambda row: row["classes"], "用到的类别"),
            Text(lambda row: row["about"], "事项"),
        ),
        empty="还没有事项或监测用到它。",
        anchor="uses",
    ),
    Table(
        "列",
        rows=_columns,
        columns=(
            Text(lambda row: row[0], "列", css="nowrap"),
            Badge(lambda row: row[1], "必填", tones={"必填": "info"}),
            Text(lambda row: row[2], "类型", css="nowrap"),
            Text(lambda row: row[3], "可以写的"),
            Text(lambda row: row[4], "也认得的表头"),
            Badge(lambda row: row[6], "个人信息", tones={"封存": "wait"}, css="nowrap"),
            Text(lambda row: row[5], "说明"),
            Text(lambda row: row[7], "内部列名", narrow=False),
        ),
        anchor="columns",
    ),
    Drawn("样例（虚构数据）", template="catalogue/sample.html", context=_sample, anchor="sample"),
    Table(
        "检查",
        rows=_checks,
        columns=(
            Text(lambda row: row["title"], "检查什么"),
            Text(lambda row: row["limit"], "何时提示"),
            Badge(lambda row: row["found"], "最近一批", tones=lambda row: row["tone"]),
        ),
        empty="没有另外的检查；格式、证件号码、必填由入湖时统一检查。",
        anchor="checks",
    ),
    Table(
        "最近的批次",
        rows=lambda one, drawing: one.batches,
        columns=(
            Text("period", "所属月份", css="nowrap"),
            Date("held_at", "入湖日期"),
            Text("no", "批次", narrow=False),
            Number(lambda one: f"{one.rows:,}", "行数"),
            Number(lambda one: f"{one.accepted:,}", "合格"),
            Number(_rejected, "退回"),
            Number(state.invalid_ids, "证件号码不对"),
        ),
        empty="还没有这个来源的数据。请部门按模板报送，再由数据管理员入湖。",
        anchor="batches",
    ),
)
