"""A register kept in a spreadsheet until now: the template of a book, good rows entered, bad ones given back with the reason.

The same file again enters nothing twice: a row is known by the SM3 of what it says."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import xlsxwriter
from django.db import transaction

from minzheng.business.bureau.registers import selectors, services, typed
from minzheng.business.bureau.registers.declaring import TYPES, Book, FieldSpec
from minzheng.business.bureau.registers.models import RegisterEntry, RegisterImport
from minzheng.kernel.audit.services import record
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.exchange.caseload.errors import UnreadableFile
from minzheng.kernel.exchange.caseload.sheets import Table, text_of
from minzheng.kernel.parts.fields import Choice, Date, Field, Invalid, Region, clean_fields

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.orgs.models import Organization

MOST_ROWS = 5_000
STATE = "状态"
ON = "on__"


@dataclass
class Outcome:
    """What became of a file. `refused`: [{"line", "why", "cells": {heading: text}}]. `entry` is None for a trial."""

    rows: int = 0
    taken: int = 0
    same: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)
    kept: RegisterImport | None = None

    def as_json(self) -> dict[str, Any]:
        return {"rows": self.rows, "taken": self.taken, "same": self.same, "refused": self.refused}


def columns(book: Book) -> list[FieldSpec]:
    """The fields a table may carry: everything that is typed, also by later steps."""
    return [one for one in book.fields if one.derived is None and one.type != "file"]


def template(book: Book) -> bytes:
    """An empty table with a sheet that says how to fill it in."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
    head = workbook.add_format({"bold": True, "bg_color": "#E8F0F8", "border": 1, "text_wrap": True})
    text = workbook.add_format({"num_format": "@"})
    sheet = workbook.add_worksheet(book.title[:31])
    for n, label in enumerate(headings(book)):
        sheet.write_string(0, n, label, head)
        sheet.set_column(n, n, max(12, len(label) * 2 + 4), text)
    sheet.freeze_panes(1, 0)
    told = workbook.add_worksheet("填写说明")
    rows = [("栏目", "类型", "必填", "说明"), (book.dated, "日期", "必填", "写成 2026-01-31")]
    rows += [
        (one.label, TYPES[one.type], "必填" if one.needs and not one.asked else "", _told(one, book))
        for one in columns(book)
    ]
    rows.append((STATE, "单选", "", "、".join(one.label for one in book.states) + "；不写为" + book.first_state.label))
    for line, row in enumerate(rows):
        for n, cell in enumerate(row):
            told.write_string(line, n, cell, head if line == 0 else None)
    told.set_column(0, 1, 16)
    told.set_column(3, 3, 70)
    workbook.close()
    return buffer.getvalue()


def headings(book: Book) -> list[str]:
    return [book.dated, *(one.label for one in columns(book)), STATE]


def _told(spec: FieldSpec, book: Book) -> str:
    said = "、".join(spec.options.values()) or spec.help or spec.hint
    return f"到“{book.state(spec.asked).label}”时填。{said}" if spec.asked else said


def take_in(
    *, actor: Actor, book: Book, org: Organization, data: bytes, name: str, trial: bool = False
) -> Outcome:  # fmt: skip
    """Read a table and enter its good rows for an organisation; with `trial` nothing is kept. Raises Refused for a file that
    cannot be read or has no headings, NotAllowed."""
    services.require(actor, book, org.region_code)
    outcome = Outcome()
    with transaction.atomic():
        for line, cells in _rows(book, data, name):
            outcome.rows += 1
            _take(outcome, actor, book, org, line, cells)
        if trial:
            transaction.set_rollback(True)
    if not trial:
        outcome.kept = _kept(outcome, actor, book, org, name)
    return outcome


def _rows(book: Book, data: bytes, name: str) -> list[tuple[int, dict[str, Any]]]:
    """(line, {heading: cell}) of the rows that are not empty."""
    places: dict[str, int] | None = None
    found: list[tuple[int, dict[str, Any]]] = []
    try:
        for line, cells in Table(data, name).rows():
            texts = ["".join(text_of(cell).split()) for cell in cells]
            if places is None:
                known = {"".join(label.split()): label for label in headings(book)}
                here = {known[text]: at for at, text in enumerate(texts) if text in known}
                places = here if _enough(book, here) else None
            elif any(texts):
                if len(found) >= MOST_ROWS:
                    raise Refused(f"文件超过 {MOST_ROWS} 行，请分成几个文件导入。")
                found.append((line, {label: cells[at] for label, at in places.items() if at < len(cells)}))
    except UnreadableFile as error:
        raise Refused(str(error)) from None
    if places is None:
        needed = [book.dated, *(one.label for one in book.typed if one.needs and one.type != "file")]
        raise Refused(f"没有找到表头：至少要有 {'、'.join(needed)} 这几列，请用模板填写。")
    return found


