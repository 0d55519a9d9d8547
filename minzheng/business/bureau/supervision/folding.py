"""The standing of a task as the fold of its acts. Pure: the same acts always give the same standing.

An act is (code, day, actor, data). `TABLE` says from which states it may be done and where it leads; "" keeps the state."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any, Protocol

from minzheng.business.bureau.supervision.models import LIVE_STATES

HAND = ("assigned", "handling", "redo")
LIVE = LIVE_STATES

#: act → (title, states it starts from, state it leads to)
TABLE: dict[str, tuple[str, tuple[str, ...], str]] = {
    "propose": ("立项", ("",), "proposed"),
    "divide": ("分解", ("proposed", "divided"), "divided"),
    "assign": ("交办", ("divided",), "assigned"),
    "sign": ("签收", ("assigned",), "handling"),
    "feedback": ("反馈", ("handling", "redo"), "handling"),
    "assist": ("协办反馈", HAND, ""),
    "milestone": ("完成节点", ("handling", "redo"), ""),
    "delegate": ("分解到下级", ("divided", "assigned", "handling", "redo"), ""),
    "close": ("核查通过，办结", ("checking",), "closed"),
    "send_back": ("核查退回", ("checking",), "redo"),
    "ask_extension": ("申请延期", HAND, ""),
    "grant_extension": ("同意延期", (*HAND, "checking"), ""),
    "refuse_extension": ("不同意延期", (*HAND, "checking"), ""),
    "transfer": ("转办", (*HAND, "paused"), "assigned"),
    "pause": ("中止", HAND, "paused"),
    "resume": ("恢复", ("paused",), ""),
    "merge": ("并入其他任务", LIVE, "merged"),
    "absorb": ("并入了一项任务", LIVE, ""),
    "remind": ("催办", (*HAND, "checking"), ""),
    "name_late": ("通报逾期", (*HAND, "checking", "paused"), ""),
    "announce": ("通报办结", ("closed",), "announced"),
    "archive": ("归档", ("announced",), "archived"),
    "drop": ("撤项", ("proposed", "divided"), "dropped"),
}
TITLES = {code: title for code, (title, _from, _to) in TABLE.items()}
#: Whoever does one of these has handled the task and may not check it.
HANDLING = ("sign", "feedback", "assist", "milestone", "ask_extension")


class Done(Protocol):
    """What the fold reads of an act; TaskAct fits."""

    act: str
    on: datetime.date
    actor_id: int | None
    principal_id: int | None
    data: Mapping[str, Any]


class WrongState(ValueError):
    """The act does not start from this state."""


@dataclass(frozen=True)
class Standing:
    """Where a task stands. The names are those of the task's columns; `handlers`, `before_pause` and `before` are of the
    fold alone."""

    state: str = ""
    region_code: str = ""
    progress: int = 0
    actual: Decimal | None = None
    start: datetime.date | None = None
    end: datetime.date | None = None
    lead_org_id: int | None = None
    lead_name: str = ""
    lead_office: str = ""
    responsible_id: int | None = None
    responsible_name: str = ""
    assigned_on: datetime.date | None = None
    signed_on: datetime.date | None = None
    last_feedback_on: datetime.date | None = None
    finished_on: datetime.date | None = None
    closed_on: datetime.date | None = None
    extensions: int = 0
    pending_end: datetime.date | None = None
    forced: bool = False
    returned: int = 0
    merged_into_id: int | None = None
    handlers: frozenset[int] = field(default=frozenset())
    before_pause: str = ""
    before: int = 0

    def columns(self) -> dict[str, Any]:
        """What the task's row keeps of it."""
        own = ("handlers", "before_pause", "before")
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name not in own}


def fold(acts: Iterable[Done]) -> Standing:
    """Raises WrongState for a history that cannot be."""
    standing = Standing()
    for one in acts:
        standing = step(standing, one)
    return standing


