"""回盘: what the bank did, booked once. The same file again changes nothing; what cannot be booked is listed with its
place in the file and the reason; a file that does not tie is refused as a whole and kept as evidence.

Law: 财办〔2020〕37号 (发放失败退票、反馈、补发); codes and cases: reference §3.6, §3.10."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection, transaction

from minzheng.kernel import clock
from minzheng.kernel.jobs.services import enqueue
from minzheng.kernel.months import month_after
from minzheng.kernel.payruns import access, formats
from minzheng.kernel.payruns.bank_models import BankFile, ReturnReject
from minzheng.kernel.payruns.formats.reading import Reading
from minzheng.kernel.payruns.formats.spec import BadFormat, Format
from minzheng.kernel.payruns.formats.writing import yuan
from minzheng.kernel.payruns.models import PayBatch, PayMonth
from minzheng.kernel.payruns.returns import booking
from minzheng.kernel.payruns.returns.intake import Fault, ReturnRefused, take_in
from minzheng.kernel.payruns.returns.jobs import TELL
from minzheng.kernel.payruns.returns.reissuing import reissue
from minzheng.kernel.payruns.safe import SealedWriter, key_of

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

__all__ = ["Outcome", "ReturnRefused", "book", "reissue"]

#: States in which a result may arrive.
OPEN = ("SENT", "PARTIAL_RETURN", "ALL_PAID", "CLOSED")
_CHUNK = 4 << 20


@dataclass(frozen=True)
class Outcome:
    """What a file brought. `again`: it was booked before, and nothing was done now. `missing`: lines still without any
    result; `named` are the first of their numbers."""

    batch: PayBatch
    file: BankFile
    again: bool = False
    named: tuple[int, ...] = ()

    @property
    def paid(self) -> int:
        return self.file.paid

    @property
    def returned(self) -> int:
        return self.file.returned

    @property
    def unknown(self) -> int:
        return self.file.unknown

    @property
    def known(self) -> int:
        return self.file.known

    @property
    def rejected(self) -> int:
        return self.file.rejected

    @property
    def missing(self) -> int:
        return self.file.missing

    @property
    def sentence(self) -> str:
        """What to tell whoever handed the file in."""
        if self.again:
            return f"这份回盘文件在 {self.file.made_at:%Y年%m月%d日} 已经登记过，没有重复入账。"
        told = [f"到账 {self.paid} 笔 {yuan(self.file.paid_fen)} 元"]
        if self.returned:
            told.append(f"退回 {self.returned} 笔 {yuan(self.file.returned_fen)} 元")
        if self.unknown:
            told.append(f"结果不明 {self.unknown} 笔（等银行查询，不得重发）")
        if self.known:
            told.append(f"以前已登记 {self.known} 笔")
        if self.rejected:
            told.append(f"不予入账 {self.rejected} 笔，原因见文件明细")
        if self.missing:
            first = "、".join(map(str, self.named[:5]))
            told.append(f"还有 {self.missing} 笔没有结果（序号 {first}{'…' if self.missing > 5 else ''}）")
        return "；".join(told) + "。"


def book(*, actor: Actor, batch: PayBatch, path: Path | str, format_code: str = "", name: str = "") -> Outcome:
    """Book a return file (any declared format; recognised by its content unless `format_code` is given).

    One transaction: lines, entitlements, accounts, ledger, log. Raises ReturnRefused (nothing booked, the file kept as
    evidence), BadFormat when it is no return file at all, PayNotAllowed without pay.finance over the batch's place."""
    access.require(actor, "pay.finance", batch.region_code)
    path = Path(path)
    one = formats.get(format_code) if format_code else formats.detect(path)
    sealed = _seal(batch, path)
    name = (name or path.name)[:160]
    try:
        with transaction.atomic():
            return _book(actor, batch.pk, one, path, sealed, name)
    except (ReturnRefused, BadFormat) as error:
        sentence = str(error)[:300]
        with transaction.atomic():
            locked = access.locked(actor, batch.pk, "pay.finance")
            file = _file(locked, one, sealed, name, actor, refusal=sentence)
            file.save(force_insert=True)
            access.event(locked, "return_refused", actor, before=locked.state, reason=sentence, file=str(file.pk))
        raise ReturnRefused(sentence) from None


