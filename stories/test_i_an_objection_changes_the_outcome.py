"""Story: a neighbour objects on a phone while the list hangs; the township calls the villagers together, the opinion turns,
the county refuses. The neighbour gets the answer, the family the notice with its reasons; the family never learns who.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from stories import citizen, pictures, staff, stage
from stories.county import FIRST_DAY
from stories.visitor import Visitor, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NEIGHBOUR, NUMBER = "马有田", "15401019876"
SAID = "他家儿子一家三口常年在省城住，没有在一起生活。"
PHONE = "15401019001"


@dataclass(frozen=True)
class Family:
    """The family whose row is objected to, and who works for its place."""

    case: int
    no: str
    name: str
    village: str
    region: str
    clerk: str
    leader: str
    reviewer: str


def chosen() -> Family:
    """A family of the demo county whose list hangs on the first day and was not objected to. It gets a phone to read on."""
    from minzheng.kernel.accounts.models import Assignment, User
    from minzheng.kernel.cases.publicity import public_lists
    from minzheng.kernel.regions import codes
    from minzheng.kernel.regions.selectors import region_name

    rows = public_lists.current(FIRST_DAY).filter(case__state="PUBLICITY", case__item_code="assistance.dibao")
    case = rows.order_by("-ends_on", "pk")[0].case
    person = case.applicant
    assert person is not None
    User.objects.filter(person_id=person.pk, kind="citizen").update(person=None)
    User(username="story-i", name=person.name, kind="citizen", phone=PHONE, person=person, is_demo=True).save(
        force_insert=True
    )

    def post(role: str) -> str:
        held = Assignment.objects.filter(role=role, user__is_active=True).order_by("user__username")
        return next(a.user.username for a in held if codes.covers(a.region_code, case.region_code))

    return Family(
        case.pk,
        case.no or "",
        case.applicant_name,
        region_name(case.region_code),
        case.region_code,
        post("town_clerk"),
        post("town_leader"),
        post("county_reviewer"),
    )


def test_邻居在公示期提意见_评议后不予确认_谁说的始终保密(comes: Callable[..., Any]) -> None:
    with stage.on(FIRST_DAY):
        family = stage.aside(chosen)
        neighbour = comes("邻居", phone=True)
        receipt = objects(neighbour, family)
        clerk = comes("经办员")
        sees_it_come_in(clerk, family, receipt)
    with stage.on("2026-11-04"):
        calls_the_villagers(clerk, family)
        stage.run_jobs()
        reads_the_answer(neighbour, receipt)
        turns_the_opinion(comes("乡镇负责人"), family)
    with stage.on("2026-11-06"):
        refuses(comes("县里"), family)
        stage.run_jobs()
        hears_how_it_ended(neighbour, receipt)
        reads_the_notice(comes("这户人家", phone=True), family)
        stage.aside(lambda: nobody_is_named(family))


def objects(neighbour: Visitor, family: Family) -> str:
    """List → “提意见” → what, photo, who, code → receipt; returns its number."""
    neighbour.go("/").press("公示", exact=False).press(f"{family.village}（", exact=False)
    neighbour.does_not_see(family.name).look("公示名单")
    row = neighbour.page.locator("tr", has_text="提意见").first
    neighbour.press("提意见", within=row, exact=False).sees("哪里不对", "第 1 步").look("提意见")
    neighbour.press("下一步").sees("请选择您要反映什么", "请填写什么情况").look("提意见没填")
    neighbour.pick("您要反映什么", "家里人数不对，或有人不在一起生活").fill("什么情况", SAID).press("下一步")
    neighbour.sees("有没有照片")
    neighbour.page.get_by_label("照片").set_input_files(pictures.upload("空屋"))
    settled(neighbour.page, lambda: neighbour.page.get_by_role("button", name="删掉这张").count() == 1)
    neighbour.look("提意见的照片").press("下一步").sees("您是谁", "这户人家看不到")
    neighbour.pick("要不要留姓名", "留下姓名和手机号：逐件核实，查完答复您")
    neighbour.fill("您的姓名", NEIGHBOUR).fill("您的手机号码", NUMBER).look("提意见留姓名").press("提交")
    neighbour.sees("核对手机号")
    code = neighbour.page.locator("[data-shown-code]").inner_text().strip()
    neighbour.fill("短信里的 6 位数字", code).look("提意见验证码").press("提交")
    neighbour.sees("收到了", "最晚查完", "您是谁，这户人家看不到").look("提意见回执")
    return neighbour.page.locator(".p-no").inner_text().strip()


def sees_it_come_in(clerk: Visitor, family: Family, receipt: str) -> None:
    """On the workbench with its deadline; the words at once, the name only with a reason."""
    staff.sign_in(clerk, family.clerk).sees("异议复查").look("工作台有异议")
    clerk.go("/console/objections/").sees(receipt, "实名", "正在核实").look("公示异议列表")
    clerk.press(receipt, exact=False).sees(SAID, "身份已密封").does_not_see(NEIGHBOUR, NUMBER).look("一件异议")
    clerk.fill("用途", "电话核实谁不在家住").press("查看反映人").sees(NEIGHBOUR, NUMBER, "已记下您的这次查看")


def calls_the_villagers(clerk: Visitor, family: Family) -> None:
    clerk.go(f"/console/cases/{family.case}/")
    council = {
        "复查方式": ("选", "民主评议（在这里填写）"),
        "到会人数": 13,
        "其中居民代表": 5,
        "其中村（居）委会成员": 4,
        "认为符合条件的人数": 3,
        "复查情况": "到会 13 人，10 人认为儿子一家不在一起生活，人口不实。",
        "给反映人的答复": "已召开民主评议，多数代表认为情况属实。",
        "记录照片": ["评议记录"],
    }
    staff.act(clerk, "异议复查完毕", **council).look("评议以后")


def reads_the_answer(neighbour: Visitor, receipt: str) -> None:
    neighbour.go("/publicity/objection/answer/").fill("回执号", receipt.lower()).press("查答复")
    neighbour.sees("查完了", "多数代表认为情况属实").does_not_see(NEIGHBOUR).look("查到答复")


def turns_the_opinion(leader: Visitor, family: Family) -> None:
    staff.sign_in(leader, family.leader)
    leader.go(f"/console/cases/{family.case}/")
    reason = "非共同生活或人口不实"
    staff.act(leader, "初审意见", 结论=("选", "拟不同意"), 理由=("选", reason), 意见="经民主评议，人口不实。")
    staff.act(leader, "上报（拟不同意）")


def refuses(reviewer: Visitor, family: Family) -> None:
    staff.sign_in(reviewer, family.reviewer)
    reviewer.go(f"/console/cases/{family.case}/").sees("民主评议").does_not_see(NEIGHBOUR, NUMBER)
    words = "经民主评议，儿子一家不共同生活，申报人口不实。"
    staff.act(reviewer, "不予确认", 理由=("选", "非共同生活或人口不实"), 意见=words).sees("不予确认")


def hears_how_it_ended(neighbour: Visitor, receipt: str) -> None:
    neighbour.go("/publicity/objection/answer/").fill("回执号", receipt).press("查答复").sees("不予确认").look(
        "异议结果"
    )
    sent = stage.aside(messages_to_neighbour)
    assert len(sent) == 2 and all(receipt in body for body in sent), sent


def messages_to_neighbour() -> list[str]:
    """Texts about the objection, codes aside."""
    from minzheng.kernel.notices.models import OutboxMessage

    return [m.body for m in OutboxMessage.objects.filter(case=None) if m.to == NUMBER and "公示异议" in m.body]


def reads_the_notice(home: Visitor, family: Family) -> None:
    """The reasons, the computation, the remedy; and nothing of the neighbour on any page."""
    home.go("/m/sign-in/")
    citizen.sign_in(home, PHONE)
    home.go(f"/m/case/{family.case}/").sees("没有通过").does_not_see(NEIGHBOUR, NUMBER, SAID).look("异议后的进度")
    home.press("看结果和理由").sees("这次没有通过", "人口不实", "行政复议").does_not_see(NEIGHBOUR, NUMBER, SAID)
    home.look("异议后的结果")
    for path in ("/m/mine/", "/m/messages/", "/m/payments/", "/m/mandates/", "/m/who-read/"):
        home.go(path)
        whole = home.page.content()
        assert not any(secret in whole for secret in (NEIGHBOUR, NUMBER, SAID)), path


def nobody_is_named(family: Family) -> None:
    """Neither the acts, the evidence, the notices (their text as printed) nor the log of the case name the neighbour."""
    from minzheng.kernel.audit.models import AuditEntry
    from minzheng.kernel.cases.models import Case
    from minzheng.kernel.documents.services import pdf

    case = Case.objects.get(pk=family.case)
    assert case.state == "REJECTED"
    assert {d.code for d in case.documents.all()} >= {"N05", "N07"}
    rows = [str(row.data) for row in (*case.acts.all(), *case.evidence.all())]
    rows += [str(d.fields) for d in case.documents.all()] + [f"{e.reason}{e.detail}" for e in AuditEntry.objects.all()]
    assert not [row for row in rows if re.search(f"{NEIGHBOUR}|{NUMBER}", row)]
    for document in case.documents.all():
        assert not re.search(NEIGHBOUR, printed(pdf(document))), document.code


def printed(data: bytes) -> str:
    """The text of a PDF."""
    import io

    from pypdf import PdfReader

    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
