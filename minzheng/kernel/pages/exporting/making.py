"""An allowed export, made in the background: the rows as its asker may see them now, split into files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from django.utils import timezone

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.exports import services
from minzheng.kernel.exports.errors import ExportRefused
from minzheng.kernel.exports.models import ExportRequest
from minzheng.kernel.oversight.limits import limit
from minzheng.kernel.pages import registry
from minzheng.kernel.pages.exporting import files, rows
from minzheng.kernel.pages.gate import allowed
from minzheng.kernel.parts.drawing import Drawing


def make(request_id: int, progress: Callable[[float, str], None]) -> int:
    """Make and seal the files; returns the number of rows. Raises ExportRefused when the asker may no longer see the
    list: permissions are those of this moment, not of the asking."""
    request = ExportRequest.objects.get(pk=request_id)
    if request.state != ExportRequest.APPROVED:
        return request.made_rows
    page = registry.pages().get(request.page)
    asker = actor_of(User.objects.filter(pk=request.user_id).first())
    if page is None or not allowed(asker, page):
        raise ExportRefused("申请人已没有这一页的导出权限，文件没有生成。")
    drawing = Drawing(actor=asker, today=clock.today(), plain=True, unmask=request.unmasked)
    _title, table, columns = rows.parts_of(page, request.query, drawing)
    found = rows.rows_of(table, request.query, drawing)
    total = found.count()
    if total > limit("EXPORT_MOST_ROWS"):
        raise ExportRefused(f"现在有 {total:,} 行，超过一次导出的上限；请筛选后重新申请。")
    size = limit("EXPORT_PART_ROWS")
    groups = list(_groups(rows.lines(found, columns, drawing), size, total, progress)) or [[]]
    total = sum(len(group) for group in groups)
    parts = []
    for number, group in enumerate(groups, start=1):
        mark = mark_of(request, rows=len(group), total=total, part=number, parts=len(groups))
        name = f"{request.title}_{request.no}{f'_{number}' if len(groups) > 1 else ''}.{request.format}"
        parts.append((name, files.made(request.format, columns, group, mark), len(group)))
        progress(50 + 50 * number / len(groups), f"已写 {number} 个文件，共 {len(groups)} 个")
    services.keep(pk=request.pk, parts=parts, suffix=request.format)
    return total


def mark_of(request: ExportRequest, **counts: Any) -> files.Mark:
    return files.Mark(
        no=request.no,
        title=request.title,
        who=request.user_name,
        post=request.post,
        at=f"{timezone.localtime(clock.now()):%Y-%m-%d %H:%M}",
        filters=request.filters or "没有筛选",
        purpose=request.purpose,
        approved_by=request.decided_name,
        unmasked=request.unmasked,
        **counts,
    )


def _groups(
    lines: Iterator[list[Any]], size: int, total: int, progress: Callable[[float, str], None]
) -> Iterator[list[list[Any]]]:
    done = 0
    while group := list(islice(lines, size)):
        done += len(group)
        progress(50 * done / max(total, 1), f"已读 {done:,} 行")
        yield group


def posts(actor: Actor, permission: str) -> list[Any]:
    """The actor's posts that grant this permission, the one over the widest place first."""
    from minzheng.kernel.regions import codes

    held = [one for one in actor.assignments if actor.acting_as(one).has(permission)]
    return sorted(held, key=lambda one: len(codes.prefix(one.region_code)))
