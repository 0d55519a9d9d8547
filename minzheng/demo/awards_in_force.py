"""Loading awards in force: the basis of each decision (input, versions of rules and parameters, explanation) comes from
the rules engine on the spot, and must agree with the amount in the file.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from minzheng.demo.copying import Row, copy, sealer
from minzheng.demo.errors import DemoError
from minzheng.demo.places import AREA, COUNTY
from minzheng.kernel.awards.models import Award, AwardMember, PaymentLine
from minzheng.kernel.awards.services import next_review
from minzheng.kernel.cases.running.evidence import canonical
from minzheng.kernel.crypto import sealing
from minzheng.kernel.ids import new_id
from minzheng.kernel.items import registry
from minzheng.kernel.months import month_after
from minzheng.kernel.registers.models import NumberSeries

if TYPE_CHECKING:
    from minzheng.demo.load import Loader
    from minzheng.kernel.items.items import Answer

_AWARD = (
    "id", "region_code", "no", "item_code", "household", "payee", "payee_name", "account_no", "account_bank", "persons",
    "amount_fen", "cycle", "category", "state", "first_month", "last_month", "next_review_on", "decided_on", "frozen", "frozen_sha",
    "ruleset_sha", "is_demo", "created_at",
)  # fmt: skip
_LINE = ("id", "region_code", "award", "item_code", "month", "line_type", "seq", "amount_fen", "state", "due_on",
         "explanation", "created_at")  # fmt: skip
_PAY_DAY = 10


def load_awards(loader: Loader) -> int:
    """Awards, the people they cover and the lines of the last months; returns the number of awards."""
    members: list[Row] = []
    lines: list[Row] = []
    # Made before the copying begins: computing an award may read the database, which a running COPY would block for ever.
    count = copy(Award, _AWARD, list(_awards(loader, members, lines)))
    _continue_numbers()
    copy(AwardMember, ("id", "award", "person", "name", "relation", "top_up_fen"), members)
    copy(PaymentLine, _LINE, lines)
    return count


def _continue_numbers() -> None:
    """The next award that is granted by hand takes the number after the last one loaded."""
    last: dict[tuple[str, int], int] = {}
    for number in Award.objects.filter(is_demo=True).values_list("no", flat=True):
        _county, kind, year, serial = number.split("-")
        key = kind.removesuffix("Z"), int(year)
        last[key] = max(last.get(key, 0), int(serial))
    NumberSeries.objects.bulk_create(
        NumberSeries(series=f"award.{kind}", region_code=f"{AREA}000000", year=year, last=serial)
        for (kind, year), serial in last.items()
    )


def _awards(loader: Loader, members: list[Row], lines: list[Row]) -> Iterator[Row]:
    account, frozen = sealer(Award, "account_no"), sealer(Award, "frozen")
    for row in loader.rows("awards"):
        pk, amount, covered = new_id(), int(row["amount_fen"]), json.loads(row["covered"])
        region = loader.regions_of[row["household_no"]]
        answer = _answer(row, region, loader)
        basis = _basis(row, answer, loader)
        decided = datetime.date.fromisoformat(row["decided_on"])
        yield (
            pk, region, row["no"], row["item_code"], loader.ids[row["household_no"]], loader.ids[row["payee_no"]],
            loader.names[row["payee_no"]], account(pk, row["account_no"]), row["account_bank"], len(covered), amount,
            answer.cycle, answer.category, row["state"], row["first_month"],
            row["first_month"] if answer.cycle == "once" else None, _review_after(row, decided, answer, loader),
            decided, frozen(pk, basis.decode()), sealing.sm3(basis), answer.evidence["ruleset_sha"], True, loader.now,
        )  # fmt: skip
        for person, relation, top_up in covered:
            members.append((new_id(), pk, loader.ids[person], loader.names[person], relation, top_up))
        if row["paid_from"]:
            lines += _lines(pk, region, row, answer, loader)


def _answer(row: dict[str, str], region: str, loader: Loader) -> Answer:
    """The item's own assessment of the frozen facts. Raises DemoError when it gives another amount than the file says."""
    recompute = registry.get(row["item_code"]).recompute
    assert recompute is not None
    on = row["computed_on"]
    answer = recompute({"family": json.loads(row["family"]), "region": region, "on": on, "payable_on": on, "notes": []})
    if not answer.eligible or answer.amount_fen != int(row["amount_fen"]):
        raise DemoError(
            f"{loader.folder / 'awards.csv'}：{row['no']} 的金额是 {row['amount_fen']} 分，按现在的规则应是 "
            f"{answer.amount_fen} 分；规则或标准已变，请用 demo generate 重新生成。"
        )
    return answer


def _basis(row: dict[str, str], answer: Answer, loader: Loader) -> bytes:
    """What an award freezes (see awards.services.grant): evidence, household, amount, persons, sheet. Written out once: the
    form that is hashed is the form that is stored."""
    household = [
        {
            "seq": seq,
            "name": loader.names[person],
            "relation": relation,
            "in_count": True,
            "person": str(loader.ids[person]),
        }
        for seq, (person, relation, _top_up) in enumerate(json.loads(row["covered"]), start=1)
    ]
    return canonical({
        **answer.evidence, "household": household, "amount_fen": answer.amount_fen, "persons": answer.persons,
        "sheet": [list(line) for line in answer.sheet],
    })  # fmt: skip


def _review_after(row: dict[str, str], decided: datetime.date, answer: Answer, loader: Loader) -> datetime.date | None:
    """The first re-check after the county's today, counted from the decision by the period of the family's class; none of
    what is paid once."""
    if answer.cycle == "once":
        return None
    params = registry.get(row["item_code"]).flow.params(COUNTY, loader.as_of)
    day = next_review(decided, answer.category, params)
    while day <= loader.as_of:
        day = next_review(day, answer.category, params)
    return day


def _lines(award: int, region: str, row: dict[str, str], answer: Answer, loader: Loader) -> Iterator[Row]:
    """Paid for the months before `as_of`'s pay day, planned after it; one line of what is paid once."""
    month, amount = datetime.date.fromisoformat(row["paid_from"]), int(row["amount_fen"])
    december = int(answer.evidence.get("december_fen") or amount) if registry.get(row["item_code"]).yearly else amount
    while month <= loader.as_of or answer.cycle == "once":
        due = month.replace(day=_PAY_DAY)
        yield (
            new_id(), region, award, row["item_code"], month, "regular", 1, december if month.month == 12 else amount,
            "paid" if due <= loader.as_of else "planned", due, f"{answer.persons} 人，{row['no']}", loader.now,
        )  # fmt: skip
        if answer.cycle == "once":
            return
        month = month_after(month, 1)
