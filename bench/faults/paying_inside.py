"""What the rounds of pay batches ask inside the platform's own process environment: villages with money due, and what
became of it, found out from the files that went to the bank."""

from __future__ import annotations

import csv
import datetime
import random
from collections import Counter
from pathlib import Path
from typing import Any

_TOWN = "990101900000"
_LAW = datetime.date(2020, 1, 1)
#: Each of them stands once in the log of a batch that the bank has answered.
_ACTS = ("build", "review", "approve", "submit", "fund", "send", "return")


def prepare(wanted: dict[str, Any]) -> dict[str, Any]:
    """``{"villages": n, "awards": n, "item": code}`` → each village with its accounts and what they are owed, in fen."""
    from django.db import transaction

    from minzheng.kernel import clock
    from minzheng.kernel.models import Region

    month = clock.today().replace(day=1)
    chance = random.Random(wanted["villages"])  # noqa: S311  # reproducible, not secret
    Region.objects.create(
        code=_TOWN,
        name="试验镇",
        full_name="示范县试验镇",
        level=4,
        parent_code="990101000000",
        valid_from=_LAW,
        source="试验",
    )
    villages = []
    with transaction.atomic():
        for number in range(1, wanted["villages"] + 1):
            code = f"990101900{number:03d}"
            Region.objects.create(
                code=code, name=f"试验{number}村", full_name=f"示范县试验镇试验{number}村", level=5, parent_code=_TOWN,
                valid_from=_LAW, source="试验",
            )  # fmt: skip
            owed = {f"62179901{number:04d}{one:07d}": chance.randrange(101, 999) for one in range(wanted["awards"])}
            for account, fen in owed.items():
                _award(code, account, fen, month, wanted["item"])
            villages.append({"region": code, "awards": owed})
    return {"villages": villages, "town": _TOWN, "month": f"{month:%Y-%m}", "today": clock.today().isoformat()}


def _award(region: str, account: str, fen: int, month: datetime.date, item: str) -> None:
    """An award as taken over from a register: what the register says is owed."""
    from minzheng.kernel.awards.services import digest
    from minzheng.kernel.models import Award, AwardMember, Household, Person

    name = f"试验{account[-11:]}"
    payee = Person.objects.create(name=name, region_code=region, birth_date=datetime.date(1960, 5, 1))
    home = Household.objects.create(no=f"F{account[-11:]}", head=payee, region_code=region)
    frozen = {"amount_fen": fen, "persons": 1, "imported": {"file": "试验", "rows": [1]}}
    award = Award.objects.create(
        no=f"F-{account[-11:]}", item_code=item, region_code=region, household=home, payee=payee, payee_name=name,
        account_no=account, account_bank="示范农商行", persons=1, amount_fen=fen, first_month=month, decided_on=month,
        frozen=frozen, frozen_sha=digest(frozen), ruleset_sha="1" * 64, next_review_on=datetime.date(2099, 1, 1),
    )  # fmt: skip
    AwardMember.objects.create(award=award, person=payee, name=name, relation="户主")


def key(given: dict[str, Any]) -> dict[str, Any]:
    from minzheng.kernel.models import PayBatch

    return {"pk": str(PayBatch.objects.values_list("pk", flat=True).get(no=given["no"]))}


def verify(given: dict[str, Any]) -> dict[str, Any]:
    """``{"villages": as prepared, "folder": where the bank's files lie}`` → counts and sums, all from what the bank got and
    said, held against the decisions and against the platform's rows."""
    from bench.faults.inside import _drain

    drained = _drain()
    owed = {account: fen for village in given["villages"] for account, fen in village["awards"].items()}
    told: Counter[str] = Counter(dict.fromkeys(
        ("finished", "files_differ", "sums_differ", "results_differ", "acts_doubled", "acts_missing", "file_fen",
         "voucher_fen", "paid_fen", "returned_fen"), 0,
    ))  # fmt: skip
    paid: dict[str, list[int]] = {}
    for village in given["villages"]:
        _look_at(village["region"], Path(given["folder"]), told, paid)
    return {
        "drained": drained, "awards": len(owed), "owed_fen": sum(owed.values()), **told,
        "lost": sum(account not in paid for account in owed),
        "doubled": sum(len(fens) > 1 for fens in paid.values()),
        "altered": sum(owed.get(account) != fens[0] for account, fens in paid.items()),
        **_messages(), "audit_chain_errors": _chain(),
    }  # fmt: skip


