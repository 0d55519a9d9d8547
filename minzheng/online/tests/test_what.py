"""“我能享受什么”: few plain questions, the same answer as the whole evaluation, and nothing kept anywhere."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command  # noqa: F401
from django.test import Client

from minzheng.kernel import clock
from minzheng.kernel.documents import throttle
from minzheng.kernel.standards import values
from minzheng.online.portal.what import places
from minzheng.online.tests.conftest import TOWN
from minzheng.policy import load_ruleset, yamltext
from minzheng.policy.entitlements import entitlements

pytestmark = pytest.mark.django_db

URL, DAY = "/m/what/", datetime.date(2026, 11, 22)
FAMILIES = yamltext.load(Path(__file__).with_name("what_families.yaml"))
NONE: dict[str, Any] = {
    "where": {"place": TOWN, "urban": "农村", "hukou": "here"},
    "money": {"income": "none", "student": "no"},
    "property": {"savings": "none", "houses": "1", "cars": "0"},
    "spent": {"spent": "none", "sudden": "none"},
    "already": {},
}


@pytest.fixture(autouse=True)
def today(village: None, monkeypatch: pytest.MonkeyPatch) -> None:
    throttle.forget()
    places.forget()
    values.forget()
    monkeypatch.setattr(clock, "today", lambda: DAY)


class Phone:
    """Somebody answering on a phone: every screen is read from the page before the next is posted."""

    def __init__(self, client: Client):
        self.client, self.page, self.steps = client, client.get(URL), 1

    @property
    def html(self) -> str:
        return self.page.content.decode()

    @property
    def at(self) -> str:
        return self.page.context["at"]

    def press(self, do: str, fields: dict[str, Any] | None = None) -> None:
        data = {"state": self.page.context["state"], "at": self.at, "do": do, **(fields or {})}
        self.page = self.client.post(URL, data)

    def answer(self, said: dict[str, Any]) -> None:
        """Answer until the result; ``said`` as in the file of families, what is missing is “没有”."""
        while self.at != "result":
            self.press("next", typed(self.at, said))
            assert self.page.status_code == 200, self.page.context["errors"]
            self.steps += self.at != "result"

    def given(self) -> dict[str, tuple[str, ...]]:
        return {card.code: tuple(amount for _, amount in card.sums) for card in self.page.context["outcome"].cards}


def typed(at: str, said: dict[str, Any]) -> dict[str, Any]:
    usual = NONE.get(at, {})
    answer = said.get(at, [] if at in ("money", "health", "elders", "support") else {})
    if isinstance(answer, list):
        if at == "money" and not answer:
            answer = [usual] * 9
        return {
            f"{i}.{name}": plain(value)
            for i, row in enumerate(answer)
            for name, value in ({**(usual if at == "money" else {}), **row}).items()
        }
    return {name: plain(value) for name, value in {**usual, **answer}.items()}


def plain(value: Any) -> Any:
    return [str(v) for v in value] if isinstance(value, list) else str(value)


def whole(one: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The same family by the whole evaluation of the rules."""
    found = entitlements(load_ruleset(), one["全部"], "990101", DAY, would_change=False)
    return {
        b.code: tuple(f"{b.total(c):,.2f}" for c in ("monthly", "once", "quota") if b.total(c)) for b in found.eligible
    }


@pytest.mark.parametrize("one", FAMILIES, ids=[str(f["名称"]) for f in FAMILIES])
def test_典型人家_手机上答十个问题以内_结果和整套核算一样(client: Client, one: dict[str, Any]) -> None:
    phone = Phone(client)
    phone.answer(one["回答"])
    assert phone.steps <= 10
    assert phone.given() == whole(one)
    assert sorted(phone.given()) == sorted(str(code) for code in one["应得"])
