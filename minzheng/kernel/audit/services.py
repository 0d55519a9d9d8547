"""Writing the audit log.

`record` writes one line inside the caller's transaction: a change and its line stand or fall together. It takes no lock
that others wait for; a sealer (chain.py) links the lines afterwards.

`record_read` writes the line of a person's file having been read. That line must stay even when the view's transaction
is rolled back afterwards, so it is also kept in the scope opened by `durable_reads()`: the web middleware, the job
worker and commands wrap their work in that scope, and when it closes - before the page leaves the server - lines that
a rollback took away are written again. If that fails, no page is delivered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import models

from minzheng.kernel import clock
from minzheng.kernel.audit.canonical import COLUMNS, canonical, entry_mac, plain, text
from minzheng.kernel.audit.models import AuditEntry

READ = "read"


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
    entry.save(force_insert=True)
    return entry


def record_read(*, actor: ActorLike, obj: models.Model, reason: str) -> AuditEntry:
    """The line "this person's file was read", kept even if the view is rolled back. One line per scope (page view),
    actor, object and reason."""
    entry = _entry(actor, READ, obj, "", reason, None)
    seen = _scope.get()
    if seen is None:
        entry.save(force_insert=True)
        return entry
    key = (entry.actor_id, entry.object_type, entry.object_id, entry.reason)
    if key not in seen:
        entry.save(force_insert=True)
        seen[key] = entry
    return seen[key]


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
            # Lines that are still there are left alone; those a rollback took away come back.
            AuditEntry.objects.bulk_create(list(seen.values()), ignore_conflicts=True)


def _entry(
    actor: ActorLike,
    action: str,
    obj: models.Model | None,
    region_code: str,
    reason: str,
    detail: Mapping[str, Any] | None,
) -> AuditEntry:
    entry = AuditEntry(
        at=clock.now(),
        actor_id=actor.id,
        actor_name=text(actor.name, 60),
        role=text(actor.role, 40),
        action=text(action, 60),
        object_type=text(obj._meta.model_name or "", 40) if obj is not None else "",
        object_id=obj.pk if obj is not None else None,
        region_code=region_code or getattr(obj, "region_code", "") or "",
        reason=text(reason, 200),
        detail=plain(detail or {}),
        address=text(actor.address, 45),
    )
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
