"""Story six: 林晓云 of 青石镇 goes on leave while a publicity of hers runs out. Her leader confirms the deputy; 丁宁 finds
the case on his workbench with its deadline and sends it up on time; when 林晓云 is back, what is open is hers again, and
the audit log names both.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from stories import staff, stage
from stories.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FAMILY = "朱宗生"


def test_经办员休假_代理人按时办完_回来后其余交还(comes: Any) -> None:
    lin, gao, ding = comes("林晓云"), comes("高远"), comes("丁宁")
    with stage.on("2026-11-03"):
        staff.sign_in(lin, "qingshi")
        begins_a_draft(lin)
        asks_for_leave(lin)
        confirms(gao)
        assert stage.aside(holder) == ("qingshi", ""), "休假还没有开始，办件仍是她的"
    with stage.on("2026-11-04"):
        run_leaves()
        assert stage.aside(holder) == ("qingshi2", "qingshi")
    with stage.on("2026-11-05"):
        sends_up(ding)
    with stage.on("2026-11-09"):
        run_leaves()
        is_back(lin)
    stage.aside(nothing_was_late)
    stage.aside(log_names_both)


def begins_a_draft(lin: Visitor) -> None:
    """Somebody at the window has not brought all papers: an unfinished registration is in hand, too."""
    lin.go("/console/intake/")
    lin.page.locator("main form button").first.click()
    lin.page.wait_for_load_state()
    assert "/console/intake/" in lin.page.url


def asks_for_leave(lin: Visitor) -> None:
    lin.go("/console/me/").look("我的账号").press("办理休假").look("办理休假")
    lin.pick("代理人", "丁宁（青石镇民政服务窗口 · 乡镇经办员）")
    lin.fill("自", "2026-11-04").fill("至", "2026-11-06").fill("事由", "年休假").press("提交")
    lin.sees("待确认", "确认前办件仍在您名下").look("等确认的休假")


def confirms(gao: Visitor) -> None:
    staff.sign_in(gao, "qingshi.fuze").sees("有 1 个休假等您确认")
    gao.press("去确认").press("林晓云").sees("丁宁从 2026-11-04 到 2026-11-06 有林晓云的岗位权限", "1 件在休假期间到期")
    gao.look("确认休假").press("确认休假和代理").sees("已确认", "2026-11-04 起由丁宁代理")
    gao.go("/console/handover/").sees("各人名下在办").look("人员与移交")


def sends_up(ding: Visitor) -> None:
    """The deputy sees whose work it is and until when, and does it in time."""
    staff.sign_in(ding, "qingshi2").sees("您正在代理林晓云（至 2026-11-06）", "今天到期（11月5日）").look(
        "代理人的工作台"
    )
    ding.press("查看代办").sees(FAMILY)
    staff.open_case(ding, FAMILY)
    staff.act(ding, "公示期满上报", 期满时的公示照片=["期满"]).sees("丁宁（代林晓云）")


def is_back(lin: Visitor) -> None:
    lin.go("/console/").does_not_see("您正在代理")
    lin.go("/console/cases/?scope=held").sees(FAMILY)
    lin.go("/console/leave/").sees("已销假").press("林晓云").sees("移交办件", "交还办件").look("销假以后")
    handed = re.search(r"移交办件\s+(\d+) 件", lin.text)  # the stories before may have left her some more
    assert handed and int(handed[1]) >= 2, lin.text
    lin.go("/console/intake/").sees("我没登记完的", "（未填姓名）")


def run_leaves() -> None:
    """What the worker does every half hour."""
    from minzheng.kernel import clock
    from minzheng.kernel.jobs import services
    from minzheng.kernel.jobs.worker import drain

    def work() -> None:
        services.enqueue("accounts.leaves", key=f"story:leaves:{clock.now().isoformat()}")
        drain()

    stage.aside(work)


def _case() -> Any:
    from minzheng.kernel.models import Case

    return Case.objects.select_related("assignee", "stands_in_for").get(applicant_name=FAMILY)


def holder() -> tuple[str, str]:
    """(whose the case is, for whom)."""
    case = _case()
    return case.assignee.username, case.stands_in_for.username if case.stands_in_for else ""


def nothing_was_late() -> None:
    from minzheng.kernel.cases.running.replay import replay

    case = _case()
    assert holder() == ("qingshi", "")
    assert all(act.kept_deadline is not False for act in case.acts.all())
    assert replay(case).ok


def log_names_both() -> None:
    from minzheng.kernel.models import AuditEntry, Leave, User

    ding, lin = User.objects.get(username="qingshi2"), User.objects.get(username="qingshi")
    line = AuditEntry.objects.filter(object_id=_case().pk, actor_id=ding.pk, action="case.publicity_end").get()
    assert line.detail["on_behalf_of"] == str(lin.pk) and line.detail["on_behalf_of_name"] == "林晓云"
    leave = Leave.objects.get(user=lin)
    assert leave.state == "ended"
    assert leave.handed_over == leave.handed_back >= 2, "移交多少就交还多少（前面的故事可能多留了几件给她）"
