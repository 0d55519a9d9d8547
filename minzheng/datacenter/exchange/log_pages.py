"""交换记录: the list of uses and one use, with its people and what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.datacenter.exchange import purposes
from minzheng.datacenter.exchange.models import (
    ExchangeRequest,
)
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Link, MaskedId, Moment, Number, Text
from minzheng.kernel.parts.filters import ByChoice, ByRegion, DateRange
from minzheng.kernel.parts.page import DetailBody, ListBody
from minzheng.kernel.parts.panels import Entry, Facts, Table, Timeline

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

from minzheng.datacenter.exchange.showing import (
    READ,
    REQUEST_STATES,
    SIMULATED,
    TONES,
    WARNING,
    partner_choices,
    requests,
    source_title,
)

# ---- 交换记录

_COLUMNS = (
    Link("no", "编号", page="exchange.detail", args={"pk": "pk"}, css="nowrap"),
    Badge("direction", "方向", names={"out": "我们查询", "in": "对方来函"}),
    Text("partner.title", "对方单位", css="roomy"),
    SIMULATED,
    Text(source_title, "数据", css="nowrap"),
    Text(lambda row: purposes.title(row.purpose), "用途", css="nowrap"),
    Number("count", "人数", sort="count"),
    Number("rows", "返回条数"),
    Text("asked_name", "经办人", css="nowrap"),
    Moment("asked_at", "提出时间", sort="asked_at"),
    Badge("state", "状态", names=REQUEST_STATES, tones=TONES, sort="state"),
)
#: What an inspection asks for besides.
EXPORTED = (
    *_COLUMNS,
    Moment("answered_at", "答复时间"),
    Text("basis", "法律依据"),
    Text("reason", "事由"),
    Text(lambda row: _consents(row), "授权"),
    Text("batch_no", "批次或核对编号"),
    Text("refusal", "不予提供的理由"),
)
REQUESTS = ListBody(
    requests,
    _COLUMNS,
    filters=(
        ByChoice("partner", "单位", choices=partner_choices, field="partner_id"),
        ByChoice("direction", "方向", choices=(("out", "我们查询"), ("in", "对方来函"))),
        ByChoice("purpose", "用途", choices=[(code, one.title) for code, one in purposes.all().items()]),
        ByChoice("state", "状态", choices=ExchangeRequest.STATES),
        DateRange("asked", "提出日期", field="asked_at", moment=True),
        ByRegion("region", "地区", permission=READ),
    ),
    sort="-asked_at",
    link=("exchange.detail", {"pk": "pk"}),
    export="exchange.export",
    lead="向哪个单位查了谁的什么、为什么、凭什么授权、什么时候答复；其他单位来查的也在这里。每一条本人都能在“谁看过我的档案”里看到。",
    empty="还没有交换记录。办件核对时向部门查询，或者其他部门来函，都会记在这里。",
)


def _request(actor: Actor, pk: int) -> ExchangeRequest | None:
    return requests(actor).filter(pk=pk).first()


def _consents(request: ExchangeRequest) -> str:
    return "；".join(
        f"{one['ref']}（到 {one['until']}）" if one.get("until") else one["ref"] for one in request.consents
    )


def _signed(request: ExchangeRequest) -> str:
    """How many consents, and until when the first of them holds; the references stand in the export."""
    ends = sorted(one["until"] for one in request.consents if one.get("until"))
    return f"{len(request.consents)} 份" + (f"，有效至 {ends[0]}" if ends else "") if request.consents else ""


def _events(request: ExchangeRequest) -> list[Entry]:
    names = {"received": "收到", "sent": "发送", "repeated": "重复", "failed": "失败", "taken": "对方取走", "done": "办结", "refused": "退回",
             "again": "重新发送"}  # fmt: skip
    rows = request.message.events.order_by("at", "pk")
    return [Entry(one.at, names.get(one.what, one.what), text=one.text) for one in rows]


REQUEST = DetailBody(
    _request,
    (
        WARNING,
        Facts(
            "查询",
            items=(
                Badge("direction", "方向", names={"out": "我们查询", "in": "对方来函"}),
                Link("partner.title", "对方单位", page="exchange.partner", args={"pk": "partner_id"}),
                Text(source_title, "数据"),
                Text(lambda row: purposes.title(row.purpose), "用途"),
                Text("basis", "法律依据"),
                Text("reason", "事由"),
                Text(_signed, "授权"),
                Link(lambda row: "查看办件" if row.case_id else "", "办件", page="cases.detail", args={"pk": "case_id"}),
                Text("asked_name", "经办人"),
                Moment("asked_at", "提出时间"),
                Moment("answered_at", "答复时间"),
                Number("rows", "返回条数"),
                Text("batch_no", "批次或核对编号"),
                Text("refusal", "不予提供的理由"),
            ),
        ),
        Table(
            "查询的人员",
            rows=lambda request, drawing: request.people.order_by("pk").select_related("request"),
            columns=(
                Text("ref", "序号"),
                Text("name", "姓名"),
                MaskedId("id_no", "证件号码", region="request.region_code"),
                Number("rows", "返回条数"),
            ),
            empty="没有人员。",
        ),
    ),
    side=(Timeline("经过", entries=_events, empty="还没有收发。"),),
    title=lambda request: request.no,
    subtitle=lambda request: f"{request.partner.title} · {REQUEST_STATES[request.state]}",
    actions=(
        Action("登记受托核对", "exchange.accept", args={"pk": "pk"}, primary=True,
               when=lambda r: r.direction == "in" and r.state == "asked" and r.purpose == "entrusted_check" and not r.batch_no),
        Action("不予提供", "exchange.refuse", args={"pk": "pk"}, danger=True,
               when=lambda r: r.direction == "in" and r.state == "asked"),
    ),
    parent="exchange.list",
)  # fmt: skip
