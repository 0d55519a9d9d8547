"""我的发放: what one payee was paid month by month, why a month differs from the one before, and what became of each payment.

For the payee alone, in plain words: of staff's notes only those are told that were written for the family (back payment,
recovery, correction); findings about people are not repeated here."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from minzheng.kernel.awards.models import Award, AwardPause, PaymentLine
from minzheng.kernel.awards.repricing.models import RepricingLine
from minzheng.kernel.items import registry
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.payruns.formats import codes as results
from minzheng.kernel.payruns.models import PayLine
from minzheng.kernel.payruns.words import WITHHELD

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: Months told; older ones are asked for at the window.
MONTHS = 36
#: Kinds of lines whose explanation is written for the family.
_FOR_FAMILY = ("back_pay", "clawback", "correction")
#: What a small difference within one award can only be: the rest of a yearly standard.
_REST_FEN = 100


@dataclass(frozen=True)
class Payment:
    """One amount of a month. `kind` "" for the ordinary one; `state` in two to four words with a `tone` (good, wait, bad,
    none); `told`: one or two sentences; `advice`: what to do, "" for nothing; `correct`: whether another account helps."""

    kind: str
    fen: int
    state: str
    tone: str
    told: str = ""
    advice: str = ""
    correct: bool = False
    award_id: int = 0
    pay_line_id: int = 0


@dataclass(frozen=True)
class Month:
    """`fen`: what the month comes to; `why`: why it is not as the month before (or why it began, or stopped)."""

    month: datetime.date
    fen: int
    payments: tuple[Payment, ...]
    why: tuple[str, ...] = ()


@dataclass
class Benefit:
    """One benefit of the payee, over all the awards that followed one another; `award`: the newest."""

    item_code: str
    title: str
    award: Award
    months: list[Month] = field(default_factory=list)

    @property
    def returned(self) -> Payment | None:
        """The newest payment that came back and waits for another account."""
        return next((one for month in self.months for one in month.payments if one.tone == "bad" and one.advice), None)


def of(actor: Actor) -> list[Benefit]:
    """The benefits of the signed-in citizen, newest decision first; some queries, however many months there are."""
    if actor.person_id is None:
        return []
    awards = list(
        Award.objects.filter(payee_id=actor.person_id)
        .select_related("account")
        .defer("frozen")
        .order_by("-first_month", "-pk")
    )
    chains: dict[str, list[Award]] = defaultdict(list)
    for award in awards:
        # What is paid once stands alone; monthly awards of one benefit follow one another.
        chains[award.item_code if award.cycle != "once" else f"{award.item_code}#{award.pk}"].append(award)
    known = _Known(awards)
    return [
        Benefit(chain[0].item_code, registry.get(chain[0].item_code).title, chain[0], known.months(chain))
        for chain in chains.values()
    ]


class _Known:
    """Everything about some awards, read at once."""

    def __init__(self, awards: Sequence[Award]) -> None:
        ids = [award.pk for award in awards]
        self.lines: dict[int, list[PaymentLine]] = defaultdict(list)
        for line in PaymentLine.objects.filter(award__in=ids).exclude(state="proposed").order_by("month", "pk"):
            self.lines[line.award_id].append(line)
        self.attempts: dict[int, PayLine] = {}
        for attempt in PayLine.objects.filter(award__in=ids).select_related("batch").order_by("attempt", "pk"):
            if attempt.batch.state != "VOIDED":
                self.attempts[attempt.line_id] = attempt
        self.pauses: dict[int, list[AwardPause]] = defaultdict(list)
        for pause in AwardPause.objects.filter(award__in=ids):
            self.pauses[pause.award_id].append(pause)
        raised = RepricingLine.objects.filter(new_award__in=ids).select_related("batch")
        self.raised: Mapping[int, str] = {one.new_award_id or 0: one.batch.title for one in raised}

    def months(self, chain: Sequence[Award]) -> list[Month]:
        """Months of a chain of awards, newest first, each told against the month before."""
        by_month: dict[datetime.date, list[tuple[Award, PaymentLine]]] = defaultdict(list)
        for award in chain:
            for line in self.lines[award.pk]:
                by_month[line.month].append((award, line))
        found: list[Month] = []
        before: tuple[Award, int] | None = None
        for month, pairs in sorted(by_month.items()):
            payments = tuple(self.payment(award, line) for award, line in pairs)
            regular = next(((award, line.amount_fen) for award, line in pairs if line.line_type == "regular"), None)
            why = [*_change(before, regular, month, self.raised), *self.taken(pairs), *self.paused(chain, month)]
            found.append(Month(month, sum(one.fen for one in payments), payments, tuple(why)))
            before = regular or before
        return found[::-1][:MONTHS]

    def payment(self, award: Award, line: PaymentLine) -> Payment:
        attempt = self.attempts.get(line.pk)
        fen = attempt.amount_fen if attempt is not None and attempt.excluded_for == "" else line.amount_fen
        kind = "" if line.line_type == "regular" else line.get_line_type_display()
        state, tone, told, advice, correct = _standing(line, attempt)
        explained = line.explanation if line.line_type in _FOR_FAMILY else ""
        told = "。".join(part.rstrip("。") for part in (explained, told) if part)
        return Payment(
            kind, fen, state, tone, f"{told}。" if told else "", advice, correct, award.pk, attempt.pk if attempt else 0
        )

    def taken(self, pairs: Iterable[tuple[Award, PaymentLine]]) -> list[str]:
        """What was kept back of the month's money."""
        found = []
        for _award, line in pairs:
            attempt = self.attempts.get(line.pk)
            if attempt is not None and attempt.offset_fen:
                found.append(f"抵了以前多发的 {yuan_text(-attempt.offset_fen)} 元。")
            if attempt is not None and attempt.correction_fen:
                found.append(f"更正以前算错的 {yuan_text(attempt.correction_fen)} 元。")
        return found

    def paused(self, chain: Sequence[Award], month: datetime.date) -> list[str]:
        for award in chain:
            for pause in self.pauses[award.pk]:
                if pause.from_month <= month and (pause.to_month is None or month <= pause.to_month):
                    return ["这个月暂停发放。情况查清、恢复以后，该发的会补发。"]
        return []


