"""The forms of handing out, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from minzheng.business.assistance.relief_goods import selectors
from minzheng.business.assistance.relief_goods.handing import campaigns, issuing
from minzheng.business.assistance.relief_goods.models import Campaign, Goods, Issue, Receiver
from minzheng.business.assistance.relief_goods.selectors import ISSUE, MANAGE
from minzheng.business.assistance.relief_goods.store.errors import Refused
from minzheng.business.assistance.relief_goods.store.forms import store_choices
from minzheng.kernel import clock
from minzheng.kernel.items import registry
from minzheng.kernel.parts.fields import Choice, Count, Field
from minzheng.kernel.parts.fields import Date as Day
from minzheng.kernel.parts.fields import Text as Line
from minzheng.kernel.parts.page import Done, Outcome
from minzheng.kernel.parts.places import places_below
from minzheng.kernel.regions.selectors import region_names

REASON = (Line("reason", "原因", required=True, max_length=200),)


def url(campaign: Campaign) -> str:
    return reverse("relief.campaign", kwargs={"pk": campaign.pk})


def plan_fields(actor: Any, obj: Any) -> list[Field]:
    goods = Goods.objects.filter(active=True).values_list("pk", "title", "unit")
    return [
        Line("title", "名称", required=True, max_length=80, help="如“2026年冬令物资发放”。"),
        Choice("occasion", "事由", required=True, options=tuple(Campaign.OCCASIONS)),
        Line("document", "依据文号", max_length=80, help="突发公共事件的必填：启动响应或批准的文号。"),
        Choice("store", "从哪个库点发", required=True, options=store_choices(actor)),
        *(
            Count(f"goods_{pk}", f"每人：{title}", maximum=campaigns.MOST_PER_PERSON, unit=unit)
            for pk, title, unit in goods
        ),
    ]


def plan(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    pk = str(values["store"])
    store = selectors.stores(actor, MANAGE).filter(pk=int(pk) if pk.isdigit() else 0).first()
    if store is None:
        raise Refused("请选择库点。", {"store": "请选择。"})
    goods = {
        int(name.removeprefix("goods_")): value for name, value in values.items() if name.startswith("goods_") and value
    }
    made = campaigns.plan(
        actor=actor, title=values["title"], occasion=values["occasion"], document=values.get("document") or "", store=store,
        goods=goods,
    )  # fmt: skip
    return Done("批次已建立，请加入应领人员。", url(made))


def places(actor: Any, campaign: Campaign) -> tuple[tuple[str, str], ...]:
    own = region_names([campaign.region_code])
    return tuple(
        {
            campaign.region_code: own.get(campaign.region_code, "全部"),
            **dict(places_below([campaign.region_code])),
        }.items()
    )


def award_fields(actor: Any, obj: Campaign) -> list[Field]:
    return [
        Choice(
            "items",
            "待遇",
            required=True,
            many=True,
            options=tuple((one.code, one.title) for one in registry.all_items()),
        ),
        Choice("region", "地区", required=True, options=places(actor, obj)),
    ]


def add_awards(actor: Any, obj: Campaign, values: dict[str, Any]) -> Done:
    new = campaigns.add_from_awards(actor=actor, campaign=obj, items=values["items"], region_code=values["region"])
    return Done(f"名单新增 {new} 人；原来就在名单上的不重复。", url(obj))


def region_fields(actor: Any, obj: Campaign) -> list[Field]:
    return [Choice("region", "地区", required=True, options=places(actor, obj))]


def add_region(actor: Any, obj: Campaign, values: dict[str, Any]) -> Done:
    new = campaigns.add_from_region(actor=actor, campaign=obj, region_code=values["region"])
    return Done(f"名单新增 {new} 人；原来就在名单上的不重复。", url(obj))


def begin(actor: Any, obj: Campaign, values: dict[str, Any]) -> Done:
    return Done("已开始发放。", url(campaigns.begin(actor=actor, campaign=obj)))


def finish(actor: Any, obj: Campaign, values: dict[str, Any]) -> Done:
    return Done("这一批已结束。", url(campaigns.finish(actor=actor, campaign=obj)))


def take_off(actor: Any, obj: Receiver, values: dict[str, Any]) -> Done:
    campaigns.take_off(actor=actor, receiver=obj, reason=values["reason"])
    return Done(f"{obj.name}已从名单去掉。", url(obj.campaign))


def issue_fields(actor: Any, obj: Receiver) -> list[Field]:
    return [
        Line("received_by", "领取人", max_length=60, help=f"本人领取的不用填；代领的填代领人姓名。本人：{obj.name}。"),
        Line("relation", "与本人关系", max_length=20, help="代领的必填，如“儿子”“村干部”。"),
        Day("on", "发放日期", required=True, not_after=clock.today),
    ]


def hand_out(actor: Any, values: dict[str, Any], obj: Receiver) -> Done:
    made = issuing.issue(
        actor=actor, receiver=obj, received_by=values.get("received_by") or "", relation=values.get("relation") or "本人",
        on=values["on"],
    )  # fmt: skip
    return Done(f"{obj.name}：{selectors.received([made])[made.pk]}，已登记。", url(obj.campaign))


def hand_out_many(actor: Any, rows: Sequence[Receiver], values: dict[str, Any]) -> list[Outcome]:
    """Each on its own: one that is refused leaves the others done."""
    told = []
    for one in rows:
        try:
            made = issuing.issue(actor=actor, receiver=one)
            told.append(Outcome(one.name, True, selectors.received([made])[made.pk]))
        except Refused as error:
            told.append(Outcome(one.name, False, "；".join([*error.sentences, *error.fields.values()])))
    return told


def left_out(actor: Any, one: Receiver) -> str:
    if one.campaign.state != "open":
        return "这一批没有在发放中。"
    if not actor.can(ISSUE, one.campaign.region_code):
        return "这一批不由您的岗位发放。"
    return "已经领过了。" if getattr(one, "done", False) else ""


def take_back(actor: Any, obj: Issue, values: dict[str, Any]) -> Done:
    issuing.take_back(actor=actor, issue=obj, reason=values["reason"])
    return Done("已收回，物资退回原批次。", reverse("relief.issue_record", kwargs={"pk": obj.pk}))
