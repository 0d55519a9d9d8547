"""物资发放: campaigns, their lists, handing out to one person or to many, and what was handed out."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from minzheng.business.assistance.relief_goods import selectors, showing
from minzheng.business.assistance.relief_goods.handing import campaigns, forms
from minzheng.business.assistance.relief_goods.models import Campaign, Issue, Receiver
from minzheng.business.assistance.relief_goods.selectors import ISSUE, MANAGE, READ
from minzheng.kernel import clock
from minzheng.kernel.items import registry
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Date, Link, Number, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.filters import ByChoice, ByRegion, DateRange, Search
from minzheng.kernel.parts.page import (
    ActionBody,
    BatchBody,
    DetailBody,
    ExportBody,
    FormBody,
    ListBody,
    Menu,
    Page,
)
from minzheng.kernel.parts.panels import Facts, Table

TONES = {"draft": "wait", "open": "info", "closed": "plain"}
BASES = dict(Receiver.BASES)


def why_listed(row: Receiver) -> str:
    """The benefit by its name where somebody is listed for an award; otherwise the note as it was written."""
    if row.basis != "award":
        return row.note
    return next((item.short for item in registry.all_items() if item.code == row.note), row.note)


def _told(one: Campaign) -> str:
    return f"{one.title}　{one.no}　{one.store.name}"


def _told_person(row: Receiver | Issue) -> str:
    return f"{row.name}　{row.campaign.title}　{row.campaign.no}"


def _one(actor: Any, pk: int) -> Campaign | None:
    return selectors.campaigns(actor).filter(pk=pk).first()


def _managed(actor: Any, pk: int) -> Campaign | None:
    return selectors.campaigns(actor, MANAGE).filter(pk=pk).first()


def _receiver(actor: Any, pk: int) -> Receiver | None:
    return selectors.receivers(actor, ISSUE).filter(pk=pk).first()


def _listed(actor: Any, pk: int) -> Receiver | None:
    return selectors.receivers(actor, MANAGE).filter(pk=pk).first()


def _issue(actor: Any, pk: int) -> Issue | None:
    return selectors.issues(actor).filter(pk=pk).first()


def _to_take_back(actor: Any, pk: int) -> Issue | None:
    return selectors.issues(actor, ISSUE).filter(pk=pk).first()


def _choices(drawing: Drawing) -> list[tuple[str, str]]:
    rows = selectors.campaigns(drawing.actor).order_by("-pk").values_list("pk", "no", "title")
    return [(str(pk), f"{no} {title}") for pk, no, title in rows[:200]]


def _named(rows: QuerySet[Any], text: str, drawing: Drawing) -> QuerySet[Any]:
    return rows.filter(name__startswith=text)


def _by_done(rows: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
    return rows.filter(done=value == "done")


def _needs(campaign: Campaign, drawing: Drawing) -> list[dict[str, Any]]:
    """What everybody still waiting needs, beside what the store can hand out."""
    needed = campaigns.needed(campaign)
    there: dict[int, int] = {}
    for lot, pieces in selectors.in_stock(selectors.lots(drawing.actor).filter(store=campaign.store)):
        if selectors.state_of(lot, drawing.today) != "expired":
            there[lot.goods_id] = there.get(lot.goods_id, 0) + pieces
    return [
        {"title": one.goods.title, "each": f"{one.pieces} {one.goods.unit}", "needed": f"{needed[one.goods_id]:,}",
         "there": f"{there.get(one.goods_id, 0):,}", "short": max(needed[one.goods_id] - there.get(one.goods_id, 0), 0)}
        for one in campaign.goods.select_related("goods").order_by("goods__code")
    ]  # fmt: skip


CAMPAIGNS = (
    Text("title", "名称", sort="title"),
    Text("no", "批次号", css="nowrap"),
    Badge("occasion", "事由", names=dict(Campaign.OCCASIONS)),
    Region("region_code", "地区"),
    Text("store.name", "库点", narrow=False),
    showing.Progress(lambda row: row.pk, "已领 / 应领"),
    Date("opened_on", "开始", sort="opened_on"),
    Badge("state", "状态", names=dict(Campaign.STATES), tones=TONES, sort="state"),
)
PEOPLE = (
    Text("name", "姓名", sort="name"),
    Region("region_code", "村（社区）"),
    Text("campaign.title", "批次"),
    Badge("basis", "列入依据", names=BASES),
    Text(lambda row: why_listed(row), "说明", narrow=False),
    Badge("done", "领取", names={"True": "已领", "False": "未领"}, tones={"True": "good", "False": "wait"}),
)
RECORDS = (
    Date("issued_on", "日期", sort="issued_on"),
    Link("name", "姓名", page="relief.issue_record", args={"pk": "pk"}),
    Text("campaign.title", "批次"),
    showing.Handed(lambda row: row.pk, "物资"),
    Text(lambda row: row.received_by if row.relation == "本人" else f"{row.received_by}（{row.relation}）", "领取人"),
    Text("issuer_name", "发放人", narrow=False),
    Region("region_code", "村（社区）", narrow=False),
    Badge("voided", "状态", names={"True": "已收回", "False": "已领"}, tones={"True": "warn", "False": "good"}),
)
_example = first_of(Campaign.objects.order_by("pk"))
_draft = first_of(Campaign.objects.filter(state="draft").order_by("pk"))
_open = first_of(Campaign.objects.filter(state="open").order_by("pk"))
_waiting = first_of(Receiver.objects.filter(campaign__state="open", issues=None).order_by("pk"))
_done = first_of(Issue.objects.filter(voided=False).order_by("pk"))

DETAIL = DetailBody(
    _one,
    (
        Facts("批次", items=(*CAMPAIGNS[1:], Text("document", "依据文号"), Date("closed_on", "结束日期"))),
        Table("物资", rows=_needs, columns=(
            Text("title", "物资"), Text("each", "每人"), Number("needed", "还需"), Number("there", "库里可发"),
            Badge("short", "缺", names=lambda row: f"{row['short']:,}" if row["short"] else "",
                  tones=lambda row: "bad" if row["short"] else "plain"))),
        Table("应领人员", rows=lambda one, drawing: selectors.listed(drawing.actor).filter(campaign=one).order_by("done", "name", "pk")[:50],
              columns=(Link("name", "姓名", page="relief.issue", args={"pk": "pk"}), *PEOPLE[1:2], *PEOPLE[3:]),
              empty="名单还是空的：用上面的按钮从待遇、地区或名单加入。",
              more=lambda one: ("全部应领人员", f"{reverse('relief.receivers')}?campaign={one.pk}")),
    ),
    title=lambda one: one.title, subtitle=lambda one: f"{one.no} · {one.get_state_display()}", parent="relief.campaigns",
    actions=(
        Action("从待遇加入", "relief.add_awards", args={"pk": "pk"}, when=lambda one: one.state != "closed"),
        Action("从地区加入", "relief.add_region", args={"pk": "pk"}, when=lambda one: one.state != "closed"),
        Action("由名单加入", "relief.people_import", args={"pk": "pk"}, when=lambda one: one.state != "closed"),
        Action("开始发放", "relief.begin", args={"pk": "pk"}, primary=True, when=lambda one: one.state == "draft"),
        Action("打印名单", "relief.issue_pdf", args={"pk": "pk"}, icon="print"),
        Action("结束", "relief.finish", args={"pk": "pk"}, when=lambda one: one.state == "open"),
    ),
)  # fmt: skip

PAGES = [
    Page("relief.campaigns", "console/relief/campaigns/", "物资发放", READ, ListBody(
        selectors.campaigns, CAMPAIGNS, sort="-pk", link=("relief.campaign", {"pk": "pk"}),
        filters=(ByChoice("state", "状态", choices=Campaign.STATES), ByChoice("occasion", "事由", choices=Campaign.OCCASIONS),
                 ByRegion("region", "地区", permission=READ)),
        actions=(Action("新建批次", "relief.plan", icon="plus", primary=True), Action("应领人员", "relief.receivers"),
                 Action("发放记录", "relief.issues")),
        empty="还没有发放批次。点“新建批次”：选库点、每人件数，再加入应领人员。"),
         menu=Menu("待遇", 72, "card"), impersonal="只有批次和人数"),
    Page("relief.plan", "console/relief/campaigns/new/", "新建发放批次", MANAGE, FormBody(
        forms.plan_fields, forms.plan, submit="建立", parent="relief.campaigns", lead="每人每样几件，至少填一样；一个人在一批里只能领一次。")),
    Page("relief.campaign", "console/relief/campaigns/<int:pk>/", "物资发放批次", READ, DETAIL, example=_example),
    Page("relief.add_awards", "console/relief/campaigns/<int:pk>/awards/", "从待遇加入", MANAGE, ActionBody(
        _managed, forms.add_awards, fields=forms.award_fields, submit="加入", parent="relief.campaign",
        question="正在享受所选待遇的人都加入名单；已登记死亡的不加入。", about=_told), example=_example),
    Page("relief.add_region", "console/relief/campaigns/<int:pk>/region/", "从地区加入", MANAGE, ActionBody(
        _managed, forms.add_region, fields=forms.region_fields, submit="加入", parent="relief.campaign",
        question="档案在所选地区的人全部加入名单，受灾的村用得上。", about=_told), example=_example),
    Page("relief.begin", "console/relief/campaigns/<int:pk>/begin/", "开始发放", MANAGE, ActionBody(
        _managed, forms.begin, submit="开始发放", parent="relief.campaign", question="开始以后可以登记领取；名单还可以再加人。", about=_told), example=_draft),
    Page("relief.finish", "console/relief/campaigns/<int:pk>/finish/", "结束发放", MANAGE, ActionBody(
        _managed, forms.finish, submit="结束", parent="relief.campaign", question="结束以后不能再登记领取。没有领的人仍看得到。", about=_told), example=_open),
    Page("relief.receivers", "console/relief/receivers/", "物资应领人员", READ, ListBody(
        selectors.listed, PEOPLE, sort="-pk", link=("relief.issue", {"pk": "pk"}), batches=("relief.issue_many",), per_page=50,
        export="relief.receivers_export",
        filters=(Search("q", "姓名", by=_named, placeholder="姓名开头"), ByChoice("campaign", "批次", field="campaign_id", choices=_choices),
                 ByChoice("done", "领取", choices=(("done", "已领"), ("waiting", "未领")), by=_by_done),
                 ByRegion("region", "地区", permission=READ)),
        empty="没有应领人员。在批次的页面上从待遇、地区或名单加入。")),
    Page("relief.receivers_export", "console/relief/receivers/export/", "导出应领人员", READ, ExportBody("relief.receivers"), step_up=True),
    Page("relief.issue", "console/relief/receivers/<int:pk>/issue/", "登记领取", ISSUE, FormBody(
        forms.issue_fields, forms.hand_out, get=_receiver, initial=lambda actor, obj: {"on": clock.today()}, submit="登记领取", parent="relief.receivers",
        lead=lambda row: f"发给：{_told_person(row)}。先核对身份证和本人；系统自动从先到期的批次出库。"), example=_waiting, reads="发放物资"),
    Page("relief.issue_many", "console/relief/receivers/issue/", "成批登记领取", ISSUE, BatchBody(
        "relief.receivers", forms.hand_out_many, question="勾选的人都已由本人领取并签名？每人一笔，各记各的。", submit="登记领取",
        left_out=forms.left_out)),
    Page("relief.take_off", "console/relief/receivers/<int:pk>/remove/", "从名单去掉", MANAGE, ActionBody(
        _listed, forms.take_off, fields=forms.REASON, submit="去掉", danger=True, parent="relief.receivers", about=_told_person,
        question="去掉以后这一批不发给他；已经领了的不能去掉。"), example=_waiting, reads="从物资名单去掉"),
    Page("relief.issues", "console/relief/issues/", "物资发放记录", READ, ListBody(
        selectors.issues, RECORDS, sort="-issued_on", export="relief.issues_export",
        filters=(Search("q", "姓名", by=_named, placeholder="姓名开头"), ByChoice("campaign", "批次", field="campaign_id", choices=_choices),
                 ByRegion("region", "地区", permission=READ), DateRange("issued_on", "日期")),
        empty="还没有发放记录。批次开始发放、登记领取后，记录会出现在这里。")),
    Page("relief.issues_export", "console/relief/issues/export/", "导出物资发放记录", READ, ExportBody("relief.issues"), step_up=True),
    Page("relief.issue_record", "console/relief/issues/<int:pk>/", "物资发放记录", READ, DetailBody(
        _issue, (Facts("发放", items=(Text("name", "姓名"), *RECORDS[2:], Date("issued_on", "日期"), Text("void_reason", "收回原因"))),
                 Table("出库", rows=lambda one, drawing: one.movements.select_related("lot__goods").order_by("pk"), columns=(
                     Text("lot.goods.title", "物资"), Text("lot.no", "批号"), Number(lambda row: f"{row.pieces:+,}", "件数"),
                     Date("lot.expires_on", "保质期至"), Date("moved_on", "日期")))),
        title=lambda one: f"{one.name} · {one.campaign.title}", parent="relief.issues",
        actions=(Action("个人档案", "persons.file", args={"pk": "person_id"}),
                 Action("收回", "relief.take_back", args={"pk": "pk"}, danger=True, when=lambda one: not one.voided))),
         example=_done, reads="查看物资发放"),
    Page("relief.take_back", "console/relief/issues/<int:pk>/take-back/", "收回物资", ISSUE, ActionBody(
        _to_take_back, forms.take_back, fields=forms.REASON, submit="收回", danger=True, parent="relief.issue_record",
        question="发错了人或件数时用：物资退回原批次，这个人可以重新领。", about=_told_person), example=_done, reads="收回物资"),
]  # fmt: skip
