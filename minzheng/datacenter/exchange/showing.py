"""The lists and details of the exchange, as values. Whatever comes from a simulated partner says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from minzheng.datacenter.exchange import partners, purposes, pushes
from minzheng.datacenter.exchange.adapters import mapping
from minzheng.datacenter.exchange.models import (
    ExchangeMessage,
    ExchangePartner,
    ExchangeQuarantine,
    ExchangeRequest,
    PushRow,
    PushRun,
)
from minzheng.datacenter.sources import registry
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Date, Link, MaskedId, Moment, Money, Number, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.parts.filters import ByChoice, ByRegion, DateRange
from minzheng.kernel.parts.page import DetailBody, ListBody
from minzheng.kernel.parts.panels import Drawn, Entry, Facts, Figure, Figures, Table, Timeline

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor

READ = partners.READ
DIRECTIONS, MESSAGE_STATES, KINDS = (
    dict(ExchangeMessage.DIRECTIONS),
    dict(ExchangeMessage.STATES),
    dict(ExchangeMessage.KINDS),
)
REQUEST_STATES, RUN_STATES, ROW_STATES = dict(ExchangeRequest.STATES), dict(PushRun.STATES), dict(PushRow.STATES)
TONES = {
    "asked": "wait", "answered": "good", "refused": "warn", "expired": "bad", "failed": "bad", "queued": "wait", "sent": "info",
    "received": "wait", "done": "good", "sending": "wait", "acked": "good", "rejects": "warn", "accepted": "good",
    "rejected": "bad", "held": "warn", "again": "good", "dropped": "plain",
}  # fmt: skip


def requests(actor: Actor, permission: str = READ) -> QuerySet[ExchangeRequest]:
    """交换记录 of the places of one post with the permission."""
    rows = ExchangeRequest.objects.select_related("partner", "message")
    return rows if actor.is_system else rows.filter(actor.scope_q(permission))


def messages_of(actor: Actor, permission: str = READ) -> QuerySet[ExchangeMessage]:
    rows = ExchangeMessage.objects.select_related("partner").defer("envelope")
    return rows if actor.is_system else rows.filter(actor.scope_q(permission))


def runs(actor: Actor) -> QuerySet[PushRun]:
    rows = PushRun.objects.select_related("partner")
    return rows if actor.is_system else rows.filter(actor.scope_q(READ))


def rejects(actor: Actor) -> QuerySet[PushRow]:
    rows = PushRow.objects.filter(state="rejected").select_related("partner", "run")
    return rows if actor.is_system else rows.filter(actor.scope_q(READ))


def held(actor: Actor, permission: str = READ) -> QuerySet[ExchangeQuarantine]:
    rows = ExchangeQuarantine.objects.select_related("partner")
    return rows if actor.is_system else rows.filter(actor.scope_q(permission))


# ---- words


def _mark(partner: ExchangePartner) -> str:
    return "模拟" if partner.simulated else ""


SIMULATED = Badge(
    lambda row: _mark(row.partner), "性质", names=lambda row: _mark(row.partner), tones=lambda row: "warn"
)


def _source(row: Any) -> str:
    found = registry.all().get(row.source)
    return found.title if found else {"entrusted": "受托核对"}.get(row.source, row.source)


def _sources(partner: ExchangePartner) -> str:
    known = registry.all()
    return "、".join(known[code].title if code in known else code for code in partner.sources)


def feed_title(partner: ExchangePartner, feed: str) -> str:
    adapter = mapping.all().get(partner.adapter)
    return adapter.feeds[feed].title if adapter and feed in adapter.feeds else feed


def feeds_of(partner: ExchangePartner) -> list[tuple[str, str]]:
    adapter = mapping.all().get(partner.adapter)
    return [(code, feed.title) for code, feed in adapter.feeds.items()] if adapter else []


def _partners(drawing: Drawing) -> list[tuple[str, str]]:
    return [(str(one.pk), one.title) for one in partners.visible_to(drawing.actor).order_by("title")]


def _notice(obj: Any, drawing: Drawing) -> dict[str, Any]:
    return {"partner": obj if isinstance(obj, ExchangePartner) else obj.partner}


def _simulated(obj: Any) -> bool:
    return (obj if isinstance(obj, ExchangePartner) else obj.partner).simulated


WARNING = Drawn("模拟单位", template="exchange/simulated.html", context=_notice, when=_simulated)

# ---- 交换记录

REQUESTS = ListBody(
    requests,
    (
        Link("no", "编号", page="exchange.detail", args={"pk": "pk"}, css="nowrap"),
        Badge("direction", "方向", names={"out": "我们查询", "in": "对方来函"}),
        Text("partner.title", "对方单位"),
        SIMULATED,
        Text(_source, "数据"),
        Text(lambda row: purposes.title(row.purpose), "用途", narrow=False),
        Number("count", "人数", sort="count"),
        Number("rows", "返回条数"),
        Text("asked_name", "经办人"),
        Moment("asked_at", "提出时间", sort="asked_at"),
        Moment("answered_at", "答复时间", sort="answered_at", narrow=False),
        Badge("state", "状态", names=REQUEST_STATES, tones=TONES, sort="state"),
    ),
    filters=(
        ByChoice("partner", "单位", choices=_partners, field="partner_id"),
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
                Text(_source, "数据"),
                Text(lambda row: purposes.title(row.purpose), "用途"),
                Text("basis", "法律依据"),
                Text("reason", "事由"),
                Text(_consents, "授权"),
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

# ---- partners

PARTNERS = ListBody(
    partners.visible_to,
    (
        Link("title", "名称", page="exchange.partner", args={"pk": "pk"}, sort="title"),
        Badge(_mark, "性质", names=_mark, tones=lambda row: "warn"),
        Text("code", "代码", narrow=False),
        Badge("kind", "类别", names=dict(ExchangePartner.KINDS)),
        Badge("carrier", "方式", names=dict(ExchangePartner.CARRIERS)),
        Text(_sources, "可查询的数据", narrow=False),
        Date("valid_from", "起用"),
        Date("valid_to", "停用"),
        Badge(
            "active",
            "在用",
            names=lambda row: "在用" if row.active else "停用",
            tones=lambda row: "good" if row.active else "plain",
        ),
    ),
    filters=(
        ByChoice("kind", "类别", choices=ExchangePartner.KINDS),
        ByChoice("carrier", "方式", choices=ExchangePartner.CARRIERS),
    ),
    sort="title",
    link=("exchange.partner", {"pk": "pk"}),
    actions=(Action("登记交换单位", "exchange.partner_new", icon="plus", primary=True),),
    empty="还没有交换单位。点“登记交换单位”，填代码、方式、可以查的数据和允许的用途。",
)
PARTNER = DetailBody(
    lambda actor, pk: partners.visible_to(actor).filter(pk=pk).first(),
    (
        WARNING,
        Facts(
            "登记",
            items=(
                Text("code", "代码"),
                Badge("kind", "类别", names=dict(ExchangePartner.KINDS)),
                Badge("carrier", "方式", names=dict(ExchangePartner.CARRIERS)),
                Text("url", "接口地址"),
                Text(_sources, "可查询的数据"),
                Text(lambda row: "、".join(purposes.title(code) for code in row.purposes), "允许的用途"),
                Text(lambda row: "可以" if row.may_ask else "不可以", "对方来查询"),
                Text("basis", "交换依据"),
                Date("valid_from", "起用日期"),
                Date("valid_to", "停用日期"),
                Number("per_minute", "每分钟最多次数"),
                Number("most_people", "一次最多人数"),
                Text(lambda row: " ".join(filter(None, (row.contact_name, row.contact_phone))), "联系人"),
                Text(lambda row: f"HMAC-SM3，{row.key_id}", "签名和密钥"),
                Moment("old_until", "原密钥用到"),
            ),
        ),
        Table(
            "报送的内容",
            rows=lambda row, drawing: [
                {"title": feed.title, "every": {"daily": "每日", "monthly": "每月"}[feed.every],
                 "fields": "、".join(one.title for one in feed.fields)}
                for feed in mapping.all()[row.adapter].feeds.values()
            ],
            columns=(Text("title", "内容"), Text("every", "周期"), Text("fields", "字段")),
            when=lambda row: row.adapter in mapping.all(),
        ),
    ),
    side=(
        Figures(
            "往来",
            figures=lambda row, drawing: [
                Figure("查询和来函", row.requests.count(), f"{reverse('exchange.list')}?partner={row.pk}"),
                Figure("待发、待答", row.messages.filter(state__in=("queued", "sent", "received")).count(),
                       f"{reverse('exchange.queue')}?partner={row.pk}"),
                Figure("隔离", row.quarantined.filter(state="held").count(), f"{reverse('exchange.quarantine')}?partner={row.pk}"),
            ],
        ),
    ),
    title=lambda row: row.title,
    subtitle=lambda row: f"{row.get_carrier_display()} · {'在用' if row.active else '停用'}",
    actions=(
        Action("修改", "exchange.partner_edit", args={"pk": "pk"}),
        Action("更换密钥", "exchange.key", args={"pk": "pk"}),
        Action("立即报送", "exchange.push_now", args={"pk": "pk"}, when=lambda row: bool(row.adapter)),
    ),
    parent="exchange.partners",
)  # fmt: skip

# ---- queue

QUEUE = ListBody(
    messages_of,
    (
        Text("message_id", "报文编号", css="nowrap"),
        Badge("direction", "方向", names=DIRECTIONS),
        Badge("kind", "种类", names=KINDS),
        Text("partner.title", "单位"),
        SIMULATED,
        Moment("created_at", "时间", sort="created_at"),
        Moment("expires_at", "有效至", narrow=False),
        Number("attempts", "已试", sort="attempts"),
        Number("repeats", "重复", narrow=False),
        Text("error", "说明", narrow=False),
        Badge("state", "状态", names=MESSAGE_STATES, tones=TONES, sort="state"),
        Link(lambda row: "重新发送" if row.direction == "out" and row.state in ("failed", "expired") else "", "办理",
             page="exchange.again", args={"pk": "pk"}),
    ),
    filters=(
        ByChoice("partner", "单位", choices=_partners, field="partner_id"),
        ByChoice("direction", "方向", choices=ExchangeMessage.DIRECTIONS),
        ByChoice("kind", "种类", choices=ExchangeMessage.KINDS),
        ByChoice("state", "状态", choices=ExchangeMessage.STATES),
    ),
    sort="-created_at",
    empty="没有报文。发出的查询、报送和收到的来函、答复都排在这里。",
)  # fmt: skip

# ---- pushes

PUSHES = ListBody(
    runs,
    (
        Link("no", "编号", page="exchange.push", args={"pk": "pk"}, css="nowrap"),
        Text("partner.title", "单位"),
        SIMULATED,
        Text(lambda row: feed_title(row.partner, row.feed), "内容"),
        Text("period", "期间"),
        Number("rows", "报送", sort="rows"),
        Number("accepted", "收下"),
        Number("rejected", "退回", sort="rejected"),
        Badge(pushes.settled, "对账", names=lambda row: "相符" if pushes.settled(row) else "有差异",
              tones=lambda row: "good" if pushes.settled(row) else "warn"),
        Moment("started_at", "开始", sort="started_at"),
        Moment("acked_at", "回执", narrow=False),
        Badge("state", "状态", names=RUN_STATES, tones=TONES, sort="state"),
    ),
    filters=(
        ByChoice("partner", "单位", choices=_partners, field="partner_id"),
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
        Text("partner.title", "单位"),
        SIMULATED,
        Text(lambda row: feed_title(row.partner, row.feed), "内容"),
        Region("region_code", "地区"),
        Text("reason", "退回理由"),
        Link("run.no", "报送", page="exchange.push", args={"pk": "run_id"}),
    ),
    filters=(
        ByChoice("partner", "单位", choices=_partners, field="partner_id"),
        ByChoice("run", "报送", field="run_id",
                 choices=lambda drawing: [(str(r.pk), r.no) for r in runs(drawing.actor).order_by("-started_at")[:100]]),
        ByRegion("region", "地区", permission=READ),
    ),
    sort="key",
    export="exchange.rejects_export",
    lead="按理由改正档案或待遇以后，下一次报送会自动带上；没有改动的不会再送。",
    empty="没有退回。对方校验不通过、或者本系统字段不全的，会带着理由列在这里。",
)  # fmt: skip
QUARANTINE = ListBody(
    held,
    (
        Text("name", "文件名"),
        Text("partner.title", "单位"),
        SIMULATED,
        Text("reason", "原因"),
        Number("size", "字节", narrow=False),
        Moment("at", "时间", sort="at"),
        Badge("state", "状态", names=dict(ExchangeQuarantine.STATES), tones=TONES, sort="state"),
        Text("note", "处理说明", narrow=False),
        Link(lambda row: "处理" if row.state == "held" else "", "办理", page="exchange.settle", args={"pk": "pk"}),
    ),
    filters=(
        ByChoice("partner", "单位", choices=_partners, field="partner_id"),
        ByChoice("state", "状态", choices=ExchangeQuarantine.STATES),
    ),
    sort="-at",
    lead="签名不对、传坏、过大、看不懂的文件放在这里，没有办理；查明原因后重新办理或者作废。",
    empty="没有隔离的文件。",
)
