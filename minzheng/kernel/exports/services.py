"""Asking for an export, deciding on it, keeping and handing out its files.

Small masked exports are made on the spot and only recorded. An export of more than EXPORT_APPROVAL_ROWS rows, or with
whole numbers, needs the leave of another person who holds `export.approve` over the place; it is then made by a job,
sealed in the vault and kept for EXPORT_KEEP_HOURS. Every fetch is a line in the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.documents import vault
from minzheng.kernel.exports.errors import ExportRefused
from minzheng.kernel.exports.models import ExportRequest
from minzheng.kernel.jobs.services import enqueue
from minzheng.kernel.oversight.limits import limit
from minzheng.kernel.regions import codes
from minzheng.kernel.registers.numbering import next_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.accounts.models import Assignment

MAKE = "exports.make"


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to export. `query` is the list's address part; `filters` the same in words; `purpose` a
    sentence, demanded with whole numbers and above the limit."""

    page: str
    title: str
    query: str
    filters: str
    columns: tuple[str, ...]
    rows: int
    unmasked: bool
    format: str
    purpose: str = ""

    @property
    def needs_leave(self) -> bool:
        return self.unmasked or self.rows > limit("EXPORT_APPROVAL_ROWS")


@transaction.atomic
def ask(*, actor: Actor, wanted: Wanted, post: Assignment) -> ExportRequest:
    """Enter a request under the post that allows the export; small ones are entered as made at once (the caller hands
    the file out). Raises ExportRefused."""
    assert actor.user is not None
    if wanted.rows > limit("EXPORT_MOST_ROWS"):
        raise ExportRefused(
            f"一次最多导出 {limit('EXPORT_MOST_ROWS'):,} 行，现在有 {wanted.rows:,} 行；请先筛选，分批导出。"
        )
    words = " ".join(wanted.purpose.split())[:200]
    if wanted.needs_leave and len(words) < 6:
        raise ExportRefused("请写明用途（至少 6 个字），审批人据此决定是否同意。")
    now = clock.now()
    year = now.date().year
    number = next_number("export", region_code=post.region_code, year=year)
    request = ExportRequest.objects.create(
        no=f"DC{codes.prefix(post.region_code)}-{year}-{number:06d}",
        region_code=post.region_code,
        user=actor.user,
        user_name=actor.name,
        post=f"{post.organization.name} {post.post}".strip(),
        page=wanted.page,
        title=wanted.title,
        query=wanted.query,
        filters=wanted.filters,
        columns=list(wanted.columns),
        rows=wanted.rows,
        unmasked=wanted.unmasked,
        format=wanted.format,
        purpose=words,
        asked_at=now,
        state=ExportRequest.ASKED if wanted.needs_leave else ExportRequest.MADE,
        **({} if wanted.needs_leave else {"made_at": now, "made_rows": wanted.rows, "downloads": 1, "expires_at": now}),
    )
    detail = {
        "no": request.no, "page": wanted.page, "rows": wanted.rows, "filters": sorted(_names(wanted.query)),
        "full_numbers": wanted.unmasked, "format": wanted.format,
    }  # fmt: skip
    action = "export.ask" if wanted.needs_leave else "export"
    audit.record(actor=actor, action=action, obj=request, reason=words, detail=detail)
    return request


@transaction.atomic
def decide(*, actor: Actor, pk: int, approve: bool, text: str) -> ExportRequest:
    """Allow or refuse. Nobody decides on his own request. An approved one is queued for making. Raises ExportRefused."""
    request = ExportRequest.objects.select_for_update().filter(pk=pk).first()
    if request is None or not actor.can("export.approve", request.region_code):
        raise ExportRefused("没有这份导出申请，或您的岗位不能审批它。")
    if request.user_id == actor.id:
        raise ExportRefused("不能审批自己的导出申请，请由另一名有审批权限的人办理。")
    if request.state != ExportRequest.ASKED:
        raise ExportRefused(f"这份申请现在是“{request.get_state_display()}”，不能再审批。")
    words = " ".join(text.split())[:200]
    if not approve and len(words) < 4:
        raise ExportRefused("不同意须写明理由（至少 4 个字）。")
    request.state = ExportRequest.APPROVED if approve else ExportRequest.REFUSED
    request.decided_by, request.decided_name = actor.user, actor.name
    request.decision, request.decided_at = words, clock.now()
    request.save(update_fields=["state", "decided_by", "decided_name", "decision", "decided_at"])
    audit.record(
        actor=actor, action="export.decide", obj=request, reason=words,
        detail={"no": request.no, "approved": approve, "rows": request.rows, "full_numbers": request.unmasked},
    )  # fmt: skip
    if approve:
        enqueue(MAKE, args={"request": str(request.pk)}, key=f"{MAKE}:{request.pk}", requested_by_id=request.user_id)
    return request


