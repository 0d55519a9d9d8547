"""Story nine: the county raises the old-age allowance. 顾明理 of the policy section drafts the new amounts with the document
they rest on, tries them on everybody who is paid, and hands them to the head of the bureau; the head signs. Because the day
has passed, the system proposes to pay the difference; the head approves, and every old person's award says so. Nobody signs
or approves what they drafted themselves.
"""

from __future__ import annotations

from typing import Any

import pytest

from stories import staff, stage
from stories.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SET = "2026年度高龄津贴标准"
BASIS = "示范县民政局 示范县财政局《关于提高高龄津贴标准的通知》（示范民发〔2026〕35号）"


def test_提高标准_先测算_两人签发_补发差额(comes: Any) -> None:
    gu, head = comes("顾明理"), comes("章行知")
    with stage.on("2026-11-03"):
        before = stage.aside(paid_monthly)
        assert before, "示范县要有正在领高龄津贴的人"
        staff.sign_in(gu, "zhengce")
        drafts(gu)
        tries_it_out(gu)
        staff.sign_in(head, "juzhang")
        signs(gu, head)
        proposes_the_difference()
        approves(gu, head)
        after = stage.aside(paid_monthly)
    assert after.keys() == before.keys()
    assert all(after[one] == before[one] + 2000 for one in before), "每人每月多 20 元"
    assert stage.aside(back_pay) == dict.fromkeys(before, 2000), "十一月的差额补发"


def drafts(gu: Visitor) -> None:
    gu.go("/console/standards/table/").sees("标准一览").look("标准一览").press("新建标准调整")
    gu.fill("名称", SET).fill("自哪天起执行", "2026-11-01").fill("依据", BASIS)
    gu.press("下一步：填写各项的值").look("填写各项的值")
    gu.page.locator("#group").select_option(label="高龄津贴")
    gu.press("换到这一类").sees("高龄津贴")
    for label, value in raised().items():
        gu.fill(label, value)
    gu.press("保存这一类").sees(SET, "还没有测算").look("一次标准调整")


def raised() -> dict[str, str]:
    """Every amount of the demo county plus 20 元, by the label of its box."""
    from minzheng.kernel import clock
    from minzheng.policy import load_ruleset

    params = load_ruleset().params
    found = {}
    for name, declared in params.declarations.items():
        value = params.resolve(name, "990101", clock.today())
        if declared.benefit == "elderly.old_age" and declared.type == "元" and value and value.row.value > 0:
            found[declared.title.replace("_", " ")] = str(value.row.value + 20)
    return found


def tries_it_out(gu: Visitor) -> None:
    gu.press("用这些值测算一遍").sees("新的测算").fill("用途", "签发前看影响").look("新的测算").press("开始测算")
    work()
    gu.page.get_by_text("已完成").first.wait_for()  # the page looks again by itself
    gu.sees("高龄津贴", "增发", "每月多支出").look("测算结果")


def signs(gu: Visitor, head: Visitor) -> None:
    open_set(gu)
    gu.sees("签发前的测算", "每月增减支出").press("提交签发").press("提交").sees("等另一人签发")
    open_set(gu)
    gu.does_not_see("核对并签发")
    open_set(head)
    head.sees(BASIS).look("签发前核对").press("核对并签发").press("签发").sees("已签发")


def open_set(visitor: Visitor) -> None:
    visitor.go("/console/standards/sets/").press(SET)


def proposes_the_difference() -> None:
    """The day has passed: the system proposes by itself."""
    work("repricing.due")


def approves(gu: Visitor, head: Visitor) -> None:
    gu.go("/console/repricing/").look("标准调整重算")
    gu.press(SET).sees("增发", "补发").look("一批重算").press("提交批准").press("提交")
    head.go("/console/repricing/").press(SET).press("批准执行").press("批准执行")
    work()
    head.go("/console/repricing/").press(SET).sees("已执行").look("重算执行以后")


def work(*names: str) -> None:
    """What the worker does."""
    from minzheng.kernel import clock
    from minzheng.kernel.jobs import services
    from minzheng.kernel.jobs.worker import drain

    def do() -> None:
        for name in names:
            services.enqueue(name, key=f"story:{name}:{clock.now().isoformat()}")
        drain()

    stage.aside(do)


def paid_monthly() -> dict[int, int]:
    """Payee → fen a month now."""
    from minzheng.kernel.awards.models import Award

    rows = Award.objects.filter(item_code="elderly.old_age", state="active")
    return dict(rows.values_list("payee_id", "amount_fen"))


def back_pay() -> dict[int, int]:
    from minzheng.kernel.awards.models import PaymentLine

    lines = PaymentLine.objects.filter(item_code="elderly.old_age", line_type="back_pay")
    return dict(lines.values_list("award__payee_id", "amount_fen"))
