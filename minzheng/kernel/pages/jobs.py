"""Background work of the screens: exports that somebody allowed."""

from __future__ import annotations

from minzheng.kernel.exports import services
from minzheng.kernel.exports.errors import ExportRefused
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic
from minzheng.kernel.jobs.services import JobError
from minzheng.kernel.pages.exporting import making


@job(services.MAKE, title="生成导出文件", atomic=False)
def make(ctx: Context, request: str) -> dict[str, int]:
    try:
        return {"rows": making.make(int(request), ctx.progress)}
    except ExportRefused as error:
        services.fail(pk=int(request), sentence=str(error))
        raise JobError(str(error), retry=False) from error


@periodic(every_seconds=1800)
@job("exports.expire", title="删除过期的导出文件", atomic=False)
def expire(ctx: Context) -> dict[str, int]:
    """Files past their time, and requests nobody decided on."""
    return {"ended": services.expire()}