def _book(actor: Actor, pk: int, one: Format, path: Path, sealed: SealedWriter, name: str) -> Outcome:
    batch = access.locked(actor, pk, "pay.finance")
    before = BankFile.objects.filter(batch=batch, direction="back", sha=sealed.sha, refusal="").first()
    if before is not None:
        return Outcome(batch, before, again=True)
    access.in_state(batch, *OPEN, act="登记银行回盘")
    reading = Reading(one, path)
    taken = take_in(batch, reading)
    today = clock.today()
    month = _booked_month(batch, today)
    booked = booking.book(batch, on=today, booked_month=month)
    file = _file(batch, one, sealed, name, actor)
    file.booked_month = month or batch.month
    file.lines, file.total_fen = taken.control["count"], taken.control["total"]
    file.paid, file.paid_fen = booked.count["paid"], booked.fen["paid"]
    file.returned, file.returned_fen = booked.count["returned"], booked.fen["returned"]
    file.unknown, file.known = booked.count["unknown"], booked.known
    faults = sorted([*taken.faults, *booked.faults], key=lambda fault: fault.record)
    file.rejected = len(faults)
    states = _states(batch)
    file.missing = states.get("sent", 0)
    file.save(force_insert=True)
    _reject(file, faults)
    booking.flag_accounts(today)
    booking.note_lines(batch, file, actor)
    booking.post(batch, file, booked, actor, on=max(today, month) if month else today)
    _move(batch, actor, states, file)
    if file.returned:
        enqueue(TELL, args={"file": str(file.pk)}, key=f"{TELL}:{file.pk}", requested_by_id=actor.id)
    return Outcome(batch, file, named=_without_result(batch) if file.missing else ())


def _seal(batch: PayBatch, path: Path) -> SealedWriter:
    """Keep the file as it came. Its name in the vault follows from its content, so a first pass takes the digest."""
    from cryptography.hazmat.primitives import hashes

    digest = hashes.Hash(hashes.SM3())
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    kept = SealedWriter(key_of("back", batch.pk, digest.finalize().hex()))
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            kept.write(chunk)
    kept.finish()
    return kept


def _file(
    batch: PayBatch, one: Format, sealed: SealedWriter, name: str, actor: Actor, *, refusal: str = ""
) -> BankFile:
    return BankFile(
        region_code=batch.region_code, batch=batch, direction="back", format=one.code, name=name, sha=sealed.sha,
        size=sealed.size, parts=sealed.parts, refusal=refusal, made_by=actor.user, made_name=actor.name,
        made_at=clock.now(),
    )  # fmt: skip


def _booked_month(batch: PayBatch, today: datetime.date) -> datetime.date | None:
    """None while the batch's month is open; else the first open month, from this one on."""
    county = access.county_of(batch.region_code)
    closed = set(PayMonth.objects.filter(region_code=county, month__gte=batch.month).values_list("month", flat=True))
    if batch.month not in closed and batch.state != "CLOSED":
        return None
    month = max(month_after(batch.month, 1), today.replace(day=1))
    while month in closed:
        month = month_after(month, 1)
    return month


def _states(batch: PayBatch) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, count(*) FROM kernel_payline WHERE batch_id = %s AND excluded_for = '' AND amount_fen > 0 "
            "GROUP BY 1",
            [batch.pk],
        )
        return dict(cursor.fetchall())


def _without_result(batch: PayBatch) -> tuple[int, ...]:
    return tuple(batch.pay_lines.filter(state="sent").order_by("seq").values_list("seq", flat=True)[:20])


def _reject(file: BankFile, faults: Iterable[Fault]) -> None:
    ReturnReject.objects.bulk_create(
        (ReturnReject(file=file, record=f.record, seq=min(f.seq, 2_000_000_000), fen=f.fen, code=f.code, reason=f.reason)
         for f in faults),
        batch_size=1000,
    )  # fmt: skip


def _move(batch: PayBatch, actor: Actor, states: dict[str, int], file: BankFile) -> None:
    """ALL_PAID when every line has arrived; PARTIAL_RETURN when one came back; until then it stays sent."""
    before = batch.state
    if before != "CLOSED":
        waiting = states.get("sent", 0) + states.get("unknown", 0)
        returned = states.get("returned", 0) + states.get("reissued", 0)
        batch.state = "PARTIAL_RETURN" if returned else "SENT" if waiting else "ALL_PAID"
    access.save(batch, "state")
    access.event(
        batch, "return", actor, before=before, file=str(file.pk), paid=file.paid, paid_fen=file.paid_fen,
        returned=file.returned, returned_fen=file.returned_fen, unknown=file.unknown, rejected=file.rejected,
        missing=file.missing,
    )  # fmt: skip
