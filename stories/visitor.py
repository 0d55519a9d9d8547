"""Somebody who comes with a matter: opens pages, presses buttons, fills in, counting all the while; each page seen is
checked for accessibility, security policy and layout.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, ViewportSize

from stories import stage

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1366, "height": 768}
AXE = Path(__file__).parent.parent / "node_modules" / "axe-core" / "axe.min.js"
CARE_SMALLEST = 20  # the smallest text of the large-print version, pixels

_OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_WIDEST = """() => [...document.querySelectorAll('body *')]
  .filter((box) => box.getBoundingClientRect().right > document.documentElement.clientWidth + .5)
  .slice(-3).map((box) => box.outerHTML.slice(0, 120))"""
_SMALL_TEXT = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const text = node.textContent.trim(), box = node.parentElement;
    if (!text || !box.checkVisibility() || box.closest('.p-sr, .visually-hidden, noscript, script, option')) continue;
    const size = parseFloat(getComputedStyle(box).fontSize);
    if (size < %d) found.push(size + 'px ' + text.slice(0, 20));
  }
  return found;
}""".replace("%d", str(CARE_SMALLEST))
_AXE_RUN = """async () => {
  const result = await axe.run(document, {resultTypes: ['violations']});
  return result.violations.map(v => v.id + '：' + v.help + '：' + v.nodes.map(n => n.target.join(' ')).slice(0, 4).join('；'));
}"""


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


