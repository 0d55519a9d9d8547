"""A household changed: the cases of its benefits are told, as a family tells them (57号第二十九条). No benefit is touched here;
the report opens the re-check, and an award without a case is named, so that somebody starts its re-check."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from minzheng.kernel.awards.selectors import touching
from minzheng.kernel.cases.errors import NotFound, Refused
from minzheng.kernel.cases.services import perform
from minzheng.kernel.items import registry

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

Lines = list[dict[str, Any]]


def report(
    *, actor: Actor, homes: Iterable[int], people: Iterable[int], words: str, on: datetime.date
) -> tuple[Lines, Lines]:
    """(cases told of the change, awards for which nobody could be told, with why). In the caller's transaction."""
    asked: Lines = []
    unasked: Lines = []
    for award in touching(homes, people):
        row = {"award": str(award.pk), "no": award.no, "title": registry.get(award.item_code).short}
        if award.case_id is None:
            unasked.append(row | {"why": "存量待遇还没有办件，请在待遇页“启动复核”"})
            continue
        if any(one["case"] == str(award.case_id) for one in asked):
            continue
        try:
            perform(
                case_id=award.case_id, act="report_change", actor=actor,
                data={"content": words, "happened_on": on.isoformat()},
            )  # fmt: skip
            asked.append(row | {"case": str(award.case_id)})
        except (Refused, NotFound) as error:
            unasked.append(row | {"case": str(award.case_id), "why": str(error)})
    return asked, unasked


def sentence(asked: Lines, unasked: Lines) -> str:
    """The same in words, for the page that comes after; "" when no benefit is concerned."""
    said = []
    if asked:
        said.append(
            "已向办件报告变化，由经办人复核：" + "、".join(f"{one['title']} {one['no']}" for one in asked) + "。"
        )
    if unasked:
        said.append(
            "没有报到、请处理：" + "；".join(f"{one['title']} {one['no']}（{one['why']}）" for one in unasked) + "。"
        )
    return "".join(said)
