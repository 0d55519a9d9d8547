"""标准调整: the list of sets, one set with its values and what a trial says beside it, and every act on it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.awards.repricing import selectors as repricing
from minzheng.kernel.documents import services as documents
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Date, Link, Moment, Number, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Choice, Field, LongText, Photo, Tick
from minzheng.kernel.parts.fields import Date as DateField
from minzheng.kernel.parts.fields import Text as TextField
from minzheng.kernel.parts.filters import ByChoice, ByRegion, Search
from minzheng.kernel.parts.page import ActionBody, Custom, DetailBody, Done, FormBody, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Drawn, Facts, Panel, Table
from minzheng.kernel.standards import adjustments, beside, importing, selectors, services
from minzheng.kernel.standards.adjusting import values_form
from minzheng.kernel.standards.adjustments import Wanted
from minzheng.kernel.standards.errors import StandardRefused
from minzheng.kernel.standards.models import ParameterValue, StandardSet
from minzheng.kernel.standards.pages import place_of
from minzheng.kernel.standards.sets import find

STATES = dict(StandardSet.STATES)
TONES = {"draft": "info", "submitted": "wait", "signed": "good", "withdrawn": "plain", "discarded": "plain"}
HEAD: tuple[Field, ...] = (
    TextField("title", "名称", required=True, max_length=80, help="例如：2027年度城乡低保标准。"),
    DateField("valid_from", "自哪天起执行", required=True),
    TextField("source", "依据（文件名称和文号）", required=True, max_length=200,
              help="例如：某县民政局 某县财政局《关于公布2027年度城乡低保标准的通知》（某民发〔2026〕35号）。"),
    DateField("source_date", "文件日期"),
    LongText("note", "说明", max_length=300),
)  # fmt: skip


def _url(row: StandardSet) -> str:
    return reverse("standards.set", kwargs={"pk": row.pk})


def _get(actor: Any, pk: int) -> StandardSet | None:
    return selectors.sets_visible_to(actor).filter(pk=pk).first()


def _mine(actor: Any, pk: int) -> StandardSet | None:
    """A set that this person may work on."""
    row = _get(actor, pk)
    return row if row and actor.can(services.PERMISSION, row.region_code) else None


def _create(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    row = adjustments.create(actor=actor, region_code=place_of(actor), **values)
    return Done("已建好，请填写各项的值。", reverse("standards.set_values", kwargs={"pk": row.pk}))


def _edit(actor: Any, values: dict[str, Any], row: StandardSet) -> Done:
    adjustments.edit(actor=actor, pk=row.pk, **values)
    return Done("已保存。", _url(row))


def fill(request: HttpRequest, pk: int) -> HttpResponse:
    """All values of the set on one page; wrong ones are marked beside their box and nothing is saved."""
    actor = actor_in(request)
    row = _mine(actor, pk)
    if row is None:
        raise Http404
    drafted = {one.name: one for one in row.values.filter(state="draft", valid_from=row.valid_from)}
    every = values_form.groups(row, drafted)
    chosen = request.GET.get("group", "") or next(
        (one.key for one in every if one.filled), every[0].key if every else ""
    )
    shown = [one for one in every if one.key == chosen]
    refusals: list[str] = []
    if request.method == "POST":
        wanted = values_form.typed(shown, request.POST)
        try:
            saved = adjustments.put_values(actor=actor, pk=row.pk, wanted=wanted)
        except StandardRefused as refused:
            saved, refusals = adjustments.Saved(), refused.sentences
        if not saved.errors and not refusals:
            return HttpResponseRedirect(_url(row))
        for box in (box for group in shown for box in group.boxes):
            box.error = saved.errors.get(box.name, "")
        refusals += list(saved.errors.values())
    return draw(
        request, "standards/fill.html", request.page,  # type: ignore[attr-defined]
        422 if refusals else 200, row=row, groups=every, shown=shown, chosen=chosen, refusals=refusals,
        parent="standards.sets", title=f"{row.title}：填写各项的值",
    )  # fmt: skip


def _import_fields(actor: Any, obj: Any) -> tuple[Field, ...]:
    return (
        Photo("file", "标准文件（YAML）", required=True, max_files=1, capture=False,
              help="与“导出标准文件”的格式相同。每一行写错的都会列出，有一行错就一个也不导入。"),
        TextField("title", "这次调整的名称", max_length=80),
    )  # fmt: skip


def _import(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    upload = values["file"][0]
    try:
        text = upload.read(importing.MOST_BYTES + 1).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StandardRefused("文件不是 UTF-8 编码的文本，请另存为 UTF-8 再导入。") from None
    row, reading = importing.take_in(
        actor=actor, region_code=place_of(actor), text=text, file_name=str(upload.name)[:60], title=values["title"]
    )
    same = f"，{reading.same} 个与现有的相同没有导入" if reading.same else ""
    return Done(f"已导入 {len(reading.rows)} 个值{same}。请核对以后提交签发。", _url(row))


def _one_value(actor: Any, pk: int) -> ParameterValue | None:
    rows = selectors.visible_to(actor).filter(pk=pk, state="draft").exclude(standard_set=None)
    row = rows.select_related("standard_set").first()
    return row if row and actor.can(services.PERMISSION, row.region_code) else None


def _value_fields(actor: Any, row: ParameterValue) -> tuple[Field, ...]:
    found = find(row.name)
    declaration = found[1] if found else None
    value: Field = TextField("value", "值", required=True, max_length=30)
    if declaration and declaration.choices:
        value = Choice("value", "值", required=True, options=tuple(declaration.choices.items()), radio_up_to=0)
    units = declaration.units if declaration else ()
    unit = (Choice("unit", "单位", required=True, options=tuple((u, u) for u in units)),) if len(units) > 1 else ()
    return (
        value, *unit, DateField("valid_from", "自哪天起", required=True),
        DateField("valid_until", "到哪天止", help="长期有效的空着。"), Tick("as_floor", "也是下级的下限"),
    )  # fmt: skip


def _change_value(actor: Any, values: dict[str, Any], row: ParameterValue) -> Done:
    wanted = Wanted(
        str(values["value"]), str(values.get("unit") or row.unit), bool(values["as_floor"]), values["valid_from"],
        values["valid_until"],
    )  # fmt: skip
    changed = adjustments.change_value(actor=actor, pk=row.pk, wanted=wanted)
    return Done("已保存。", reverse("standards.set", kwargs={"pk": changed.standard_set_id}))


def _drop_value(actor: Any, row: ParameterValue, values: dict[str, Any]) -> Done:
    return Done(f"“{row.name}”已从这次调整里拿掉。", _url(adjustments.drop_value(actor=actor, pk=row.pk)))


def _attach(actor: Any, row: StandardSet, values: dict[str, Any]) -> Done:
    adjustments.attach(actor=actor, pk=row.pk, upload=values["file"][0])
    return Done("文件扫描件已保存。", _url(row))


def scan(request: HttpRequest, pk: int) -> HttpResponse:
    """The scan of the document."""
    row = _get(actor_in(request), pk)
    if row is None or row.attachment is None:
        raise Http404
    content, kind = documents.open_attachment(row.attachment)
    response = HttpResponse(content, content_type=kind)
    suffix = kind.rpartition("/")[2].replace("jpeg", "jpg")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(f'{row.title}.{suffix}')}"
    return response


def _act(name: str, said: str) -> Any:
    def run(actor: Any, row: StandardSet, values: dict[str, Any]) -> Done:
        getattr(adjustments, name)(actor=actor, pk=row.pk, **values)
        return Done(said.format(title=row.title, day=row.valid_from), _url(row))

    return run


def _beside(row: StandardSet, drawing: Drawing) -> dict[str, Any]:
    rows = list(row.values.exclude(state="withdrawn"))
    return {
        "boxes": beside.all_beside(rows, drawing.actor),
        "trial": beside.trial_url(row.pk) if rows and row.state in adjustments.OPEN else "",
        "empty": not rows,
    }


def _values(row: StandardSet, drawing: Drawing) -> list[values_form.ValueLine]:
    return values_form.value_lines(row, list(row.values.order_by("name", "valid_from")))


def _when(*states: str) -> Any:
    return lambda row: row.state in states


def _columns(editable: bool) -> tuple[Any, ...]:
    shown = (
        Link("title", "参数", page="standards.value", args={"name": "value.name"}),
        Text("before", "原来", css="nowrap"),
        Text("after", "新的值", css="nowrap"),
        Text("also", "换算", css="nowrap", narrow=False),
        Text("change", "增减", css="nowrap"),
        Date("value.valid_from", "自"),
        Date("value.valid_until", "至"),
        Text("floor", "下级的下限", narrow=False),
        Text(lambda line: line.value.drafted_by.name if line.value.drafted_by else "", "起草", narrow=False),
    )
    edit = (
        Link(lambda line: "改", "改", page="standards.set_value", args={"pk": "pk"}),
        Link(lambda line: "拿掉", "拿掉", page="standards.set_drop", args={"pk": "pk"}),
    )
    return (*shown, *edit) if editable else shown


def _panels() -> tuple[Panel, ...]:
    empty = "还没有一项值：点“填写各项的值”。"
    return (
        Table("各项的值", rows=_values, columns=_columns(True), empty=empty, when=_when("draft")),
        Table("各项的值", rows=_values, columns=_columns(False), empty=empty,
              when=lambda row: row.state != "draft"),
        Drawn("签发前的测算", template="standards/beside.html", context=_beside,
              when=lambda row: row.state in (*adjustments.OPEN, "signed")),
        Table(
            "按新标准重算在发的待遇",
            rows=lambda row, drawing: repricing.batches_visible_to(drawing.actor).filter(standard_set=row.pk),
            columns=repricing_columns(), when=_when("signed"),
            empty="还没有重算：到执行日由系统提出；可以提前一个月点“重算在发待遇”。",
        ),
    )  # fmt: skip


def repricing_columns() -> tuple[Any, ...]:
    from minzheng.kernel.awards.repricing.pages import COLUMNS

    return COLUMNS


REASON = (LongText("reason", "原因", required=True, max_length=200),)
_set_example = first_of(StandardSet.objects.order_by("pk"))
_value_example = first_of(ParameterValue.objects.exclude(standard_set=None).order_by("pk"))


FACTS = Facts(
    "依据和经过", columns=3,
    items=(
        Badge("state", "状态", names=STATES, tones=TONES),
        Region("region_code", "地区"),
        Date("valid_from", "自哪天起执行"),
        Text("source", "依据"),
        Date("source_date", "文件日期"),
        Link(lambda row: "打开" if row.scanned else "", "文件扫描件", page="standards.set_file",
             args={"pk": "scanned"}),
        Text("note", "说明"),
        Text("get_origin_display", "怎么来的"),
        Text("drafted_by.name", "起草"),
        Moment("drafted_at", "起草时间"),
        Text("submitted_by.name", "提交"),
        Moment("submitted_at", "提交时间"),
        Text("signed_by.name", "签发"),
        Moment("signed_at", "签发时间"),
        Text("closed_reason", "退回、撤回、作废的原因"),
    ),
)  # fmt: skip


def _listed(actor: Any) -> QuerySet[StandardSet]:
    return selectors.sets_visible_to(actor).annotate(size=Count("values", filter=~Q(values__state="withdrawn")))


def _action(code: str, path: str, title: str, body: ActionBody) -> Page:
    return Page(code, f"console/standards/sets/<int:pk>/{path}/", title, "policy.confirm", body, example=_set_example)


PAGES = [
    Page(
        "standards.sets", "console/standards/sets/", "标准调整", "policy.read",
        ListBody(
            _listed,
            (
                Text("title", "名称", sort="title"),
                Region("region_code", "地区"),
                Date("valid_from", "自", sort="valid_from"),
                Number("size", "几项", sort="size"),
                Text("source", "依据", narrow=False),
                Badge("state", "状态", names=STATES, tones=TONES, sort="state"),
                Text("drafted_by.name", "起草"),
                Text("signed_by.name", "签发"),
                Moment("signed_at", "签发时间", sort="signed_at", narrow=False),
            ),
            filters=(
                Search("q", "名称", by=lambda rows, text, drawing: rows.filter(title__contains=text)),
                ByRegion("region", "地区", permission="policy.read"),
                ByChoice("state", "状态", choices=StandardSet.STATES),
            ),
            link=("standards.set", {"pk": "pk"}),
            actions=(
                Action("新建标准调整", "standards.set_new", primary=True, icon="plus"),
                Action("从文件导入", "standards.import", icon="doc"),
                Action("标准一览", "standards.table"),
            ),
            sort="-valid_from",
            empty="还没有标准调整。公布了新标准的，点“新建标准调整”，把同一份文件里的几项值放在一起起草、签发。",
        ),
        menu=Menu("数据", 39, "doc"),
    ),
    Page(
        "standards.set_new", "console/standards/sets/new/", "新建标准调整", "policy.confirm",
        FormBody(
            HEAD, _create, submit="下一步：填写各项的值", parent="standards.sets",
            initial=lambda actor, obj: {"valid_from": clock.today().replace(year=clock.today().year + 1, month=1, day=1)},
            lead="同一份文件定的几项值放在一起：一次起草、一次签发、同一天执行。",
        ),
    ),
    Page(
        "standards.import", "console/standards/sets/import/", "从文件导入标准", "policy.confirm",
        FormBody(
            _import_fields, _import, submit="导入为草稿", parent="standards.sets",
            lead="导入的只是草稿：仍由一人核对提交、另一人签发。与现有的值相同的不导入。",
        ),
    ),
    Page(
        "standards.set", "console/standards/sets/<int:pk>/", "标准调整", "policy.read",
        DetailBody(
            _get, (*_panels(), FACTS), template="standards/detail.html",
            title=lambda row: row.title,
            subtitle=lambda row: f"{STATES[row.state]}　自 {row.valid_from} 起执行",
            actions=(
                Action("填写各项的值", "standards.set_values", args={"pk": "pk"}, primary=True, when=_when("draft")),
                Action("提交签发", "standards.set_submit", args={"pk": "pk"}, when=_when("draft")),
                Action("核对并签发", "standards.set_sign", args={"pk": "pk"}, primary=True, when=_when("submitted"),
                       offered=lambda actor, row: not adjustments.had_a_hand(actor, row)),
                Action("退回修改", "standards.set_return", args={"pk": "pk"}, when=_when("submitted")),
                Action("改名称和依据", "standards.set_edit", args={"pk": "pk"}, when=_when("draft")),
                Action("上传文件", "standards.set_attach", args={"pk": "pk"}, when=_when(*adjustments.OPEN)),
                Action("重算在发待遇", "repricing.open", args={"pk": "pk"}, when=repricing.may_open),
                Action("作废", "standards.set_discard", args={"pk": "pk"}, danger=True, when=_when(*adjustments.OPEN)),
                Action("撤回", "standards.set_withdraw", args={"pk": "pk"}, danger=True,
                       when=lambda row: row.state == "signed" and row.valid_from > clock.today()),
            ),
            parent="standards.sets",
        ),
        example=_set_example,
    ),
    Page(
        "standards.set_edit", "console/standards/sets/<int:pk>/edit/", "改名称和依据", "policy.confirm",
        FormBody(
            HEAD, _edit, get=_mine, parent="standards.sets",
            initial=lambda actor, row: {f.name: getattr(row, f.name) for f in HEAD},
            lead="改了执行日期的，里面跟着原日期的各项值一起改。",
        ),
        example=_set_example,
    ),
    Page("standards.set_values", "console/standards/sets/<int:pk>/values/", "填写各项的值", "policy.confirm",
         Custom(fill), example=_set_example),
    Page(
        "standards.set_value", "console/standards/set-values/<int:pk>/", "改一项值", "policy.confirm",
        FormBody(
            _value_fields, _change_value, get=_one_value, parent="standards.sets",
            initial=lambda actor, row: {n: getattr(row, n) for n in ("value", "unit", "valid_from", "valid_until", "as_floor")},
        ),
        example=_value_example,
    ),
    Page(
        "standards.set_drop", "console/standards/set-values/<int:pk>/drop/", "拿掉一项值", "policy.confirm",
        ActionBody(_one_value, _drop_value, question="这项值从这次调整里拿掉，不再签发。", submit="拿掉",
                   parent="standards.sets"),
        example=_value_example,
    ),
    Page("standards.set_file", "console/standards/sets/<int:pk>/file/", "文件扫描件", "policy.read",
         Custom(scan, methods=("GET",)),
         example=first_of(StandardSet.objects.exclude(attachment=None).order_by("pk"))),
    _action("standards.set_attach", "attach", "上传文件扫描件", ActionBody(
        _mine, _attach, fields=(Photo("file", "文件扫描件（照片或 PDF）", required=True, max_files=1),),
        question="再上传一次会换掉原来的。", submit="保存", parent="standards.sets")),
    _action("standards.set_submit", "submit", "提交签发", ActionBody(
        _mine, _act("submit", "“{title}”已提交，等另一人签发。"), question="提交以后不能再改；要改的由签发人退回。", submit="提交",
        parent="standards.sets")),
    _action("standards.set_sign", "sign", "签发", ActionBody(
        _mine, _act("sign", "“{title}”已签发，自 {day} 起按它计算。"),
        question="请对照文件原文逐项核对名称、数值、单位和日期。签发后到执行日自动生效；生效以后不能撤回，只能用后来的值更正。",
        submit="签发", parent="standards.sets")),
    _action("standards.set_return", "return", "退回修改", ActionBody(
        _mine, _act("give_back", "已退回修改。"), fields=REASON, question="退回给起草人修改。", submit="退回",
        parent="standards.sets")),
    _action("standards.set_withdraw", "withdraw", "撤回", ActionBody(
        _mine, _act("withdraw", "“{title}”已撤回，没有生效。"), fields=REASON, question="还没有到执行日的可以撤回。", submit="撤回",
        danger=True, parent="standards.sets")),
    _action("standards.set_discard", "discard", "作废", ActionBody(
        _mine, _act("discard", "“{title}”已作废。"), fields=REASON, question="作废的仍留在清单里，不再签发。", submit="作废",
        danger=True, parent="standards.sets")),
]  # fmt: skip
