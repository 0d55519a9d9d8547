"""工作人员在电脑上做的事：登录、从工作台打开办件、办一个动作。各故事共用。"""

from __future__ import annotations

from typing import Any

from minzheng.demo.staff import PASSWORD
from stories import pictures
from stories.visitor import Visitor


def sign_in(visitor: Visitor, username: str) -> Visitor:
    """用户名和口令；登录本身不算在办一件事的下数里。"""
    visitor.go("/login/").fill("用户名", username).fill("口令", PASSWORD)
    visitor.press("登录")
    visitor.clicks = 0
    return visitor


def open_case(visitor: Visitor, name: str) -> Visitor:
    """从工作台点开这家人的办件。"""
    visitor.go("/console/").press(name, exact=False)
    return visitor.sees(name)


def act(visitor: Visitor, title: str, **answers: Any) -> Visitor:
    """在办件页办一个动作。``answers``：标签 → 填什么；列表是照片的名字；True 勾选；``("选", 项)`` 单选。"""
    form = visitor.page.locator(f"details.act:has(> summary:text-is('{title}'))")
    if form.get_attribute("open") is None:
        form.locator("summary").click()
        visitor.clicks += 1
    for label, value in answers.items():
        if isinstance(value, list):
            form.get_by_label(label).set_input_files([pictures.upload(one) for one in value])
        elif isinstance(value, tuple):
            visitor.pick(label, value[1], within=form)
        else:
            visitor.fill(label, str(value), within=form)
    form.get_by_role("button", name=title, exact=True).click()
    visitor.clicks += 1
    visitor.page.wait_for_load_state()
    refused = visitor.page.locator(".error-summary").all_inner_texts()
    assert not refused, f"{visitor.name}办“{title}”没有办成：{refused}"
    return visitor.sees(f"已办理：{title}")
