"""A personal benefit on the case page: every fact as declared and as found out, in place of a family's incomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from minzheng.kernel.cases.lifecycle.facts import PREFIX
from minzheng.kernel.cases.models import Case, CaseMember, Evidence
from minzheng.kernel.items.items import Item
from minzheng.kernel.parts.fields import BankAccount, Field, IdNumber, Phone
from minzheng.kernel.subjects.masking import mask_account, mask_id, mask_phone

#: Sensitive answers are shown like everywhere else: the whole number only in the person's file.
MASKS = ((IdNumber, mask_id), (Phone, mask_phone), (BankAccount, mask_account))


@dataclass(frozen=True)
class Fact:
    """`found`: "" where nobody has looked yet. `changed`: found to be otherwise than declared."""

    label: str
    declared: str
    found: str
    changed: bool


def about_one_person(item: Item) -> bool:
    """Whether the item rests on facts that the clerk verifies one by one."""
    return item.flow.act("verify_facts") is not None


def fact_rows(item: Item, one: CaseMember, evidence: Sequence[Evidence], head: Sequence[str]) -> list[Fact]:
    """The questions of the form, then what only the clerk records. `head`: fields that stand above the table."""
    looked_at = any(row.kind == "facts" for row in evidence)
    declared, verified = one.declared or {}, one.verified or {}
    rows = []
    for f in _fields(item, head):
        said, now = declared.get(f.name), verified.get(f.name)
        fact = _fact(f, said, now, looked_at=looked_at)
        if said not in (None, "", []) or fact.changed:
            rows.append(fact)
    return rows


def home_rows(
    case: Case, item: Item, members: Sequence[CaseMember], evidence: Sequence[Evidence]
) -> list[tuple[str, list[Fact]]]:
    """(title of the step, answers) of the steps about the whole family: what happened, what is needed. What the clerk
    found of the household stands with the first member, see `verified["household"]`."""
    looked_at = any(row.kind == "facts" for row in evidence)
    verified: Mapping[str, Any] = next(
        (m.verified["household"] for m in members if (m.verified or {}).get("household")), {}
    )
    act = item.flow.act("verify_facts")
    asked = {f.name for step in item.form.steps for f in step.plain_fields}
    found = []
    for step in item.form.steps:
        if step.repeat or step.kind != "fields" or step.key in ("applicant", "account"):
            continue
        own = [f for f in act.fields if f.name in verified and f.name not in asked] if act else []
        declared = (case.form or {}).get(step.key) or {}
        rows = [
            _fact(f, declared.get(f.name), verified.get(f.name), looked_at=looked_at)
            for f in (*step.plain_fields, *own)
            if declared.get(f.name) not in (None, "", []) or verified.get(f.name) not in (None, "", [])
        ]
        found += [(step.title, rows)] if rows else []
    return found


def _fact(f: Field, said: Any, now: Any, *, looked_at: bool) -> Fact:
    changed = now not in (None, "", []) and now != said
    return Fact(f.label, _show(f, said), _show(f, now) if changed else "与申报一致" if looked_at else "", changed)


def _fields(item: Item, head: Sequence[str]) -> list[Field]:
    asked = [f for step in item.form.steps if step.key == "members" for f in step.plain_fields if f.name not in head]
    known: Mapping[str, Field] = {f.name: f for f in asked}
    act = item.flow.act("verify_facts")
    own = [replace(f, name=f.name[len(PREFIX) :]) for f in act.fields if f.name.startswith(PREFIX)] if act else []
    return [*asked, *(f for f in own if f.name not in known)]


def _show(f: Field, value: Any) -> str:
    text = f.show(value)
    return next((mask(text) for kind, mask in MASKS if isinstance(f, kind) and text), text)
