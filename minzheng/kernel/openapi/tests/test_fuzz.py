"""Trying to break every endpoint: requests made from the interface description, right and wrong ones, by those who
may come in (whoever may not is turned away at the gate: test_scope). Whatever is sent, the answer is a page or a sentence, never a fault of ours.

MINZHENG_FUZZ sets how many right and how many wrong posts each operation gets per visitor (2 here); reading, which has
little to get wrong, gets half of them. The sequence is always the same, so that a failure can be repeated."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import hypothesis
import pytest
import schemathesis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from schemathesis import GenerationMode

from minzheng.kernel.accounts.roles import ROLES
from minzheng.kernel.openapi.describe import document
from minzheng.kernel.pages.tests.conftest import COUNTY, TOWN_A, TOWN_ROLES
from minzheng.kernel.pages.tests.visiting import prove, signed_in
from minzheng.kernel.parts.page import CITIZEN, STAFF

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("standing_whole")]
TRIES = int(os.environ.get("MINZHENG_FUZZ", "2"))
SCHEMA = schemathesis.openapi.from_dict(document())
OPERATIONS = {one.ok().label: one.ok() for one in SCHEMA.get_all_operations()}
#: Signs people out, so that the rest of the run would be tried by nobody.
LEFT_OUT = {"GET /logout/", "POST /logout/"}
#: Posts in the order in which they are asked to try: the widest first.
POSTS = ("town_clerk", "county_reviewer", *(role for role in ROLES if role not in ("town_clerk", "county_reviewer")))


def visitors(label: str) -> list[str]:
    """Who tries this operation: a citizen, nobody in particular, or the first post with the permission (the first two in
    a longer run)."""
    permission = OPERATIONS[label].definition.raw["x-permission"]
    if permission is None:
        return ["nobody", "citizen", "town_clerk"]
    if permission == CITIZEN:
        return ["citizen"]
    return [role for role in POSTS if permission == STAFF or permission in ROLES[role].permissions][
        : 1 if TRIES <= 2 else 2
    ]


PAIRS = [(label, kind) for label in OPERATIONS if label not in LEFT_OUT for kind in visitors(label)]


@pytest.fixture
def visitor(browse: Callable[..., Client], whole: dict[str, Any]) -> Callable[[str], Client]:
    def make(kind: str) -> Client:
        if kind == "nobody":
            return Client()
        if kind == "citizen":
            return signed_in(whole["owner"])
        client = browse(kind, TOWN_A if kind in TOWN_ROLES else COUNTY)
        prove(client)  # otherwise requests would end at the question for the password
        return client

    return make


@pytest.mark.parametrize(("label", "kind"), PAIRS)
def test_怎么发都不出错(label: str, kind: str, visitor: Callable[[str], Client], whole: dict[str, Any]) -> None:
    client = visitor(kind)
    client.raise_request_exception = False
    # Real values for the arguments of the address: made-up ones would end at 404 before anything interesting
    code = OPERATIONS[label].definition.raw["operationId"].rpartition(".")[0]
    known = whole["addresses"].get(code, {})

    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        strategy = OPERATIONS[label].as_strategy(generation_mode=mode)

        @hypothesis.settings(
            max_examples=TRIES if label.startswith("POST ") else max(TRIES // 2, 1),
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(hypothesis.HealthCheck),
            phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
        )
        @hypothesis.given(strategy)
        def tried(case: Any) -> None:
            with _undone():
                response = _send(client, case, known)
                body = b"".join(response) if getattr(response, "streaming", False) else response.content
                assert response.status_code < 500, (label, kind, case.query, case.body, body[:300])
                assert b"Traceback" not in body

        with suppress(hypothesis.errors.Unsatisfiable):  # nothing to get wrong: an address without arguments
            tried()


def _send(client: Client, case: Any, known: dict[str, Any]) -> Any:
    """The request as made up, but every second one with real arguments in its address."""
    seed = len(str(case.body)) + len(str(case.query))
    arguments = {
        name: known[name] if name in known and seed % 2 == 0 else value
        for name, value in (case.path_parameters or {}).items()
    }
    path = case.path
    for name, value in arguments.items():
        path = path.replace("{" + name + "}", quote(str(value), safe=""))
    query = {name: value for name, value in (case.query or {}).items() if value is not None}
    if case.method.upper() == "GET":
        return client.get(path, query)
    # What every page's own form sends along: without it requests would end before anything interesting.
    hidden = {"version": "0", "sent": "1", "row": str(known.get("pk", 1))} if seed % 3 else {}
    return client.post(path, hidden | _form(case.body), query_params=query)


def _form(body: Any) -> dict[str, Any]:
    """What a browser could send: texts, lists of texts, files."""
    if not isinstance(body, dict):
        return {"body": str(body)[:2000]}
    return {str(name): _part(value) for name, value in body.items()}


def _part(value: Any) -> Any:
    if isinstance(value, list):
        return [_part(one) for one in value]
    if isinstance(value, bytes) or type(value).__name__ == "Binary":
        data = bytes(getattr(value, "data", value))
        return SimpleUploadedFile("a.jpg", data, content_type="image/jpeg")
    return "" if value is None else str(value)


class _undone:
    """Everything done inside is rolled back: requests must not depend on those before them."""

    def __enter__(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def __exit__(self, *error: Any) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(*error)


def test_每个操作都试了() -> None:
    assert len(OPERATIONS) > 60
    assert {label for label, _ in PAIRS} | LEFT_OUT >= set(OPERATIONS)
    assert LEFT_OUT & set(OPERATIONS)
