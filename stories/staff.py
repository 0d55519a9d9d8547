"""What staff do at a computer: sign in, open a case from the workbench, do an act. Shared by the stories."""

from __future__ import annotations

from typing import Any

from minzheng.demo.staff import PASSWORD
from stories import pictures
from stories.visitor import Visitor


def sign_in(visitor: Visitor, username: str) -> Visitor:
    """User name and password; signing in is not counted among the clicks of a piece of work."""
    visitor.go("/login/").fill("用户名", username).fill("口令", PASSWORD)
    visitor.press("登录")
    visitor.clicks = 0
    return visitor


def open_case(visitor: Visitor, name: str) -> Visitor:
    """Open this family's case from the workbench."""
    visitor.go("/console/").press(name, exact=False)
    return visitor.sees(name)


def act(visitor: Visitor, title: str, **answers: Any) -> Visitor:
    """Do an act on the case page. ``answers``: label → what to fill in; a list is names of photos; True ticks; ``("选",
    option)`` is a single choice.
    """
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
