"""What happens on phones: no network, a slow one, an expired session, back, no scripts, large print. Nothing typed is
lost, and every message is clear.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Route

from minzheng.kernel.subjects.idcard import make
from stories import citizen, stage
from stories.county import FIRST_DAY
from stories.visitor import Visitor, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow]


ID_NO = make("990101", datetime.date(1960, 1, 5), 901)
PHONES = (f"154010200{n:02d}" for n in range(1, 50))  # One code a minute per number, so one number per test


@pytest.fixture
def zheng(comes: Callable[..., Any]) -> Iterator[Visitor]:
    """Somebody who comes for the first time, signed in on a phone, first screen of 低保 filled in, “下一步” not yet pressed."""
    with stage.on(FIRST_DAY):
        visitor = comes("郑小雨", phone=True).go("/").press("申请低保")
        visitor.number = next(PHONES)
        citizen.sign_in(visitor, visitor.number)
        visitor.fill("姓名", "郑小雨").fill("身份证号码", ID_NO).fill("手机号码", visitor.number)
        visitor.page.get_by_label("先选乡镇（街道）").select_option("青石镇")
        visitor.page.get_by_label("现在住在哪个村（社区）").select_option(label="石桥村")
        visitor.fill("详细住址", "石桥村 3 组").pick("户口在哪里", "就在本县（区）")
        yield visitor


def test_离开输入框就存好(zheng: Visitor) -> None:
    zheng.fill("详细住址", "学府社区 12 栋").page.get_by_label("手机号码").focus()
    citizen.saved(zheng)
    zheng.page.reload()
    assert zheng.page.get_by_label("详细住址").input_value() == "学府社区 12 栋"


def test_断网时不提交_话说明白_连上再点一次(zheng: Visitor) -> None:
    zheng.fill("详细住址", "断网时填的住址")
    zheng.context.set_offline(True)
    zheng.page.evaluate("window.dispatchEvent(new Event('offline'))")
    zheng.page.get_by_role("button", name="下一步", exact=True).click()
    bar = zheng.page.locator("[data-offline]")
    assert bar.is_visible() and "现在没有网络" in bar.inner_text()
    assert zheng.page.get_by_label("详细住址").input_value() == "断网时填的住址"
    zheng.look("断网")
    zheng.context.set_offline(False)
    zheng.page.evaluate("window.dispatchEvent(new Event('online'))")
    settled(zheng.page, lambda: not bar.is_visible())
    zheng.press("下一步").sees("一起生活的家人")
    zheng.troubles = [t for t in zheng.troubles if "ERR_INTERNET_DISCONNECTED" not in t]


def test_网慢时按钮停用_只交一次(zheng: Visitor) -> None:
    sent: list[str] = []
    zheng.page.on("request", lambda r: sent.append(r.url) if r.method == "POST" and r.is_navigation_request() else None)
    zheng.page.route("**/m/draft/**", slowly)
    button = zheng.page.get_by_role("button", name="下一步", exact=True)
    zheng.page.evaluate("() => { const b = document.querySelector('.p-bar button'); b.click(); b.click(); }")
    zheng.page.wait_for_url("**/2/")
    zheng.page.unroute_all()
    assert len(sent) == 1
    assert button.is_enabled()


def slowly(route: Route) -> None:
    time.sleep(0.4)
    route.continue_()


def test_登录过期再点下一步_登录后接着填(zheng: Visitor) -> None:
    zheng.page.get_by_label("详细住址").evaluate("box => { box.value = '过期后填的住址' }")
    zheng.context.clear_cookies(name="minzheng")
    zheng.press("下一步").sees("登录过期了", "已经保住").look("登录过期")
    code = stage.aside(lambda: citizen.new_code(zheng.number))
    zheng.fill("手机号码", zheng.number).press("获取验证码").sees("验证码刚刚发过")
    zheng.fill("短信里的 6 位数字", code).press("登录")
    assert zheng.page.get_by_label("详细住址").input_value() == "过期后填的住址"


def test_按返回回到上一屏_内容还在(zheng: Visitor) -> None:
    zheng.fill("详细住址", "返回前填的住址").press("下一步").sees("一起生活的家人")
    zheng.page.go_back()
    assert zheng.page.get_by_label("详细住址").input_value() == "返回前填的住址"
    assert zheng.page.get_by_role("button", name="下一步", exact=True).is_enabled()


def test_加一位家人又删掉(zheng: Visitor) -> None:
    zheng.press("下一步").sees("一起生活的家人")
    before = zheng.page.locator("details.p-member").count()
    zheng.press("再加一位家人")
    assert zheng.page.locator("details.p-member").count() == before + 1
    card = zheng.page.locator("details.p-member").last
    card.get_by_label("姓名").fill("郑小雪")
    card.get_by_label("身份证号码").fill("990101201405309025")
    zheng.sees("2014年5月30日出生，女，12 岁")
    card.get_by_label("身份证号码").fill("990101201405309026")
    zheng.sees("号码可能有一位写错了").look("加一位家人")
    zheng.press("删掉这一位", within=card)
    assert zheng.page.locator("details.p-member").count() == before


def test_大字版按一下就换_下一页还是大字(zheng: Visitor) -> None:
    zheng.press("大字版")
    assert zheng.page.evaluate("document.documentElement.classList.contains('care')")
    zheng.go("/m/mine/")
    assert (
        zheng.page.evaluate("parseFloat(getComputedStyle(document.querySelector('main p, main span')).fontSize)") >= 20
    )
    zheng.press("大字版")
    assert not zheng.page.evaluate("document.documentElement.classList.contains('care')")


def test_没有脚本也能填(comes: Callable[..., Any], browser: Any, site: str) -> None:
    """Scripts off: conditional questions are all laid out, photos go with the form, incomes take a number directly."""
    with stage.on(FIRST_DAY):
        context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
        page = context.new_page()
        page.goto(site + "/m/sign-in/?item=assistance.dibao")
        page.get_by_label("手机号码").fill("15401017123")
        page.get_by_role("button", name="获取验证码").click()
        page.get_by_label("短信里的 6 位数字").fill(page.locator("[data-shown-code]").inner_text())
        page.get_by_role("button", name="登录", exact=True).click()
        page.get_by_label("姓名").fill("陈阿水")
        page.get_by_label("身份证号码").fill(ID_NO)
        page.get_by_role("button", name="下一步", exact=True).click()
        assert "处要改" in page.locator("main").inner_text()
        assert page.get_by_label("姓名").input_value() == "陈阿水"
        context.close()
