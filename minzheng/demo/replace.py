"""Take out old demo data: only demo rows go, and none at all if a single row of real data hangs on them.

Which rows are a demonstration is decided without a list of tables, so that a table added tomorrow is covered:

* a row with `is_demo` is one when it says so; a row that belongs to a region when that lies in province 99, which is
  assigned to no place — what visitors of a demonstration add there (applications, awards) goes with it;
* any other row belongs to its owners: the rows its constrained foreign keys point to, or, without such keys, the rows
  its links point to (users apart: whoever wrote a row does not own it).

Real data is touched when a real row points to a demonstration row, or when a row has owners of both kinds.
"""

from __future__ import annotations

import json
from functools import cache

from django.apps import apps
from django.db import connection, models
from django.db.models import ForeignKey, Model, Q, QuerySet

from minzheng.demo.errors import NotDemo
from minzheng.kernel.base import RegionRow
from minzheng.kernel.models import (
    AuditEntry,
    AuditSeal,
    BankFile,
    JobRun,
    LedgerEntry,
    LedgerTotal,
    LedgerTransaction,
    LoginAttempt,
    LoginCode,
    PayEvent,
    PayLine,
    PayMonth,
    ReturnReject,
    User,
    WorkerBeat,
)  # fmt: skip
from minzheng.kernel.regions.codes import bounds
from minzheng.kernel.subjects.selectors import DEMO_PROVINCE

#: History of the installation itself; it stays whatever is demonstrated.
KEPT: tuple[type[Model], ...] = (AuditEntry, AuditSeal, JobRun, LoginAttempt, LoginCode, WorkerBeat)
#: Money: these only grow, and a function of the database takes their invented rows out (`_money`).
GROWING: tuple[type[Model], ...] = (
    ReturnReject, BankFile, PayEvent, PayMonth, PayLine, LedgerTotal, LedgerEntry, LedgerTransaction,
)  # fmt: skip
_OURS = ("minzheng.",)
Table = type[Model]


@cache
def tables() -> tuple[Table, ...]:
    """Every table of the platform that may hold a demonstration, those that point to others first."""
    ours = [m for m in apps.get_models() if m._meta.managed]
    known = [m for m in ours if m.__module__.startswith(_OURS) and m not in KEPT + GROWING]
    left, ordered = [m for m in known if _marked(m) or owners(m)], []
    while left:
        free = [
            m for m in left if not any(k.related_model is m for other in left if other is not m for k in _order(other))
        ]
        if not free:
            raise AssertionError(f"表之间的归属成环：{[m.__name__ for m in left]}")
        ordered += free
        left = [m for m in left if m not in free]
    return tuple(ordered)


def _order(model: Table) -> list[ForeignKey]:
    """Keys that decide the order of deletion: constrained ones, and those by which a row is known to be invented."""
    return [key for key in _keys(model) if _constrained(key) or key in owners(model)]


def _keys(model: Table) -> list[ForeignKey]:
    return [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]


def _constrained(key: ForeignKey) -> bool:
    """Whether the database itself holds the reference (`base.link` makes references that it does not)."""
    return bool(getattr(key, "db_constraint", True))


def _has(model: Table, name: str) -> bool:
    return any(field.name == name for field in model._meta.concrete_fields)


def _region_field(model: Table) -> str:
    """The field that places a row: a business row's region, a region's own code; "" where a region is only an attribute
    of a row that belongs to others (a post's scope)."""
    if model._meta.label == "kernel.Region":
        return "code"
    placed = issubclass(model, RegionRow) or not _keys(model)
    return "region_code" if placed and _has(model, "region_code") else ""


def _marked(model: Table) -> bool:
    return _has(model, "is_demo") or bool(_region_field(model))


@cache
def owners(model: Table) -> tuple[ForeignKey, ...]:
    """The keys that say to whom an unmarked row belongs; none for a marked table. A key to the same table (a deputy's
    post naming the one it stands in for) says nothing about that."""
    if _marked(model):
        return ()
    keys = [key for key in _keys(model) if key.related_model is not model]
    constrained = tuple(key for key in keys if _constrained(key))
    return constrained or tuple(key for key in keys if key.related_model is not User)


