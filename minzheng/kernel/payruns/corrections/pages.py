"""发放账户更正: the queue of requests, one with its photographs, the decision, and the form for the window."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html_join

from minzheng.kernel.audit import services as audit
from minzheng.kernel.awards.models import Award
from minzheng.kernel.documents import services as documents
from minzheng.kernel.documents.answers import file_response
from minzheng.kernel.documents.errors import DocumentError
from minzheng.kernel.items import registry
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.bodies import Done
from minzheng.kernel.parts.columns import Badge, Column, Link, Moment, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import BankAccount, Choice, LongText, Photo
from minzheng.kernel.parts.fields import Text as TextField
from minzheng.kernel.parts.filters import ByChoice, ByRegion, Search
from minzheng.kernel.parts.page import ActionBody, Custom, DetailBody, FormBody, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Facts
from minzheng.kernel.payruns.bank_models import AccountRequest
from minzheng.kernel.payruns.corrections import selectors, services
from minzheng.kernel.payruns.corrections.rules import Wanted
from minzheng.kernel.payruns.errors import PayRefused
from minzheng.kernel.payruns.formats import codes

STATES = dict(AccountRequest.STATES)
TONES = {"waiting": "wait", "confirmed": "good", "refused": "bad", "withdrawn": "plain"}
KINDS = [
    ("own", "领款人本人的账户"),
    ("guardian", "监护人的账户（已登记监护）"),
    ("agency", "代管单位的账户（有证明）"),
]
_PK = {"pk": "pk"}
REASON = LongText("reason", "不予更正的原因", required=True, max_length=200, help="会告诉提出的人。")


def _item(code: str) -> str:
    return {item.code: item.short for item in registry.all_items()}.get(code, code)


def _why(row: AccountRequest) -> str:
    """What the bank said of the payment that came back."""
    line = row.pay_line
    return f"{line.month:%Y年%m月}退回：{codes.get(line.return_code).title}" if line is not None else ""


class _Papers(Column):
    """Links to the photographs."""

    def cell(self, row: Any, drawing: Drawing) -> str:
        one = [(reverse("account_requests.paper", kwargs={"pk": row.pk, "number": n}), n + 1)
               for n in range(len(row.proofs))]  # fmt: skip
        return format_html_join("　", '<a href="{}" target="_blank" rel="noopener">照片 {}</a>', one) or "—"


#: Who may hold the account, above the form that asks for another one.
_LEAD = "户名应是领款人本人。换到监护人的账户，先在“代办委托”登记监护；代管账户要有证明。由另一名经办人员确认后生效。"


def _told(row: AccountRequest) -> str:
    """What is compared with the photograph, on the page where it is confirmed."""
    return f"{row.award.payee_name}　户名 {row.holder}　账号 {_number(row)}　开户行 {row.bank}"


def _number(row: AccountRequest) -> str:
    """In fours, as on the card: it is compared with the photograph."""
    return " ".join(row.number[at : at + 4] for at in range(0, len(row.number), 4))


FACTS = Facts(
    "要换成的账户", columns=2,
    items=(
        Badge("state", "状态", names=STATES, tones=TONES), Badge("channel", "途径", names=dict(AccountRequest.CHANNELS)),
        Text("holder", "户名"), Text(_number, "账号"), Text("bank", "开户行"),
        Text("get_kind_display", "账户关系"), Text("relation", "户主与领款人的关系"), _Papers("proofs", "证明材料"),
        Text("warning", "提示"), Text("words", "说明"), Text("asked_name", "提出人"), Moment("asked_at", "提出时间"),
        Text("decided_name", "确认人"), Moment("decided_at", "确认时间"), Text("decision", "确认意见"),
    ),
)  # fmt: skip
AWARD = Facts(
    "领款人和现在的账户", columns=1,
    items=(
        Text("award.payee.name", "领款人"), Link("award.no", "证号", page="awards.detail", args={"pk": "award_id"}),
        Text(lambda row: _item(row.award.item_code), "事项"), Region("region_code", "村（社区）"),
        Text("award.payee_name", "现在的户名"),
        Text(lambda row: f"尾号 {row.award.account_no[-4:]}" if row.award.account_no else "没有", "现在的账号"),
        Text("award.account_bank", "现在的开户行"), Text(_why, "退回的发放"),
    ),
)  # fmt: skip
COLUMNS = (
    Text("award.payee.name", "领款人"), Text(lambda row: _item(row.award.item_code), "事项"),
    Region("region_code", "乡镇（街道）", up_to=9), Text("get_kind_display", "账户关系"), Text("bank", "开户行"),
    Text(lambda row: f"尾号 {row.tail}", "新账号"), Text(_why, "退回原因"), Text("asked_name", "提出人"),
    Moment("asked_at", "提出时间", sort="asked_at"), Badge("state", "状态", names=STATES, tones=TONES),
)  # fmt: skip


def _named(rows: Any, text: str, drawing: Drawing) -> Any:
    return rows.filter(award__no=text.upper()) if text[:1].isdigit() else rows.filter(award__payee__name=text)


def _waiting(actor: Any, pk: int) -> AccountRequest | None:
    found = selectors.request(actor, pk)
    return found if found is not None and actor.can(services.CONFIRM, found.region_code) else None


def _confirm_fields(actor: Any, row: AccountRequest) -> list[Any]:
    return [
        LongText("reason", "核对结果", required=bool(row.warning), max_length=200,
                 help=row.warning or "可以不填；有需要记下的写在这里。"),
    ]  # fmt: skip


def _confirm(actor: Any, row: AccountRequest, values: dict[str, Any]) -> Done:
    services.confirm(actor=actor, request_id=row.pk, reason=values.get("reason") or "")
    return Done(
        f"已更正为尾号 {row.tail}。以后的待遇发到这个账户；退回的款项请在批次里“重发退回的”。",
        reverse("account_requests.list"),
    )


def _refuse(actor: Any, row: AccountRequest, values: dict[str, Any]) -> Done:
    services.refuse(actor=actor, request_id=row.pk, reason=values["reason"])
    return Done("已记为未通过，并告诉了领款人。", reverse("account_requests.list"))


def _fields(actor: Any, award: Award) -> list[Any]:
    return [
        Choice("kind", "账户关系", required=True, options=KINDS, radio_up_to=3),
        TextField("holder", "户名", required=True, max_length=30),
        BankAccount("number", "账号", required=True, help="照存折、银行卡填写。"),
        TextField("bank", "开户行", required=True, max_length=60),
        TextField("relation", "代管单位和依据", max_length=40, help="只在代管账户填写，例如“县儿童福利院，代管协议”。"),
        Photo("proofs", "存折、银行卡正面；代管的还要证明", required=True, kind=services.PROOF, max_files=4),
        LongText("words", "说明", max_length=200),
    ]


def _initial(actor: Any, award: Award) -> dict[str, Any]:
    name = award.payee.name if award.payee is not None else award.payee_name
    return {"kind": "own", "holder": name, "bank": award.account_bank}


def _ask(actor: Any, values: dict[str, Any], award: Award) -> Done:
    try:
        papers = [
            documents.store_attachment(case=None, kind=services.PROOF, label="存折银行卡", upload=one, actor=actor).pk
            for one in values["proofs"]
        ]
    except DocumentError as error:
        raise PayRefused([], {"proofs": str(error)}) from None
    wanted = Wanted(
        values["kind"], values["holder"], values["number"], values["bank"], values.get("relation") or "", papers
    )
    row = services.ask(actor=actor, award=award, wanted=wanted, words=values.get("words") or "")
    return Done("已登记，等另一名经办人员确认。", reverse("account_requests.detail", kwargs={"pk": row.pk}))


def paper(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One photograph of a request, logged."""
    actor = request.actor  # type: ignore[attr-defined]
    row = selectors.request(actor, pk)
    papers = selectors.papers(row) if row is not None else []
    if row is None or not 0 <= number < len(papers):
        raise Http404("没有找到。")
    audit.record_read(actor=actor, obj=row, reason="查看发放账户证明", purpose="award")
    body, kind = documents.open_attachment(papers[number])
    return file_response(body, kind, f"账户证明{number + 1}")


