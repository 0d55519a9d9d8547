"""A personal benefit on the case page: every fact as declared and as found out, in place of a family's incomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from minzheng.kernel.cases.lifecycle.facts import PREFIX
from minzheng.kernel.cases.models import CaseMember, Evidence
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
        changed = now not in (None, "", []) and now != said
        if said in (None, "", []) and not changed:
            continue
        found = _show(f, now) if changed else "与申报一致" if looked_at else ""
        rows.append(Fact(f.label, _show(f, said), found, changed))
    return rows


def _fields(item: Item, head: Sequence[str]) -> list[Field]:
    asked = [f for step in item.form.steps if step.key == "members" for f in step.plain_fields if f.name not in head]
    known: Mapping[str, Field] = {f.name: f for f in asked}
    act = item.flow.act("verify_facts")
    own = [replace(f, name=f.name[len(PREFIX) :]) for f in act.fields if f.name.startswith(PREFIX)] if act else []
    return [*asked, *(f for f in own if f.name not in known)]


def _show(f: Field, value: Any) -> str:
    text = f.show(value)
    return next((mask(text) for kind, mask in MASKS if isinstance(f, kind) and text), text)
