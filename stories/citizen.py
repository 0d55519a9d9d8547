"""群众在手机上做的事：登录、填表、签字。各故事共用。"""

from __future__ import annotations

from stories.visitor import Visitor, settled


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
    canvas = visitor.page.locator("details[open]", has_text=member).locator("canvas").last
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
    card = visitor.page.locator("details.p-member", has_text=member)
    if card.first.get_attribute("open") is None:
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