def step(was: Standing, one: Done) -> Standing:
    """The standing after one more act. Raises WrongState."""
    title, starts, to = TABLE[one.act]
    if was.state not in starts:
        raise WrongState(f"“{title}”不能从“{was.state}”开始。")
    now = replace(was, state=to or was.state)
    if one.act in HANDLING:
        hands = {pk for pk in (one.actor_id, one.principal_id) if pk is not None}
        now = replace(now, handlers=now.handlers | hands)
    change = _CHANGES.get(one.act)
    return change(now, was, one) if change else now


def _day(data: Mapping[str, Any], key: str) -> datetime.date | None:
    return datetime.date.fromisoformat(data[key]) if data.get(key) else None


def _lead(now: Standing, data: Mapping[str, Any]) -> Standing:
    return replace(
        now, region_code=data["region"], lead_org_id=data.get("lead_org"), lead_name=data.get("lead_name", ""), lead_office=data.get("lead_office", ""),
        responsible_id=data.get("responsible"), responsible_name=data.get("responsible_name", ""),
    )  # fmt: skip


def _propose(now: Standing, was: Standing, one: Done) -> Standing:
    return replace(now, region_code=one.data["region"])


def _divide(now: Standing, was: Standing, one: Done) -> Standing:
    return replace(_lead(now, one.data), start=_day(one.data, "start"), end=_day(one.data, "end"))


def _assign(now: Standing, was: Standing, one: Done) -> Standing:
    return replace(now, assigned_on=one.on)


def _sign(now: Standing, was: Standing, one: Done) -> Standing:
    hands = now.handlers | ({now.responsible_id} if now.responsible_id else set())
    return replace(now, signed_on=one.on, handlers=frozenset(hands))


def _feedback(now: Standing, was: Standing, one: Done) -> Standing:
    progress, actual = int(one.data["progress"]), one.data.get("actual")
    now = replace(
        now, progress=progress, before=was.progress, last_feedback_on=one.on,
        actual=Decimal(actual) if actual is not None else now.actual, forced=was.forced or bool(one.data.get("forced")),
    )  # fmt: skip
    if progress < 100:
        return replace(now, state=was.state)
    return replace(now, state="checking", finished_on=one.on)


def _close(now: Standing, was: Standing, one: Done) -> Standing:
    return replace(now, closed_on=one.on, pending_end=None)


def _send_back(now: Standing, was: Standing, one: Done) -> Standing:
    return replace(now, progress=min(was.before, 99), finished_on=None, returned=was.returned + 1)


def _ask(now: Standing, was: Standing, one: Done) -> Standing:
    return replace(now, pending_end=_day(one.data, "end"))


def _grant(now: Standing, was: Standing, one: Done) -> Standing:
    return replace(now, end=was.pending_end, pending_end=None, extensions=was.extensions + 1)


def _refuse(now: Standing, was: Standing, one: Done) -> Standing:
    return replace(now, pending_end=None)


def _transfer(now: Standing, was: Standing, one: Done) -> Standing:
    """The new office signs for itself; what the old one did stays in the history and keeps its people from checking."""
    return replace(_lead(now, one.data), assigned_on=one.on, signed_on=None, pending_end=None)


def _pause(now: Standing, was: Standing, one: Done) -> Standing:
    return replace(now, before_pause=was.state, pending_end=None)


def _resume(now: Standing, was: Standing, one: Done) -> Standing:
    return replace(now, state=was.before_pause, before_pause="", end=_day(one.data, "end"))


def _merge(now: Standing, was: Standing, one: Done) -> Standing:
    return replace(now, merged_into_id=one.data["into"], pending_end=None)


_CHANGES = {
    "propose": _propose, "divide": _divide, "assign": _assign, "sign": _sign, "feedback": _feedback, "close": _close, "send_back": _send_back,
    "ask_extension": _ask, "grant_extension": _grant, "refuse_extension": _refuse, "transfer": _transfer, "pause": _pause,
    "resume": _resume, "merge": _merge,
}  # fmt: skip
