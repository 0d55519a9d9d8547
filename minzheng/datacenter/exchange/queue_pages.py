"""收发队列 and 隔离的文件."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.datacenter.exchange.models import (
    ExchangeMessage,
    ExchangeQuarantine,
)
from minzheng.kernel.parts.columns import Badge, Moment, Number, Text
from minzheng.kernel.parts.filters import ByChoice
from minzheng.kernel.parts.page import ListBody

if TYPE_CHECKING:
    pass

from minzheng.datacenter.exchange.showing import (
    DIRECTIONS,
    KINDS,
    MESSAGE_STATES,
    SIMULATED,
    TONES,
    Todo,
    held,
    messages_of,
    partner_choices,
)

# ---- queue

QUEUE = ListBody(
    messages_of,
    (
        Text(lambda row: row.message_id if len(row.message_id) < 18 else f"{row.message_id[:14]}…", "报文编号", css="nowrap"),
        Badge("direction", "方向", names=DIRECTIONS),
        Badge("kind", "种类", names=KINDS),
        Text("partner.title", "单位", css="nowrap"),
        SIMULATED,
        Moment("created_at", "时间", sort="created_at"),
        Number("attempts", "已试", sort="attempts"),
        Text("error", "说明", narrow=False),
        Badge("state", "状态", names=MESSAGE_STATES, tones=TONES, sort="state"),
        Todo(lambda row: "重新发送" if row.direction == "out" and row.state in ("failed", "expired") else "", "办理",
             page="exchange.again", args={"pk": "pk"}),
    ),
    filters=(
        ByChoice("partner", "单位", choices=partner_choices, field="partner_id"),
        ByChoice("direction", "方向", choices=ExchangeMessage.DIRECTIONS),
        ByChoice("kind", "种类", choices=ExchangeMessage.KINDS),
        ByChoice("state", "状态", choices=ExchangeMessage.STATES),
    ),
    sort="-created_at",
    empty="没有报文。发出的查询、报送和收到的来函、答复都排在这里。",
)  # fmt: skip

QUARANTINE = ListBody(
    held,
    (
        Text("name", "文件名"),
        Text("partner.title", "单位", css="nowrap"),
        SIMULATED,
        Text("reason", "原因"),
        Number("size", "字节", narrow=False),
        Moment("at", "时间", sort="at"),
        Badge("state", "状态", names=dict(ExchangeQuarantine.STATES), tones=TONES, sort="state"),
        Text("note", "处理说明", narrow=False),
        Todo(lambda row: "处理" if row.state == "held" else "", "办理", page="exchange.settle", args={"pk": "pk"}),
    ),
    filters=(
        ByChoice("partner", "单位", choices=partner_choices, field="partner_id"),
        ByChoice("state", "状态", choices=ExchangeQuarantine.STATES),
    ),
    sort="-at",
    lead="签名不对、传坏、过大、看不懂的文件放在这里，没有办理；查明原因后重新办理或者作废。",
    empty="没有隔离的文件。",
)
