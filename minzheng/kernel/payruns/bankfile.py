"""The file for the bank: the lines of an approved batch with their opened account numbers, proved to the fen, sealed.

Lines come from the database in portions and the numbers of a portion are opened together, so that a million lines need
little memory. The file lies in parts in the vault, outside the web root; whoever fetches it leaves a line in the log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from django.db import connection, transaction

from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.cases.errors import NotAllowed, Refused
from minzheng.kernel.crypto.opening import open_many
from minzheng.kernel.crypto.sealing import CannotOpen
from minzheng.kernel.items import registry as items
from minzheng.kernel.payruns import formats
from minzheng.kernel.payruns.bank_models import BankFile
from minzheng.kernel.payruns.formats import writing
from minzheng.kernel.payruns.formats.spec import Format
from minzheng.kernel.payruns.safe import SealedWriter, key_of, opened

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.payruns.models import PayBatch

PORTION = 20_000


class CannotSend(Refused):
    """No file was made; the sentence says which line or sum is wrong."""


@dataclass(frozen=True)
class FileProof:
    """What the file holds, for the tie of batch, voucher, file and bank receipt."""

    file_id: int
    name: str
    lines: int
    total_fen: int
    sha: str
    size: int


@transaction.atomic
def write(batch: PayBatch, format_code: str, out: Path | None = None, *, actor: Actor) -> FileProof:
    """Write and seal the file of a batch; `out` gets the plain file as well. Raises CannotSend, BadFormat.

    It holds the lines that are to be paid (state ready or sent, more than 0 fen). Count and sum must be those of the
    batch less what was withheld after approval; neither batch nor lines are changed here."""
    one = formats.get(format_code)
    control: dict[str, Any] = {
        "batch": batch.no,
        "month": f"{batch.month:%Y%m}",
        "count": batch.lines - batch.withheld_lines,
        "total": batch.total_fen - batch.withheld_fen,
        "voucher": batch.voucher,
    }
    if control["count"] <= 0 or control["total"] <= 0:
        raise CannotSend(f"批次 {batch.no} 没有可以报盘的明细。")
    if BankFile.objects.filter(batch_id=batch.pk, direction="out").exists():
        raise CannotSend(f"批次 {batch.no} 已经有报盘文件：一个批次只报一次盘，请下载已有的文件。")
    target = SealedWriter(key_of("out", batch.pk, ""))
    try:
        with ExitStack() as stack:
            plain = stack.enter_context(out.open("wb")) if out else None
            _write(one, batch, control, cast(BinaryIO, _Both(target, plain)))
    except (writing.CannotWrite, writing.TotalsDiffer, CannotOpen) as error:
        raise CannotSend(f"批次 {batch.no} 不能报盘：{error}") from None
    target.finish()
    file = BankFile.objects.create(
        region_code=batch.region_code,
        batch_id=batch.pk,
        direction="out",
        format=one.code,
        name=one.name_of(batch.no),
        sha=target.sha,
        size=target.size,
        parts=target.parts,
        lines=control["count"],
        total_fen=control["total"],
        made_by=actor.user,
        made_name=actor.name,
        made_at=clock.now(),
    )
    audit.record(
        actor=actor,
        action="payrun.file",
        obj=file,
        detail={"batch": batch.no, "format": one.code, "lines": file.lines, "fen": file.total_fen, "sm3": file.sha},
    )
    return FileProof(file.pk, file.name, file.lines, file.total_fen, file.sha, file.size)


def _write(one: Format, batch: PayBatch, control: dict[str, Any], target: BinaryIO) -> None:
    blocks = _blocks(batch, needs_id=one.out.place("id_tail") >= 0)
    if one.kind != "xlsx":
        writing.write(one, one.out, control, blocks, target)
        return
    whole = BytesIO()  # a workbook is a zip, written with jumps; its lines are limited by the format
    writing.write(one, one.out, control, blocks, whole)
    target.write(whole.getbuffer())


class _Both:
    """Bytes to the sealed file and, where wanted, to a plain one."""

    def __init__(self, sealed: SealedWriter, plain: BinaryIO | None) -> None:
        self.sealed, self.plain = sealed, plain

    def write(self, data: bytes) -> int:
        if self.plain is not None:
            self.plain.write(data)
        return self.sealed.write(data)


_LINES = """
SELECT l.seq, l.amount_fen, l.month, coalesce(a.holder, ''), coalesce(a.bank, ''), a.id, a.number, {id_no}
FROM kernel_payline l LEFT JOIN kernel_payeeaccount a ON a.id = l.account_id {person}
WHERE l.batch_id = %s AND l.state IN ('ready', 'sent') AND l.amount_fen > 0 ORDER BY l.seq
"""


def _blocks(batch: PayBatch, *, needs_id: bool) -> Iterator[writing.Block]:
    from minzheng.kernel.awards.models import PayeeAccount
    from minzheng.kernel.subjects.models import Person

    query = _LINES.format(
        id_no="CASE WHEN a.kind = 'own' THEN p.id END, CASE WHEN a.kind = 'own' THEN p.id_no END"
        if needs_id
        else "NULL, NULL",
        person="LEFT JOIN kernel_person p ON p.id = l.person_id" if needs_id else "",
    )
    title = items.get(batch.item_code).short
    for rows in portions(query, [batch.pk]):
        seqs, fens, months, holders, banks, account_ids, numbers, person_ids, id_nos = zip(*rows, strict=True)
        accounts = open_many(PayeeAccount, "number", account_ids, numbers)
        if not all(accounts) or not all(holders):
            at = next(
                n for n, (number, holder) in enumerate(zip(accounts, holders, strict=True)) if not number or not holder
            )
            raise CannotSend(f"批次 {batch.no} 第 {seqs[at]} 笔没有户名或账号：请先剔除这一笔，更正账户以后再发。")
        remarks = {month: f"{title}{month:%Y年%m月}" for month in set(months)}
        yield {
            "seq": seqs,
            "amount": fens,
            "holder": holders,
            "bank": banks,
            "account": accounts,
            "id_tail": [number[-6:] for number in open_many(Person, "id_no", person_ids, id_nos)],
            "remark": [remarks[month] for month in months],
        }


def portions(query: str, params: list[Any]) -> Iterator[list[tuple[Any, ...]]]:
    """Rows in portions through a cursor on the server, in binary: memory stays flat."""
    connection.ensure_connection()
    with connection.connection.cursor(name="bank_file", binary=True) as cursor:
        cursor.execute(query, params)
        while rows := cursor.fetchmany(PORTION):
            yield rows


def content(file: BankFile) -> Iterator[bytes]:
    """The plain content, part by part, each proved. Raises DamagedFile."""
    return opened(file.parts, key_of(file.direction, file.batch_id, file.sha))


def visible_to(actor: Actor) -> Any:
    """Bank files of batches in the regions where the actor holds payment.read."""
    return BankFile.objects.filter(actor.scope_q("payment.read")).select_related("batch")


@transaction.atomic
def download(actor: Actor, file_id: int) -> tuple[BankFile, Iterator[bytes]]:
    """A file for whoever sends it to the bank (pay.finance over its region); a line in the log each time.

    Raises NotAllowed, alike for what is not there."""
    file = BankFile.objects.filter(pk=file_id).select_related("batch").first()
    if file is None or not actor.can("pay.finance", file.region_code):
        raise NotAllowed("没有这个银行文件，或者您不能下载。")
    audit.record_read(
        actor=actor, obj=file, reason=f"下载{file.get_direction_display()}文件 {file.name}", purpose="payment"
    )
    audit.record(
        actor=actor,
        action="payrun.download",
        obj=file,
        detail={"batch": file.batch.no, "direction": file.direction, "lines": file.lines, "sm3": file.sha},
    )
    return file, content(file)
