"""Telling people whose payment came back, and what to do."""

from __future__ import annotations

from minzheng.kernel.items import registry
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job
from minzheng.kernel.notices.services import notify
from minzheng.kernel.payruns.bank_models import BankFile
from minzheng.kernel.payruns.formats import codes
from minzheng.kernel.payruns.formats.writing import yuan
from minzheng.kernel.payruns.models import PayEvent

TELL = "payruns.tell_returned"


@job(TELL, title="告知发放退回")
def tell_returned(ctx: Context, file: str) -> dict[str, int]:
    """One message to each payee of a return file whose money did not arrive; safe to run again."""
    found = BankFile.objects.select_related("batch").get(pk=int(file))
    rows = PayEvent.objects.filter(batch=found.batch, detail__file=file, detail__outcome="returned")
    title, told = registry.get(found.batch.item_code).short, 0
    for event in rows.select_related("line__person").order_by("pk").iterator(chunk_size=500):
        line = event.line
        if line is None or line.person is None or line.person.death_date is not None:
            continue
        code = codes.get(line.return_code)
        body = (
            f"您{line.month.year}年{line.month.month}月的{title} {yuan(line.amount_fen)} 元没有到账：{code.plain}。"
            f"{code.advice}钱没有少，办好以后会重新发放。"
        )
        notify(case=None, person=line.person, body=body, key=f"payreturn:{line.pk}")
        told += 1
    return {"told": told}
