"""调整批次: how a sum in a fixed library changes. One person enters lines, another confirms; then all apply at once, and
the totals before and after stay on the batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Sum

from minzheng.business.bureau.projects import services, sources
from minzheng.business.bureau.projects.errors import Refused, require
from minzheng.business.bureau.projects.models import Project, ProjectChange, ProjectChangeLine, ProjectLibrary
from minzheng.business.bureau.projects.money import wan
from minzheng.business.bureau.projects.recording import act, locked
from minzheng.business.bureau.projects.selectors import CONFIRM, MANAGE
from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.regions import codes
from minzheng.kernel.registers.numbering import next_number

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


@transaction.atomic
def begin(*, actor: Actor, library: ProjectLibrary, reason: str, document: str) -> ProjectChange:
    """A batch to enter lines into. Raises Refused."""
    actor = require(actor, MANAGE, library.region_code)
    if not library.is_fixed:
        raise Refused("项目库还在编制，金额可以直接改，不需要调整批次。")
    errors = {
        name: f"请填写{title}。"
        for name, text, title in (("reason", reason, "调整原因"), ("document", document, "依据文号"))
        if not text.strip()
    }
    if errors:
        raise Refused([], errors)
    year = clock.today().year
    serial = next_number("project.change", region_code=library.region_code, year=year)
    row = ProjectChange.objects.create(
        library=library, region_code=library.region_code, no=f"TZ{codes.prefix(library.region_code)}-{year}-{serial:03d}",
        reason=reason.strip()[:300], document=document.strip()[:80], entered_by=actor.user, entered_name=actor.name[:60],
        entered_at=clock.now(), before=_whole(library),
    )  # fmt: skip
    audit.record(
        actor=actor,
        action="project.change_begin",
        obj=row,
        region_code=row.region_code,
        reason=reason,
        detail={"no": row.no},
    )
    return row


def _whole(library: ProjectLibrary) -> dict[str, int]:
    found = Project.objects.filter(library=library, counted=True).aggregate(n=Count("pk"), fen=Sum("total_fen"))
    return {"count": found["n"], "fen": found["fen"] or 0}


def _draft(change: ProjectChange) -> ProjectChange:
    row = ProjectChange.objects.select_for_update(of=("self",)).select_related("library").get(pk=change.pk)
    if row.state != "draft":
        raise Refused(f"这个批次现为“{row.get_state_display()}”，不能再改。")  # type: ignore[attr-defined]
    return row


def now_is(project: Project, what: str, key: str = "") -> int:
    """What the sum is today, in fen."""
    if what == "year":
        return project.years.filter(year=int(key)).values_list("planned_fen", flat=True).first() or 0
    if what == "source":
        return project.sources.filter(source=key).values_list("planned_fen", flat=True).first() or 0
    return project.total_fen


@transaction.atomic
def add_line(
    *, actor: Actor, change: ProjectChange, project: Project, what: str, key: str = "", after_fen: int = 0
) -> ProjectChangeLine:
    """One changed sum; the same one again replaces the line. Raises Refused."""
    actor = require(actor, MANAGE, change.region_code)
    row = _draft(change)
    if project.library_id != row.library_id:  # type: ignore[attr-defined]
        raise Refused([], {"project": "请选择这个项目库的项目。"})
    _check_line(row, project, what, key, after_fen)
    before = now_is(project, what, key)
    if what in ("include", "exclude"):
        before, after_fen = (0, project.total_fen) if what == "include" else (project.total_fen, 0)
    if before == after_fen:
        raise Refused([], {"after": "和现在的一样，不用调整。"})
    line, _made = ProjectChangeLine.objects.update_or_create(
        change=row, project=project, what=what, key=key,
        defaults={"region_code": project.region_code, "before_fen": before, "after_fen": after_fen},
    )  # fmt: skip
    return line


def _check_line(row: ProjectChange, project: Project, what: str, key: str, after_fen: int) -> None:
    if what == "year" and not (key.isdigit() and row.library.first_year <= int(key) <= row.library.last_year):
        raise Refused([], {"key": f"年度应在 {row.library.first_year} 到 {row.library.last_year} 之间。"})
    if what == "source" and key not in sources.sources():
        raise Refused([], {"key": "请选择资金来源。"})
    if after_fen < 0 or (what == "total" and after_fen <= 0):
        raise Refused([], {"after": "调整后的金额不对。"})
    if what == "include" and project.counted:
        raise Refused([], {"project": "这个项目已经计入合计。"})
    if what == "exclude" and not project.counted:
        raise Refused([], {"project": "这个项目没有计入合计，不用调出。"})


@transaction.atomic
def confirm(*, actor: Actor, change: ProjectChange) -> ProjectChange:
    """Apply every line, or none. Not by whoever entered it. Raises Refused naming what does not fit."""
    actor = require(actor, CONFIRM, change.region_code)
    row = _draft(change)
    if actor.id is not None and actor.id == row.entered_by_id:  # type: ignore[attr-defined]
        raise Refused("录入人不能自己确认，请由另一人（局领导）确认。")
    by_project: dict[int, list[ProjectChangeLine]] = {}
    for line in row.lines.select_related("project").order_by("pk"):
        by_project.setdefault(line.project_id, []).append(line)  # type: ignore[attr-defined]
    if not by_project:
        raise Refused("批次里还没有调整的项目。")
    library = ProjectLibrary.objects.select_for_update().get(pk=row.library_id)  # type: ignore[attr-defined]
    before = _whole(library)
    for lines in by_project.values():
        _apply(actor, row, lines)
    after = _whole(library)
    _restate(library, after["count"] - before["count"], after["fen"] - before["fen"], by_project)
    row.before, row.after, row.state = before, after, "confirmed"
    row.confirmed_by, row.confirmed_name, row.confirmed_at = actor.user, actor.name[:60], clock.now()
    row.save()
    audit.record(
        actor=actor, action="project.change_confirm", obj=row, region_code=row.region_code, reason=row.reason,
        detail={"no": row.no, "before": before, "after": after},
    )  # fmt: skip
    return row


def _apply(actor: Actor, change: ProjectChange, lines: list[ProjectChangeLine]) -> None:
    project = locked(lines[0].project)
    years, money = services.plans(project)
    for line in lines:
        current = 0 if line.what == "include" else now_is(project, line.what, line.key)
        if current != line.before_fen:
            raise Refused(
                f"{project.name} 的{line.get_what_display()}现在是 {wan(current)} 万元，录入时是 {wan(line.before_fen)} 万元：请撤回后重新录入。"  # type: ignore[attr-defined]
            )
        if line.what == "total":
            project.total_fen = line.after_fen
        elif line.what == "year":
            years[int(line.key)] = line.after_fen
        elif line.what == "source":
            money[line.key] = line.after_fen
        else:
            project.counted = line.what == "include"
    try:
        services.check_sums(project.total_fen, years, money)
    except Refused as error:
        raise Refused([f"{project.no} {project.name}：{one}" for one in error.sentences]) from None
    project.save(update_fields=["total_fen", "counted"])
    services.write_plan(project, years, money)
    act(
        actor, project, "change", document=change.document, words=f"{change.no}：{change.reason}",
        data={"change": str(change.pk), "lines": [[one.what, one.key, one.before_fen, one.after_fen] for one in lines]},
    )  # fmt: skip


def _restate(library: ProjectLibrary, count: int, fen: int, by_project: dict[int, list[ProjectChangeLine]]) -> None:
    """What the library and its classes state moves by exactly what was decided, so that the totals go on to tie."""
    if library.stated_count is not None:
        library.stated_count += count
    if library.stated_fen is not None:
        library.stated_fen += fen
    library.save(update_fields=["stated_count", "stated_fen"])
    for lines in by_project.values():
        by = sum(one.after_fen - one.before_fen for one in lines if one.what in ("total", "include", "exclude"))
        more = sum({"include": 1, "exclude": -1}.get(one.what, 0) for one in lines)
        category = lines[0].project.category
        category.refresh_from_db()
        if category.stated_count is not None:
            category.stated_count += more
        if category.stated_fen is not None:
            category.stated_fen += by
        category.save(update_fields=["stated_count", "stated_fen"])


@transaction.atomic
def withdraw(*, actor: Actor, change: ProjectChange, reason: str) -> ProjectChange:
    actor = require(actor, MANAGE, change.region_code)
    row = _draft(change)
    if not reason.strip():
        raise Refused([], {"reason": "请写明撤回的原因。"})
    row.state, row.withdrawn_reason = "withdrawn", reason.strip()[:200]
    row.save(update_fields=["state", "withdrawn_reason"])
    audit.record(
        actor=actor,
        action="project.change_withdraw",
        obj=row,
        region_code=row.region_code,
        reason=reason,
        detail={"no": row.no},
    )
    return row
