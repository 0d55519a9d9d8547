"""随机办理: any legal acts in any order, by several people, on any days. After each the case follows from its acts."""

from __future__ import annotations

import datetime
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minzheng.business.assistance.tests.filling import filled
from minzheng.business.assistance.tests.test_jobs import CTX
from minzheng.business.assistance.tests.world import APPLIED, DELEGATED_VILLAGE, VILLAGE, World, couple
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.awards.models import PaymentLine
from minzheng.kernel.cases import jobs, selectors, services
from minzheng.kernel.cases.errors import NotFound, Refused
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.states import PAID, TERMINAL
from minzheng.kernel.items import registry

STEPS = 45
# Ends of a case come seldom, or walks would never be long.
SELDOM = {"withdraw", "refuse", "abort", "reject", "member_died", "return_case", "extend", "objection"}
NEEDED = ("accept", "start", "run_match", "visit", "opinion", "approve")
WALKED: dict[str, int] = {}


def weight(code: str, tone: str) -> int:
    return 1 if code in SELDOM else 12 if tone == "primary" else 3


def step(case: Case, people: list[Actor], rng: Random) -> None:
    """One act that somebody may try now; refusals by its conditions are part of life."""
    tries = []
    for actor in people:
        try:
            selectors.get(actor, case.pk)
        except NotFound:
            continue
        tries += [(actor, one.act) for one in selectors.allowed_acts(case, actor) if one.enabled]
    if not tries:
        return
    actor, act = rng.choices(tries, [weight(a.code, a.tone) for _, a in tries])[0]
    try:
        services.perform(case_id=case.pk, act=act.code, actor=actor, data=filled(act, case, rng))
        WALKED[act.code] = WALKED.get(act.code, 0) + 1
    except (Refused, NotFound):
        return


def check(case: Case) -> None:
    proof = services.replay(case)
    assert proof.ok, proof.problems
    done = list(case.acts.values_list("code", flat=True))
    if case.state in PAID:
        assert [code for code in NEEDED if code not in done] == []
    if case.state in TERMINAL:
        assert case.due_on is None and case.yellow_on is None
    lines = PaymentLine.objects.filter(award__case=case, line_type="regular")
    keys = list(lines.values_list("award__case", "month", "award"))
    assert len(keys) == len(set(keys))


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32 - 1), delegated=st.booleans())
def test_随机办理以后重放与存的一致(world: World, seed: int, delegated: bool) -> None:
    rng, family = Random(seed), couple()
    day = APPLIED
    with clock.at(day):
        case = world.draft(family, DELEGATED_VILLAGE if delegated else VILLAGE)
        services.submit(case_id=case.pk, actor=world.citizen(family[0]), data={"promise": "yes"})
        case.refresh_from_db()
        clerk, leader = world.town(case)
    people = [clerk, leader, world.reviewer, world.citizen(family[0]), world.clerk, world.stranger]
    for _ in range(STEPS):
        day += datetime.timedelta(days=rng.choice((0, 0, 0, 1, 1, 2, 5, 9)))
        with clock.at(day):
            step(case, people, rng)
            if rng.random() < 0.3:
                jobs.due(CTX)
                jobs.lines(CTX)
            case.refresh_from_db()
            check(case)
        if registry.for_case(case).flow.state(case.state).terminal:
            break
