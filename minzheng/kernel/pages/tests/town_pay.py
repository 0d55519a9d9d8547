"""Pay runs of the test county: a batch with a paid and a returned line of 周桂兰's, findings, steps, files and requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.accounts.models import User
from minzheng.kernel.awards.models import PayeeAccount, PaymentLine
from minzheng.kernel.documents import services as documents
from minzheng.kernel.documents.tests.samples import picture
from minzheng.kernel.payruns.bank_models import AccountRequest, BankFile, ReturnReject
from minzheng.kernel.payruns.models import PayBatch, PayCheck, PayEvent, PayLine, PayMonth

COUNTY, VILLAGE = "990101000000", "990101001001"
ACCOUNT = "6217000012345678901"
BATCH_NO = "FF-TEST-000001"
REASON = "银行说户名少一个点"


def fill(family: dict[str, Any], staff: Callable[[str, str], User]) -> dict[str, Any]:
    """{"addresses", "keys", "pay_rows"} of these pages."""
    award, person, now = family["award"], family["person"], clock.now()
    month = award.first_month
    account = PayeeAccount.objects.create(
        person=person, holder=person.name, number=ACCOUNT, tail=ACCOUNT[-4:], bank="示范农商银行"
    )
    batch = PayBatch.objects.create(
        no=BATCH_NO, item_code=award.item_code, month=month, region_code=COUNTY, state="CHECKED", lines=1, households=1,
        persons=1, total_fen=49800, excluded=1, built_at=now, checked_at=now, maker=staff("pay_clerk", COUNTY),
    )  # fmt: skip
    other = PaymentLine.objects.create(
        award=award, item_code=award.item_code, month=month, amount_fen=1000, line_type="back_pay", region_code=VILLAGE
    )

    def line(of: PaymentLine, seq: int, **more: Any) -> PayLine:
        told = {
            "award": award, "person": person, "account": account, "month": month, "line_type": of.line_type,
            "region_code": VILLAGE, "due_fen": of.amount_fen, "amount_fen": of.amount_fen, "persons": 1, "category": "A",
        }  # fmt: skip
        return PayLine.objects.create(batch=batch, line=of, seq=seq, **(told | more))

    first = line(family["line"], 1)
    out = line(other, 2, state="excluded", excluded_for="manual", reason=REASON)
    block = PayCheck.objects.create(
        batch=batch, line=first, code="C04", severity="block", sentence=f"户名与领款人不符：{REASON}"
    )
    warn = PayCheck.objects.create(batch=batch, line=first, code="C08", severity="warn", sentence="比上月多 35%")
    event = PayEvent.objects.create(
        batch=batch, act="build", to_state="CHECKED", actor=batch.maker, actor_name="发放经办员", at=now, sha="0" * 64
    )
    closed = PayMonth.objects.create(
        region_code=COUNTY, month=month.replace(year=month.year - 1), report={"benefits": [], "totals": {}, "batches": []},
        sha="0" * 64, closed_name="财务人员", closed_at=now,
    )  # fmt: skip
    back = BankFile.objects.create(
        batch=batch, direction="back", format="rcb_fixed", name="回盘.txt", sha="0" * 64, size=1, region_code=COUNTY,
        lines=1, total_fen=1, rejected=1, made_name="财务人员", made_at=now,
    )  # fmt: skip
    ReturnReject.objects.create(file=back, record=1, seq=1, fen=1, code="01", reason="金额 0.01 元与报盘的不同")
    told = {"month": f"{month:%Y-%m}"}
    acts = (
        "recheck",
        "review",
        "approve",
        "submit",
        "fund",
        "send",
        "book",
        "reissue",
        "void",
        "send_back",
        "give_back",
        "queue",
        "exclude_blocked",
        "clear_all",
        "recompute",
    )
    addresses: dict[str, dict[str, Any]] = {f"payruns.{code}": {"pk": batch.pk} for code in ("detail", *acts)}
    addresses |= {f"payruns.{code}": {"pk": first.pk} for code in ("line", "exclude", "include", "withhold", "release")}
    addresses |= {f"payruns.{code}": {"pk": block.pk} for code in ("check", "clear")}
    addresses |= {"payruns.build": {**told, "item": award.item_code}, "payruns.close": told}
    addresses |= {"payruns.file": {"pk": back.pk}, "payruns.rejects": {"pk": back.pk}}
    addresses["payruns.month"] = {"pk": closed.pk}
    asked = account_request(award)
    acts = ("detail", "confirm", "refuse")
    addresses |= {f"account_requests.{code}": {"pk": asked.pk} for code in acts}
    addresses |= {"account_requests.paper": {"pk": asked.pk, "number": 0}, "account_requests.new": {"pk": award.pk}}
    addresses["portal.account"] = {"pk": award.pk}
    addresses |= {"payruns.workbook": told, "payruns.village_pdf": {**told, "region": VILLAGE}}
    rows = {"batch": batch, "first": first, "out": out, "block": block, "warn": warn, "event": event}
    return {"addresses": addresses, "keys": [str(one.pk) for one in (first, out, block, warn)], "pay_rows": rows}


def account_request(award: Any) -> AccountRequest:
    """The payee asks for another account, with a photograph."""
    proof = documents.store_attachment(
        case=None, kind="account", label="存折", upload=SimpleUploadedFile("p.jpg", picture()), actor=SYSTEM
    )
    return AccountRequest.objects.create(
        award=award, region_code=award.region_code, holder=award.payee_name, number=ACCOUNT, tail=ACCOUNT[-4:],
        bank="示范农商银行", proofs=[str(proof.pk)], channel="window", asked_name="经办员", asked_at=clock.now(),
    )  # fmt: skip


def more(rows: dict[str, Any], again: Any, n: int) -> None:
    """One more of each kind: a batch of its own with a line and a finding, and a line in the batch that there is."""
    line = again(rows["first"].line, seq=n + 2)
    batch = again(rows["batch"], no=f"FF-TEST-9{n}", seq=n + 2)
    held = again(rows["first"], batch=batch, line=line)
    again(rows["block"], batch=batch, line=held)
    again(rows["event"])