def _change(
    before: tuple[Award, int] | None, now: tuple[Award, int] | None, month: datetime.date, raised: Mapping[int, str]
) -> list[str]:
    """Why the ordinary amount is not that of the month before."""
    if now is None:
        return []
    award, fen = now
    if before is None:
        return ["发一次。" if award.cycle == "once" else "第一个月。"]
    old, old_fen = before
    if fen == old_fen:
        return []
    moved = f"每月由 {yuan_text(old_fen)} 元变为 {yuan_text(fen)} 元"
    if award.pk == old.pk:
        if abs(fen - old_fen) <= _REST_FEN:
            return ["按年的标准分月发，零头在 12 月发足。"] if month.month in (12, 1) else [f"{moved}。"]
        return [f"{moved}：按这个月的规定计算。"]
    if award.pk in raised:
        return [f"{moved}：{raised[award.pk]}。"]
    if award.persons != old.persons:
        return [f"{moved}：保障人数由 {old.persons} 人变为 {award.persons} 人。"]
    decided = f"{award.decided_on.year}年{award.decided_on.month}月{award.decided_on.day}日"
    return [f"{moved}：家庭情况有变化，按 {decided}的决定。"]


def _standing(line: PaymentLine, attempt: PayLine | None) -> tuple[str, str, str, str, bool]:
    """(state, tone, told, advice, correct) of one entitlement by its latest attempt."""
    if line.amount_fen < 0:
        return ("要退回", "wait", "", "", False) if line.state == "planned" else ("已处理", "none", "", "", False)
    if attempt is None:
        return _not_begun(line)
    if attempt.excluded_for:
        return _put_aside(attempt)
    when = (
        f"{attempt.resulted_on:%Y年%m月%d日}".replace("年0", "年").replace("月0", "月") if attempt.resulted_on else ""
    )
    match attempt.state:
        case "paid":
            return "已发", "good", f"{when}到账" if when else "", "", False
        case "settled":
            return "已抵", "none", "这个月的钱全部抵了以前多发的，没有另外到账", "", False
        case "sent":
            return "正在发", "wait", "已经交给银行，等银行入账", "", False
        case "returned" if attempt.return_code == WITHHELD:
            return "暂缓发", "wait", "发放前有一项情况要查清，查清以后补发", "有疑问可以问乡镇（街道）民政窗口。", False
        case "returned":
            code = results.get(attempt.return_code)
            again = "退回过两次，工作人员会上门核实；" if attempt.attempt > 1 else ""
            return "没到账", "bad", code.plain, f"{again}{code.advice}钱给您留着，不会少。", True
        case "unknown":
            code = results.get(attempt.return_code or "08")
            return "正在查", "wait", code.plain, code.advice, False
        case "cancelled":
            return "不再发", "none", "这一笔已经撤销", "有疑问可以问乡镇（街道）民政窗口。", False
        case _:
            return "待发", "wait", "正在办理发放手续", "", False


def _not_begun(line: PaymentLine) -> tuple[str, str, str, str, bool]:
    if line.state == "paid":
        return "已发", "good", "", "", False
    if line.state == "returned":
        return "退回", "bad", "银行没有办成这笔发放", "请到乡镇（街道）民政窗口问清原因。", True
    due = line.due_on
    return "待发", "wait", f"应在 {due.year}年{due.month}月{due.day}日前到账" if due else "", "", False


def _put_aside(attempt: PayLine) -> tuple[str, str, str, str, bool]:
    if attempt.excluded_for == "funds":
        return "排队", "wait", "资金还没有全部到位，到位以后补发，不会少", "", False
    told = "发放前的核对有一项要查清，这个月没有一起发，查清以后补发"
    return "暂缓发", "wait", told, "有疑问可以问乡镇（街道）民政窗口。", False