def _enough(book: Book, here: Mapping[str, int]) -> bool:
    always = {one.label for one in book.typed if one.needs and not one.when and one.type != "file"}
    return {book.dated, *always} <= set(here)


def _take(
    outcome: Outcome, actor: Actor, book: Book, org: Organization, line: int, cells: Mapping[str, Any]
) -> None:  # fmt: skip
    try:
        on, state, values = _read(actor, book, cells)
        origin = sm3(json.dumps([on.isoformat(), state, values], ensure_ascii=False, sort_keys=True).encode())
        if RegisterEntry.objects.filter(book=book.code, org_id=org.pk, origin=origin, voided_at=None).exists():
            outcome.same += 1
            return
        with transaction.atomic():
            services.enter(actor=actor, book=book, org=org, on=on, values=values, state=state, origin=origin)
        outcome.taken += 1
    except (Refused, Invalid) as error:
        sentences = [*error.sentences, *error.fields.values()] if isinstance(error, Refused) else [str(error)]
        told = {label: text_of(cell) for label, cell in cells.items()}
        outcome.refused.append({"line": line, "why": "".join(sentences), "cells": told})


def _read(actor: Actor, book: Book, cells: Mapping[str, Any]) -> tuple[date, str, dict[str, Any]]:
    """(day, state, kept values) of a row. Raises Invalid or Refused with what is wrong."""
    texts = {label: text_of(cell) for label, cell in cells.items()}
    state = _state(book, texts.get(STATE, ""))
    specs = [one for one in columns(book) if not one.asked or texts.get(one.label) or one.asked == state]
    inputs: list[Field] = [Date(ON, book.dated, required=True), *typed.inputs(book, specs, actor, selectors.WRITE)]
    labels = {one.name: one.label for one in specs} | {ON: book.dated}
    raw = {one.name: _raw(one, cells.get(labels[one.name])) for one in inputs}
    clean, errors = clean_fields(inputs, raw)
    if errors:
        raise Refused([], errors)
    return clean[ON], state, typed.stored(specs, clean)


def _state(book: Book, told: str) -> str:
    if not told:
        return book.first_state.code
    for one in book.states:
        if told in (one.label, one.code):
            return one.code
    raise Invalid(f"状态里没有“{told[:20]}”；可以写：{'、'.join(one.label for one in book.states)}。")


def _raw(one: Field, cell: Any) -> Any:
    """What the input would have sent: codes for names of options, ISO texts for days of a spreadsheet."""
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    text = text_of(cell)
    if isinstance(one, Choice | Region):
        names = {label: code for code, label in one.choices()}
        if isinstance(one, Choice) and one.many:
            return [
                names.get(part.strip(), part.strip()) for part in text.replace(",", "、").split("、") if part.strip()
            ]
        return names.get(text, text)
    return text


@transaction.atomic
def _kept(outcome: Outcome, actor: Actor, book: Book, org: Organization, name: str) -> RegisterImport:
    row = RegisterImport.objects.create(
        region_code=org.region_code, book=book.code, org_id=org.pk, file_name=name[-120:], rows=outcome.rows,
        taken=outcome.taken, same=outcome.same, refused=outcome.refused, by_id=actor.id, by_name=actor.name[:60],
    )  # fmt: skip
    detail = {"book": book.code, "rows": outcome.rows, "taken": outcome.taken, "refused": len(outcome.refused)}
    record(actor=actor, action="register.import", obj=row, detail=detail)
    return row


def rejects(book: Book, refused: list[dict[str, Any]]) -> bytes:
    """The rows given back as a table in the form of the template, with line and reason in front: put right, it is imported
    as it is."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )  # fmt: skip
    head = workbook.add_format({"bold": True, "bg_color": "#FBE9E7", "border": 1})
    sheet = workbook.add_worksheet("退回的行")
    for n, label in enumerate(["原行号", "原因", *headings(book)]):
        sheet.write_string(0, n, label, head)
    for line, row in enumerate(refused, start=1):
        sheet.write_number(line, 0, row["line"])
        sheet.write_string(line, 1, row["why"])
        for n, label in enumerate(headings(book), start=2):
            sheet.write_string(line, n, row["cells"].get(label, ""))
    sheet.set_column(1, 1, 50)
    sheet.freeze_panes(1, 0)
    workbook.close()
    return buffer.getvalue()
