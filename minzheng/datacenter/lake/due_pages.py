"""到期待销毁: batches whose retention is over, and destroying those that were looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from minzheng.datacenter.lake import ending, retention, selectors
from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.lake.models import LakeBatch
from minzheng.datacenter.lake.pages import NO_ONE, TONES
from minzheng.datacenter.sources import registry
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Moment, Number, Region, Text
from minzheng.kernel.parts.fields import LongText
from minzheng.kernel.parts.filters import ByChoice, ByRegion
from minzheng.kernel.parts.page import BatchBody, ListBody, Outcome, Page


def _titles(drawing: Any = None) -> list[tuple[str, str]]:
    return [(code, spec.title) for code, spec in registry.all().items()]


def _note(row: Any) -> str:
    return (
        "这一来源没有更新的一批，销毁后核对、监测就没有它的数据" if row.newest and row.state == LakeBatch.HELD else ""
    )


def _destroy(actor: Any, rows: Sequence[LakeBatch], values: dict[str, Any]) -> list[Outcome]:
    done = []
    for row in rows:
        url = reverse("lake.detail", kwargs={"pk": row.pk})
        try:
            ending.drop(actor=actor, pk=row.pk, reason=f"保留期已满：{values['reason']}")
        except LakeRefused as error:
            done.append(Outcome(row.no, False, str(error), url))
        else:
            done.append(Outcome(row.no, True, "已销毁，钥匙已清除。", url))
    return done


def _not_mine(actor: Any, row: LakeBatch) -> str:
    return "" if actor.can(ending.DROP, row.region_code) else "不在您负责的地区，请由该地区的局领导办理。"


PAGES = [
    Page(
        "lake.due", "console/lake/due/", "到期待销毁", selectors.READ,
        ListBody(
            retention.due,
            (
                Text(lambda row: registry.title(row.source), "来源"),
                Text("period", "所属月份", css="nowrap", sort="period"),
                Region("region_code", "地区", narrow=False),
                Badge("state", "状态", names=dict(LakeBatch.STATES), tones=TONES),
                Number(lambda row: f"{row.accepted:,}", "行数"),
                Moment("held_at", "入湖", sort="held_at", narrow=False),
                Text(lambda row: str(retention.last_day(row)), "保留到", css="nowrap"),
                Text(_note, "留意"),
                Text("no", "批次号", css="nowrap", narrow=False),
            ),
            filters=(ByChoice("source", "来源", choices=_titles), ByRegion("region", "地区", permission=selectors.READ)),
            sort="held_at",
            link=("lake.detail", {"pk": "pk"}),
            batches=("lake.destroy",),
            actions=(Action("数据湖批次", "lake.list", icon="list"), Action("保留期参数", "standards.list", icon="book")),
            lead="入湖满了来源的保留期的批次。系统不自己删：局领导核对后勾选销毁。还要用的，在批次页“规定保留期”里另定日期。",
            empty="没有到期的批次。入湖满了该来源的保留期（“参数确认”里的数据湖保留期），会列在这里。",
        ),
        impersonal=NO_ONE,
    ),
    Page(
        "lake.destroy", "console/lake/due/destroy/", "销毁到期的批次", ending.DROP,
        BatchBody(
            "lake.due", _destroy, left_out=_not_mine, submit="销毁", icon="check",
            fields=(LongText("reason", "核对了什么、凭什么销毁", required=True, min_length=4, max_length=150, rows=2),),
            question="勾选的批次不再参加核对和监测，钥匙当即销毁，封存的姓名和号码谁也打不开，不能恢复。办件里已经冻结的核对结果不受影响。",
        ),
    ),
]  # fmt: skip
