"""What the forms of a pay run call, and which of them a person is offered. Whether an act is allowed is asked by the
services; here only what would certainly be refused is not offered."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import Count, F, Sum
from django.urls import reverse

from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.parts.bodies import Done, Outcome
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.payruns import reading, services, terms
from minzheng.kernel.payruns.console.words import CHECKS, STATES, item_short, month_of, month_text
from minzheng.kernel.payruns.errors import PayInput, PayRefused
from minzheng.kernel.payruns.formats.spec import BadFormat
from minzheng.kernel.payruns.models import PayBatch, PayCheck, PayLine
from minzheng.kernel.payruns.returns import expiring
from minzheng.kernel.payruns.returns import services as returns
from minzheng.kernel.regions.selectors import region_names

Values = dict[str, Any]


def url(batch: PayBatch) -> str:
    return reverse("payruns.detail", kwargs={"pk": batch.pk})


def mine(permission: str) -> Callable[..., PayBatch | None]:
    """The batch, for whoever holds the permission over its place."""

    def get(actor: Actor, pk: int) -> PayBatch | None:
        found = reading.batch(actor, pk)
        return found if found and actor.can(permission, found.region_code) else None

    return get


def my_line(permission: str) -> Callable[..., PayLine | None]:
    """The line, for whoever holds the permission over its batch's place."""

    def get(actor: Actor, pk: int) -> PayLine | None:
        found = reading.line(actor, pk)
        return found if found and actor.can(permission, found.batch.region_code) else None

    return get


def told(batch: PayBatch) -> str:
    """What an act on a batch is about: nobody signs without seeing number and sum."""
    state = STATES[batch.state]
    sums = f"{batch.lines:,} 笔 {yuan_text(batch.total_fen)} 元"
    return f"{item_short(batch.item_code)} {month_text(batch.month)}　批次 {batch.no}　{sums}　现在：{state}"


def told_line(line: PayLine) -> str:
    """What an act on one payment is about."""
    who = f"{line.award.payee_name}　{yuan_text(line.amount_fen)} 元"
    return f"{who}　{month_text(line.month)}　批次 {line.batch.no} 第 {line.seq} 笔　现在：{line.get_state_display()}"


def told_check(check: PayCheck) -> str:
    """What an act on one finding is about."""
    who = check.line.award.payee_name if check.line else "整批"
    return f"{check.code} {CHECKS.get(check.code, '')}　{who}　{check.sentence}"


def my_check(actor: Actor, pk: int) -> PayCheck | None:
    found = reading.check(actor, pk)
    return found if found and actor.can("pay.build", found.batch.region_code) else None


def when(*states: str) -> Callable[[PayBatch], bool]:
    return lambda batch: batch.state in states


def offered(permission: str, *, but: tuple[str, ...] = ()) -> Callable[[Actor, PayBatch], bool]:
    """To holders of the permission over the batch's place who had none of these hands in it (maker ≠ checker ≠ approver)."""

    def ask(actor: Actor, batch: PayBatch) -> bool:
        hands = {getattr(batch, f"{name}_id") for name in but}
        return bool(actor.can(permission, batch.region_code)) and actor.id not in hands

    return ask


def open_findings(kind: str) -> Callable[[Actor, PayBatch], bool]:
    """To the maker's post, while there are findings to deal with in this way; asked once for a page."""

    def ask(actor: Actor, batch: PayBatch) -> bool:
        if not actor.can("pay.build", batch.region_code):
            return False
        known = batch.__dict__.setdefault("_open_findings", {})
        if not known:
            known.update(reading.open_findings(batch))
        return bool(known[kind])

    return ask


def act(name: str, said: str | Callable[[PayBatch], str]) -> Callable[[Actor, PayBatch, Values], Done]:
    """One act on a batch by the service of this name."""

    def run(actor: Actor, batch: PayBatch, values: Values) -> Done:
        done = getattr(services, name)(actor=actor, batch_id=batch.pk, **values)
        return Done(said(done) if callable(said) else said, url(batch))

    return run


@dataclass(frozen=True)
class Wanted:
    """A month and a benefit that the address names, for a form that begins with them."""

    month: str
    item: str = ""


