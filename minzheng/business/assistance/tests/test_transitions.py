"""状态 × 动作 × 岗位: the table beside this file says exactly who may do what where; the server keeps to it.

Write the table again: ``MINZHENG_TRANSITIONS=write pytest …/test_transitions.py`` and read the difference."""

from __future__ import annotations

import json
import os
from pathlib import Path
from random import Random
from typing import Any

import pytest

from minzheng.business.assistance.tests.filling import filled
from minzheng.business.assistance.tests.world import COUNTY, TOWN, Kin, World, couple
from minzheng.kernel.accounts.actors import ANONYMOUS, SYSTEM, Actor
from minzheng.kernel.accounts.roles import ROLES
from minzheng.kernel.cases import services
from minzheng.kernel.cases.errors import NotAllowed, NotFound, Refused
from minzheng.kernel.cases.flow import Act
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.running.authority import entitled
from minzheng.kernel.items import registry

FLOW = registry.get("assistance.dibao").flow
HERE = Path(__file__).parent
#: 低保 has the whole table; of the other means-tested items only their own acts and those they changed are listed.
TABLE = HERE / "transitions.json"
OWN = {"assistance.tekun": "transitions_tekun.json", "assistance.rigid_expense": "transitions_rigid_expense.json"}
TOWN_POSTS = ("town_clerk", "town_leader", "village_worker")


def actors(world: World, family: list[Kin]) -> dict[str, Actor]:
    """One of each kind: every role at its place, the applicant, another citizen, anybody, the system."""
    posts = {
        role: world.staff(f"t-{role}", f"岗位{role}", role, TOWN if role in TOWN_POSTS else COUNTY) for role in ROLES
    }
    others = {
        "applicant": world.citizen(family[0]),
        "other citizen": world.citizen(couple()[0]),
        "anybody": ANONYMOUS,
        "system": SYSTEM,
        "town_clerk elsewhere": world.stranger,
    }
    return posts | others


@pytest.fixture
def case(world: World) -> Case:
    return world.to_checked(couple())


def put(case: Case, state: str) -> None:
    Case.objects.filter(pk=case.pk).update(state=state)
    case.refresh_from_db()


def may(case: Case, act: Act, who: dict[str, Actor]) -> list[str]:
    return sorted(name for name, actor in who.items() if entitled(act, case, actor)[0])


def test_谁在什么状态可以办什么_与表一致(world: World) -> None:
    family = couple()
    case = world.to_checked(family)
    who = actors(world, family)
    found: dict[str, dict[str, list[str]]] = {}
    for state in FLOW.states:
        put(case, state.code)
        found[state.code] = {act.code: may(case, act, who) for act in FLOW.acts_from(state.code)}
    if os.environ.get("MINZHENG_TRANSITIONS") == "write":
        TABLE.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(TABLE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("code", OWN)
def test_自己的动作谁在什么状态可以办_与表一致(world: World, code: str) -> None:
    """Acts that the flow of 低保 does not have, or has from other states or for other posts."""
    family = couple()
    case = world.to_checked(family)
    Case.objects.filter(pk=case.pk).update(item_code=code)
    flow, who = registry.get(code).flow, actors(world, family)
    found: dict[str, dict[str, list[str]]] = {}
    for act in flow.acts:
        same = FLOW.act(act.code)
        if same is not None and (same.from_states, same.to, same.by) == (act.from_states, act.to, act.by):
            continue
        for state in act.from_states:
            put(case, state)
            found.setdefault(act.code, {})[state] = may(case, act, who)
    table = HERE / OWN[code]
    if os.environ.get("MINZHENG_TRANSITIONS") == "write":
        table.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(table.read_text(encoding="utf-8"))


def test_每一种不合状态的动作都被拒绝并说明(world: World, case: Case) -> None:
    """Every act × every state it does not start from, by somebody whose post would allow it elsewhere."""
    who = {"clerk": world.clerk, "leader": world.leader, "county": world.reviewer, "system": SYSTEM}
    tried = 0
    for state in FLOW.states:
        put(case, state.code)
        for act in FLOW.acts:
            actor = next((a for a in who.values() if entitled(act, case, a)[0]), None)
            if state.code in act.from_states or actor is None:
                continue
            with pytest.raises(Refused) as refused:
                services.perform(case_id=case.pk, act=act.code, actor=actor, data={})
            sentence = str(refused.value)
            apart = isinstance(refused.value, NotAllowed)
            assert apart or (state.title in sentence and act.title in sentence), (state.code, act.code, sentence)
            tried += 1
    assert tried > 900 and case.acts.count() == Case.objects.get(pk=case.pk).acts.count()


def test_每一种没有权限的人都被拒绝(world: World) -> None:
    """Every act × everybody who may not do it, in a state where it could be done."""
    family = couple()
    case = world.to_checked(family)
    who, before, tried = actors(world, family), case.acts.count(), 0
    for act in FLOW.acts:
        put(case, act.from_states[0])
        for name, actor in who.items():
            if entitled(act, case, actor)[0]:
                continue
            with pytest.raises((NotAllowed, NotFound)):
                services.perform(case_id=case.pk, act=act.code, actor=actor, data=_data(act, case))
            tried += 1
            assert name not in may(case, act, {name: actor})
    assert tried > 600 and case.acts.count() == before


def _data(act: Act, case: Case) -> dict[str, Any]:
    return {name: value for name, value in filled(act, case, Random(1)).items() if not isinstance(value, list)}


def test_没有声明的动作不办(world: World, case: Case) -> None:
    with pytest.raises(Refused, match="办理流程里没有"):
        services.perform(case_id=case.pk, act="pay_everybody", actor=SYSTEM, data={})


def test_每个工作人员的动作都有岗位可以办() -> None:
    held = {permission for role in ROLES.values() for permission in role.permissions}
    for act in FLOW.acts:
        assert not act.staff_permissions or set(act.staff_permissions) & held, act.code
