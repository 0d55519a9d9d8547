"""标准调整重算: batches with their totals, the lines behind them, and the acts on both."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from minzheng.kernel.audit import services as audit
from minzheng.kernel.awards.repricing import selectors, services
from minzheng.kernel.awards.repricing.models import RepricingBatch, RepricingLine
from minzheng.kernel.items import registry
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Date, Link, Money, Month, Number, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import LongText, yuan_text
from minzheng.kernel.parts.filters import ByChoice, ByRegion, Search
from minzheng.kernel.parts.page import ActionBody, DetailBody, Done, ExportBody, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Facts, Figure, Figures, Table
from minzheng.kernel.standards.models import StandardSet
from minzheng.kernel.standards.selectors import sets_visible_to
from minzheng.kernel.standards.services import PERMISSION

STATES = dict(RepricingBatch.STATES)
TONES = {"computing": "wait", "computed": "info", "submitted": "wait", "applying": "wait", "applied": "good",
         "cancelled": "plain"}  # fmt: skip
KIND_TONES = {"raise": "good", "back_pay": "good", "reduce": "warn", "stop": "bad", "mixed": "warn", "paused": "plain",
              "unable": "plain"}  # fmt: skip
LINE_STATES = dict(RepricingLine.STATES)
LINE_TONES = {"open": "wait", "applied": "good", "skipped": "bad", "recheck": "info"}
#: Lines on the printed list; more are exported instead.
PRINTED = 3000

COLUMNS = (
    Link("title", "标准调整", page="repricing.detail", args={"pk": "pk"}),
    Date("effective_on", "新标准自", sort="effective_on"),
    Badge("state", "状态", names=STATES, tones=TONES, sort="state"),
    Number("looked_at", "测算份数"),
    Money("before_fen", "调整前月合计（元）"),
    Money("after_fen", "调整后月合计（元）"),
    Money("back_pay_fen", "补发（元）"),
    Month("from_month", "新金额执行月", narrow=False),
)


def _short(code: str) -> str:
    return {item.code: item.short for item in registry.all_items()}.get(code, code)


def _difference(line: RepricingLine) -> int | None:
    return None if line.after_fen is None else line.after_fen - line.before_fen


LINES = (
    Text("award.no", "证号", css="nowrap"),
    Text("award.payee_name", "领款人", css="nowrap"),
    Text(lambda line: _short(line.item_code), "事项", css="nowrap"),
    Region("region_code", "乡镇（街道）", up_to=9),
    Badge("kind", "类别", names=selectors.KINDS, tones=KIND_TONES, sort="kind"),
    Money("before_fen", "现月金额", sort="before_fen"),
    Money("after_fen", "按新标准", sort="after_fen"),
    Money(_difference, "增减"),
    Money("back_pay_fen", "补发", sort="back_pay_fen"),
    Badge("state", "办理", names=LINE_STATES, tones=LINE_TONES, sort="state"),
    Text("reason", "说明", narrow=False),
)


def _get(actor: Any, pk: int) -> RepricingBatch | None:
    return selectors.batches_visible_to(actor).filter(pk=pk).first()


def _mine(actor: Any, pk: int) -> RepricingBatch | None:
    batch = _get(actor, pk)
    return batch if batch and actor.can(PERMISSION, batch.region_code) else None


def _url(batch: RepricingBatch) -> str:
    return reverse("repricing.detail", kwargs={"pk": batch.pk})


def _set(actor: Any, pk: int) -> StandardSet | None:
    row = sets_visible_to(actor).filter(pk=pk).first()
    return row if row and actor.can(PERMISSION, row.region_code) else None


def _open(actor: Any, row: StandardSet, values: dict[str, Any]) -> Done:
    batch = services.open_batch(actor=actor, rows=list(services.waiting_values().filter(standard_set=row)))
    return Done("已开始测算，过一会儿刷新看结果。", _url(batch))


def _act(name: str, said: str) -> Any:
    def run(actor: Any, batch: RepricingBatch, values: dict[str, Any]) -> Done:
        getattr(services, name)(actor=actor, pk=batch.pk, **values)
        return Done(said, _url(batch))

    return run


def _line(actor: Any, pk: int) -> RepricingLine | None:
    return selectors.lines_visible_to(actor).filter(pk=pk).first()


def _recheck(actor: Any, line: RepricingLine, values: dict[str, Any]) -> Done:
    done = services.start_recheck(actor=actor, line_pk=line.pk)
    return Done("已启动复核，请在办件里核对、作决定。", reverse("cases.detail", kwargs={"pk": done.award.case_id}))


def _figures(batch: RepricingBatch, drawing: Drawing) -> list[Figure]:
    lines = reverse("repricing.lines")
    counts = batch.counts
    apart = sum(int(counts.get(kind, 0)) for kind in ("reduce", "stop", "mixed", "paused", "unable"))
    return [
        Figure("已测算", batch.looked_at, note="份在发待遇"),
        Figure("增发", counts.get("raise", 0), f"{lines}?batch={batch.pk}&kind=raise", "good"),
        Figure("每月增加（元）", yuan_text(batch.after_fen - batch.before_fen),
               note=f"{yuan_text(batch.before_fen)} → {yuan_text(batch.after_fen)}"),
        Figure("补发（元）", yuan_text(batch.back_pay_fen), tone="info"),
        Figure("要逐户办", apart, f"{lines}?batch={batch.pk}&state=open", "warn" if apart else "plain"),
    ]  # fmt: skip


def _printed(batch: RepricingBatch, drawing: Drawing) -> list[RepricingLine]:
    """Every line that this person may see, by township; looking at the list is a line in the log."""
    rows = selectors.lines_visible_to(drawing.actor).filter(batch=batch)
    lines = list(rows.order_by("region_code", "kind", "pk")[:PRINTED])
    audit.record_listing(actor=drawing.actor, page="repricing.print", rows=len(lines), region_code=batch.region_code)
    return lines


def _when(*states: str) -> Any:
    return lambda batch: batch.state in states


def _batches(drawing: Drawing) -> list[tuple[str, str]]:
    rows = selectors.batches_visible_to(drawing.actor).order_by("-pk")[:50]
    return [(str(row.pk), f"{row.title}（{row.effective_on} 起）") for row in rows]


REASON = (LongText("reason", "原因", required=True, max_length=200),)
SUMS = (
    Text("label", "类别"), Number("count", "份数"), Money("before_fen", "现月合计（元）"),
    Money("after_fen", "按新标准（元）"), Money("more_fen", "增减（元）"), Money("back_pay_fen", "补发（元）"),
)  # fmt: skip
TOWNS = (Region("label", "乡镇（街道）"), *SUMS[1:])
CHANGES = (Text("name", "参数"), Text("before", "原来"), Text("after", "新的值"), Text("since", "自"))
_example = first_of(RepricingBatch.objects.order_by("pk"))


def _action(code: str, path: str, title: str, body: ActionBody) -> Page:
    return Page(code, f"console/repricing/<int:pk>/{path}/", title, PERMISSION, body, example=_example)


PAGES = [
    Page(
        "repricing.list", "console/repricing/", "标准调整重算", "policy.read",
        ListBody(
            selectors.batches_visible_to,
            (*COLUMNS, Region("region_code", "地区", narrow=False)),
            filters=(ByRegion("region", "地区", permission="policy.read"),
                     ByChoice("state", "状态", choices=RepricingBatch.STATES)),
            actions=(Action("逐份明细", "repricing.lines"), Action("标准调整", "standards.sets")),
            link=("repricing.detail", {"pk": "pk"}),
            sort="-effective_on",
            empty="还没有重算。新标准签发后，到执行日由系统提出一批；也可以在那次标准调整的页面上提前一个月发起。",
        ),
        menu=Menu("待遇", 30, "money"),
        impersonal="只有各批的合计",
    ),
    Page(
        "repricing.detail", "console/repricing/<int:pk>/", "标准调整重算", "policy.read",
        DetailBody(
            _get,
            (
                Figures("测算结果", figures=_figures),
                Table("标准前后", rows=lambda batch, drawing: batch.changes, columns=CHANGES, empty="没有登记标准的前后值。"),
                Table("按类别", rows=lambda batch, drawing: selectors.by_kind(batch), columns=SUMS,
                      empty="正在测算，刷新后显示；没有变化的批次会自动办结。"),
                Table("增发和补发，按乡镇（街道）", rows=lambda batch, drawing: selectors.by_town(batch),
                      columns=TOWNS, empty="没有增发和补发。"),
                Facts(
                    "经过", columns=3,
                    items=(
                        Badge("state", "状态", names=STATES, tones=TONES),
                        Region("region_code", "地区"),
                        Date("effective_on", "新标准自"),
                        Month("from_month", "新金额执行月"),
                        Text(lambda batch: batch.made_by.name if batch.made_by else "系统", "发起"),
                        Text("submitted_by.name", "提交"),
                        Text("approved_by.name", "批准"),
                        Date("approved_at", "批准日期"),
                        Date("applied_at", "执行完"),
                        Text("closed_reason", "退回、作废的原因"),
                        Link(lambda batch: "查看", "标准调整", page="standards.set", args={"pk": "standard_set_id"}),
                    ),
                ),
            ),
            title=lambda batch: batch.title,
            subtitle=lambda batch: "增发和补发批准后一并执行；减发、停发不在这里执行，逐户复核、书面告知后决定。",
            actions=(
                Action("提交批准", "repricing.submit", args={"pk": "pk"}, primary=True, when=_when("computed")),
                Action("批准执行", "repricing.approve", args={"pk": "pk"}, primary=True, when=_when("submitted"),
                       offered=lambda actor, batch: not services.had_a_hand(actor, batch)),
                Action("退回", "repricing.return", args={"pk": "pk"}, when=_when("submitted")),
                Action("打印清单", "repricing.print", args={"pk": "pk"}),
                Action("重新测算", "repricing.again", args={"pk": "pk"}, when=_when(*services.UNDONE)),
                Action("继续执行", "repricing.go_on", args={"pk": "pk"}, when=_when("applying")),
                Action("作废", "repricing.cancel", args={"pk": "pk"}, danger=True, when=_when(*services.UNDONE)),
            ),
            parent="repricing.list",
        ),
        example=_example,
    ),
    Page(
        "repricing.lines", "console/repricing/lines/", "重算明细", "award.read",
        ListBody(
            selectors.lines_visible_to, LINES,
            filters=(
                Search("q", "证号", by=lambda rows, text, drawing: rows.filter(award__no=text.upper())),
                ByChoice("batch", "哪一批", choices=_batches),
                ByRegion("region", "乡镇（街道）", permission="award.read"),
                ByChoice("kind", "类别", choices=RepricingLine.KINDS),
                ByChoice("state", "办理", choices=RepricingLine.STATES),
            ),
            link=("repricing.line", {"pk": "pk"}), export="repricing.export", sort="kind",
            empty="没有符合条件的明细。金额不变的待遇不列出，只计份数。",
        ),
    ),
    Page("repricing.export", "console/repricing/lines/export/", "导出重算明细", "award.read",
         ExportBody("repricing.lines"), step_up=True),
    Page(
        "repricing.print", "console/repricing/<int:pk>/print/", "打印重算清单", "award.read",
        DetailBody(
            _get,
            (
                Table("标准前后", rows=lambda batch, drawing: batch.changes, columns=CHANGES, empty="没有登记标准的前后值。"),
                Table("合计", rows=lambda batch, drawing: selectors.by_kind(batch), columns=SUMS, empty="还没有测算结果。"),
                Table("增发和补发，按乡镇（街道）", rows=lambda batch, drawing: selectors.by_town(batch), columns=TOWNS,
                      empty="没有增发和补发。"),
                Table(f"逐份明细（最多 {PRINTED} 份，更多的请导出）", css="long", rows=_printed,
                      columns=tuple(one for one in LINES if one.label != "办理"), empty="没有要列的明细。"),
                Facts("签字", items=(
                    Text(lambda batch: batch.submitted_by.name if batch.submitted_by else "", "制表（提交）"),
                    Text(lambda batch: batch.approved_by.name if batch.approved_by else "", "批准"),
                )),
            ),
            title=lambda batch: f"{batch.title}：重算清单",
            subtitle=lambda batch: f"新标准自 {batch.effective_on} 起，{STATES[batch.state]}。用浏览器的打印功能打印本页。",
            parent="repricing.list",
        ),
        example=_example,
    ),
    Page(
        "repricing.line", "console/repricing/lines/<int:pk>/", "一份待遇的重算", "award.read",
        DetailBody(
            _line,
            (
                Facts("结果", items=(
                    Text("award.payee_name", "领款人"), Link("award.no", "证号", page="awards.detail", args={"pk": "award_id"}),
                    Badge("kind", "类别", names=selectors.KINDS, tones=KIND_TONES),
                    Badge("state", "办理", names=LINE_STATES, tones=LINE_TONES),
                    Money("before_fen", "现月金额（元）"), Money("after_fen", "按新标准（元）"),
                    Money("back_pay_fen", "补发（元）"), Text("reason", "说明"),
                    Link(lambda line: "查看", "新待遇", page="awards.detail", args={"pk": "new_award_id"}),
                    Link(lambda line: "查看", "办件", page="cases.detail", args={"pk": "award.case_id"}),
                )),
                Table("逐月补发", rows=lambda line, drawing: line.months,
                      columns=(Text(lambda one: f"{one['month'][:4]}年{int(one['month'][5:7])}月", "所属月"),
                               Money("before_fen", "已按（元）"), Money("after_fen", "应按（元）"),
                               Money(lambda one: one["after_fen"] - one["before_fen"], "补发（元）")),
                      empty="没有要补发的月份。"),
            ),
            title=lambda line: f"{line.award.payee_name} · {_short(line.item_code)}",
            subtitle=lambda line: line.batch.title,
            actions=(
                Action("启动复核", "repricing.recheck", args={"pk": "pk"}, primary=True,
                       when=lambda line: line.state == "open" and line.kind in ("reduce", "stop", "mixed")
                       and line.award.case_id is not None),
                Action("启动复核", "caseload.recheck", args={"pk": "award_id"},
                       when=lambda line: line.award.case_id is None and line.award.state != "ended"
                       and line.kind in ("reduce", "stop", "mixed", "unable")),
            ),
            parent="repricing.lines",
        ),
        example=first_of(RepricingLine.objects.order_by("pk")), reads="查看待遇重算",
    ),
    Page(
        "repricing.recheck", "console/repricing/lines/<int:pk>/recheck/", "启动复核", "case.investigate",
        ActionBody(_line, _recheck, submit="启动复核", parent="repricing.lines",
                   question="减发、停发要逐户复核。启动以后在办件里核对情况、作决定，决定时制发告知书（写明事实、理由、计算和救济途径）。"),
        example=first_of(RepricingLine.objects.order_by("pk")),
    ),
    Page("repricing.open", "console/repricing/open/<int:pk>/", "重算在发待遇", PERMISSION,
         ActionBody(_set, _open, submit="开始测算", parent="standards.sets",
                    question="全部在发的待遇按新标准逐份重算，只测算、不改动；结果提交后由另一人批准才执行。"),
         example=first_of(StandardSet.objects.order_by("pk"))),
    _action("repricing.submit", "submit", "提交批准", ActionBody(
        _mine, _act("submit", "已提交，等另一人批准。"), question="提交前请看过合计和要逐户办的明细。", submit="提交",
        parent="repricing.list")),
    _action("repricing.approve", "approve", "批准执行", ActionBody(
        _mine, _act("approve", "已批准，正在执行。"), submit="批准执行", parent="repricing.list",
        question="批准后：增发的自执行月起按新金额发，过去的月份逐月补发，逐户发消息告知。减发、停发的不动。")),
    _action("repricing.return", "return", "退回", ActionBody(
        _mine, _act("give_back", "已退回。"), fields=REASON, submit="退回", parent="repricing.list")),
    _action("repricing.again", "again", "重新测算", ActionBody(
        _mine, _act("compute_again", "已重新开始测算。"), question="丢掉现在的结果，按今天的情况重新逐份测算。", submit="重新测算",
        parent="repricing.list")),
    _action("repricing.go_on", "go-on", "继续执行", ActionBody(
        _mine, _act("go_on", "已接着执行。"), submit="继续执行", parent="repricing.list",
        question="执行的任务停了的，从停下的地方接着做；已经执行的不会再做一遍。")),
    _action("repricing.cancel", "cancel", "作废", ActionBody(
        _mine, _act("cancel", "这一批已作废。"), fields=REASON, question="作废后可以另行重算。", submit="作废", danger=True,
        parent="repricing.list")),
]  # fmt: skip