def wanted(_actor: Actor, month: str, item: str = "") -> Wanted:
    return Wanted(f"{month_of(month):%Y-%m}", item)


def begin(permission: str) -> Callable[[Actor, Wanted], Values]:
    """What the form begins with: month, benefit, and the place of the post."""

    def initial(actor: Actor, about: Wanted) -> Values:
        places = actor.scopes(permission)
        return {"month": about.month, "item": about.item, "region": places[0] if places else ""}

    return initial


def places(permission: str) -> Callable[[Actor, Any], list[tuple[str, str]]]:
    """(code, name) of the places over which the permission is held."""

    def options(actor: Actor, _obj: Any = None) -> list[tuple[str, str]]:
        held = actor.scopes(permission)
        names = region_names(held)
        return [(code, names.get(code, code)) for code in held]

    return options


def build(actor: Actor, values: Values, _obj: Any) -> Done:
    batch = services.build(
        actor=actor, month=month_of(values["month"]), item_code=values["item"], region_code=values["region"]
    )
    left = batch.checks.filter(reading.open_q()).count()
    then = f"有 {left:,} 条校验结果要处理。" if left else "十二项校验没有要处理的，可以请业务股室负责人复核。"
    return Done(f"批次 {batch.no} 已生成：{batch.lines:,} 笔，{yuan_text(batch.total_fen)} 元。{then}", url(batch))


def clear(actor: Actor, check: PayCheck, values: Values) -> Done:
    services.clear_check(actor=actor, check_id=check.pk, **values)
    return Done("理由已登记，这一条不再拦住批次。", f"{reverse('payruns.checks')}?batch={check.batch.no}&handled=open")


def book(actor: Actor, batch: PayBatch, values: Values) -> Done:
    """A return file as it came, put aside for as long as it is read."""
    upload = values["file"][0]
    with _laid_down(upload) as path, _refusing_formats():
        outcome = returns.book(actor=actor, batch=batch, path=path, name=upload.name)
    return Done(_brought(outcome), url(batch))


def _brought(outcome: Any) -> str:
    """What a return file brought, in one sentence."""
    file = outcome.file
    if outcome.again:
        return f"文件“{file.name}”以前登记过，没有重复登记。"
    told = [f"到账 {file.paid} 笔 {yuan_text(file.paid_fen)} 元"]
    told += [
        f"{name} {n} 笔"
        for name, n in (("退回", file.returned), ("结果不明", file.unknown), ("不予入账", file.rejected))
        if n
    ]
    if file.missing:
        told.append(f"还有 {file.missing} 笔没有结果")
    return f"已登记：{'，'.join(told)}。"


def reissue(actor: Actor, batch: PayBatch, values: Values) -> Done:
    """Every returned line of the batch whose account is another one by now."""
    rows = batch.pay_lines.filter(state="returned", live=True).exclude(award__account=None)
    corrected = list(rows.exclude(award__account=F("account")).order_by("seq"))
    if not corrected:
        raise PayRefused(
            "退回的明细还没有一笔更正了账户：请先请群众或经办员更正账户；由银行处理好的，在“批次明细”里勾选后写明情况重发。"
        )
    made = returns.reissue(actor=actor, lines=corrected, reason=values.get("reason", ""))
    return Done(f"重发批次 {made.no} 已生成：{made.lines} 笔，{yuan_text(made.total_fen)} 元。", url(made))


def reissue_ticked(actor: Actor, rows: list[PayLine], values: Values) -> list[Outcome]:
    """Ticked lines of one benefit into one reissue batch: all or none."""
    made = returns.reissue(actor=actor, lines=rows, reason=values["reason"])
    return [
        Outcome(f"{row.award.payee_name} {yuan_text(row.amount_fen)} 元", True, f"进重发批次 {made.no}", url(made))
        for row in rows
    ]


def not_returned(actor: Actor, row: PayLine) -> str:
    """ "" or why a ticked line cannot be paid again."""
    if row.state != "returned" or not row.live:
        return f"现在是“{row.get_state_display()}”，只有退回、还没有重发的才能重发。"
    return "" if actor.can("pay.build", row.batch.region_code) else "这个批次不归您的岗位制作。"


