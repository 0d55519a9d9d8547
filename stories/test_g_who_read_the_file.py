"""Story seven: who read the file, and why. A clerk reads with a reason, an officer of another township breaks the glass,
the citizen sees both on her phone and asks, the audit administrator reviews, answers and prints.

On the way nothing personal comes to stand in an address, a job, an outbox error or a line of the server's log.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

import pytest

from stories import citizen, staff, stage
from stories.county import FIRST_DAY
from stories.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WHY = "今晚接到派出所电话，老人独自走失在我镇集市，需联系家人"


class Heard(logging.Handler):
    """Every line the server logs while the story runs."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.getMessage()} {json.dumps(record.__dict__, default=str, ensure_ascii=False)}")


@pytest.fixture
def heard() -> Iterator[list[str]]:
    handler = Heard()
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler.lines
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def addresses(comes: Callable[..., Any]) -> tuple[Callable[..., Visitor], list[str]]:
    """Visitors, and every address their browsers ask for."""
    asked: list[str] = []

    def arrive(name: str, *, phone: bool = False) -> Visitor:
        visitor: Visitor = comes(name, phone=phone)
        visitor.page.on("request", lambda request: asked.append(unquote(request.url)))
        return visitor

    return arrive, asked


def somebody() -> dict[str, str]:
    """周桂兰, whom the demo county gives a phone, and a clerk of another township."""
    from minzheng.kernel.accounts.models import Assignment
    from minzheng.kernel.subjects.models import Person

    person = Person.objects.get(name="周桂兰", is_demo=True)
    other = (
        Assignment.objects.filter(role="town_clerk", user__is_demo=True)
        .exclude(region_code=person.region_code[:9] + "000")
        .select_related("user")
        .order_by("region_code", "pk")[0]
    )
    return {
        "name": person.name, "id_no": person.id_no, "phone": person.phone, "pk": str(person.pk),
        "other": other.user.username, "other_name": other.user.name,
    }  # fmt: skip


def test_谁看过她的档案(addresses: Any, heard: list[str]) -> None:
    comes, asked = addresses
    with stage.on(FIRST_DAY):
        her = stage.aside(somebody)
        lin, other = comes("林晓云"), comes(her["other_name"])
        opens_with_a_reason(lin, her)
        breaks_the_glass(other, her)
        stage.run_jobs()
        zhou = comes("周桂兰", phone=True)
        sees_and_asks(zhou, her)
        admin = comes("查有据")
        reviews_and_answers(admin, her)
        prints_the_history(admin, her)
        zhou.go("/m/who-read/").sees("答复：").look("谁看过我的档案-已答复")
        secrets = stage.aside(personal)
        kept = stage.aside(left_behind)
    found = leaks(secrets, {"地址栏": asked, "日志": heard, **kept})
    assert not found, found


def opens_with_a_reason(lin: Visitor, her: dict[str, str]) -> None:
    staff.sign_in(lin, "qingshi")
    lin.page.get_by_role("combobox").fill(her["id_no"])
    lin.page.keyboard.press("Enter")
    lin.page.wait_for_load_state()
    lin.page.locator(f"main a[href*='/persons/{her['pk']}/']").first.click()
    lin.page.wait_for_load_state()
    if "请选择这次查看的理由" in lin.text:
        lin.press("动态复核")
    lin.sees(her["name"], "查看理由：")


def breaks_the_glass(other: Visitor, her: dict[str, str]) -> None:
    staff.sign_in(other, her["other"])
    status, _url, body = other.fetch(f"/console/persons/{her['pk']}/")
    assert status == 404 and her["name"] not in body
    other.go("/console/break-glass/").look("紧急查阅")
    other.fill("身份证号码", her["id_no"]).fill("姓名", her["name"]).press("核对")
    other.sees("周*兰", "990101********").look("紧急查阅-写明理由")
    other.page.get_by_label("救助流浪乞讨或走失人员").check()
    other.fill("情况说明", WHY).press("打开档案，并通知各方")
    other.sees("紧急查阅：周桂兰", "到期后自动关闭").does_not_see(her["id_no"], her["phone"]).look("紧急查阅的档案")


