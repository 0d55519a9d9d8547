"""不满十四周岁的未成年人: their personal information is sensitive as such (个人信息保护法第28条)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from minzheng.kernel import clock
from minzheng.kernel.ages import age_on

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: 个人信息保护法第28条第1款: "不满十四周岁未成年人的个人信息".
YEARS = 14


def is_child(birth_date: datetime.date | None, on: datetime.date | None = None) -> bool:
    """Whether somebody born then has not yet had the fourteenth birthday; unknown counts as no child."""
    return birth_date is not None and age_on(birth_date, on or clock.today()) < YEARS


def file_of_a_child(actor: Actor, arguments: Mapping[str, Any]) -> bool:
    """Whether the page opens a child's file that this actor may see at all; one query."""
    from minzheng.kernel.subjects.selectors import visible_persons

    born = visible_persons(actor).filter(pk=arguments["pk"]).values_list("birth_date", flat=True).first()
    return is_child(born)
