"""What an act sees: the case under its lock, the person acting, what was typed, and the evidence so far."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from minzheng.kernel import clock
from minzheng.kernel.cases.states import PAID

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.accounts.models import Assignment
    from minzheng.kernel.cases.flow import Act
    from minzheng.kernel.cases.models import Case, CaseAct, CaseMember, Consent, Evidence
    from minzheng.kernel.cases.params import FlowParams
    from minzheng.kernel.items.items import Answer, Item


@dataclass
class Ctx:
    """One attempt at one act. Guards only read it; effects may write `record.data` and rows of the case.

    `values` holds what an effect hands to the paper or message that follows (amount, month …)."""

    case: Case
    item: Item
    act: Act
    actor: Actor
    assignment: Assignment | None = None
    data: dict[str, Any] = field(default_factory=dict)
    record: CaseAct | None = None
    values: dict[str, Any] = field(default_factory=dict)
    token: str = ""  # mark of the form that was sent

    @cached_property
    def today(self) -> datetime.date:
        return clock.today()

    @cached_property
    def now(self) -> datetime.datetime:
        return clock.now()

    @cached_property
    def params(self) -> FlowParams:
        """The procedure in force where the case is, on the day it was accepted; today's, before that and once paid."""
        accepted = self.case.event_date if self.case.state not in PAID else None
        return self.item.flow.params(self.case.region_code, accepted or self.today)

    @property
    def params_today(self) -> FlowParams:
        """What holds here today: whether the place has a power now, not how a case begun earlier is dealt with."""
        return self.item.flow.params(self.case.region_code, self.today)

    @cached_property
    def everybody(self) -> list[CaseMember]:
        """Every row of the case: the family, and people of other households who owe it support."""
        return list(self.case.members.all())

    @property
    def members(self) -> list[CaseMember]:
        """The family, people who do not count included."""
        return [m for m in self.everybody if not m.is_obligor]

    @property
    def obligors(self) -> list[CaseMember]:
        """赡养、扶养义务人 of other households, and their husbands and wives."""
        return [m for m in self.everybody if m.is_obligor]

    @property
    def counted(self) -> list[CaseMember]:
        return [m for m in self.members if m.in_count]

    @cached_property
    def acts(self) -> list[CaseAct]:
        return list(self.case.acts.all())

    @cached_property
    def consents(self) -> list[Consent]:
        return list(self.case.consents.all())

    @cached_property
    def _evidence(self) -> list[Evidence]:
        return list(self.case.evidence.order_by("-at", "-id"))

    def evidence(self, *kinds: str) -> list[Evidence]:
        """Newest first."""
        return [e for e in self._evidence if e.kind in kinds]

    def latest(self, kind: str) -> Evidence | None:
        return next(iter(self.evidence(kind)), None)

    def newest(self, kind: str) -> Evidence:
        """The newest of this kind, which a guard of the act has already asked for."""
        row = self.latest(kind)
        if row is None:
            raise LookupError(f"没有“{kind}”类证据：动作“{self.act.title}”少了相应的条件。")
        return row

    def last_act(self, *codes: str) -> CaseAct | None:
        return next((a for a in reversed(self.acts) if a.code in codes), None)

    def since_last(self, start: tuple[str, ...], code: str) -> bool:
        """Whether an act `code` was done after the last of `start`."""
        first = max((a.seq for a in self.acts if a.code in start), default=0)
        return any(a.seq > first for a in self.acts if a.code == code)

    @cached_property
    def answer(self) -> Answer:
        """The rules' answer for the family as verified now, on today's date. Costs one evaluation, kept for this act."""
        if self.item.assess is None:
            raise LookupError(f"事项“{self.item.title}”没有声明核算规则。")
        return self.item.assess(self.case, self.today)

    @property
    def done(self) -> CaseAct:
        """The act being written; only effects have one."""
        if self.record is None:
            raise RuntimeError("动作还没有开始写，条件里不能改数据。")
        return self.record

    def note(self, data: Mapping[str, Any]) -> None:
        """Add to what the act keeps (JSON values)."""
        self.done.data = {**self.done.data, **data}

    def forget(self) -> None:
        """Rows were written: read them again."""
        for name in ("everybody", "acts", "consents", "_evidence", "answer"):
            self.__dict__.pop(name, None)

    def text(self, name: str) -> str:
        return str(self.data.get(name) or "")

    def pick(self, *names: str) -> Mapping[str, Any]:
        return {name: self.data.get(name) for name in names}
