"""公示规则: what of an item is posted, for how long, where, and whether its families stay on a long-term list. Declared
data of the item; an item that declares nothing is never shown to the public.

Law: 《最低生活保障审核确认办法》第二十四条 (three columns, nothing else); 民办函〔2024〕31号 (谁救助谁公示: a mere recognition is not
posted); 未成年人保护法第四、一百一十条 and the benefits for children (no publicity at all).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minzheng.kernel.cases.params import FlowParams

#: The only columns that may ever be public: key in the stored row → heading. A rule picks among them.
COLUMNS = {
    "applicant": "申请人",
    "persons": "家庭成员数量（人）",
    "amount": "拟保障金额（元／月）",
    "sum": "拟救助金额（元，一次发给）",
}
#: What stands in the place of a child's name.
CHILD = "（未成年人，不公开姓名）"


def publicity_days(params: FlowParams) -> int:
    return params.publicity_days


def long_list_rows(params: FlowParams) -> int:
    return params.long_list_min_rows


@dataclass(frozen=True)
class PublicityRule:
    """`posted`: whether a positive opinion is posted before the decision. `days`: how many, from the county's
    parameters. `long_term`: whether families in payment are listed month by month; `least_rows`: villages with fewer
    families are listed under their township without the village's name. `why`: the law, or why nothing is posted.
    `spares_minors`: a case whose claimants are all under age goes to the decision without being posted."""

    posted: bool
    _: KW_ONLY
    why: str
    columns: tuple[str, ...] = ("applicant", "persons", "amount")
    where: tuple[str, ...] = ("村（居）务公开栏", "乡镇（街道）政务公开栏")
    days: Callable[[FlowParams], int] = publicity_days
    long_term: bool = False
    least_rows: Callable[[FlowParams], int] = long_list_rows
    spares_minors: bool = False

    def __post_init__(self) -> None:
        unknown = set(self.columns) - set(COLUMNS)
        if unknown:
            raise ValueError(f"公示规则里有不许公开的列：{'、'.join(sorted(unknown))}")


NOT_POSTED = PublicityRule(False, why="没有声明公示规则的事项不公示。", columns=())
