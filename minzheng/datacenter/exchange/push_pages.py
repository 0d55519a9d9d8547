"""报送与对账: pushes, one push with both sides' counts, the rejects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from minzheng.datacenter.exchange import pushes
from minzheng.datacenter.exchange.adapters import mapping
from minzheng.datacenter.exchange.models import (
    PushRun,
)
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Link, Moment, Money, Number, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.parts.filters import ByChoice, ByRegion, DateRange
from minzheng.kernel.parts.page import DetailBody, ListBody
from minzheng.kernel.parts.panels import Facts, Figure, Figures, Table

if TYPE_CHECKING:
    pass

from minzheng.datacenter.exchange.showing import (
    READ,
    RUN_STATES,
    SIMULATED,
    TONES,
    WARNING,
    feed_title,
    partner_choices,
    rejects,
    runs,
)

# ---- pushes

PUSHES = ListBody(
    runs,
    (
        Link("no", "编号", page="exchange.push", args={"pk": "pk"}, css="nowrap"),
        Text("partner.title", "单位", css="roomy"),
        SIMULATED,
        Text(lambda row: feed_title(row.partner, row.feed), "内容", css="nowrap"),
        Text("period", "期间", css="nowrap"),
        Number("rows", "报送", sort="rows"),
        Number("accepted", "收下"),
        Number("rejected", "退回", sort="rejected"),
        Badge(pushes.settled, "对账", names=lambda row: "相符" if pushes.settled(row) else "有差异",
              tones=lambda row: "good" if pushes.settled(row) else "warn"),
        Moment("started_at", "开始", sort="started_at"),
        Badge("state", "状态", names=RUN_STATES, tones=TONES, sort="state"),
    ),
    filters=(
        ByChoice("partner", "单位", choices=partner_choices, field="partner_id"),
        ByChoice("state", "状态", choices=PushRun.STATES),
        DateRange("started", "日期", field="started_at", moment=True),
    ),
    sort="-started_at",
    link=("exchange.push", {"pk": "pk"}),
    actions=(Action("退回清单", "exchange.rejects"),),
    lead="每日、每月向上级系统报送变化的数据；对方收下的不再送，退回的列出理由，双方的数量逐类对账。",
    empty="还没有报送。登记上级系统并选报送接口以后，系统按期报送，也可以在单位页点“立即报送”。",
)  # fmt: skip


def _lines(run: PushRun, drawing: Drawing) -> list[dict[str, Any]]:
    adapter = mapping.all().get(run.partner.adapter)
    names = {code: ours for ours, code in (adapter.codes.get("items", {}) if adapter else {}).items()}
    return [
        {**one, "title": _kind(names, one["key"]), "differs": "相符" if one.get("theirs") == one["ours"]
         and one.get("theirs_fen") == one["ours_fen"] else "待回执" if "theirs" not in one else
         f"差 {one['ours'] - one['theirs']} 条，{yuan_text(one['ours_fen'] - one['theirs_fen'])} 元"}
        for one in run.counts
    ]  # fmt: skip


def _kind(names: dict[str, str], code: str) -> str:
    from minzheng.kernel.items import registry as items

    ours = names.get(code, "")
    known = {item.code: item.short for item in items.all_items()}
    return f"{code} {known.get(ours, '其他' if ours == '*' else '')}".strip() or "合计"


PUSH = DetailBody(
    lambda actor, pk: runs(actor).filter(pk=pk).first(),
    (
        WARNING,
        Figures(
            "数量",
            figures=lambda run, drawing: [
                Figure("报送", run.rows, note="上次收下以后有变化的"),
                Figure("收下", run.accepted, tone="good"),
                Figure("退回", run.rejected, f"{reverse('exchange.rejects')}?run={run.pk}", "warn" if run.rejected else "plain"),
                Figure("待回执", run.sent_rows.filter(state="sent").count(), tone="info"),
            ],
        ),
        Table(
            "对账",
            rows=_lines,
            columns=(
                Text("title", "类别"), Number("ours", "本系统条数"), Number("theirs", "对方条数"),
                Money("ours_fen", "本系统金额（元）"), Money("theirs_fen", "对方金额（元）"), Text("differs", "差异"),
            ),
            empty="没有可以对账的数。",
        ),
        Table(
            "退回",
            rows=lambda run, drawing: rejects(drawing.actor).filter(run=run).order_by("reason", "key")[:20],
            columns=(Text("key", "业务编号"), Region("region_code", "地区"), Text("reason", "退回理由")),
            empty="没有退回。",
            more=lambda run: (f"{reverse('exchange.rejects')}?run={run.pk}", "全部退回") if run.rejected > 20 else None,
        ),
    ),
    side=(
        Facts(
            "报送",
            columns=1,
            items=(
                Link("partner.title", "单位", page="exchange.partner", args={"pk": "partner_id"}),
                Text(lambda run: feed_title(run.partner, run.feed), "内容"),
                Text("period", "期间"),
                Moment("started_at", "开始"),
                Moment("acked_at", "回执"),
                Text("error", "说明"),
            ),
        ),
    ),
    title=lambda run: f"{feed_title(run.partner, run.feed)} {run.period}",
    subtitle=lambda run: f"{run.no} · {RUN_STATES[run.state]}",
    parent="exchange.pushes",
)  # fmt: skip
REJECTS = ListBody(
    rejects,
    (
        Text("key", "业务编号", css="nowrap"),
        Text("partner.title", "单位", css="nowrap"),
        SIMULATED,
        Text(lambda row: feed_title(row.partner, row.feed), "内容"),
        Region("region_code", "地区"),
        Text("reason", "退回理由"),
        Link("run.no", "报送", page="exchange.push", args={"pk": "run_id"}),
    ),
    filters=(
        ByChoice("partner", "单位", choices=partner_choices, field="partner_id"),
        ByChoice("run", "报送", field="run_id",
                 choices=lambda drawing: [(str(r.pk), r.no) for r in runs(drawing.actor).order_by("-started_at")[:100]]),
        ByRegion("region", "地区", permission=READ),
    ),
    sort="key",
    export="exchange.rejects_export",
    lead="按理由改正档案或待遇以后，下一次报送会自动带上；没有改动的不会再送。",
    empty="没有退回。对方校验不通过、或者本系统字段不全的，会带着理由列在这里。",
)  # fmt: skip
