"""Duty registers of the test township: a hidden danger with a photograph, an honour, a file of which one line was given back.

These stand above the kernel, so they are fetched by name."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.documents.tests.samples import picture
from minzheng.kernel.orgs.models import Organization

TOWN_A = "990101001000"
TITLE = "青石镇幸福院配电箱裸露"


def _of(name: str) -> Any:
    return import_module(f"minzheng.business.bureau.registers.{name}")


def fill(staff: Callable[[str, str], User]) -> dict[str, Any]:
    """{"addresses", "keys", "register_rows"} of these pages."""
    services, importing, books = _of("services"), _of("importing"), _of("reading").books()
    keeper, today = actor_of(staff("policy_officer", TOWN_A)), clock.today()
    office = Organization.objects.filter(region_code=TOWN_A).order_by("pk").first()
    values = {
        "institution": TITLE, "what": "线路", "kind": "power", "grade": "common", "person": "李院长", "measures": "加盖",
        "due_on": today.isoformat(),
    }  # fmt: skip
    uploads = {"photos": [SimpleUploadedFile("a.jpg", picture())]}
    danger = services.enter(
        actor=keeper, book=books["hidden_dangers"], org=office, on=today, values=values, uploads=uploads
    )
    file = danger.files.get()
    table = f"活动日期,活动名称,类别,承办科室,参加人数\n{today},{TITLE},庆祝纪念,办公室,很多\n".encode()
    run = importing.take_in(actor=keeper, book=books["events"], org=office, data=table, name=f"{TITLE}.csv").kept
    paper = {"pk": danger.pk, "attachment": file.attachment_id}
    return {
        "addresses": {f"registers.{code}": {"pk": danger.pk} for code in ("entry", "edit", "move", "attach", "void", "print")}
        | {f"registers.{code}": {"pk": run.pk} for code in ("imported", "rejects")}
        | {f"registers.{code}": {"book": "hidden_dangers"} for code in ("book", "new", "import", "template")}
        | {"registers.file": paper, "registers.detach": paper},
        "keys": [str(pk) for pk in (danger.pk, file.attachment_id, run.pk)],
        "register_rows": {"danger": danger},
    }  # fmt: skip


def more(rows: dict[str, Any], again: Callable[..., Any], n: int) -> None:
    """One more entry."""
    again(rows["danger"], no=f"YH-TEST-{n}", title=f"{TITLE}{n}")
