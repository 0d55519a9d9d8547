"""Whatever people elsewhere send, nothing in the database changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from minzheng.kernel.accounts.roles import ROLES
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.pages.tests.conftest import TOWN_A
from minzheng.kernel.pages.tests.test_proofs_scope import OWN_PLACE, STRANGE, told, wrong
from minzheng.kernel.pages.tests.visiting import PAGES, methods, read, rows, undone, url_of, visitor
from minzheng.kernel.parts.page import Page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_whole")]

#: Lines of the log and of sessions are written by every request; everything else must stay as it was.
ALWAYS_WRITTEN = ("kernel_auditentry", "kernel_publiccount", "django_session", "kernel_auditseal", "kernel_publictry")


@pytest.mark.parametrize("role", ROLES)
def test_别处的人_提交什么_也不改动任何东西(
    role: str, whole: dict[str, Any], bureau: Organization, record_property: Callable[[str, Any], None]
) -> None:
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.db_table not in ALWAYS_WRITTEN]
    found, tried = [], 0
    for place in STRANGE:
        client = visitor(role, place, bureau)
        posts = [(page, form) for page in PAGES if _writes_to_an_object(page) for form in _forms(page, whole)]
        tried += len(posts)
        found += _posted(f"{role}@{place}", client, posts, whole, tables)
    record_property("combinations", tried)
    assert not found, told(found)


def _posted(
    who: str, client: Client, posts: list[tuple[Page, dict[str, Any]]], whole: dict[str, Any], tables: list[str]
) -> list[str]:
    """All of them, one after the other, then everything in the database compared; only when something changed they are
    sent once more, one at a time, to name the page."""
    before, found = rows(tables), []
    with undone():
        for page, form in posts:
            url = url_of(page, whole)
            answer = read(client.post(url, form), url)
            found += [f"{who} {line}" for line in wrong(page, answer, whole["keys"])]
            found += [f"{who} {page.code} {answer.status}"] if answer.status >= 500 else []
        changed = rows(tables) != before
    if changed and len(posts) > 1:
        return found + [line for one in posts for line in _posted(who, client, [one], whole, tables)]
    return found + ([f"{who} {posts[0][0].code} 改动了数据"] if changed else [])


def _writes_to_an_object(page: Page) -> bool:
    return page.has_arguments and "POST" in methods(page) and page.permission is not None and page.code not in OWN_PLACE


def _forms(page: Page, whole: dict[str, Any]) -> list[dict[str, Any]]:
    """A form as its own page would send it, and what somebody might add to it by hand."""
    words = {
        "version": "0", "sent": "1", "reason": "核对后发现需要更正", "why": "想看看这个人", "opinion": "同意",
        "field": "id_no", "how": "上门告知", "verdict": "yes", "text": "同意", "answer": "已核对", "content": "请删除",
        "kind": "other", "what": "read", "purpose": "查阅", "to_user": str(whole["leave"].deputy_id), "do": "confirm",
        "result": "ok", "finding": "属实", "post_no": "EMS001", "basis": "核对", "keep": "no", "method": "直接",
        "receiver": "本人", "acted_on": "2026-11-20", "role": "town_clerk", "region": TOWN_A, "valid_from": "2026-01-01",
        "active": "no", "state": "ended", "name": "改了名", "step": "open", "first": "sms",
    }  # fmt: skip
    return [words]