def sees_and_asks(zhou: Visitor, her: dict[str, str]) -> None:
    zhou.go("/m/sign-in/")
    citizen.sign_in(zhou, her["phone"])
    zhou.go("/m/messages/").sees("紧急查阅了您的档案")
    zhou.go("/").press("谁看过我的档案", exact=False)
    zhou.sees("紧急查阅", "救助走失或流浪人员", "青石镇民政服务窗口").look("谁看过我的档案")
    zhou.does_not_see("林晓云", her["other_name"])
    zhou.press("这次我要问一问", exact=False).look("问一问")
    zhou.pick("您是想", "投诉：我认为不该看").fill("想说的话", "我那天没有走失，为什么要看？")
    zhou.press("提交给审计管理员").sees("已经转给审计管理员", "正在核实")


def reviews_and_answers(admin: Visitor, her: dict[str, str]) -> None:
    staff.sign_in(admin, "rizhi")
    admin.go("/console/audit/findings/").sees("紧急查阅待复核", "群众询问待答复").look("异常发现")
    admin.go("/console/glass/?verdict=none").sees("周*兰", "待复核").look("紧急查阅记录")
    admin.page.locator("main a.row-link").first.click()
    admin.page.wait_for_load_state()
    admin.sees(WHY).look("紧急查阅详情").press("复核")
    admin.pick("结论", "理由不成立").fill("复核意见", "派出所当晚没有接到过走失报警").look("复核").press("提交复核")
    admin.sees("已复核", "理由不成立")
    admin.go("/console/audit/questions/?state=open").look("群众询问")
    admin.page.locator("main a.row-link").first.click()
    admin.page.wait_for_load_state()
    admin.sees("我那天没有走失").press("答复").fill("答复", "已核实，理由不成立，已责成整改。").press("答复")
    admin.sees("已答复")


def prints_the_history(admin: Visitor, her: dict[str, str]) -> None:
    admin.go("/console/audit/persons/").fill("身份证号码", her["id_no"]).look("查谁看过")
    admin.press("查看查阅记录").sees("谁看过周*兰的档案", "林晓云", her["other_name"], "紧急查阅").look(
        "谁看过这份档案"
    )
    answer = admin.context.request.get(f"{admin.base}/console/audit/persons/{her['pk']}/?pdf=1")
    assert answer.status == 200 and answer.body().startswith(b"%PDF")
    admin.go("/console/audit/head/").sees("现在的链头", "公钥指纹").look("审计链头")


def personal() -> set[str]:
    """Whatever of the county's people must not be found: numbers, phones, accounts, and the names of those concerned."""
    from minzheng.kernel.accounts.models import User
    from minzheng.kernel.awards.models import Award
    from minzheng.kernel.subjects.models import Person

    people = list(Person.objects.filter(is_demo=True))
    found = (
        {one.name for one in people if len(one.name) > 2} | {one.id_no for one in people} | {p.phone for p in people}
    )
    found |= {one.account_no for one in Award.objects.all()} | {u.phone for u in User.objects.filter(is_demo=True)}
    return {text for text in found if text}


def left_behind() -> dict[str, list[str]]:
    """What stays in tables that are no personal files: jobs, errors of the outbox, counters, sessions' plain text."""
    from minzheng.kernel.jobs.models import JobRun
    from minzheng.kernel.notices.models import OutboxMessage

    jobs = JobRun.objects.values_list("name", "args", "key", "message", "result", "error")
    return {
        "后台任务": [str(row) for row in jobs],
        "发件箱错误": list(OutboxMessage.objects.exclude(error="").values_list("error", flat=True)),
    }


def leaks(secrets: set[str], places: dict[str, list[str]]) -> dict[str, list[str]]:
    """{place: [what was found, in which text]}; empty when nothing was."""
    found: dict[str, list[str]] = {}
    for place, texts in places.items():
        assert texts or place == "发件箱错误", f"{place}里什么也没有收集到，等于没有检查"
        for text in texts:
            for secret in secrets:
                if secret in text:
                    found.setdefault(place, []).append(f"{secret} 在 {text[:160]}")
    return found
