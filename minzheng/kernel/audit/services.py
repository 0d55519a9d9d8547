"""Writing the audit log.

`record` writes one line inside the caller's transaction: a change and its line stand or fall together. It takes no lock
that others wait for; a sealer (chain.py) links the lines afterwards.

`record_read` writes the line of a person's file having been read. That line must stay even when the view's transaction
is rolled back afterwards, so it is also kept in the scope opened by `durable_reads()`: the web middleware, the job
worker and commands wrap their work in that scope, and when it closes - before the page leaves the server - lines that
a rollback took away are written again. If that fails, no page is delivered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import DatabaseError, models

from minzheng.kernel import clock
from minzheng.kernel.audit import vouching
from minzheng.kernel.audit.canonical import COLUMNS, canonical, entry_mac, plain, text
from minzheng.kernel.audit.models import AuditEntry

READ = "read"
#: A list of people was looked at, or the files were searched: reads of many at once.
LIST, SEARCH = "read.list", "person.search"
#: Lines of `record_each` written with one statement.
_AT_ONCE = 1_000


class CannotRecord(DatabaseError):
    """The log takes no line (disk full, database read-only): what would have been recorded must not happen."""

    sentence = (
        "审计记录写不进去（多半是数据库磁盘已满），涉及个人信息的操作已全部停止，刚才的内容没有显示，也没有保存。"
        "请立即联系系统管理员清理磁盘，恢复后再继续。"
    )


class ActorLike(Protocol):
    """What the log needs to know of an actor; kernel.accounts.actors.Actor fits."""

    @property
    def id(self) -> int | None: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def address(self) -> str: ...


@dataclass(frozen=True)
class _System:
    """The platform itself, for lines that no person caused (kernel.accounts lies above this folder)."""

    id: int | None = None
    name: str = "系统"
    role: str = "system"
    address: str = ""


SYSTEM = _System()

_scope: ContextVar[dict[tuple[Any, ...], AuditEntry] | None] = ContextVar("audit_reads", default=None)


def record(
    *,
    actor: ActorLike,
    action: str,
    obj: models.Model | None = None,
    region_code: str = "",
    reason: str = "",
    detail: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """One line of the log, in the caller's transaction. `detail` carries ids and codes, never sealed values.

    The region is the object's own unless given."""
    entry = _entry(actor, action, obj, region_code, reason, detail)
    _insert(entry)
    return entry


def record_each(
    *, actor: ActorLike, action: str, objects: Iterable[tuple[str, int, str]], reason: str = "",
    detail: Mapping[str, Any] | None = None,
) -> int:  # fmt: skip
    """The same line for each of many objects, in the caller's transaction: (model name, id, region code). Returns how many.

    The lines stand or fall together, so each vouches for the one before it and only the last waits to be named."""
    lines: list[AuditEntry] = []
    count, named, last = 0, vouching.taken(), 0
    first = list(named)
    for model_name, pk, region_code in objects:
        entry = _line(actor, action, None, region_code, reason, detail)
        entry.object_type, entry.object_id = text(model_name, 40), pk
        entry.vouches = named
        entry.mac = entry_mac(canonical([getattr(entry, column) for column in COLUMNS]))
        lines.append(entry)
        named, last, count = [entry.pk], entry.pk, count + 1
        if len(lines) == _AT_ONCE:
            _insert_all(lines)
            lines = []
    _insert_all(lines)
    if count:
        vouching.on_commit(last, first)
    return count


def _insert_all(lines: list[AuditEntry]) -> None:
    try:
        AuditEntry.objects.bulk_create(lines)
    except DatabaseError as error:
        raise CannotRecord(CannotRecord.sentence) from error


def record_read(*, actor: ActorLike, obj: models.Model, reason: str, purpose: str = "") -> AuditEntry:
    """The line "this person's file was read", kept even if the view is rolled back. One line per scope (page view),
    actor, object and reason. `purpose` is a code of kernel/oversight/data/purposes.yaml. Raises CannotRecord: then
    nothing may be shown."""
    return _once(_entry(actor, READ, obj, "", reason, {"purpose": purpose} if purpose else None))