class Visitor:
    """``clicks`` counts presses, ``screens`` the different screens seen, ``troubles`` the browser's errors (scripts,
    CSP violations, external requests).
    """

    def __init__(self, browser: Browser, base: str, name: str, *, phone: bool = False) -> None:
        self.base, self.name, self.phone = base, name, phone
        self._own_size = PHONE if phone else DESKTOP
        self.clicks = 0
        self.number = ""
        self.screens: list[str] = []
        self.troubles: list[str] = []
        self.context = browser.new_context(
            viewport=PHONE if phone else DESKTOP,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            is_mobile=phone,
            has_touch=phone,
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.troubles.append(f"脚本出错：{error}"))
        self.page.on("request", self._asked)

    # —— moving about ——

    def go(self, path: str, *, status: int = 200) -> Visitor:
        """Open an address. ``status`` ≥ 500 says that the page is meant to come with it (the browser reports those)."""
        self.meant = status
        self.page.goto(self.base + path if path.startswith("/") else path)
        return self

    def press(self, name: str, *, within: Locator | None = None, exact: bool = True) -> Visitor:
        """Press a button or link (by the name it is read out with). Counted."""
        scope: Any = within or self.page
        wanted: Any = name if exact else re.compile(re.escape(name))
        target = scope.get_by_role("button", name=wanted, exact=exact).or_(
            scope.get_by_role("link", name=wanted, exact=exact)
        )
        target.first.click()
        self.clicks += 1
        self.page.wait_for_load_state()
        return self

    def fill(self, label: str, value: str, *, within: Locator | None = None) -> Visitor:
        scope: Any = within or self.page
        scope.get_by_label(re.compile("^" + re.escape(label))).first.fill(value)
        return self

    def pick(self, question: str, answer: str, *, within: Locator | None = None) -> Visitor:
        """Choose one of a single choice, or in a drop-down."""
        scope: Any = within or self.page
        group = scope.get_by_role("group", name=re.compile("^" + re.escape(question)))
        if group.count():
            group.first.get_by_label(answer, exact=True).check()
        else:
            scope.get_by_label(re.compile("^" + re.escape(question))).first.select_option(label=answer)
        return self

    def tick(self, label: str) -> Visitor:
        self.page.get_by_label(re.compile(re.escape(label))).first.check()
        return self

    # —— looking ——

    @property
    def text(self) -> str:
        return self.page.locator("main").inner_text()

    def sees(self, *words: str) -> Visitor:
        for word in words:
            assert word in self.text, f"{self.name}在 {self.page.url} 没有看到“{word}”，看到的是：\n{self.text}"
        return self

    def does_not_see(self, *words: str) -> Visitor:
        for word in words:
            assert word not in self.page.content(), f"{self.name}在 {self.page.url} 不应看到“{word}”"
        return self

    def does_not_show(self, label: str) -> Visitor:
        """The question is on the page but must not show now."""
        assert not self.page.get_by_label(label).first.is_visible(), f"{self.name}不该看到“{label}”"
        return self

    def look(self, title: str) -> Visitor:
        """Look well at this screen: count it, check accessibility and layout (phone, desktop, large print), photograph
        it when wanted.
        """
        if title not in self.screens:
            self.screens.append(title)
        widths = (PHONE, DESKTOP) if self.phone else (DESKTOP, PHONE)
        self._checked(title, widths[0], care=False)
        self._checked(title, widths[1], care=False, axe=False)  # the same page, only narrower or wider
        self._checked(title, widths[0], care=True, axe=self.phone)  # a citizen's large print is a way of its own
        self.page.set_viewport_size(widths[0])
        return self

    def _checked(self, title: str, size: Any, *, care: bool, axe: bool = True) -> None:
        self.page.set_viewport_size(size)
        self._care(care)
        where = f"{self.name}：{title}（{size['width']} 像素{'，大字版' if care else ''}）"
        if axe:
            self.page.evaluate(_axe())
            faults = self.page.evaluate(_AXE_RUN)
            assert not faults, f"{where} 无障碍问题：\n" + "\n".join(faults)
        over = self.page.evaluate(_OVERFLOW)
        assert over <= 0, f"{where} 横向超出 {over} 像素：{self.page.evaluate(_WIDEST)}"
        if care and self.page.locator("body.portal").count():
            small = self.page.evaluate(_SMALL_TEXT)
            assert not small, f"{where} 字太小：{small}"
        self._picture(title, size["width"], care)
        if care:
            self._care(False)

    def _care(self, on: bool) -> None:
        self.page.evaluate("on => document.documentElement.classList.toggle('care', on)", on)

    def _picture(self, title: str, width: int, care: bool) -> None:
        folder = stage.pictures()
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            name = f"{self.name}-{len(self.screens):02d}-{title}-{width}{'-care' if care else ''}.png"
            path = folder / re.sub(r"[\\/:]", "_", name)
            self.page.screenshot(path=str(path), full_page=True)
            if not care and width == self._own_size["width"]:  # what is on the screen before anybody scrolls
                self.page.evaluate("scrollTo(0, 0)")
                self.page.screenshot(path=str(path.with_stem(f"{path.stem}-view")))

    # —— leaving ——

    def leave(self) -> None:
        """On leaving, the browser must have reported no error."""
        self.context.close()
        assert not self.troubles, f"{self.name}的浏览器报错：\n" + "\n".join(dict.fromkeys(self.troubles))

    def fetch(self, path: str, *, data: dict[str, str | float | bool] | None = None) -> tuple[int, str, str]:
        """Ask for an address as this person signed in: (status, final address, body)."""
        answer = (
            self.context.request.get(self.base + path, max_redirects=5)
            if data is None
            else self.context.request.post(self.base + path, form=data)
        )
        return answer.status, answer.url, answer.text()

    def _heard(self, message: ConsoleMessage) -> None:
        if self.meant >= 500 and f"status of {self.meant}" in message.text:
            return
        if message.type == "error" and "status of 4" not in message.text:
            self.troubles.append(f"控制台：{message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.troubles.append(f"连了外网：{request.url}")


def settled(page: Page, ready: Callable[[], bool]) -> None:
    """Wait until something holds (an upload, an automatic save: things without a page change)."""
    for _ in range(100):
        if ready():
            return
        page.wait_for_timeout(100)
    raise AssertionError("等了 10 秒还没有好")


def as_json(text: str) -> Any:
    return json.loads(text)
