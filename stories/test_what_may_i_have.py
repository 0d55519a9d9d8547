"""“我能享受什么”: three families ask on a phone, without signing in; the answer is that of the whole evaluation.

Every screen is looked at (accessibility, large print, width), the browser's own back button works, and so does the page
without scripts.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from minzheng.policy import yamltext
from stories import stage
from stories.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DAY = "2026-11-22"
FAMILIES = {
    str(f["名称"]): f
    for f in yamltext.load(Path(__file__).parent.parent / "minzheng" / "online" / "tests" / "what_families.yaml")
}
ALONE, CANCER, FATHER = (
    "八十岁老人一个人住在村里",
    "打工的人得了癌症，医药费很多",
    "爸爸坐牢、妈妈联系不上，孩子跟爷爷奶奶",
)


def asks(visitor: Visitor) -> Visitor:
    visitor.go("/").press("我能享受什么", exact=False).sees("您家住在哪里", "不用登录，不问姓名，不留记录")
    return visitor.look("住在哪里")


def place(visitor: Visitor, urban: str) -> None:
    visitor.pick("住在哪个乡镇（街道）", "示范县 青石镇").pick("住在城里还是村里", urban).pick("户口在不在这个县", "在")
    visitor.press("下一步")


def adds(visitor: Visitor, *people: tuple[str, str]) -> None:
    for i, (relation, age) in enumerate(people):
        if i:
            visitor.press("再加一个人")
        card = visitor.page.locator("fieldset.p-person").nth(i)
        visitor.pick("是您的谁", relation, within=card).fill("多大了", age, within=card)
    visitor.look("有谁").press("下一步")


def card(visitor: Visitor, number: int) -> Any:
    return visitor.page.locator("fieldset.p-person").nth(number)


def home(visitor: Visitor, savings: str = "") -> None:
    visitor.pick("存款、理财、股票", "有" if savings else "没有")
    if savings:
        visitor.fill("全家一共大约多少", savings)
    visitor.pick("自家的房子有几套", "一套").pick("有没有汽车", "没有").look("家里有什么").press("下一步")


def given(visitor: Visitor) -> set[str]:
    """Codes of the cards on the result, by their everyday names."""
    from minzheng.online.portal.what.telling import plain

    names = visitor.page.locator("section.p-card--key h2").all_inner_texts()
    return {code for code, words in plain().items() if words["name"] in names}


def test_八十岁老人一个人问(comes: Callable[..., Any]) -> None:
    old = comes("老人", phone=True)
    with stage.on(DAY):
        asks(old)
        place(old, "村里")
        adds(old, ("我自己", "80"))
        old.pick("每个月有没有钱进来", "有").fill("别的（养老金", "200").look("钱").press("下一步")
        home(old, "2000")
        old.look("身体").press("下一步")
        old.pick("吃饭、穿衣", "都能自己来").pick("有人上门评过", "没评过").pick("住在哪里", "住家里")
        old.look("老人").press("下一步")
        old.pick("儿女、老伴、父母里", "有").look("有没有人养").press("下一步")
        old.pick("这一年看病、上学", "没花什么").pick("最近有没有碰上", "没有").look("难处").press("下一步")
        old.look("已经在领").press("看结果")
        old.sees("您家可能享受 4 项", "家里每月算进来的钱是 200.00 元", "青石镇").look("结果")
        assert given(old) == set(map(str, FAMILIES[ALONE]["应得"])) and len(old.screens) <= 11
        old.page.get_by_text("按哪个标准算的").first.click()
        old.sees("保障标准 农村：730.00 元/月").look("结果展开")
        assert "?" not in old.page.url and not [c for c in old.context.cookies() if c["name"] == "sessionid"]
        goes_back(old)


def goes_back(old: Visitor) -> None:
    """The browser's own back button shows the screen before, with its answers, and the journey goes on from there."""
    old.page.go_back()
    old.sees("现在已经在领什么")
    old.page.go_back()
    old.sees("这一年的难处")
    assert old.page.locator("input[name=spent][value=none]").is_checked()
    old.press("下一步").press("看结果").sees("您家可能享受 4 项")