def record_listing(
    *, actor: ActorLike, page: str, rows: int, action: str = LIST, region_code: str = "", detail: Mapping[str, Any] = {}
) -> AuditEntry:
    """The line "so many rows of people were looked at on this page", kept like a read. `detail` holds codes only."""
    return _once(_entry(actor, action, None, region_code, "", {"page": page, "rows": rows, **(detail or {})}))


def _once(entry: AuditEntry) -> AuditEntry:
    """Write the line unless this scope has the same one already."""
    seen = _scope.get()
    if seen is None:
        _insert(entry)
        return entry
    key = (entry.actor_id, entry.action, entry.object_type, entry.object_id, entry.reason, str(entry.detail))
    if key not in seen:
        _insert(entry)
        seen[key] = entry
    return seen[key]


def _insert(entry: AuditEntry) -> None:
    try:
        entry.save(force_insert=True)
    except DatabaseError as error:
        raise CannotRecord(CannotRecord.sentence) from error
    vouching.on_commit(entry.pk, entry.vouches)


@contextmanager
def durable_reads() -> Iterator[None]:
    """The scope of one page view, job or command. Nested scopes are one scope."""
    if _scope.get() is not None:
        yield
        return
    seen: dict[tuple[Any, ...], AuditEntry] = {}
    token = _scope.set(seen)
    try:
        yield
    finally:
        _scope.reset(token)
        if seen:
            _write_again(list(seen.values()))


def _write_again(entries: list[AuditEntry]) -> None:
    """Lines that are still there are left alone; those a rollback took away come back."""
    entries = [entry for entry in entries if not vouching.is_committed(entry.pk)]
    if not entries:
        return
    try:
        kept = set(AuditEntry.objects.filter(pk__in=[entry.pk for entry in entries]).values_list("pk", flat=True))
        for entry in entries:
            if entry.pk not in kept:
                _insert(_signed(entry))
    except DatabaseError as error:
        raise CannotRecord(CannotRecord.sentence) from error


def _entry(
    actor: ActorLike,
    action: str,
    obj: models.Model | None,
    region_code: str,
    reason: str,
    detail: Mapping[str, Any] | None,
) -> AuditEntry:
    return _signed(_line(actor, action, obj, region_code, reason, detail))


def _line(
    actor: ActorLike,
    action: str,
    obj: models.Model | None,
    region_code: str,
    reason: str,
    detail: Mapping[str, Any] | None,
) -> AuditEntry:
    return AuditEntry(
        at=clock.now(),
        actor_id=actor.id,
        actor_name=text(actor.name, 60),
        role=text(actor.role, 40),
        action=text(action, 60),
        object_type=text(obj._meta.model_name or "", 40) if obj is not None else "",
        object_id=obj.pk if obj is not None else None,
        region_code=region_code or getattr(obj, "region_code", "") or "",
        reason=text(reason, 200),
        # A deputy acts in somebody's name: the line names both.
        detail=plain({**dict(getattr(actor, "standing_in", None) or {}), **(detail or {})}),
        address=text(actor.address, 45),
    )


def _signed(entry: AuditEntry) -> AuditEntry:
    """With the lines it vouches for and its MAC."""
    entry.vouches = vouching.taken()
    entry.mac = entry_mac(canonical([getattr(entry, column) for column in COLUMNS]))
    return entry


def seal_pending() -> int:
    """Link all lines that are not linked yet; returns how many. See chain.py."""
    from minzheng.kernel.audit import chain

    return chain.seal_pending(thorough=True)


def verify() -> Any:
    """Check every line, the chain and its anchor; returns a verification.Report."""
    from minzheng.kernel.audit import verification

    return verification.verify()
