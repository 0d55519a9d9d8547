"""Visitors of every kind and state, what they are answered, and what of it must not be there."""

from __future__ import annotations

import datetime
import io
import re
import time
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pypdf
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.accounts.roles import ROLES
from minzheng.kernel.openapi.describe import _methods
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.pages import registry
from minzheng.kernel.pages.tests.town_names import TOKENS
from minzheng.kernel.parts.page import CITIZEN, STAFF, Page

PAGES = list(registry.pages().values())
BACKEND = "minzheng.kernel.accounts.backends.AccountBackend"
#: Whoever has this address may see this behind it: the address is the key, and no stranger has it.
BEARER = {"portal.consent_link": {"name"}, "documents.verify_code": {"document_no"}}
_TOKENS = re.compile(
    r'(csrfmiddlewaretoken" value="|"X-CSRFToken": ")[^"]+|问题编号 <code>[^<]+|name="(?:sent|token)" value="[^"]*'
    r"|~[\w-]{30,}|X-Request-ID: \S+|csrftoken=\w+"
)
_CLOCK = re.compile(r"\b\d{1,2}:\d{2}(:\d{2})?\b")


@dataclass(frozen=True)
class Answer:
    """One answer read to the end: `text` is everything legible in it, of a page, a PDF, a workbook or an archive."""

    status: int
    text: str
    where: str
    queries: int = 0


def visitor(role: str, place: str, bureau: Organization, *, state: str = "") -> Client:
    """Signed in by role and place, with a fresh proof of who it is. `state`: "" in post, "ended" yesterday, "coming"
    tomorrow, "off": the account is switched off after signing in."""
    today, day = clock.today(), datetime.timedelta(days=1)
    user, made = User.objects.get_or_create(
        username=f"{role}@{place}{state}", defaults={"name": f"{ROLES[role].title}", "kind": "staff"}
    )
    if made:
        starts = today + day if state == "coming" else datetime.date(2020, 1, 1)
        Assignment.objects.create(
            user=user, role=role, organization=bureau, region_code=place, valid_from=starts,
            valid_to=today - day if state == "ended" else None,
        )  # fmt: skip
    client = signed_in(user)
    if state == "off":
        User.objects.filter(pk=user.pk).update(is_active=False)
    return client


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend=BACKEND)
    prove(client)
    return client


def prove(client: Client) -> None:
    """As if the password had just been typed: pages that ask for it again open."""
    session = client.session
    session["proved"] = session["begun"] = session["seen"] = int(time.time())
    session.save()


def permitted(page: Page, role: str) -> bool:
    """Whether holders of the role pass the gate of this page."""
    if page.permission is None:
        return True
    return page.permission == STAFF or (page.permission != CITIZEN and page.permission in ROLES[role].permissions)


def url_of(page: Page, family: dict[str, Any], **changes: Any) -> str:
    return reverse(page.code, kwargs=family["addresses"][page.code] | changes if page.has_arguments else {})


def get(client: Client, url: str, data: dict[str, Any] | None = None) -> Answer:
    return read(client.get(url, data or {}), url)


def read(response: Any, url: str) -> Answer:
    body = b"".join(response) if getattr(response, "streaming", False) else response.content
    headers = " ".join(f"{name}: {value}" for name, value in response.headers.items())
    # What the visitor sent comes back in some addresses; that tells nobody anything.
    text = (legible(body) + headers).replace(url, "").replace(quote(url, safe=""), "")
    return Answer(response.status_code, text, url)


def counted(client: Client, url: str) -> Answer:
    with CaptureQueriesContext(connection) as captured:
        answer = get(client, url)
    return Answer(answer.status, answer.text, url, len(captured))


def legible(body: bytes) -> str:
    """All text of a page, of a PDF as printed, or of every file of a workbook or archive."""
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            return "".join(legible(book.read(name)) for name in book.namelist())
    if body[:4] == b"%PDF":
        pages = pypdf.PdfReader(io.BytesIO(body)).pages
        return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))
    return body.decode("utf-8", "ignore")


def bare(text: str) -> str:
    """Without what differs from one request to the next: tokens, the number of the request, the time of day."""
    return _CLOCK.sub("", _TOKENS.sub("", text))


def leaks(text: str, keys: Iterable[str] = (), *, code: str = "") -> list[str]:
    """What of the family stands in a text that the page `code` has no business to tell: names of tokens, row numbers."""
    words = [name for name, word in TOKENS.items() if word in text and name not in BEARER.get(code, ())]
    return words + [f"编号 {key}" for key in keys if key in text]


def methods(page: Page) -> tuple[str, ...]:
    return _methods(page)


def rows(tables: Iterable[str]) -> dict[str, str]:
    """{table: digest of all its rows}: whatever is written, anywhere, changes it."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"SELECT count(*) || md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {table} t"
            )
            found[table] = cursor.fetchone()[0]
    return found


class undone:
    """Everything done inside is rolled back."""

    def __enter__(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def __exit__(self, *error: Any) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(*error)


def lists() -> Iterator[Page]:
    """Pages that count or list something without being asked for one object."""
    yield from (page for page in PAGES if not page.has_arguments and page.permission not in (None, CITIZEN))
