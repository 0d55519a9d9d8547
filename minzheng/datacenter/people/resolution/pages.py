"""疑似重复人员: the queue, one pair side by side, the verdict, the approval, the undo."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from minzheng.datacenter.people.errors import PeopleRefused
from minzheng.datacenter.people.homes.reporting import sentence
from minzheng.datacenter.people.models import DuplicatePair, PersonMerge
from minzheng.datacenter.people.resolution import beside, selectors, services
from minzheng.datacenter.people.resolution.scoring import weights
from minzheng.datacenter.people.resolution.selectors import APPROVE, JUDGE
from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Date, Link, Moment, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Choice, Field, LongText
from minzheng.kernel.parts.fields import Date as DateField
from minzheng.kernel.parts.filters import ByChoice, ByRegion, Search
from minzheng.kernel.parts.page import ActionBody, DetailBody, Done, FormBody, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Drawn, Facts, Table
from minzheng.kernel.subjects.merging import PICKABLE
from minzheng.kernel.subjects.selectors import household_members

GROUP = "大数据中心"
LABELS = {
    "name": "姓名", "phone": "联系电话", "address": "住址", "hukou_region": "户籍地", "region_code": "档案所在地",
    "health": "健康与残疾情况", "death_date": "死亡日期",
}  # fmt: skip
PAIR_TONES = {
    "open": "wait",
    "later": "plain",
    "asked": "info",
    "merged": "good",
    "different": "plain",
    "gone": "plain",
}
MERGE_TONES = {"asked": "wait", "done": "good", "refused": "bad", "undone": "plain"}
_REASON = LongText("reason", "理由", required=True, max_length=200)
_WHY = "判断重复档案"


def _named(rows: QuerySet[Any], text: str, drawing: Drawing) -> QuerySet[Any]:
    return rows.filter(first__name__startswith=text) | rows.filter(second__name__startswith=text)


def _level(pair: DuplicatePair) -> str:
    return "很可能" if pair.score >= int(weights()["likely_from"]) else "可能"


def _reasons(pair: DuplicatePair) -> str:
    return "；".join(sentence for _code, sentence in pair.reasons)


def _second(pair: DuplicatePair) -> str:
    return "（在两户里）" if pair.kind == DuplicatePair.HOUSEHOLD else pair.second.name


def _sides(obj: DuplicatePair, drawing: Drawing) -> dict[str, Any]:
    """Both files; looking at them is a reading of each."""
    pair = selectors.pair(drawing.actor, obj.pk) or obj
    for person in {pair.first.pk: pair.first, pair.second.pk: pair.second}.values():
        audit.record_read(actor=drawing.actor, obj=person, reason=_WHY, purpose="duplicate")
    apart = pair.kind == DuplicatePair.HOUSEHOLD
    return {
        "pair": pair,
        "lines": [] if apart else beside.lines(pair.first, pair.second, drawing),
        "homes": beside.two_homes(pair.first) if apart else [],
        "reasons": [sentence for _code, sentence in pair.reasons],
    }


def _hindrances(obj: DuplicatePair, drawing: Drawing) -> dict[str, Any]:
    found = selectors.hindrances(obj)
    return {
        "rows": [(o.sentence, reverse(o.page, kwargs=dict(o.args)) if o.page else "", o.label) for o in found],
        "money": bool(selectors.awards_in_force(obj.first, obj.second)),
    }


def _open(pair: DuplicatePair) -> bool:
    return pair.state in (DuplicatePair.OPEN, DuplicatePair.LATER)


def _judges(actor: Any, pair: DuplicatePair) -> bool:
    return bool(actor.can(JUDGE, pair.region_code))


def _is_person(pair: DuplicatePair) -> bool:
    return _open(pair) and pair.kind == DuplicatePair.PERSON


def _is_home(pair: DuplicatePair) -> bool:
    return _open(pair) and pair.kind == DuplicatePair.HOUSEHOLD


def _two_people(actor: Any, pk: int) -> DuplicatePair | None:
    pair = selectors.to_judge(actor, pk)
    return pair if pair is not None and pair.kind == DuplicatePair.PERSON else None


def _two_homes(actor: Any, pk: int) -> DuplicatePair | None:
    pair = selectors.to_judge(actor, pk)
    return pair if pair is not None and pair.kind == DuplicatePair.HOUSEHOLD else None


def _say(pair: DuplicatePair, side: str) -> str:
    person = pair.first if side == "first" else pair.second
    return f"{'左边' if side == 'first' else '右边'}的档案（{person.name}，{person.created_at:%Y-%m-%d} 建档）"


def _merge_fields(actor: Any, pair: DuplicatePair) -> tuple[Field, ...]:
    """Which file stays; for what differs, which one is right; which household stays where there are two."""
    sides = tuple((side, _say(pair, side)) for side in ("first", "second"))
    asked: list[Field] = [
        Choice("keep", "保留哪一份", required=True, options=sides, help="证件号码、出生日期和性别以保留的一份为准。")
    ]
    for name in PICKABLE:
        a, b = getattr(pair.first, name), getattr(pair.second, name)
        if (a or b) and a != b:
            options = [
                (side, f"{'左边' if side == 'first' else '右边'}：{_shown(name, value)}")
                for side, value in (("first", a), ("second", b))
            ]
            asked.append(Choice(name, LABELS[name], required=True, options=options))
    homes = selectors.homes(pair.first, pair.second)
    if len(homes) > 1:
        choices = [(str(home.pk), f"户编号 {home.no}（户主 {home.head.name if home.head else '—'}）") for home in homes]
        asked.append(Choice("household", "保留哪一户的成员登记", required=True, options=choices))
    return (*asked, _REASON)


def _shown(name: str, value: Any) -> str:
    from minzheng.kernel.regions.selectors import region_name
    from minzheng.kernel.subjects import masking

    if not value:
        return "（空）"
    if name in ("region_code", "hukou_region"):
        return region_name(value, full=True)
    shown = {"phone": masking.mask_phone, "address": masking.mask_address}.get(name)
    if name == "health":
        return "已登记"
    return shown(value) if shown else str(value)


def _initial(actor: Any, pair: DuplicatePair) -> dict[str, Any]:
    """The file with the number stays, else the older one; what only one file says is taken from there."""
    keep = "second" if pair.second.id_index and not pair.first.id_index else "first"
    other = {"first": "second", "second": "first"}[keep]
    chosen = {name: keep if getattr(getattr(pair, keep), name) else other for name in PICKABLE}
    return {"keep": keep, **chosen}


def _merge(actor: Any, values: dict[str, Any], pair: DuplicatePair) -> Done:
    keep = values["keep"]
    survivor = pair.first_id if keep == "first" else pair.second_id
    picks = {name: "survivor" if values[name] == keep else "absorbed" for name in PICKABLE if values.get(name)}
    merge = services.ask(
        actor=actor, pair_id=pair.pk, survivor_id=survivor, picks=picks,
        household_id=int(values["household"]) if values.get("household") else None, reason=values["reason"],
    )  # fmt: skip
    if merge.state == PersonMerge.ASKED:
        return Done("合并涉及在享受的待遇，已提交，等另一名有复核权限的人员复核。", reverse("people.merges"))
    return Done(
        f"已合并，保留{merge.survivor_name}的这一份；需要时可以撤销。",
        reverse("people.merged", kwargs={"pk": merge.pk}),
    )


def _different(actor: Any, pair: DuplicatePair, values: dict[str, Any]) -> Done:
    services.call_different(actor=actor, pair_id=pair.pk, reason=values["reason"])
    return Done("已记为不是同一人，以后不再提示。", reverse("people.pairs"))


def _later(actor: Any, pair: DuplicatePair, values: dict[str, Any]) -> Done:
    services.put_off(actor=actor, pair_id=pair.pk, until=values["until"], reason=values["reason"])
    return Done(f"已放到 {values['until']} 再看。", reverse("people.pairs"))


def _home_fields(actor: Any, pair: DuplicatePair) -> tuple[Field, ...]:
    homes = [home for home in (pair.first_household, pair.second_household) if home is not None]
    options = [(str(home.pk), _home_in_words(home, pair.first_id)) for home in homes]
    return (
        Choice("household", "保留哪一户", required=True, options=options),
        DateField(
            "since", "自哪天起只在这一户", required=True, not_after=clock.today, help="前一天是在另一户的最后一天。"
        ),
        _REASON,
    )


def _home_in_words(home: Any, person_id: int) -> str:
    """Whose household it is, of how many, and what this person is there: a number alone tells nobody which one to keep."""
    members = household_members(home)
    mine = next((row.relation for row in members if row.person_id == person_id), "")
    head = f"户主 {home.head.name}，" if home.head else ""
    return f"{head}{len(members)} 人，本人是{mine or '家庭成员'}（户编号 {home.no}）"


def _keep_home(actor: Any, pair: DuplicatePair, values: dict[str, Any]) -> Done:
    done = services.keep_home(
        actor=actor, pair_id=pair.pk, household_id=int(values["household"]), since=values["since"],
        reason=values["reason"],
    )  # fmt: skip
    told = "已保留一户，另一户的成员关系到此为止。" + sentence(done.asked, done.unasked)
    return Done(told, reverse("people.pairs"), "warning" if done.unasked else "success")


def _decidable(actor: Any, pk: int) -> PersonMerge | None:
    found = selectors.merge(actor, pk)
    may = found is not None and found.state == PersonMerge.ASKED and actor.can(APPROVE, found.region_code)
    return found if may else None


def _undoable(actor: Any, pk: int) -> PersonMerge | None:
    found = selectors.merge(actor, pk)
    if found is None or found.state != PersonMerge.DONE:
        return None
    return found if actor.can(APPROVE if found.money else JUDGE, found.region_code) else None


def _decide(actor: Any, merge: PersonMerge, values: dict[str, Any]) -> Done:
    if values["verdict"] == "yes":
        services.approve(actor=actor, merge_id=merge.pk, opinion=values["reason"])
        return Done("已同意并合并。", reverse("people.merged", kwargs={"pk": merge.pk}))
    if not values["reason"]:
        raise PeopleRefused([], {"reason": "不同意的，请写明理由。"})
    services.refuse(actor=actor, merge_id=merge.pk, opinion=values["reason"])
    return Done("已退回，这一对回到待判断。", reverse("people.approvals"))


def _undo(actor: Any, merge: PersonMerge, values: dict[str, Any]) -> Done:
    services.undo(actor=actor, merge_id=merge.pk, reason=values["reason"])
    return Done(
        "已撤销合并，两份档案和各自的待遇、办件恢复原样。", reverse("people.pair", kwargs={"pk": merge.pair_id})
    )


def _picked(merge: PersonMerge, drawing: Drawing) -> list[dict[str, str]]:
    sides = {"survivor": "保留的档案", "absorbed": "并入的档案"}
    return [{"field": LABELS.get(name, name), "side": sides[side]} for name, side in merge.picks.items()]


_example = first_of(DuplicatePair.objects.filter(state="open", kind="person").order_by("-score"))
_home_example = first_of(DuplicatePair.objects.filter(state="open", kind="household"))
_FILTERS = (
    Search("q", "姓名", by=_named, placeholder="姓名开头的字"),
    ByRegion("region", "乡镇（街道）", permission=JUDGE),
    ByChoice("kind", "类型", choices=DuplicatePair.KINDS),
)
_COLUMNS = (
    Text("first.name", "姓名", css="nowrap"),
    Text(_second, "另一份", css="nowrap"),
    Badge("kind", "类型", names=dict(DuplicatePair.KINDS)),
    Badge(
        "score", "相似", names=_level, tones=lambda row: "warn" if _level(row) == "很可能" else "plain", sort="score"
    ),
    Text(_reasons, "依据"),
    Region("region_code", "地区", sort="region_code", css="nowrap"),
)


def _told_pair(pair: DuplicatePair) -> str:
    """Whom a question about two files is about."""
    return (
        f"{pair.first.name} 与 {pair.second.name}"
        if pair.kind == DuplicatePair.PERSON
        else f"{pair.first.name}在两户里"
    )


def _told_merge(merge: PersonMerge) -> str:
    return f"{merge.survivor_name}：档案合并"


PAGES = [
    Page(
        "people.pairs", "console/people/pairs/", "疑似重复人员", JUDGE,
        ListBody(
            selectors.waiting, (*_COLUMNS, Date("found_at", "发现日期", sort="found_at", narrow=False)), filters=_FILTERS,
            sort="-score", link=("people.pair", {"pk": "pk"}),
            actions=(Action("已判断的", "people.judged", icon="check"), Action("合并与复核", "people.merges", icon="people")),
            lead="每周自动查找一次。点开并排比较，再判断：合并、不是同一人、以后再看。",
            empty="没有待判断的疑似重复。系统每周查找一次，查到的会出现在这里。",
        ),
        menu=Menu(GROUP, 60, "people"),
    ),
    Page(
        "people.judged", "console/people/judged/", "已判断的疑似重复", JUDGE,
        ListBody(
            selectors.judged,
            (*_COLUMNS, Badge("state", "判断", names=dict(DuplicatePair.STATES), tones=PAIR_TONES, sort="state"),
             Text("decided_name", "判断人"), Moment("decided_at", "时间", sort="decided_at"), Text("remark", "理由")),
            filters=(*_FILTERS, ByChoice("state", "判断", choices=DuplicatePair.STATES[1:5])),
            sort="-decided_at", link=("people.pair", {"pk": "pk"}), empty="还没有判断过。在“疑似重复人员”里点开一对，作出判断以后列在这里。",
        ),
    ),
    Page(
        "people.pair", "console/people/pairs/<int:pk>/", "疑似重复：并排比较", "person.read",
        DetailBody(
            selectors.pair,
            (
                Drawn("并排比较", template="people/beside.html", context=_sides, anchor="beside"),
                Drawn("合并前要办的事", template="people/hindrances.html", context=_hindrances, when=_is_person),
                Facts("判断", when=lambda pair: bool(pair.decided_at), items=(
                    Badge("state", "结果", names=dict(DuplicatePair.STATES), tones=PAIR_TONES),
                    Text("decided_name", "判断人"), Moment("decided_at", "时间"), Date("look_again_on", "再看日期"),
                    Text("remark", "理由"),
                )),
            ),
            title=_told_pair,
            subtitle=lambda pair: f"相似度 {pair.score / 10:.0f}%，{_level(pair)}是同一个人" if pair.kind == "person" else "同一天登记在两户里，要保留一户",
            actions=(
                Action("合并", "people.merge", args={"pk": "pk"}, primary=True, icon="check", when=_is_person, offered=_judges),
                Action("保留一户", "people.keep_home", args={"pk": "pk"}, primary=True, icon="house", when=_is_home, offered=_judges),
                Action("不是同一人", "people.different", args={"pk": "pk"}, icon="x", when=_is_person, offered=_judges),
                Action("以后再看", "people.later", args={"pk": "pk"}, icon="clock", when=_open, offered=_judges),
            ),
            parent="people.pairs",
        ),
        example=_example,
    ),
    Page(
        "people.merge", "console/people/pairs/<int:pk>/merge/", "合并两份档案", JUDGE,
        FormBody(_merge_fields, _merge, get=_two_people, initial=_initial, submit="合并", parent="people.pairs",
                 lead="两份都留着，另一份指向保留的这一份；在享受的待遇、没办结的办件跟着走，办结的和当时的依据不动。可以撤销。"),
        example=_example,
    ),
    Page(
        "people.different", "console/people/pairs/<int:pk>/different/", "不是同一人", JUDGE,
        ActionBody(_two_people, _different, question="记为不是同一人以后，这一对不再提示。", fields=(_REASON,), parent="people.pairs", about=_told_pair),
        example=_example,
    ),
    Page(
        "people.later", "console/people/pairs/<int:pk>/later/", "以后再看", JUDGE,
        ActionBody(
            selectors.to_judge, _later, question="到那一天，这一对会重新出现在列表里。", parent="people.pairs", about=_told_pair,
            fields=(DateField("until", "哪天再看", required=True), LongText("reason", "还差什么", max_length=200)),
        ),
        example=_example,
    ),
    Page(
        "people.keep_home", "console/people/pairs/<int:pk>/home/", "保留一户", JUDGE,
        ActionBody(_two_homes, _keep_home, fields=_home_fields, question="一个人同一天只能在一户里。两户和本人在享受的待遇不会自动改变：系统向相应的办件报告变化，由经办人复核。", parent="people.pairs"),
        example=_home_example,
    ),
    Page(
        "people.merges", "console/people/merges/", "档案合并与复核", JUDGE,
        ListBody(
            selectors.merges,
            (
                Text("survivor_name", "保留的档案", css="nowrap"), Text("absorbed.name", "并入的档案"),
                Badge("state", "状态", names=dict(PersonMerge.STATES), tones=MERGE_TONES, sort="state"),
                Badge("money", "待遇", names={"True": "涉及待遇", "False": "不涉及"}), Region("region_code", "地区"),
                Text("asked_name", "提出人"), Moment("asked_at", "提出时间", sort="asked_at"), Text("reason", "理由", narrow=False),
            ),
            filters=(ByRegion("region", "乡镇（街道）", permission=JUDGE), ByChoice("state", "状态", choices=PersonMerge.STATES)),
            sort="-asked_at", link=("people.merged", {"pk": "pk"}),
            empty="还没有合并过档案。在“疑似重复人员”里判断为同一人的，会出现在这里。",
        ),
    ),
    Page(
        "people.approvals", "console/people/approvals/", "档案合并复核", APPROVE,
        ListBody(
            lambda actor: selectors.merges(actor).filter(state=PersonMerge.ASKED),
            (
                Text("survivor_name", "保留的档案", css="nowrap"), Text("absorbed.name", "并入的档案"),
                Region("region_code", "地区"), Text("asked_name", "提出人"), Moment("asked_at", "提出时间", sort="asked_at"),
                Text("reason", "理由"),
            ),
            sort="-asked_at", link=("people.merged", {"pk": "pk"}),
            empty="没有等待复核的合并。涉及在享受待遇的合并，由另一个人复核后才办。",
        ),
        menu=Menu(GROUP, 62, "check"),
    ),
    Page(
        "people.merged", "console/people/merges/<int:pk>/", "档案合并", "person.read",
        DetailBody(
            selectors.merge,
            (
                Facts("合并", items=(
                    Badge("state", "状态", names=dict(PersonMerge.STATES), tones=MERGE_TONES),
                    Link("survivor_name", "保留的档案", page="persons.file", args={"pk": "survivor_id"}),
                    Text("absorbed.name", "并入的档案"), Region("region_code", "地区"),
                    Badge("money", "待遇", names={"True": "涉及待遇，须复核", "False": "不涉及"}), Text("reason", "理由"),
                    Text("asked_name", "提出人"), Moment("asked_at", "提出时间"), Text("decided_name", "复核人"),
                    Moment("decided_at", "办理时间"), Text("decision", "复核意见"), Text("undone_name", "撤销人"),
                    Moment("undone_at", "撤销时间"), Text("undo_reason", "撤销理由"),
                )),
                Table("逐项取自", rows=_picked, columns=(Text("field", "项目"), Text("side", "取自")), empty="各项都以保留的档案为准。"),
            ),
            title=_told_merge,
            actions=(
                Action("并排比较", "people.pair", args={"pk": "pair_id"}, icon="eye"),
                Action("复核", "people.decide", args={"pk": "pk"}, primary=True, icon="check", when=lambda m: m.state == "asked",
                       offered=lambda actor, m: bool(actor.can(APPROVE, m.region_code)) and m.asked_by_id != actor.id),
                Action("撤销合并", "people.undo", args={"pk": "pk"}, danger=True, icon="back", when=lambda m: m.state == "done",
                       offered=lambda actor, m: bool(actor.can(APPROVE if m.money else JUDGE, m.region_code))),
            ),
            parent="people.merges",
        ),
        example=first_of(PersonMerge.objects.order_by("-asked_at")), reads="查看档案合并",
    ),
    Page(
        "people.decide", "console/people/merges/<int:pk>/decide/", "复核档案合并", APPROVE,
        ActionBody(
            _decidable, _decide, question="同意后立即合并；在享受的待遇转到保留的档案上，金额不变。", parent="people.approvals", about=_told_merge,
            fields=(
                Choice("verdict", "意见", required=True, options=(("yes", "同意合并"), ("no", "不同意，退回"))),
                LongText("reason", "复核意见", max_length=200),
            ),
        ),
        example=first_of(PersonMerge.objects.filter(state="asked")),
    ),
    Page(
        "people.undo", "console/people/merges/<int:pk>/undo/", "撤销合并", "person.read",
        ActionBody(
            _undoable, _undo, question="撤销后，两份档案、各自的家庭、待遇和办件恢复到合并前的样子；合并以后又改过的，会逐项告诉您。",
            fields=(_REASON,), danger=True, parent="people.merges", about=_told_merge,
        ),
        example=first_of(PersonMerge.objects.filter(state="done")),
    ),
]  # fmt: skip
