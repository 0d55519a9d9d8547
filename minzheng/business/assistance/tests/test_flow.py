"""声明的流程本身: 与对照表一致，没有死路，没有跳过调查和确认的路."""

from __future__ import annotations

import datetime

import pytest

from minzheng.kernel.cases.states import PAID, STATES, TERMINAL
from minzheng.kernel.items import registry

FLOW = registry.get("assistance.dibao").flow
# benefits.md §1.4.1 and the two rows that the issue adds.
TABLE = [
    ("DRAFT", "submit", "SUBMITTED"),
    ("SUBMITTED", "accept", "ACCEPTED"),
    ("SUBMITTED", "ask_supplement", "SUPPLEMENT"),
    ("SUPPLEMENT", "resubmit", "SUBMITTED"),
    ("SUPPLEMENT", "supplement_timeout", "WITHDRAWN"),
    ("SUBMITTED", "refuse", "NOT_ACCEPTED"),
    ("ACCEPTED", "start", "INVESTIGATING"),
    ("INVESTIGATING", "abort", "ABORTED"),
    ("INVESTIGATING", "opinion", "INITIAL_OPINION"),
    ("INITIAL_OPINION", "post", "PUBLICITY"),
    ("INITIAL_OPINION", "forward", "REVIEW"),
    ("INITIAL_OPINION", "forward", "TOWN_CONFIRM"),
    ("PUBLICITY", "objection", "OBJECTION"),
    ("OBJECTION", "finish_objection", "INITIAL_OPINION"),
    ("PUBLICITY", "publicity_end", "REVIEW"),
    ("PUBLICITY", "publicity_end", "TOWN_CONFIRM"),
    ("REVIEW", "county_visit", "REVIEW"),
    ("REVIEW", "return_case", "INVESTIGATING"),
    ("REVIEW", "approve", "APPROVED"),
    ("TOWN_CONFIRM", "approve", "APPROVED"),
    ("REVIEW", "reject", "REJECTED"),
    ("TOWN_CONFIRM", "reject", "REJECTED"),
    ("APPROVED", "start_payment", "IN_PAYMENT"),
    ("IN_PAYMENT", "open_recheck", "RECHECK"),
    ("RECHECK", "adjust", "ADJUSTED"),
    ("ADJUSTED", "apply_adjustment", "IN_PAYMENT"),
    ("RECHECK", "taper", "TAPERING"),
    ("RECHECK", "stop", "TERMINATED"),
    ("SUBMITTED", "withdraw", "WITHDRAWN"),
    ("REVIEW", "withdraw", "WITHDRAWN"),
    ("SUBMITTED", "abort", "ABORTED"),
    ("SUPPLEMENT", "abort", "ABORTED"),
]


@pytest.mark.parametrize("edge", TABLE, ids=lambda e: "→".join(e))
def test_对照表的每一行都在流程里(edge: tuple[str, str, str]) -> None:
    assert edge in FLOW.edges()


def test_每个状态都能从草稿走到() -> None:
    reached, frontier = {"DRAFT"}, {"DRAFT"}
    while frontier:
        frontier = {to for frm, _, to in FLOW.edges() if frm in frontier} - reached
        reached |= frontier
    assert reached == {s.code for s in STATES}


def test_没有跳过调查和确认进入享受待遇的路() -> None:
    """57号第28条: 不得将任何家庭或者个人直接纳入. 接续存量（take_over）只认导入的、原来已经审核确认的待遇."""
    edges = [edge for edge in FLOW.edges() if edge[1] != "take_over"]
    for skipped in ("submit", "start", "opinion", "approve"):
        reached, frontier = {"DRAFT"}, {"DRAFT"}
        while frontier:
            frontier = {to for frm, act, to in edges if frm in frontier and act != skipped} - reached
            reached |= frontier
        assert not reached & set(PAID), skipped


def test_终局状态没有再往前走的动作() -> None:
    after_the_end = {a.code for a in FLOW.acts for s in a.from_states if s in TERMINAL}
    money = {"confirm_clawback", "drop_clawback", "clawback_objection", "settle_clawback"}
    fines = {"notify_penalty", "penalise", "drop_penalty"}
    assert after_the_end == {"accept_proposal", "spot_visit", "refer"} | money | fines
    assert all(not a.to for a in FLOW.acts if a.code in after_the_end)


def test_同一状态的普通前进动作只有一个主按钮或几项并列的调查() -> None:
    for state in STATES:
        primary = [a.code for a in FLOW.acts_from(state.code) if a.tone == "primary" and a.to]
        assert len(primary) <= 2, (state.code, primary)


def test_名称各不相同而且都是中文() -> None:
    for things in (FLOW.states, FLOW.acts, FLOW.clocks):
        titles = [t.title for t in things]
        assert len(set(titles)) == len(titles) or things is FLOW.acts
        assert all(any("一" <= c <= "鿿" for c in t) for t in titles)


def test_低保边缘是同一流程去掉公示() -> None:
    edge = registry.get("assistance.dibao_edge").flow
    assert {a.code for a in FLOW.acts} - {a.code for a in edge.acts} == {
        "post",
        "objection",
        "add_objection",
        "finish_objection",
        "publicity_end",
        "late_objection",
        "settle_objection",
    }


@pytest.mark.django_db
def test_办理参数按地方和日期取() -> None:
    county, town = "990101001001", "990101012001"
    day = datetime.date(2026, 11, 2)
    assert not FLOW.params(county, day).delegated and FLOW.params(town, day).delegated
    assert not FLOW.params(town, datetime.date(2026, 6, 30)).delegated


def test_改动一个动作得到新的流程() -> None:
    changed = FLOW.changed(accept={"title": "登记"})
    assert (changed.act("accept").title, FLOW.act("accept").title) == ("登记", "受理")
    with pytest.raises(KeyError):
        FLOW.changed(nothing={})
