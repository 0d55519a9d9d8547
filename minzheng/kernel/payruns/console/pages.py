"""发放: the month's board, batches, lines, findings; the acts on them are in ``act_pages``."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, StreamingHttpResponse

from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.cases.errors import NotAllowed
from minzheng.kernel.pages.drawing import buttons
from minzheng.kernel.pages.views.export import disposition
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Date, Money, Month, Number, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.page import BoardBody, Custom, DetailBody, ExportBody, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Facts, Table
from minzheng.kernel.payruns import bankfile, reading
from minzheng.kernel.payruns.bank_models import BankFile
from minzheng.kernel.payruns.console import board, columns, panels
from minzheng.kernel.payruns.console.doing import may_give_back, may_send_back, offered, open_findings, when
from minzheng.kernel.payruns.console.words import CHECKS, LINE_STATES, LINE_TONES, LINE_TYPES, item_short
from minzheng.kernel.payruns.models import PayBatch, PayCheck, PayLine

TOTALS = "只有各批次的合计，没有个人"
_PK = {"pk": "pk"}
ACTIONS = (
    Action("复核通过", "payruns.review", args=_PK, primary=True, icon="check", when=when("CHECKED"),
           offered=offered("pay.review", but=("maker",))),
    Action("审批", "payruns.approve", args=_PK, primary=True, icon="check", when=when("REVIEWED"),
           offered=offered("pay.approve", but=("maker", "checker", "approver"))),
    Action("报财政", "payruns.submit", args=_PK, primary=True, when=when("APPROVED"), offered=offered("pay.finance")),
    Action("登记拨款凭证", "payruns.fund", args=_PK, primary=True, when=when("FIN_SUBMITTED"),
           offered=offered("pay.finance")),
    Action("报盘", "payruns.send", args=_PK, primary=True, when=when("FUNDED"), offered=offered("pay.finance")),
    Action("登记银行结果", "payruns.book", args=_PK, primary=True, when=when("SENT", "PARTIAL_RETURN"),
           offered=offered("pay.finance")),
    Action("重发退回的", "payruns.reissue", args=_PK, when=when("PARTIAL_RETURN"), offered=offered("pay.build")),
    Action("长期未能重发的交回财政", "payruns.give_back", args=_PK, offered=may_give_back),
    Action("剔除必须处理的", "payruns.exclude_blocked", args=_PK, when=when("CHECKED"), offered=open_findings("block")),
    Action("一次说明理由", "payruns.clear_all", args=_PK, when=when("CHECKED"), offered=open_findings("clearable")),
    Action("资金排队", "payruns.queue", args=_PK, when=when("CHECKED"), offered=open_findings("funds")),
    Action("重新校验", "payruns.recheck", args=_PK, when=when("BUILDING", "CHECKED"), offered=offered("pay.build")),
    Action("独立复算", "payruns.recompute", args=_PK, when=lambda batch: batch.sha != ""),
    Action("退回", "payruns.send_back", args=_PK, when=when("REVIEWED", "APPROVED", "FIN_SUBMITTED"),
           offered=may_send_back),
    Action("作废", "payruns.void", args=_PK, danger=True, when=when("BUILDING", "CHECKED", "REVIEWED", "APPROVED"),
           offered=offered("pay.build")),
)  # fmt: skip


def download(request: HttpRequest, pk: int) -> Any:
    """A file to or from the bank, opened part by part; each download is a line in the log."""
    try:
        file, content = bankfile.download(actor_in(request), pk)
    except NotAllowed:
        raise Http404("没有找到。") from None
    response = StreamingHttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = disposition(file.name)
    return response


def _file(actor: Any, pk: int) -> BankFile | None:
    return BankFile.objects.filter(actor.scope_q(reading.READ), pk=pk).select_related("batch").first()


def _board_actions(drawing: Drawing, _kwargs: dict[str, Any]) -> dict[str, Any]:
    month = {"month": f"{board.month_in(drawing):%Y-%m}"}
    listed = (
        Action("关账", "payruns.close", args={"month": "month"}, primary=True),
        Action("全部批次", "payruns.list"),
        Action("批次明细", "payruns.lines"),
        Action("发放表", "payruns.tables"),
    )
    return {"actions": buttons(listed, month, drawing), "subtitle": "每个事项一行：做了哪些批次，到哪一步，该谁办。"}


def _line_title(line: PayLine) -> str:
    return f"{line.award.payee_name} · {item_short(line.award.item_code)} {line.month.year}年{line.month.month}月"


def _may_touch(actor: Any, line: PayLine) -> bool:
    return bool(actor.can("pay.build", line.batch.region_code)) and line.batch.state == "CHECKED"


LINE_FACTS = Facts(
    "这一笔", columns=2,
    items=(
        Badge("state", "状态", names=LINE_STATES, tones=LINE_TONES), columns.BatchLink("batch.no", "批次"),
        Text("award.payee_name", "领款人"), columns.AwardLink("award.no", "证号"),
        Region("region_code", "村（社区）"), Month("month", "所属月"),
        Text(lambda row: LINE_TYPES.get(row.line_type, row.line_type), "类型"), Number("persons", "保障人数"),
        Text("category", "类别"), Number("attempt", "第几次发放"), Money("due_fen", "应发（元）"),
        Money("correction_fen", "更正（元）"), Money("offset_fen", "抵扣追回（元）"), Money("amount_fen", "实发（元）"),
        Text(columns.said_by_bank, "原因"), Text(columns.advice, "怎么办"),
        Date("resulted_on", "银行结果日期"), Month("booked_month", "入账月"),
        Text("account.holder", "户名"), Text(lambda row: f"尾号 {row.account.tail}" if row.account else "", "账号"),
        Text("account.bank", "开户行"), Text(lambda row: row.account.get_kind_display() if row.account else "", "账户关系"),
        Text(lambda row: str(row.snapshot.get("frozen_sha", ""))[:16], "依据校验码"),
    ),
)  # fmt: skip
ATTEMPTS = (
    columns.BatchLink("batch.no", "批次"), Number("attempt", "第几次"), Money("amount_fen", "实发（元）"),
    Badge("state", "状态", names=LINE_STATES, tones=LINE_TONES), columns.Note(columns.said_by_bank, "原因"),
    Date("resulted_on", "结果日期"),
)  # fmt: skip


#: States after approval and before the file.
WITHHOLDABLE = ("APPROVED", "FIN_SUBMITTED", "FUNDED")
OPEN = ("BUILDING", "CHECKED", "REVIEWED")


def _attempts(line: PayLine, drawing: Drawing) -> Any:
    rows = PayLine.objects.filter(line_id=line.line_id).select_related("batch")
    return rows.order_by("attempt", "pk")[:20]


def _findings(line: PayLine, drawing: Drawing) -> Any:
    return line.checks.select_related("batch", "line__award").order_by("code")


REJECTS = 1000
REJECT_COLUMNS = (
    Number("record", "文件第几条"), Number("seq", "序号"), Money("fen", "金额（元）"), Text("code", "结果代码"),
    Text("reason", "不入账的原因"),
)  # fmt: skip


PAGES = [
    Page("payruns.board", "console/payruns/", "按月发放", reading.READ,
         BoardBody(board.PANELS, context=_board_actions), menu=Menu("待遇", 12, "money"), impersonal=TOTALS),
    Page(
        "payruns.list", "console/payruns/batches/", "发放批次", reading.READ,
        ListBody(
            reading.batches, columns.BATCHES, filters=columns.BATCH_FILTERS, sort="-built_at",
            link=("payruns.detail", _PK),
            empty="没有符合条件的批次。批次在“按月发放”里按事项制作；乡镇只看本地的明细，不看全县的批次。",
        ),
        menu=Menu("待遇", 14, "list"), impersonal=TOTALS,
    ),
    Page(
        "payruns.detail", "console/payruns/<int:pk>/", "发放批次", reading.READ,
        DetailBody(
            reading.batch, panels.MAIN, side=panels.SIDE, title=panels.title, subtitle=panels.subtitle,
            actions=ACTIONS, parent="payruns.list",
        ),
        example=first_of(PayBatch.objects.order_by("pk")),
    ),
    Page(
        "payruns.lines", "console/payruns/lines/", "批次明细", reading.READ,
        ListBody(
            reading.lines, columns.LINES, filters=columns.LINE_FILTERS, sort="-pk", link=("payruns.line", _PK),
            export="payruns.lines_export", batches=("payruns.reissue_ticked",), empty="没有符合条件的明细。批次生成后，每笔发放列在这里。",
        ),
    ),
    Page("payruns.lines_export", "console/payruns/lines/export/", "导出批次明细", reading.READ,
         ExportBody("payruns.lines", columns=columns.EXPORTED), step_up=True),
    Page(
        "payruns.line", "console/payruns/lines/<int:pk>/", "一笔发放", reading.READ,
        DetailBody(
            reading.line,
            (
                LINE_FACTS,
                Table("校验结果", rows=_findings, columns=columns.CHECK_ROWS[:-1], empty="校验没有发现问题。"),
                Table("同一笔应发的各次发放", rows=_attempts, columns=ATTEMPTS),
            ),
            title=_line_title, subtitle=lambda line: f"第 {line.seq} 笔",
            actions=(
                Action("更正发放账户", "account_requests.new", args={"pk": "award_id"}, primary=True,
                       when=lambda line: line.state == "returned" and line.live),
                Action("剔除", "payruns.exclude", args=_PK, when=lambda line: line.state == "ready", offered=_may_touch),
                Action("止付", "payruns.withhold", args=_PK, danger=True,
                       when=lambda line: line.state == "ready" and line.batch.state in WITHHOLDABLE,
                       offered=lambda actor, line: bool(actor.can("pay.finance", line.batch.region_code))),
                Action("解除剔除", "payruns.release", args=_PK,
                       when=lambda line: line.state == "excluded" and line.live and line.batch.state not in OPEN,
                       offered=lambda actor, line: bool(actor.can("pay.build", line.batch.region_code))),
                Action("恢复", "payruns.include", args=_PK, when=lambda line: line.state == "excluded",
                       offered=_may_touch),
            ),
            parent="payruns.lines",
        ),
        example=first_of(PayLine.objects.order_by("pk")), reads="查看发放明细",
    ),
    Page("payruns.file", "console/payruns/files/<int:pk>/download/", "下载银行文件", "pay.finance",
         Custom(download, methods=("GET",)), example=first_of(BankFile.objects.order_by("pk")), step_up=True),
    Page(
        "payruns.rejects", "console/payruns/files/<int:pk>/rejects/", "不予入账的记录", reading.READ,
        DetailBody(
            _file,
            (
                Table("不予入账的记录", rows=lambda file, drawing: file.rejects.order_by("record")[:REJECTS],
                      columns=REJECT_COLUMNS, empty="这个文件的记录都入了账。"),
            ),
            title=lambda file: f"{file.name}：不予入账的记录",
            subtitle=lambda file: f"{file.batch.no}　共 {file.rejected} 条。逐条与银行核对，银行更正后发来新的回盘文件再登记。",
            actions=(Action("看这个批次", "payruns.detail", args={"pk": "batch_id"}),),
            parent="payruns.list",
        ),
        example=first_of(BankFile.objects.order_by("pk")),
    ),
    Page(
        "payruns.checks", "console/payruns/checks/", "发放校验结果", reading.READ,
        ListBody(
            reading.checks, columns.CHECK_ROWS, filters=columns.CHECK_FILTERS, sort="severity",
            link=("payruns.check", _PK),
            empty="没有符合条件的校验结果。生成批次时逐笔做十二项校验，发现的问题列在这里。",
        ),
    ),
    Page(
        "payruns.check", "console/payruns/checks/<int:pk>/", "一条校验结果", reading.READ,
        DetailBody(
            reading.check,
            (
                Facts("发现", columns=1, items=(
                    *columns.CHECK_ROWS[:5], Text("reason", "说明的理由"), Text("cleared_by.name", "说明人"),
                    Date("cleared_at", "说明日期"), columns.BatchLink("batch.no", "批次"),
                )),
            ),
            title=lambda check: f"{check.code} {CHECKS.get(check.code, '')}",
            subtitle=lambda check: check.sentence,
            actions=(
                Action("说明理由后放行", "payruns.clear", args=_PK, primary=True,
                       when=lambda check: check.clearable and columns.standing(check)[0].startswith("待"),
                       offered=lambda actor, check: bool(actor.can("pay.build", check.batch.region_code))),
                Action("剔除这一笔", "payruns.exclude", args={"pk": "line_id"},
                       when=lambda check: check.line is not None and check.line.state == "ready",
                       offered=lambda actor, check: bool(actor.can("pay.build", check.batch.region_code))),
                Action("看这一笔", "payruns.line", args={"pk": "line_id"}),
            ),
            parent="payruns.checks",
        ),
        example=first_of(PayCheck.objects.order_by("pk")), reads="查看发放校验结果",
    ),
]  # fmt: skip