def _look_at(region: str, folder: Path, told: Counter[str], paid: dict[str, list[int]]) -> None:
    from minzheng.kernel.models import BankFile, PayBatch
    from minzheng.kernel.payruns import bankfile

    batches = list(PayBatch.objects.filter(region_code=region).exclude(state="VOIDED"))
    told["finished"] += len(batches) == 1 and batches[0].state in ("PARTIAL_RETURN", "ALL_PAID")
    for batch in batches:
        files = list(BankFile.objects.filter(batch=batch, direction="out"))
        told["files_differ"] += len(files) != 1
        lines: list[tuple[str, int]] = []
        for file in files:
            plain = b"".join(bankfile.content(file))
            copy = folder / f"{region}.csv"
            told["files_differ"] += copy.exists() and copy.read_bytes() != plain
            lines += [(row[2], _fen(row[4])) for row in list(csv.reader(plain.decode("utf-8-sig").splitlines()))[1:-1]]
        for account, fen in lines:
            paid.setdefault(account, []).append(fen)
        sent = sum(fen for _, fen in lines)
        told["file_fen"] += sent
        told["voucher_fen"] += batch.voucher_fen or 0
        told["sums_differ"] += {sent} != {batch.total_fen, batch.voucher_fen, batch.file_fen}
        _acts(batch, told)
        _results(batch, folder / f"{region}.back", told)


def _fen(text: str) -> int:
    yuan, _, rest = text.partition(".")
    return int(yuan) * 100 + int(rest or 0)


def _acts(batch: Any, told: Counter[str]) -> None:
    done = Counter(batch.events.values_list("act", flat=True))
    told["acts_doubled"] += sum(done[act] > 1 for act in _ACTS)
    told["acts_missing"] += sum(done[act] == 0 for act in _ACTS)


def _results(batch: Any, back: Path, told: Counter[str]) -> None:
    """What the bank said of each number against what the line says; the same file is booked once."""
    from minzheng.kernel.models import BankFile

    lines = {line.seq: line for line in batch.pay_lines.select_related("line")}
    said = list(csv.reader(back.read_text("utf-8-sig").splitlines()))[1:-1] if back.exists() else []
    for seq, _account, yuan, result, *_ in said:
        line, wanted = lines.get(int(seq)), "paid" if result == "发放成功" else "returned"
        same = line is not None and (line.state, line.line.state, line.amount_fen) == (wanted, wanted, _fen(yuan))
        told["results_differ"] += not same
        told[f"{wanted}_fen"] += _fen(yuan)
    told["results_differ"] += len(said) != len(lines)
    told["results_differ"] += BankFile.objects.filter(batch=batch, direction="back").count() != 1


def _messages() -> dict[str, int]:
    """Each payee whose money came back is told once."""
    from minzheng.kernel.models import OutboxMessage, PayLine

    back = set(
        PayLine.objects.filter(batch__region_code__startswith=_TOWN[:9], state="returned").values_list("pk", flat=True)
    )
    told = Counter(OutboxMessage.objects.filter(recipient__region_code__startswith=_TOWN[:9], channel="inapp")
                   .values_list("key", flat=True))  # fmt: skip
    return {
        "returned": len(back),
        "messages_missing": sum(told[f"payreturn:{pk}:inapp"] == 0 for pk in back),
        "messages_doubled": sum(told.values()) - len(told) + max(len(told) - len(back), 0),
    }


def _chain() -> list[str]:
    from minzheng.kernel.audit.verification import verify as verified

    return list(verified().errors)
