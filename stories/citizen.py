"""群众在手机上做的事：登录、填表、签字。各故事共用。"""

from __future__ import annotations

from playwright.sync_api import Locator

from stories.visitor import Visitor, settled


def card_of(visitor: Visitor, member: str) -> Locator:
    """这位家人的卡片（名字写在卡片的抬头里）。"""
    return visitor.page.locator(f"details.p-member:has(> summary strong:text-is('{member}'))")


def sign_in(visitor: Visitor, phone: str, *, look: bool = False) -> Visitor:
    """手机号加验证码；示范系统把验证码写在页面上。"""
    visitor.fill("手机号码", phone)
    if look:
        visitor.look("登录")
    visitor.press("获取验证码")
    code = visitor.page.locator("[data-shown-code]").inner_text().strip()
    visitor.fill("短信里的 6 位数字", code)
    return visitor.press("登录")


def write_name(visitor: Visitor, member: str) -> None:
    """在画布上画两笔。"""
    canvas = card_of(visitor, member).locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    mouse = visitor.page.mouse
    mouse.move(box["x"] + 40, box["y"] + 40)
    mouse.down()
    mouse.move(box["x"] + 140, box["y"] + 90, steps=6)
    mouse.move(box["x"] + 60, box["y"] + 110, steps=6)
    mouse.up()


def sign_here(visitor: Visitor, member: str) -> Visitor:
    """当面在这部手机上签：展开、写姓名、勾选、手写、按“签好了”。"""
    card = card_of(visitor, member)
    if card.get_attribute("open") is None:
        card.first.locator("summary").first.click()
        visitor.clicks += 1
    card.get_by_label("签字人姓名").fill(member)
    card.get_by_label("授权书我看过，同意核对").check()
    write_name(visitor, member)
    return visitor.press(f"{member}签好了")


def saved(visitor: Visitor) -> None:
    """等到“已自动保存”。"""
    say = visitor.page.locator("[data-say]").first
    settled(visitor.page, lambda: say.inner_text() == "已自动保存")


def earns(visitor: Visitor, member: str, what: str, yuan: str) -> None:
    """收入一屏：给这位家人勾上一项，填每月多少。"""
    card = card_of(visitor, member)
    if card.get_attribute("open") is None:
        card.locator("summary").first.click()
    card.get_by_role("checkbox", name=what).check()
    card.get_by_role("textbox", name=what).fill(yuan)


def tells(visitor: Visitor, member: str, question: str, answer: str) -> None:
    """家人一屏：展开这位家人的卡片，回答一题。"""
    card = card_of(visitor, member)
    if card.get_attribute("open") is None:
        card.locator("summary").first.click()
    visitor.pick(question, answer, within=card)


def new_code(phone: str) -> str:
    """短信网关收到的又一条验证码：离上一条够一分钟了（把上一条的时间往前拨）。要在 ``stage.aside`` 里用。"""
    import datetime

    from minzheng.kernel.accounts.citizens import RESEND_AFTER, send_login_code
    from minzheng.kernel.accounts.models import LoginCode
    from minzheng.kernel.crypto.fields import BlindIndex

    for row in LoginCode.objects.filter(phone_index=BlindIndex.of_value("phone", phone)):
        row.created_at -= RESEND_AFTER + datetime.timedelta(seconds=1)
        row.save(update_fields=["created_at"])
    return str(send_login_code(phone=phone).shown_code)
