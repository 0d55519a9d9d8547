"""What citizens do on a phone: sign in, fill in, sign. Shared by the stories."""

from __future__ import annotations

from playwright.sync_api import Locator

from stories.visitor import Visitor, settled


def card_of(visitor: Visitor, member: str) -> Locator:
    """The card of this family member (the name is in its heading)."""
    return visitor.page.locator(f"details.p-member:has(> summary strong:text-is('{member}'))")


def sign_in(visitor: Visitor, phone: str, *, look: bool = False) -> Visitor:
    """Phone number and code; the demo system writes the code on the page."""
    visitor.fill("手机号码", phone)
    if look:
        visitor.look("登录")
    visitor.press("获取验证码")
    code = visitor.page.locator("[data-shown-code]").inner_text().strip()
    visitor.fill("短信里的 6 位数字", code)
    return visitor.press("登录")


def write_name(visitor: Visitor, member: str) -> None:
    """Draw two strokes on the canvas."""
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
    """Sign here on this phone: unfold, type the name, tick, write by hand, press “签好了”."""
    card = card_of(visitor, member)
    if card.get_attribute("open") is None:
        card.first.locator("summary").first.click()
        visitor.clicks += 1
    card.get_by_label("签字人姓名").fill(member)
    card.get_by_label("授权书我看过，同意核对").check()
    write_name(visitor, member)
    return visitor.press(f"{member}签好了")


def saved(visitor: Visitor) -> None:
    """Wait for “已自动保存”."""
    say = visitor.page.locator("[data-say]").first
    settled(visitor.page, lambda: say.inner_text() == "已自动保存")


def earns(visitor: Visitor, member: str, what: str, yuan: str) -> None:
    """Income screen: tick one kind for this member and fill in the amount a month."""
    card = card_of(visitor, member)
    if card.get_attribute("open") is None:
        card.locator("summary").first.click()
    card.get_by_role("checkbox", name=what).check()
    card.get_by_role("textbox", name=what).fill(yuan)


def tells(visitor: Visitor, member: str, question: str, answer: str) -> None:
    """Family screen: unfold this member's card and answer a question."""
    card = card_of(visitor, member)
    if card.get_attribute("open") is None:
        card.locator("summary").first.click()
    visitor.pick(question, answer, within=card)


def new_code(phone: str) -> str:
    """Another code at the gateway: a minute after the last (whose time is moved back). Use inside ``stage.aside``."""
    import datetime

    from minzheng.kernel.accounts.citizens import RESEND_AFTER, send_login_code
    from minzheng.kernel.accounts.models import LoginCode
    from minzheng.kernel.crypto.fields import BlindIndex

    for row in LoginCode.objects.filter(phone_index=BlindIndex.of_value("phone", phone)):
        row.created_at -= RESEND_AFTER + datetime.timedelta(seconds=1)
        row.save(update_fields=["created_at"])
    return str(send_login_code(phone=phone).shown_code)
