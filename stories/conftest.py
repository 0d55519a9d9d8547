"""The setting of the stories: the demo county is loaded once, server and browser are started once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from stories import stage


@pytest.fixture(scope="session")
def database(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: Any,
) -> Iterator[None]:
    """The test database. pytest-django makes it only for tests marked ``django_db``; stories commit across threads and
    cannot carry that mark, so if nobody made it, make it here.
    """
    if any(item.get_closest_marker("django_db") for item in request.session.items):
        request.getfixturevalue("django_db_setup")
        with django_db_blocker.unblock():
            yield
        return
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    from minzheng.site.postgres import roles

    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default": None})
        with connection.cursor() as cursor:
            roles.grant(cursor)
        yield
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def county(database: None) -> None:
    """The demo county is in the database; nothing is emptied between stories, so each uses families of its own."""
    from stories.county import load

    load()


@pytest.fixture(scope="session")
def site(county: None) -> Iterator[str]:
    with stage.serving() as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = stage.chromium()
    if path is None:
        sentence = "没有找到 Chromium：浏览器故事全部跳过。装上它（Debian：apt-get install chromium）再运行。"
        print(f"\n!!! {sentence}", file=sys.stderr)
        pytest.skip(sentence)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=path, args=stage.FLAGS)
        yield one
        one.close()


@pytest.fixture
def comes(site: str, browser: Any) -> Iterator[Callable[..., Any]]:
    """``comes("周桂兰", phone=True)``: somebody new comes; when the story ends they are seen off one by one, and any error
    in the browser is reported.
    """
    from stories.visitor import Visitor

    present: list[Visitor] = []

    def arrive(name: str, *, phone: bool = False) -> Visitor:
        present.append(Visitor(browser, site, name, phone=phone))
        return present[-1]

    yield arrive
    for one in present:
        one.leave()
