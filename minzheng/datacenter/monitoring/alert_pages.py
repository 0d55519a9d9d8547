"""一条预警：为什么、凭什么、谁做过什么、下一步；分派、走访、认定、处置、销号的表单。"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.datacenter.monitoring import acting, feedback, handling, leads, selectors, showing
from minzheng.datacenter.monitoring.models import Alert
from minzheng.datacenter.monitoring.pages import READS
from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.documents import selectors as document_selectors
from minzheng.kernel.documents import services as documents
from minzheng.kernel.items import registry as items
from minzheng.kernel.pages.drawing import drawing_of
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Date, Deadline, Link, Moment, Region, Text
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Choice, LongText, Photo, When, YesNo
from minzheng.kernel.parts.fields import Date as DateField
from minzheng.kernel.parts.fields import Text as TextField
from minzheng.kernel.parts.page import ActionBody, Custom, DetailBody, Done, FormBody, Page
from minzheng.kernel.parts.panels import Drawn, Entry, Facts, Table, Timeline
from minzheng.kernel.subjects.selectors import household_members

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.parts.drawing import Drawing
    from minzheng.kernel.parts.fields import Field


def _item(alert: Alert) -> str:
    try:
        return items.get(alert.item_code).title if alert.item_code else ""
    except items.UnknownItem:
        return ""


def _entries(alert: Alert) -> list[Entry]:
    return [
        Entry(
            act.at, showing.ACTS.get(act.code, act.code), act.actor_name, showing.act_text(act.code, act.data),
            "warn" if act.code in ("upgrade", "escalate") else "plain",
        )
        for act in alert.acts.all()
    ]  # fmt: skip


def _photos(alert: Alert, drawing: Drawing) -> dict[str, Any]:
    """Photographs of visits, signed papers and of the lead."""
    found = [
        (pk, label)
        for act in alert.acts.all()
        for label, key in (("走访", "photos"), ("签字", "signed"))
        for pk in act.data.get(key) or ()
    ]
    lead = leads.of(alert)
    found += [(pk, "反映") for pk in (lead.photos if lead else ())]
    return {
        "photos": [
            (reverse("monitor.photo", kwargs={"pk": alert.pk, "attachment": int(pk)}), f"{label}照片 {n}")
            for n, (pk, label) in enumerate(found, start=1)
        ]
    }  # fmt: skip


def _why(alert: Alert, drawing: Drawing) -> dict[str, Any]:
    lead = leads.of(alert)
    return {
        "alert": alert, "sentence": alert.content.get("sentence", ""), "advice": showing.advice(alert),
        "law": showing.law(alert), "next": showing.next_step(alert), "facts": showing.fact_lines(alert),
        "lead": leads.told(lead, drawing.actor) if lead else [], "level": showing.LEVEL.cell(alert, drawing),
    }  # fmt: skip


def _family(alert: Alert, drawing: Drawing) -> list[dict[str, Any]]:
    if alert.household is None:
        return []
    return [
        {
            "name": one.person.name, "relation": one.relation, "birth": one.person.birth_date,
            "mark": "本条对象" if one.person_id == alert.person_id else "已故" if one.person.death_date else "",
        }
        for one in household_members(alert.household)
    ]  # fmt: skip


DETAIL = DetailBody(
    selectors.get,
    (
        Drawn("为什么", template="monitoring/why.html", context=_why),
        Timeline("办理记录", entries=_entries),
        Drawn("照片", template="monitoring/photos.html", context=_photos, when=lambda alert: bool(_photos_of(alert))),
    ),
    side=(
        Facts(
            "这条预警", columns=1,
            items=(
                Badge("state", "状态", names=showing.STATES, tones=showing.STATE_TONES),
                Deadline(lambda row: row.due_on if row.is_open else None, "期限"),
                Moment("due_at", "最迟"),
                Text(lambda row: row.assignee.name if row.assignee else "没有分派", "走访人"),
                Region("region_code", "村（社区）"), Region("town_code", "责任乡镇"),
                Text(_item, "涉及待遇"), Link("case.no", "办件", page="cases.detail", args={"pk": "case_id"}),
                Text(lambda row: feedback.TITLES.get(row.code, ""), "反馈"),
                Link("result_case.no", "处置办件", page="cases.detail", args={"pk": "result_case_id"}),
                Text(lambda row: showing.CHANNELS[row.channel], "来源"), Moment("created_at", "产生时间"),
                Moment("escalated_at", "报县级督办"),
            ),
        ),
        Table(
            "家庭", rows=_family, permission="household.read",
            columns=(Text("name", "姓名"), Text("relation", "关系"), Date("birth", "出生"), Text("mark", "备注")),
            empty="没有登记家庭。",
            more=lambda alert: ("家庭档案", reverse("households.file", kwargs={"pk": alert.household_id})) if alert.household_id else None,
        ),
        Table(
            "这户的其他预警", rows=lambda alert, drawing: _others(alert, drawing),
            columns=(showing.LEVEL, showing.NUMBER, showing.STATE), empty="没有其他预警。",
        ),
    ),
    title=lambda alert: f"{alert.title}：{alert.person_name or '没有档案的人'}",
    subtitle=lambda alert: f"{alert.no}，{showing.LEVELS[alert.level]}预警" + (f"（由{showing.LEVELS[alert.raised_from]}升级）" if alert.raised_from else ""),
    actions=(
        Action("走访记录", "monitor.visit", args={"pk": "pk"}, icon="map", primary=True, offered=lambda a, o: acting.may(a, o, "visit"), key="v"),
        Action("认定", "monitor.judge", args={"pk": "pk"}, icon="check", primary=True, offered=lambda a, o: acting.may(a, o, "judge"), key="r"),
        Action("处置", "monitor.handle", args={"pk": "pk"}, icon="list", primary=True, offered=lambda a, o: acting.may(a, o, "handle"), key="c"),
        Action("销号", "monitor.close", args={"pk": "pk"}, icon="check", primary=True, offered=lambda a, o: acting.may(a, o, "close"), key="x"),
        Action("分派", "monitor.assign", args={"pk": "pk"}, icon="user", offered=lambda a, o: acting.may(a, o, "assign"), key="f"),
    ),
    parent="monitor.queue",
)  # fmt: skip


def _others(alert: Alert, drawing: Drawing) -> list[Alert]:
    seen = selectors.visible_to(drawing.actor).filter(pk__in=selectors.others_of_household(alert).values("pk"))
    return list(seen.order_by("-created_at")[:8])


def _photos_of(alert: Alert) -> list[str]:
    lead = leads.of(alert)
    return [pk for act in alert.acts.all() for key in ("photos", "signed") for pk in act.data.get(key) or ()] + list(
        lead.photos if lead else ()
    )


def _done(alert: Alert, sentence: str) -> Done:
    return Done(sentence, reverse("monitor.alert", kwargs={"pk": alert.pk}))


def _assign_fields(actor: Actor, alert: Alert) -> Sequence[Field]:
    people = selectors.visitors(alert)
    busy = selectors.load([one.pk for one in people])
    options = [(str(one.pk), f"{one.name}（手上 {busy.get(one.pk, 0)} 条）") for one in people]
    return (Choice("user", "走访人", options=(("", "按责任区自动分派"), *options), radio_up_to=6),)


def _assign(actor: Actor, values: dict[str, Any], alert: Alert) -> Done:
    done = acting.assign(actor=actor, pk=alert.pk, user_id=int(values["user"]) if values.get("user") else None)
    return _done(done, f"已分派给{done.assignee.name if done.assignee else ''}。")


def _visit_fields(actor: Actor, alert: Alert) -> Sequence[Field]:
    right = YesNo(
        "person_right",
        "当面核对证件：就是数据里说的这个人吗",
        required=True,
        help="这条预警是按姓名或修正后的号码找到的人。",
    )
    return (
        DateField("visited_on", "哪天去的", required=True, not_after=clock.today),
        Choice("way", "怎样走访", required=True, options=tuple(showing.WAYS.items())),
        Choice("met", "见到谁", required=True, options=tuple(showing.MET.items())),
        *((right,) if alert.in_doubt else ()),
        LongText(
            "findings",
            "看到的情况",
            required=True,
            min_length=4,
            max_length=1000,
            help="几句话就行：人怎么样，家里有什么变化，有什么困难。",
        ),
        Photo("photos", "照片（没有也可以）", kind="monitor"),
    )


def _visit(actor: Actor, values: dict[str, Any], alert: Alert) -> Done:
    done = acting.visit(actor=actor, pk=alert.pk, data=values)
    mine = actor.has(selectors.JUDGE)
    return _done(done, "走访记录已保存" + ("，请接着认定。" if mine else "，乡镇（街道）会接着认定。"))


def _judge_fields(actor: Actor, alert: Alert) -> Sequence[Field]:
    return (
        Choice(
            "verdict", "这条预警说的情况属实吗", required=True, options=feedback.VERDICTS, help="用来看这项监测准不准。"
        ),
        Choice("code", "反馈", required=True, options=tuple(feedback.TITLES.items()), radio_up_to=0),
        LongText("reason", "不符合条件的理由", required=True, when=When("code", ("F09",)), max_length=500),
        Choice("refer_to", "转介给", required=True, options=feedback.REFER_TO, when=When("code", ("F06",))),
        TextField("charity", "慈善组织和联系人", required=True, when=When("code", ("F07",)), max_length=100),
        Photo("signed", "本人签字的拒绝说明", required=True, kind="monitor", when=When("code", ("F10",))),
        TextField("wrong", "哪个来源、哪一项数据有误", required=True, when=When("code", ("F12",)), max_length=200),
    )


def _judge(actor: Actor, values: dict[str, Any], alert: Alert) -> Done:
    done = acting.judge(actor=actor, pk=alert.pk, data=values)
    return _done(done, showing.next_step(done))


def _handle_fields(actor: Actor, alert: Alert) -> Sequence[Field]:
    ways = handling.ways(alert)
    return (
        Choice("how", "怎样处置", required=True, options=tuple((one, handling.TITLES[one]) for one in ways)),
        TextField("case_no", "办件编号", required=True, when=When("how", (handling.LINK,)), max_length=30),
        DateField("died_on", "死亡日期", required=True, not_after=clock.today, when=When("how", (handling.DEATH,))),
        LongText("opinion", "说明", max_length=500, help="转介的写明给了谁、怎样跟进；登记死亡的写明凭什么材料确认。"),
    )


def _handle(actor: Actor, values: dict[str, Any], alert: Alert) -> Done:
    how, words = values["how"], values.get("opinion") or ""
    if how == handling.RECHECK:
        done = handling.open_recheck(actor=actor, pk=alert.pk, opinion=words)
        return _done(done, "已启动复核，办件里接着核对、入户、作决定；预警本身不停发。")
    if how == handling.APPLY:
        done = handling.begin_application(actor=actor, pk=alert.pk)
        return Done(
            "已建立申请草稿，请与本人核对后补齐、提交。", reverse("intake.form", kwargs={"pk": done.result_case_id})
        )
    if how == handling.DEATH:
        return _done(
            handling.enter_death(actor=actor, pk=alert.pk, died_on=values["died_on"].isoformat(), opinion=words),
            "已登记死亡，待遇按规定停发或复核。",
        )
    if how == handling.LINK:
        return _done(handling.link_case(actor=actor, pk=alert.pk, case_no=values["case_no"]), "已关联办件。")
    return _done(handling.refer(actor=actor, pk=alert.pk, opinion=words), "已记下转介。")


def _close(actor: Actor, alert: Alert, values: dict[str, Any]) -> Done:
    return _done(acting.close(actor=actor, pk=alert.pk, opinion=values.get("opinion") or ""), "已销号。")


def photo(request: HttpRequest, pk: int, attachment: int) -> HttpResponse:
    """One photograph of this alert, to whoever may read the alert."""
    drawing = drawing_of(request)
    alert = selectors.get(drawing.actor, pk)
    one = (
        document_selectors.loose_attachment(attachment, "monitor")
        if alert and str(attachment) in map(str, _photos_of(alert))
        else None
    )
    if alert is None or one is None:
        raise Http404("没有找到。")
    audit.record_read(actor=drawing.actor, obj=alert, reason="查看走访照片")
    body, kind = documents.open_attachment(one)
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(one.label or '照片')}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


_example = first_of(Alert.objects.filter(is_demo=True).order_by("pk"))


def _photo_example() -> dict[str, Any] | None:
    return None


def _form(code: str, title: str, permission: str, fields: Any, save: Any, **more: Any) -> Page:
    told = more.pop("lead", "")
    body = FormBody(
        fields, save, get=selectors.get, parent="monitor.alert", lead=lambda alert: showing.about(alert) + told, **more
    )
    return Page(
        f"monitor.{code}",
        f"console/monitor/alerts/<int:pk>/{code}/",
        title,
        permission,
        body,
        example=_example,
        reads=READS,
    )


PAGES = [
    Page("monitor.alert", "console/monitor/alerts/<int:pk>/", "预警", selectors.READ, DETAIL, example=_example, reads=READS),
    _form("assign", "分派预警", selectors.ASSIGN, _assign_fields, _assign, submit="分派"),
    _form("visit", "走访记录", selectors.VISIT, _visit_fields, _visit, initial=lambda actor, alert: {"visited_on": clock.today()}, submit="保存走访记录"),
    _form("judge", "认定预警", selectors.JUDGE, _judge_fields, _judge, submit="认定"),
    _form("handle", "处置预警", selectors.JUDGE, _handle_fields, _handle, submit="办理", lead="处置都由办件作决定，这里只启动，不停发。"),
    Page(
        "monitor.close", "console/monitor/alerts/<int:pk>/close/", "销号", selectors.JUDGE,
        ActionBody(
            selectors.get, _close, fields=(LongText("opinion", "说明", max_length=300),), submit="销号", parent="monitor.alert",
            question=lambda alert: f"{showing.about(alert)}销号前会核对：说已纳入的确有待遇，说停发的确有决定。",
        ),
        example=_example, reads=READS,
    ),
    Page(
        "monitor.photo", "console/monitor/alerts/<int:pk>/photo/<int:attachment>/", "走访照片", selectors.READ,
        Custom(photo, methods=("GET",)), example=_photo_example, reads=READS,
    ),
]  # fmt: skip
