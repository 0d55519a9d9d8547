"""What is measured at the moment of asking. Each group stands alone: without a database the rest is still told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import structlog
from django.conf import settings
from django.db import Error
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from minzheng import __version__
from minzheng.site.environment import tls
from minzheng.site.health import endpoint, measures

log = structlog.get_logger(__name__)


class Gauges:
    """A collector for ``CollectorRegistry.register``."""

    def collect(self) -> Iterator[Any]:
        yield _labelled("minzheng_build_info", "版本", {__version__: 1}, "version")
        up = endpoint.database_state() == "ok"
        yield _one("minzheng_database_up", "数据库是否应答", int(up))
        for group in (_disk, _backup, _certificate, *(_DATABASE if up else ())):
            yield from _safely(group)


def _safely(group: Callable[[], Iterator[Any]]) -> Iterator[Any]:
    try:
        yield from list(group())
    except (Error, OSError) as error:
        log.warning("measure failed", group=group.__name__, kind=type(error).__name__)


def _one(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, help_text, value=value)


def _labelled(name: str, help_text: str, values: Mapping[str, float], label: str) -> GaugeMetricFamily:
    found = GaugeMetricFamily(name, help_text, labels=[label])
    for key, value in values.items():
        found.add_metric([key], value)
    return found


def _disk() -> Iterator[Any]:
    free, total = measures.disk()
    yield _one("minzheng_disk_free_bytes", "运行数据所在磁盘的剩余字节", free)
    yield _one("minzheng_disk_total_bytes", "运行数据所在磁盘的总字节", total)


def _backup() -> Iterator[Any]:
    found = measures.backup()
    if found is not None:
        now = timezone.now()
        yield _one("minzheng_backup_age_seconds", "上次备份距今秒数", (now - found.at).total_seconds())
        yield _one("minzheng_backup_ok", "上次备份是否成功", int(found.ok))
        if found.verified_at:
            age = (now - found.verified_at).total_seconds()
            yield _one("minzheng_backup_rehearsal_age_seconds", "上次恢复演练距今秒数", age)


def _certificate() -> Iterator[Any]:
    if settings.TLS is not None:
        yield _one("minzheng_certificate_days_left", "证书剩余天数", tls.days_left(settings.TLS))


def _jobs() -> Iterator[Any]:
    work = measures.work()
    states = {"queued": work.queued, "running": work.running, "failed": work.failed}
    yield _labelled("minzheng_jobs", "后台任务数，按状态（失败为七天内）", states, "state")
    yield _one("minzheng_jobs_oldest_seconds", "最早到点而未执行的任务已等秒数", work.oldest_seconds)
    yield _one("minzheng_job_workers", "有心跳的任务进程数", measures.workers())


def _outbox() -> Iterator[Any]:
    yield _labelled("minzheng_outbox_messages", "没有发出的消息，按状态", dict(measures.outbox()), "state")


def _audit() -> Iterator[Any]:
    waiting, age = measures.audit()
    yield _one("minzheng_audit_unsealed_lines", "还没有入链的审计行", waiting)
    yield _one("minzheng_audit_seal_age_seconds", "审计链上次续接距今秒数", age)


def _cases() -> Iterator[Any]:
    yield _one("minzheng_cases_overdue", "超过时限的办件数", measures.overdue_cases())
    yield _one("minzheng_sign_in_failures", "最近 15 分钟登录失败次数", measures.sign_in_failures())


def _server() -> Iterator[Any]:
    found = measures.server()
    yield _one("minzheng_database_size_bytes", "数据库字节数", found.size)
    yield _one("minzheng_database_connections", "数据库连接数", found.connections)
    yield _one("minzheng_database_connections_allowed", "数据库允许的连接数", found.allowed)
    yield _one("minzheng_clock_drift_seconds", "数据库时钟比本机快的秒数", measures.clock_drift())


_DATABASE = (_jobs, _outbox, _audit, _cases, _server)
