"""JSON Schemas of declared fields and filters: what a form or an address may carry, as text (forms carry nothing else)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from typing import Any

from minzheng.kernel.parts.bodies import ListBody
from minzheng.kernel.parts.fields import (
    BankAccount,
    Choice,
    Count,
    Date,
    Field,
    IdNumber,
    Money,
    PersonPick,
    Phone,
    Photo,
    Region,
    Text,
    Tick,
    YesNo,
)
from minzheng.kernel.parts.filters import ByChoice, ByMonth, DateRange, Filter

Schema = dict[str, Any]
#: The words of the query string that every list understands.
PAGING: dict[str, Schema] = {
    "sort": {"type": "string", "maxLength": 60},
    "page": {"type": "string", "pattern": "^[0-9]{1,6}$"},
    "size": {"type": "string", "enum": ["20", "50", "100"]},
}


def form_schema(fields: Iterable[Field]) -> Schema:
    """An object with one property a field. Conditions between fields (``when``) are left to the server's answer."""
    properties = {field.name: {"title": field.label, **schema_of(field)} for field in fields}
    needed = sorted(field.name for field in fields if field.required and field.when is None)
    return {"type": "object", "properties": properties, **({"required": needed} if needed else {})}


@singledispatch
def schema_of(field: Field) -> Schema:
    """The text that this kind of field takes."""
    return {"type": "string", "maxLength": 2000}


@schema_of.register
def _(field: Text) -> Schema:
    return {
        "type": "string",
        "maxLength": field.max_length,
        **({"minLength": field.min_length} if field.required else {}),
    }


@schema_of.register
def _(field: Choice) -> Schema:
    # Options that are asked for each time depend on the reader: they are described by the page, not here.
    if callable(field.options) or not field.options:
        return {"type": "string", "maxLength": 60}
    one = {"type": "string", "enum": [str(code) for code, _ in field.options]}
    return {"type": "array", "items": one, "uniqueItems": True} if field.many else one


@schema_of.register(YesNo)
def _(field: YesNo) -> Schema:
    return {"type": "string", "enum": ["yes", "no"]}


@schema_of.register(Tick)
def _(field: Tick) -> Schema:
    return {"type": "string", "enum": ["yes"]}


@schema_of.register(Date)
def _(field: Date) -> Schema:
    return {"type": "string", "format": "date"}


@schema_of.register(Money)
def _(field: Money) -> Schema:
    return {"type": "string", "pattern": r"^[0-9]{1,9}(\.[0-9]{1,2})?$", "description": "元，最多两位小数"}


@schema_of.register(Count)
def _(field: Count) -> Schema:
    return {"type": "string", "pattern": "^[0-9]{1,6}$"}


@schema_of.register(IdNumber)
def _(field: IdNumber) -> Schema:
    return {"type": "string", "pattern": "^[0-9]{17}[0-9X]$"}


@schema_of.register(Phone)
def _(field: Phone) -> Schema:
    return {"type": "string", "pattern": "^1[3-9][0-9]{9}$"}


@schema_of.register(BankAccount)
def _(field: BankAccount) -> Schema:
    return {"type": "string", "pattern": "^[0-9]{12,30}$"}


@schema_of.register(PersonPick)
def _(field: PersonPick) -> Schema:
    return {"type": "string", "pattern": "^[0-9]{1,19}$"}


@schema_of.register(Region)
def _(field: Region) -> Schema:
    return {"type": "string", "pattern": "^[0-9]{12}$"}


@schema_of.register(Photo)
def _(field: Photo) -> Schema:
    return {"type": "array", "maxItems": field.max_files, "items": {"type": "string", "format": "binary"}}


def query_schemas(body: ListBody) -> dict[str, Schema]:
    """name → schema of everything a list's address may carry."""
    found: dict[str, Schema] = {}
    for one in body.filters:
        for name in one.names():
            found[name] = {"title": one.label, **_filter_schema(one)}
    return found | PAGING


def _filter_schema(one: Filter) -> Schema:
    if isinstance(one, DateRange):
        return {"type": "string", "format": "date"}
    if isinstance(one, ByMonth):
        return {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"}
    if isinstance(one, ByChoice) and not callable(one.choices) and one.choices:
        return {"type": "string", "enum": [str(code) for code, _ in one.choices]}
    return {"type": "string", "maxLength": 100}
