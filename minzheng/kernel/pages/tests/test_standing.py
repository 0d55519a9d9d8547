"""What sets a case apart just now: urged, halted, moved here; the flow chart; deadlines by township on the workbench."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.cases.models import Case, CaseAct, CaseMove, Escalation, Evidence
from minzheng.kernel.cases.running.evidence import TITLES
from minzheng.kernel.pages.casework.evidence import ELSEWHERE
from minzheng.kernel.pages.casework.evidence_lines import LINES
from minzheng.kernel.pages.tests.conftest import COUNTY, TOWN_A, VILLAGE

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(browse: Callable[..., Client]) -> Client:
    return browse("town_clerk", TOWN_A)


def page_of(client: Client, family: dict[str, Any]) -> str:
    return client.get(reverse("cases.detail", kwargs={"pk": family["case"].pk})).content.decode()


def urge(case: Case, **more: Any) -> Escalation:
    due = clock.today()
    Case.objects.filter(pk=case.pk).update(due_on=due)
    return Escalation.objects.create(
        case=case, region_code=VILLAGE, degree="red", due_on=due, state=case.state, told_at=clock.now(),
        told_to=[{"id": "1", "name": "高远"}], **more,
    )  # fmt: skip


def test_督办没有答复的_写明报告了谁_可以去答复(clerk: Client, family: dict[str, Any]) -> None:
    row = urge(family["case"])
    page = page_of(clerk, family)
    assert "报告负责人（高远）。还没有答复。" in page
    assert reverse("cases.escalation", kwargs={"pk": row.pk}) in page


def test_督办答复了的_写明答复_期限变了的不再提(clerk: Client, family: dict[str, Any]) -> None:
    urge(family["case"], answered_at=clock.now(), answer="入户已约在明天。")
    assert "已答复：入户已约在明天。" in page_of(clerk, family)
    Case.objects.filter(pk=family["case"].pk).update(due_on=clock.today() + datetime.timedelta(days=9))
    assert "期限督办：" not in page_of(clerk, family)


def act(case: Case, code: str, **data: Any) -> None:
    seq = case.acts.count() + 1
    CaseAct.objects.create(
        case=case, seq=seq, code=code, from_state=case.state, to_state=case.state, at=clock.now(), data=data
    )


def test_停表的写明停到哪天_办什么动作接着走(clerk: Client, family: dict[str, Any]) -> None:
    act(family["case"], "send_assessment", until="2026-12-31")
    page = page_of(clerk, family)
    assert "鉴定、评估：自" in page and "预计到 2026-12-31；有了结果请办“" in page
    act(family["case"], "assessment_back")
    assert "鉴定、评估：自" not in page_of(clerk, family)


def test_迁来的写明从哪里来(clerk: Client, family: dict[str, Any]) -> None:
    CaseMove.objects.create(
        case=family["case"], region_code="990101002201", to_region=VILLAGE, moved_on=datetime.date(2026, 11, 17),
        pays_from=datetime.date(2026, 12, 1), seq=2, reason="搬到女儿家",
    )  # fmt: skip
    page = page_of(clerk, family)
    assert "2026-11-17 由" in page and "迁来，2026年12月起由现在的所在地发放" in page


def test_流程图标出现在_表里先列本环节的(clerk: Client, family: dict[str, Any]) -> None:
    page = page_of(clerk, family)
    assert page.count("<svg xmlns=") == 1 and 'aria-current="step"' in page
    rows = page[page.index('id="flow"') :]
    assert rows.index("本环节") < rows.index('<td data-label="动作">提交申请'), "先列现在能到的"
    assert "style=" not in rows, "内容安全策略不许行内样式"


def test_工作台按乡镇列红黄绿_每个数点开就是那些办件(browse: Callable[..., Client], family: dict[str, Any]) -> None:
    Case.objects.filter(pk=family["case"].pk).update(due_on=clock.today())
    leader = browse("county_reviewer", COUNTY)
    page = leader.get(reverse("cases.workbench")).content.decode()
    assert "各乡镇（街道）的时限" in page
    link = f"due=red&amp;region={TOWN_A}&amp;sort=due_on"
    assert link in page
    listed = leader.get(f"{reverse('cases.list')}?{link.replace('&amp;', '&')}").content.decode()
    assert family["case"].no in listed
    clerk = browse("town_clerk", TOWN_A)
    assert "各乡镇（街道）的时限" not in clerk.get(reverse("cases.workbench")).content.decode()


def test_当天到期在工作台也是红的(clerk: Client, family: dict[str, Any]) -> None:
    Case.objects.filter(pk=family["case"].pk).update(due_on=clock.today())
    page = clerk.get(reverse("cases.workbench")).content.decode()
    assert '<span class="badge-bad">今天到期' in page and 'class="figure tone-bad"' in page


def test_第一格已是链接的不再套一层(browse: Callable[..., Client], family: dict[str, Any]) -> None:
    page = browse("town_clerk", TOWN_A).get(reverse("documents.unserved")).content.decode()
    assert "受理通知书" in page and 'class="row-link"' not in page


def test_期限督办的列表_没答复的给答复链接(clerk: Client, family: dict[str, Any]) -> None:
    row = urge(family["case"])
    link = f'<a href="{reverse("cases.escalation", kwargs={"pk": row.pk})}">答复</a>'
    assert link in clerk.get(reverse("cases.escalations")).content.decode()
    form = clerk.get(reverse("cases.escalation", kwargs={"pk": row.pk})).content.decode()
    assert family["case"].no in form, "答复页写明是哪一件"
    Escalation.objects.filter(pk=row.pk).update(answered_at=clock.now(), answer="明天办完")
    listed = clerk.get(reverse("cases.escalations")).content.decode()
    assert "明天办完" in listed and link not in listed


def test_每一种证据都定好了在办件页上显示什么() -> None:
    assert set(TITLES) <= {*LINES, *ELSEWHERE, "match_report"}


def test_证据里的代码和分写成话(clerk: Client, family: dict[str, Any]) -> None:
    shown = {
        "clawback": ({"amount_fen": 150400, "cause": "death", "repay_due_on": "2026-12-21"}, ["1,504.00 元", "成员死亡以后多发"]),
        "assessment_sent": ({"subject": "disability", "body": "示范县残联"}, ["残疾", "示范县残联", "待处理"]),
        "late_objection": ({"content": "隔壁说的话", "objector_name": "某某"}, ["公示期满后的异议"]),
    }  # fmt: skip
    for kind, (data, _) in shown.items():
        Evidence.objects.create(case=family["case"], kind=kind, title=TITLES[kind], at=clock.now(), data=data)
    page = page_of(clerk, family)
    for _, words in shown.values():
        for one in words:
            assert one in page
    assert "隔壁说的话" not in page
