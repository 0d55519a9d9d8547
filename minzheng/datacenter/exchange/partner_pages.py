"""交换单位: the list and one partner, with what it is asked and sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from minzheng.datacenter.exchange import partners, purposes
from minzheng.datacenter.exchange.adapters import mapping
from minzheng.datacenter.exchange.models import (
    ExchangePartner,
)
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Date, Link, Moment, Number, Text
from minzheng.kernel.parts.filters import ByChoice
from minzheng.kernel.parts.page import DetailBody, ListBody
from minzheng.kernel.parts.panels import Facts, Figure, Figures, Table

if TYPE_CHECKING:
    pass

from minzheng.datacenter.exchange.showing import (
    WARNING,
    mark,
    sources_line,
)

# ---- partners

PARTNERS = ListBody(
    partners.visible_to,
    (
        Link("title", "名称", page="exchange.partner", args={"pk": "pk"}, sort="title"),
        Badge(mark, "性质", names=mark, tones=lambda row: "warn"),
        Text("code", "代码", narrow=False),
        Badge("kind", "类别", names=dict(ExchangePartner.KINDS)),
        Badge("carrier", "方式", names=dict(ExchangePartner.CARRIERS)),
        Text(sources_line, "可查询的数据", narrow=False),
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
                Text(sources_line, "可查询的数据"),
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