def test_得了癌症的打工人家问_不用脚本(comes: Callable[..., Any], site: str, browser: Any) -> None:
    plain = comes("打工人家", phone=True)
    plain.context.close()
    plain.context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", java_script_enabled=False
    )
    plain.page = plain.context.new_page()
    with stage.on(DAY):
        plain.go("/m/what/")
        place(plain, "城里（镇上、小区）")
        for i, (relation, age) in enumerate((("我自己", "50"), ("老伴（丈夫、妻子）", "48"), ("儿子、女儿", "18"))):
            if i:
                plain.press("再加一个人")
            plain.pick("是您的谁", relation, within=card(plain, i)).fill("多大了", age, within=card(plain, i))
        plain.press("下一步")
        plain.pick("每个月有没有钱进来", "有", within=card(plain, 0)).fill("干活挣的", "3600", within=card(plain, 0))
        plain.pick("每个月有没有钱进来", "没有", within=card(plain, 1))
        plain.pick("每个月有没有钱进来", "没有", within=card(plain, 2)).pick(
            "还在上学吗", "在上学", within=card(plain, 2)
        )
        plain.press("下一步")
        plain.pick("存款、理财、股票", "有").fill("全家一共大约多少", "5000")
        plain.pick("自家的房子有几套", "一套").pick("有没有汽车", "没有").press("下一步")
        for label in ("得了大病", "因为病残干不了活"):
            card(plain, 1).get_by_label(label).check()
        plain.press("下一步")
        plain.pick("儿女、老伴、父母里", "有").press("下一步")
        plain.pick("这一年看病、上学", "花了不少").fill("看病自己出了多少", "80000").pick("最近有没有碰上", "没有")
        plain.press("下一步").press("看结果").sees("临时救助", "一次 2,640.00 元")
        assert given(plain) == set(map(str, FAMILIES[CANCER]["应得"]))


def test_爷爷奶奶替孙女问_有一样不知道(comes: Callable[..., Any]) -> None:
    grandpa = comes("爷爷", phone=True)
    with stage.on(DAY):
        asks(grandpa)
        place(grandpa, "村里")
        adds(grandpa, ("我自己", "62"), ("老伴（丈夫、妻子）", "61"), ("孙子、孙女、外孙", "8"))
        for i, (label, amount) in enumerate((("干活挣的", "1500"), ("别的（养老金", "160"))):
            grandpa.pick("每个月有没有钱进来", "有", within=card(grandpa, i)).fill(
                label, amount, within=card(grandpa, i)
            )
        grandpa.press("下一步")
        home(grandpa)
        grandpa.press("下一步")
        for i in (0, 1):
            grandpa.pick("吃饭、穿衣", "都能自己来", within=card(grandpa, i))
            grandpa.pick("有人上门评过", "没评过", within=card(grandpa, i)).pick(
                "住在哪里", "住家里", within=card(grandpa, i)
            )
        grandpa.press("下一步")
        for i in (0, 1):
            grandpa.pick("儿女、老伴、父母里", "有", within=card(grandpa, i))
        grandpa.pick("他的爸爸", "坐牢或强制戒毒，判了半年以上", within=card(grandpa, 2))
        grandpa.pick("他的妈妈", "不知道", within=card(grandpa, 2)).look("有没有人养").press("下一步")
        grandpa.pick("这一年看病、上学", "没花什么").pick("最近有没有碰上", "没有").press("下一步").press("看结果")
        grandpa.sees("孙辈：他的妈妈", "半年以上联系不上", "事实无人抚养儿童补贴每月多").look("不知道的结果")
        grandpa.press("有没有人养")
        grandpa.pick("他的妈妈", "半年以上联系不上，也不管孩子", within=card(grandpa, 2))
        grandpa.press("下一步").press("下一步").press("看结果")
        assert given(grandpa) == set(map(str, FAMILIES[FATHER]["应得"]))
