"""在保待遇装入数据库：决定依据（输入、规则与参数版本、解释）由规则引擎当场算出，与文件里的金额核对一致才收。"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from minzheng.demo.copying import Row, copy, sealer
from minzheng.demo.errors import DemoError
from minzheng.demo.places import AREA
from minzheng.kernel.awards.models import Award, AwardMember, PaymentLine
from minzheng.kernel.awards.services import digest, month_after
from minzheng.kernel.ids import new_id
from minzheng.policy import load_ruleset

if TYPE_CHECKING:
    from minzheng.demo.load import Loader

_AWARD = (
    "id", "region_code", "no", "item_code", "household", "payee", "payee_name", "account_no", "account_bank", "persons",
    "amount_fen", "category", "state", "first_month", "next_review_on", "decided_on", "frozen", "frozen_sha",
    "ruleset_sha", "is_demo", "created_at",
)  # fmt: skip
_LINE = ("id", "region_code", "award", "item_code", "month", "line_type", "seq", "amount_fen", "state", "due_on",
         "explanation", "created_at")  # fmt: skip
_PAY_DAY = 10


def load_awards(loader: Loader) -> int:
    """Awards, the people they cover and the lines of the last months; returns the number of awards."""
    members: list[Row] = []
    lines: list[Row] = []
    count = copy(Award, _AWARD, _awards(loader, members, lines))
    copy(AwardMember, ("id", "award", "person", "name", "relation", "top_up_fen"), members)
    copy(PaymentLine, _LINE, lines)
    return count


def _awards(loader: Loader, members: list[Row], lines: list[Row]) -> Iterator[Row]:
    account, frozen = sealer(Award, "account_no"), sealer(Award, "frozen")
    sha = load_ruleset().sha
    for row in loader.rows("awards"):
        pk, amount, covered = new_id(), int(row["amount_fen"]), json.loads(row["covered"])
        basis = _basis(row, loader)
        region = loader.regions_of[row["household_no"]]
        yield (
            pk, region, row["no"], row["item_code"], loader.ids[row["household_no"]], loader.ids[row["payee_no"]],
            loader.names[row["payee_no"]], account(pk, row["account_no"]), row["account_bank"], len(covered), amount, "",
            row["state"], row["first_month"], row["next_review_on"], row["decided_on"], frozen(pk, basis), digest(basis),
            sha, True, loader.now,
        )  # fmt: skip
        for person, relation, top_up in covered:
            members.append((new_id(), pk, loader.ids[person], loader.names[person], relation, top_up))
        if row["paid_from"]:
            lines += _lines(pk, region, row, len(covered), loader)


def _basis(row: dict[str, str], loader: Loader) -> dict[str, Any]:
    """What the decision rests on. Raises DemoError when today's rules give another amount than the file says."""
    family, on = json.loads(row["family"]), datetime.date.fromisoformat(row["computed_on"])
    outcome = load_ruleset().program(AREA, on).run(family, explain=True)
    computed = outcome.household["低保金"] + sum(member["分类施保金"] for member in outcome.members)
    if row["state"] == "tapering":
        computed = outcome.household["渐退保障金"]
    if int(computed * 100) != int(row["amount_fen"]):
        raise DemoError(
            f"{loader.folder / 'awards.csv'}：{row['no']} 的金额是 {row['amount_fen']} 分，按现在的规则应是 "
            f"{int(computed * 100)} 分；规则或标准已变，请用 demo generate 重新生成。"
        )
    return {
        "region": AREA, "on": on.isoformat(), "family": family, "outcome": outcome.as_json(),
        "rules": outcome.rule_versions, "params": json.loads(json.dumps(outcome.params_used, default=str)),
        "ruleset_sha": outcome.sha, "amount_fen": int(row["amount_fen"]), "persons": len(json.loads(row["covered"])),
    }  # fmt: skip


def _lines(award: int, region: str, row: dict[str, str], persons: int, loader: Loader) -> Iterator[Row]:
    """Paid for the months before `as_of`'s pay day, planned after it."""
    month = datetime.date.fromisoformat(row["paid_from"])
    while month <= loader.as_of:
        due = month.replace(day=_PAY_DAY)
        yield (
            new_id(), region, award, row["item_code"], month, "regular", 1, int(row["amount_fen"]),
            "paid" if due <= loader.as_of else "planned", due, f"{persons} 人，{row['no']}", loader.now,
        )  # fmt: skip
        month = month_after(month, 1)
