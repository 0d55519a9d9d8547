"""The parts an administrator looks at, one function each: green, yellow or red, and a sentence saying what to do."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import Error
from django.utils import timezone

from minzheng import __version__
from minzheng.site import logfiles
from minzheng.site.doctor import data
from minzheng.site.doctor.result import FAIL, OK, Result, fail, ok, warn
from minzheng.site.environment import reading, tls
from minzheng.site.environment.dangers import SIX_MONTHS
from minzheng.site.health import endpoint, measures

BACKUP_DAYS = 1.5  # a nightly backup, with half a day's grace
REHEARSAL_DAYS = 35  # rehearsed monthly
CERTIFICATE_DAYS = 30
OLDEST_JOB_SECONDS = 300
VERIFY_DAYS = 8
_GB = 1024**3
_BUREAUS = 5  # one installation serves a county, seldom several


def examine() -> list[Result]:
    """All components; without a database the rest is still told."""
    reachable = endpoint.database_state() == "ok"
    found = list(_safely(database)) if reachable else fail("数据库", "连不上；请看数据库是否启动、磁盘是否已满。")
    for component in (*(_WITH_DATABASE if reachable else ()), *_WITHOUT):
        found += _safely(component)
    return found


def worst(rows: list[Result]) -> str:
    states = {row.state for row in rows}
    return next((state for state in (FAIL, "warn") if state in states), OK)


def _safely(component: Callable[[], list[Result]]) -> list[Result]:
    try:
        return component()
    except (Error, OSError, ValueError) as error:
        return fail(component.__doc__ or component.__name__, f"查看时出错（{type(error).__name__}）；请看程序日志。")


def database() -> list[Result]:
    """数据库"""
    found = measures.server()
    said = f"PostgreSQL {found.version}，{found.size / _GB:.2f} GB，连接 {found.connections}／{found.allowed}"
    if found.connections > found.allowed * 0.8:
        return warn("数据库", f"{said}；连接快用完了，请减少网页工作进程或调大 max_connections。")
    return ok("数据库", said)


def migrations() -> list[Result]:
    """数据表"""
    return data.migrations()


def processes() -> list[Result]:
    """进程"""
    found = _lock()
    begun = f"监护进程 {found['pid']}，" if found.get("pid") else ""
    workers = measures.workers()
    if not workers:
        return fail("进程", "后台任务进程没有心跳：短信、文书、审计封存都停了；请看 var/log/jobs.log 后重启平台。")
    return ok("进程", f"{begun}网页进程 {os.getppid()}，后台任务进程 {workers} 个")


def _lock() -> dict[str, object]:
    try:
        found = json.loads((Path(settings.VAR_DIR) / "serve.lock").read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def jobs() -> list[Result]:
    """后台任务"""
    found = measures.work()
    said = f"排队 {found.queued}，运行 {found.running}，七天内失败 {found.failed}"
    if found.oldest_seconds > OLDEST_JOB_SECONDS:
        minutes = int(found.oldest_seconds // 60)
        return fail("后台任务", f"{said}；最早一个已等 {minutes} 分钟，请看任务进程是否在忙长任务或已停。")
    if found.failed:
        return warn("后台任务", f"{said}；请到“后台任务”按失败筛选，看原因后重试。")
    return ok("后台任务", said)


def outbox() -> list[Result]:
    """消息"""
    found = measures.outbox()
    said = f"待发 {found['queued']}，失败 {found['failed']}"
    if found["failed"]:
        return warn("消息", f"{said}；请到“消息”看失败原因，号码有误的由经办更正。")
    return ok("消息", said)


def audit_chain() -> list[Result]:
    """审计链"""
    from minzheng.kernel.jobs import selectors

    waiting, age = measures.audit()
    verified = selectors.runs(name="site.verify_audit").filter(state__in=("done", "failed"))
    last = verified.order_by("-finished_at").first()
    if last is not None and last.state == "failed":
        return fail(
            "审计链", f"{_day(last.finished_at)}校验没有通过；请立即报告审计管理员，运行 minzheng audit verify。"
        )
    if waiting and age > 600:
        return fail("审计链", f"有 {waiting} 行等了 {int(age // 60)} 分钟还没有入链；请看任务 audit.seal 的错误。")
    said = f"未入链 {waiting} 行"
    if last is None or last.finished_at is None:
        return warn("审计链", f"{said}；还没有校验过，请运行 minzheng audit verify（平台每天夜里也会校验）。")
    if timezone.now() - last.finished_at > timedelta(days=VERIFY_DAYS):
        return warn("审计链", f"{said}；上次校验在 {_day(last.finished_at)}，请运行 minzheng audit verify。")
    return ok("审计链", f"{said}，{_day(last.finished_at)}校验通过")


def clock() -> list[Result]:
    """时钟"""
    return data.clock()


def calendar_year() -> list[Result]:
    """工作日历"""
    return data.calendar_year()


def confirmations() -> list[Result]:
    """待确认的参数"""
    unconfirmed, missing = _unconfirmed()
    if unconfirmed or missing:
        lacking = f"、{missing} 个没有值" if missing else ""
        return warn(
            "待确认的参数",
            f"政策参数、办理期限、账号安全等数字 {unconfirmed} 个没有确认{lacking}；请政策科在“参数确认”里按来源逐个核对、签发。",
        )
    return ok("待确认的参数", "都已确认")


def _unconfirmed() -> tuple[int, int]:
    """(not confirmed, without a value): as the page of parameters counts them, for the bureau that has most to do."""
    from minzheng.kernel.clock import today
    from minzheng.kernel.orgs.selectors import bureau_places
    from minzheng.kernel.standards import selectors

    told = [selectors.counts(selectors.in_force(place, today())) for place in bureau_places()[:_BUREAUS]]
    worst = max(told, key=lambda one: one["open"] + one["pending"] + one["missing"], default={})
    return worst.get("open", 0) + worst.get("pending", 0), worst.get("missing", 0)


def disk() -> list[Result]:
    """磁盘"""
    free, total = measures.disk()
    said = f"剩余 {free / _GB:.1f} GB，共 {total / _GB:.0f} GB"
    if free < _GB or free < total * 0.02:
        return fail("磁盘", f"{said}；快写满了，满了就不能受理和上传，请马上清理或扩容。")
    if free < 5 * _GB or free < total * 0.1:
        return warn("磁盘", f"{said}；请安排清理或扩容。")
    return ok("磁盘", said)


def backups() -> list[Result]:
    """备份"""
    found = measures.backup()
    if found is None:
        return fail("备份", "还没有备份过；请运行 minzheng backup --out 文件，并安排每天夜里备份。")
    said = f"上次 {_day(found.at)}，{found.size / _GB:.2f} GB"
    if not found.ok:
        return fail("备份", f"{said}，没有成功；请看备份命令的输出，排除原因后重做。")
    if timezone.now() - found.at > timedelta(days=BACKUP_DAYS):
        return fail("备份", f"{said}，已超过一天半；请看定时备份为什么没有执行。")
    if found.verified_at is None or timezone.now() - found.verified_at > timedelta(days=REHEARSAL_DAYS):
        return warn("备份", f"{said}；一个月内没有演练过恢复，请运行 minzheng restore 文件 --rehearse。")
    return ok("备份", f"{said}；{_day(found.verified_at)}演练过恢复")


def certificate() -> list[Result]:
    """证书"""
    if settings.TLS is None:
        where = "由反向代理提供，请在代理上查看到期日" if settings.BEHIND_HTTPS_PROXY else "没有启用"
        return ok("证书", f"HTTPS {where}")
    days = tls.days_left(settings.TLS)
    if days < 7:
        return fail("证书", f"还有 {days} 天到期，到期后谁也打不开；请换上新证书后重启平台。")
    if days < CERTIFICATE_DAYS:
        return warn("证书", f"还有 {days} 天到期；请申请新证书，换上后重启平台。")
    return ok("证书", f"还有 {days} 天到期")


def logs() -> list[Result]:
    """访问日志"""
    kept = reading.days("MINZHENG_ACCESS_LOG_DAYS")
    oldest = logfiles.oldest_access_day(Path(settings.VAR_DIR) / "log")
    since = f"最早 {oldest.isoformat()}，" if oldest else ""
    if kept < SIX_MONTHS:
        return fail(
            "访问日志", f"{since}只留 {kept} 天，少于六个月；请把 MINZHENG_ACCESS_LOG_DAYS 设为 {SIX_MONTHS} 以上。"
        )
    return ok("访问日志", f"{since}保留 {kept} 天")


def versions() -> list[Result]:
    """版本"""
    import platform

    import django

    return ok("版本", f"平台 {__version__}，Python {platform.python_version()}，Django {django.get_version()}")


def _day(moment: datetime | date | None) -> str:
    if isinstance(moment, datetime):
        return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M ")
    return moment.isoformat() if moment else ""


_WITH_DATABASE = (migrations, processes, jobs, outbox, audit_chain, clock, calendar_year, confirmations)
_WITHOUT = (disk, backups, certificate, logs, versions)