@transaction.atomic
def keep(*, pk: int, parts: Sequence[tuple[str, bytes, int]], suffix: str) -> ExportRequest:
    """Seal the made parts (name, bytes, rows) in the vault and open them for fetching."""
    from minzheng.kernel.crypto.sealing import sm3

    request = ExportRequest.objects.select_for_update().get(pk=pk)
    if request.state != ExportRequest.APPROVED:
        return request
    files: list[dict[str, Any]] = []
    for number, (name, content, rows) in enumerate(parts):
        path = vault.put(content, bound_to=_bound(request, number), suffix=suffix)
        files.append({"path": path, "name": name, "rows": rows, "bytes": len(content), "sm3": sm3(content)})
    now = clock.now()
    request.files, request.made_rows = files, sum(rows for _name, _content, rows in parts)
    request.state, request.made_at = ExportRequest.MADE, now
    request.expires_at = now + timedelta(hours=limit("EXPORT_KEEP_HOURS"))
    request.save(update_fields=["files", "made_rows", "state", "made_at", "expires_at"])
    return request


def fail(*, pk: int, sentence: str) -> None:
    """The job gave up: say so on the page."""
    ExportRequest.objects.filter(pk=pk, state=ExportRequest.APPROVED).update(
        state=ExportRequest.FAILED, error=sentence[:200]
    )


@transaction.atomic
def fetch(*, actor: Actor, pk: int, part: int) -> tuple[dict[str, Any], bytes]:
    """One part, for whoever asked for it; a line in the log each time. Raises ExportRefused."""
    request = ExportRequest.objects.select_for_update().filter(pk=pk, user_id=actor.id or 0).first()
    if request is None or not 0 <= part < len(request.files):
        raise ExportRefused("没有这个导出文件。")
    if request.state != ExportRequest.MADE or request.expires_at is None or request.expires_at <= clock.now():
        raise ExportRefused("导出文件已过期删除；如仍需要，请重新申请。")
    file = request.files[part]
    content = vault.get(file["path"], bound_to=_bound(request, part), sha=file["sm3"])
    ExportRequest.objects.filter(pk=pk).update(downloads=F("downloads") + 1)
    audit.record(
        actor=actor, action="export.download", obj=request, reason=request.purpose,
        detail={"no": request.no, "page": request.page, "part": part + 1, "rows": file["rows"],
                "full_numbers": request.unmasked},
    )  # fmt: skip
    return file, content


def expire() -> int:
    """Delete files past their time, and requests that nobody decided on; returns how many ended."""
    now = clock.now()
    ended = 0
    for request in ExportRequest.objects.filter(state=ExportRequest.MADE, expires_at__lte=now).exclude(files=[]):
        for file in request.files:
            vault.drop(file["path"])
        ended += _end(request)
    stale = now - timedelta(hours=limit("EXPORT_ASK_HOURS"))
    for request in ExportRequest.objects.filter(state=ExportRequest.ASKED, asked_at__lte=stale):
        ended += _end(request)
    return ended


def _end(request: ExportRequest) -> int:
    changed = ExportRequest.objects.filter(pk=request.pk, state=request.state).update(
        state=ExportRequest.EXPIRED, files=[]
    )
    if changed:
        audit.record(actor=audit.SYSTEM, action="export.expire", obj=request, detail={"no": request.no})
    return changed


def _bound(request: ExportRequest, part: int) -> str:
    return f"export:{request.pk}:{part}"


def _names(query: str) -> set[str]:
    """The names of the filters in force; their values may be people's names and stay out of the log."""
    from urllib.parse import parse_qsl

    return {name for name, value in parse_qsl(query) if value} - {"page", "size", "sort", "format", "reason", "unmask"}
