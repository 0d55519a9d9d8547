"""Look it over (检查一遍): what was filled in, in plain words, and only that; every block leads back to be changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from minzheng.kernel.items.forms import Form, Step
from minzheng.kernel.parts.fields import BankAccount, Field, IdNumber, Money
from minzheng.online.portal import words

Facts = list[tuple[str, str]]


@dataclass(frozen=True)
class Person:
    """One family member: name, a summary, the details (several steps together)."""

    title: str
    subtitle: str
    facts: Facts


@dataclass(frozen=True)
class Group:
    """One block: title, address to change it at, content or family members or number of photos."""

    title: str
    url: str
    facts: Facts = field(default_factory=list)
    people: list[Person] = field(default_factory=list)


def groups(
    form: Form, values: Mapping[str, Any], files: Mapping[str, Sequence[Any]], url_of_step: Callable[[str], str]
) -> list[Group]:
    """In the order of the form; the repeated steps of a section become one block, each member once."""
    found: list[Group] = []
    listed = {step.key for step in form.steps if step.repeat and not step.fixed_rows}
    for step in form.steps:
        if step.kind in ("consents", "review"):
            continue
        if step.repeat and step.fixed_rows and step.key not in listed:  # about one person: no list of a family
            rows = values.get(step.key) or []
            found += [Group(step.title, url_of_step(step.code), facts=_facts(step.plain_fields, row)) for row in rows]
            continue
        if step.repeat:
            if not step.fixed_rows and (not step.joins or values.get(step.key)):
                found.append(Group(step.title, url_of_step(step.code), people=_people(form, step, values)))
            continue
        facts = _facts(step.plain_fields, values.get(step.key) or {})
        facts += [
            (f.label, f"{len(files[f.kind or f.name])} 张照片") for f in step.photos if files.get(f.kind or f.name)
        ]
        if step.photos and not facts:
            facts = [("照片", "没有上传")]
        found.append(Group(step.title, url_of_step(step.code), facts=facts))
    return found


def _people(form: Form, first: Step, values: Mapping[str, Any]) -> list[Person]:
    fields = [f for step in form.steps if step.repeat and step.key == first.key for f in step.plain_fields]
    asked = any(f.name in _INCOME for f in fields)
    people = []
    for row in values.get(first.key) or []:
        shown = _facts(fields, row)
        relation = next((f.show(row.get("relation")) for f in fields if f.name == "relation"), "")
        years = words.id_words(row.get("id_no"), short=True)
        earned = sum(row.get(f.name) or 0 for f in fields if isinstance(f, Money) and f.name in _INCOME)
        income = f"每月收入 {words.yuan(earned)}" if earned else "没有收入" if asked else ""
        parts = [p for p in (relation, years, income) if p]
        people.append(Person(str(row.get("name") or "没写名字"), "，".join(parts), shown))
    return people


# What counts as income in the family section: the total only shows whether a zero too many was typed, it computes
# nothing
_INCOME = ("wage", "business", "property_income", "transfer")


def _facts(fields: Sequence[Field], row: Mapping[str, Any]) -> Facts:
    facts = []
    for f in fields:
        value = row.get(f.name)
        if value in (None, "", []) or not f.applies(row):
            continue
        facts.append((f.label, _text(f, value)))
    return facts


def _text(f: Field, value: Any) -> str:
    if isinstance(f, BankAccount):
        return f"尾号 {str(value)[-4:]}"
    if isinstance(f, IdNumber):
        return f"{value[:6]} {value[6:14]} {value[14:]}"
    return f.show(value)