def send(actor: Actor, batch: PayBatch, values: Values) -> Done:
    with _refusing_formats():
        services.send(actor=actor, batch_id=batch.pk, format_code=values["format"])
    batch.refresh_from_db()
    return Done(
        f"报盘文件已生成：{batch.file_lines} 笔，{yuan_text(batch.file_fen or 0)} 元，与批次、凭证一致。", url(batch)
    )


def give_back(actor: Actor, batch: PayBatch, values: Values) -> Done:
    lines = expiring.give_back(actor=actor, batch=batch, reason=values["reason"])
    fen = sum(line.amount_fen for line in lines)
    return Done(
        f"{len(lines)} 笔 {yuan_text(fen)} 元已记作退回财政，不再重发。请把款缴回，在资金里登记缴款凭证。", url(batch)
    )


def unclaimed_told(batch: PayBatch) -> str:
    """What would be given back, in one sentence, before somebody does it."""
    found = expiring.unclaimed(batch).aggregate(n=Count("pk"), fen=Sum("amount_fen"))
    months = terms.number("unclaimed_months")
    return (
        f"退回或止付满 {months} 个月仍未能重发的 {found['n']} 笔，共 {yuan_text(found['fen'] or 0)} 元，记作退回财政。"
        "应发的记录还在；以后本人来办，重新决定补发。"
    )


def may_give_back(actor: Actor, batch: PayBatch) -> bool:
    """Offered to finance once something has waited too long."""
    late = batch.state in ("PARTIAL_RETURN", "ALL_PAID", "CLOSED") and actor.can("pay.finance", batch.region_code)
    return bool(late) and expiring.unclaimed(batch).exists()


def exclude_blocked(actor: Actor, batch: PayBatch, values: Values) -> Done:
    before = batch.excluded
    after = services.exclude_blocked(actor=actor, batch_id=batch.pk)
    return Done(f"已剔除 {after.excluded - before} 笔，原因记在每一笔上。", url(batch))


def clear_all(actor: Actor, batch: PayBatch, values: Values) -> Done:
    done = services.clear_checks(actor=actor, batch_id=batch.pk, **values)
    return Done(f"{done} 条已说明理由。", url(batch))


def on_line(name: str, said: str) -> Callable[[Actor, PayLine, Values], Done]:
    """One act on a line by the service of this name."""

    def run(actor: Actor, line: PayLine, values: Values) -> Done:
        getattr(services, name)(actor=actor, line_id=line.pk, **values)
        return Done(f"{line.award.payee_name} 的这一笔{said}", reverse("payruns.line", kwargs={"pk": line.pk}))

    return run


def close(actor: Actor, values: Values, _obj: Any) -> Done:
    closed = services.close_month(actor=actor, month=month_of(values["month"]), region_code=values["region"])
    return Done(f"{closed.month:%Y-%m} 已关账，报表校验码 {closed.sha[:16]}。", reverse("payruns.board"))


@contextlib.contextmanager
def _refusing_formats() -> Iterator[None]:
    """A file that is none of the bank's is a slip of whoever chose it: said on the form, not a fault of the system."""
    try:
        yield
    except BadFormat as error:
        raise PayInput(str(error)) from error


@contextlib.contextmanager
def _laid_down(upload: Any) -> Iterator[Path]:
    """The upload as a file of its own, gone afterwards. Large ones lie in one already."""
    handle, path = tempfile.mkstemp(prefix="return-")
    try:
        with os.fdopen(handle, "wb") as out:
            for piece in upload.chunks():
                out.write(piece)
        yield Path(path)
    finally:
        os.unlink(path)


def approved(batch: PayBatch) -> str:
    """What to say after a signature: the batch may still wait for the second one."""
    return "已审批，可以报财政。" if batch.state == "APPROVED" else "已签署，金额较大，还要第二名局领导审批。"


def sender_back(actor: Actor, pk: int) -> PayBatch | None:
    """Whoever the batch lies with may give it back: the leader before finance has it, then finance for 财政."""
    found = reading.batch(actor, pk)
    return found if found and may_send_back(actor, found) else None


def may_send_back(actor: Actor, batch: PayBatch) -> bool:
    permission = "pay.finance" if batch.state == "FIN_SUBMITTED" else "pay.approve"
    return bool(actor.can(permission, batch.region_code))