def is_demo(model: Table) -> Q:
    """The condition “this row is part of a demonstration”."""
    low, high = bounds(DEMO_PROVINCE)
    condition = Q(pk__in=[])
    if _has(model, "is_demo"):
        condition |= Q(is_demo=True)
    place = _region_field(model)
    if place:
        condition |= Q(**{f"{place}__gte": low, f"{place}__lte": high})
    for key in owners(model):
        condition |= Q(**{f"{key.name}__in": demo_rows(key.related_model)})
    return condition | _unowned(model)


def _unowned(model: Table) -> Q:
    """A row that may do without an owner and has none (a photograph of no case) belongs to the demonstration when an
    invented user made it: nobody else can say whose it is."""
    nobody = Q(pk__in=[])
    if not owners(model) or not all(key.null for key in owners(model)):
        return nobody
    for key in _keys(model):
        if key.related_model is User and key not in owners(model):
            nobody |= Q(**{f"{key.name}__in": demo_rows(User)})
    return nobody & Q(**{f"{key.name}__isnull": True for key in owners(model)})


def demo_rows(model: Table) -> QuerySet[Model]:
    return model._default_manager.filter(is_demo(model)).order_by()


def refuse_if_real_data_is_touched() -> None:
    """Raises NotDemo naming the table and the number of real rows that hang on the demonstration."""
    for model in tables():
        pointing = [key for key in _keys(model) if key.related_model in tables()]
        for key in pointing:
            count = _touched(model, key)
            if count:
                what, target = model._meta.verbose_name, key.related_model._meta.verbose_name
                raise NotDemo(
                    f"有 {count} 条真实的“{what}”引用了示范数据里的“{target}”：不能替换示范数据。"
                    f"请先在系统里把这些{what}改到真实的{target}上，或换一个数据库装示范数据。"
                )


def _touched(model: Table, key: ForeignKey) -> int:
    points_to_demo = model._default_manager.filter(**{f"{key.name}__in": demo_rows(key.related_model)})
    if key not in owners(model):
        return points_to_demo.exclude(is_demo(model)).count()
    count = 0
    for other in owners(model):
        if other is not key:
            real = Q(**{f"{other.name}__isnull": False}) & ~Q(**{f"{other.name}__in": demo_rows(other.related_model)})
            count += points_to_demo.filter(real).count()
    return count


def remove() -> dict[str, int]:
    """Delete every demonstration row, inside the caller's transaction; returns the counts by table. Call
    `refuse_if_real_data_is_touched` first."""
    removed = _money()
    for model in tables():
        rows = demo_rows(model)
        # Not QuerySet.delete(): it would read 200 000 rows to find children that this loop has deleted already.
        # Asked first: what only grows may not be deleted from, not even no rows.
        count = rows._raw_delete(using=rows.db) if rows.exists() else 0
        if count:
            removed[model._meta.label] = count
    return removed


def _money() -> dict[str, int]:
    """The books and pay runs of invented places, which only their own function may empty; counts by model."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks still to come cannot be altered
        cursor.execute("SELECT kernel_remove_demonstrated_money()")
        counts = json.loads(cursor.fetchone()[0])
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    labels = {model._meta.db_table: model._meta.label for model in apps.get_models()}
    return {labels[table]: count for table, count in counts.items()}


def stored_files() -> list[str]:
    """Names in the file vault of papers that the removal takes away; drop them after the transaction is committed."""
    names: list[str] = []
    for model in tables():
        for field in ("path", "thumbnail"):
            if _has(model, field) and isinstance(model._meta.get_field(field), models.CharField):
                names += [name for name in demo_rows(model).values_list(field, flat=True) if name]
    return names


def lock() -> None:
    """One load at a time: writers of organisations wait, readers do not."""
    from minzheng.kernel.models import Organization

    with connection.cursor() as cursor:
        table = connection.ops.quote_name(Organization._meta.db_table)
        cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