def _decidable(row: AccountRequest) -> bool:
    return row.state == "waiting"


def _may_decide(actor: Any, row: AccountRequest) -> bool:
    return bool(actor.can(services.CONFIRM, row.region_code)) and row.asked_by_id != actor.id


def _title(row: AccountRequest) -> str:
    name = row.award.payee.name if row.award.payee is not None else row.award.payee_name
    return f"{name} · {_item(row.award.item_code)}"


_example = first_of(AccountRequest.objects.order_by("pk"))


def _paper_example() -> dict[str, Any] | None:
    found = _example()
    return {**found, "number": 0} if found else None


PAGES = [
    Page(
        "account_requests.list", "console/account-requests/", "账户更正", services.CONFIRM,
        ListBody(
            selectors.visible_to, COLUMNS,
            filters=(
                Search("q", "领款人姓名或证号", by=_named),
                ByRegion("region", "乡镇（街道）", permission=services.CONFIRM),
                ByChoice("state", "状态", choices=AccountRequest.STATES),
            ),
            sort="-asked_at", link=("account_requests.detail", _PK),
            empty="没有账户更正。群众在手机上、经办人员在窗口提出的更正，列在这里等另一人确认。",
        ),
        menu=Menu("待遇", 24, "people"),
    ),
    Page(
        "account_requests.detail", "console/account-requests/<int:pk>/", "账户更正", "award.read",
        DetailBody(
            selectors.request, (FACTS,), side=(AWARD,), title=_title,
            subtitle=lambda row: row.warning or "请把户名、账号和照片逐位对照。",
            actions=(
                Action("确认更正", "account_requests.confirm", args=_PK, primary=True, icon="check", when=_decidable,
                       offered=_may_decide),
                Action("不予更正", "account_requests.refuse", args=_PK, danger=True, when=_decidable, offered=_may_decide),
            ),
            parent="account_requests.list",
        ),
        example=_example, reads="核对发放账户更正",
    ),
    Page(
        "account_requests.confirm", "console/account-requests/<int:pk>/confirm/", "确认账户更正", services.CONFIRM,
        ActionBody(
            _waiting, _confirm, fields=_confirm_fields, submit="确认更正", parent="account_requests.detail", about=_told,
            question="户名、账号、开户行和照片逐位相符，再确认。同一个人用同一旧账户的其他待遇一并换过去。自己提出的，由别人确认。",
        ),
        example=_example, reads="确认发放账户更正", step_up=True,
    ),
    Page(
        "account_requests.refuse", "console/account-requests/<int:pk>/refuse/", "不予更正账户", services.CONFIRM,
        ActionBody(
            _waiting, _refuse, fields=(REASON,), submit="不予更正", danger=True, parent="account_requests.detail", about=_told,
            question="账户不变，原因会告诉领款人。",
        ),
        example=_example, reads="确认发放账户更正",
    ),
    Page(
        "account_requests.paper", "console/account-requests/<int:pk>/paper/<int:number>/", "账户证明", "award.read",
        Custom(paper, methods=("GET",)), example=_paper_example, reads="查看发放账户证明",
    ),
    Page(
        "account_requests.new", "console/awards/<int:pk>/account/", "更正发放账户", "award.read",
        FormBody(
            _fields, _ask, get=selectors.award_to_ask, initial=_initial, submit="提出更正", parent="awards.list",
            lead=lambda award: f"{award.payee_name}的{_item(award.item_code)}。{_LEAD}",
        ),
        example=first_of(Award.objects.filter(amount_fen__gt=0).exclude(cycle="quota").order_by("pk")),
        reads="更正发放账户",
    ),
]  # fmt: skip
