"""重放: the state and the deadlines of a case proved from its acts."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minzheng.kernel.cases.deadlines.timing import fold_of
from minzheng.kernel.items import registry

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case


@dataclass(frozen=True)
class Replay:
    """`problems`: one sentence for every act that the declared flow does not allow, and every stored value that does not
    follow from the acts; empty = proved."""

    state: str
    due_on: datetime.date | None
    total_due_on: datetime.date | None
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.problems


def replay(case: Case) -> Replay:
    """Walk the acts through the declared flow and count the clocks again. Reads only."""
    flow = registry.for_case(case).flow
    problems: list[str] = []
    state = flow.initial
    for number, act in enumerate(case.acts.all(), start=1):
        declared = flow.act(act.code)
        where = f"第 {act.seq} 个动作“{declared.title if declared else act.code}”"
        if act.seq != number:
            problems.append(f"{where}的序号应为 {number}：中间少了动作。")
        if declared is None:
            problems.append(f"{where}不在声明的流程里。")
        elif act.from_state not in declared.from_states or act.to_state not in declared.targets(act.from_state):
            problems.append(f"{where}不能从“{act.from_state}”到“{act.to_state}”。")
        if act.from_state != state:
            problems.append(f"{where}写的原状态是“{act.from_state}”，按前面的动作应为“{state}”。")
        state = act.to_state
    folded = fold_of(case, flow)
    if case.state != folded.state:
        problems.append(f"存的状态是“{case.state}”，按动作应为“{folded.state}”。")
    for title, stored, counted in (
        ("环节截止日", case.due_on, folded.due_on),
        ("办结截止日", case.total_due_on, folded.total_due_on),
        # Cases of an earlier release have none until the job "cases.recount" has counted it.
        ("黄色提醒日", case.yellow_on or folded.yellow_on, folded.yellow_on),
    ):
        if stored != counted:
            problems.append(f"存的{title}是 {stored}，按动作和日历应为 {counted}。")
    return Replay(folded.state, folded.due_on, folded.total_due_on, tuple(problems))
