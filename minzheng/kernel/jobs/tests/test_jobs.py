"""Queueing, running, retrying, fencing, in one process."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from minzheng.kernel import clock
from minzheng.kernel.jobs import leases, registry, selectors, services, worker
from minzheng.kernel.jobs.cli import jobs
from minzheng.kernel.jobs.context import Context, LeaseLost, Stopping
from minzheng.kernel.jobs.execution import execute
from minzheng.kernel.jobs.models import JobRun, WorkerBeat
from minzheng.kernel.jobs.tests.sample_jobs import count

pytestmark = pytest.mark.django_db


def claimed() -> JobRun:
    run = leases.claim("w", 30)
    assert run is not None
    return run


def make_due() -> None:
    JobRun.objects.filter(state="queued").update(run_after=Now() - timedelta(seconds=1))


def test_排队执行并留下结果() -> None:
    run = services.enqueue("test.add", args={"name": "n"}, key="a", requested_by_id=7)
    assert worker.drain() == 1
    run.refresh_from_db()
    assert (run.state, run.result, run.progress, run.requested_by_id) == ("done", {"added": "n", "attempt": 1}, 100, 7)
    assert run.finished_at is not None
    assert count("n") == 1


def test_同一幂等键只排一次() -> None:
    first = services.enqueue("test.add", key="a", args={"name": "n"})
    again = services.enqueue("test.add", key="a", args={"name": "m"})
    assert first.pk == again.pk
    worker.drain()
    assert services.enqueue("test.add", key="a").state == "done"
    assert worker.drain() == 0
    assert (count("n"), count("m")) == (1, 0)


def test_业务回滚则任务不存在() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.enqueue("test.add", key="a")
        raise ZeroDivisionError
    assert not JobRun.objects.exists()


def test_未声明的任务当场拒绝() -> None:
    with pytest.raises(registry.UnknownJob, match="没有名为“test.nothing”的后台任务"):
        services.enqueue("test.nothing", key="a")


def test_未到时间的任务不执行() -> None:
    services.enqueue("test.add", key="a", run_after=clock.now() + timedelta(hours=1))
    assert worker.drain() == 0


def test_冻结的日历不影响排队时间() -> None:
    with clock.at(date(2031, 1, 1)):
        services.enqueue("test.add", key="a", run_after=clock.now())
        services.enqueue("test.add", key="b", run_after=clock.now() + timedelta(hours=1))
        services.enqueue("test.add", key="c")
    assert worker.drain() == 2
    assert JobRun.objects.get(state="queued").key == "b"


def test_失败后延后重试_次数用完为失败() -> None:
    run = services.enqueue("test.fail", key="a", args={"secret": "990101195803020028"})
    for attempt, delay in ((1, 5), (2, 10)):
        assert worker.drain() == 1
        run.refresh_from_db()
        assert (run.state, run.attempts) == ("queued", attempt)
        assert delay - 2 < (run.run_after - timezone.now()).total_seconds() <= delay
        make_due()
    assert worker.drain() == 1
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("failed", 3)
    assert count("n") == 0  # each try was rolled back


def test_错误记录不含个人数据() -> None:
    run = services.enqueue("test.fail", key="a", args={"secret": "990101195803020028"})
    worker.drain()
    run.refresh_from_db()
    assert "990101195803020028" not in run.error
    assert "ValueError" in run.error
    assert "sample_jobs.py" in run.error


def test_任务自己说明的错误原样保留且不再重试() -> None:
    run = services.enqueue("test.refuse", key="a")
    worker.drain()
    run.refresh_from_db()
    assert (run.state, run.attempts, run.error) == ("failed", 1, "代发银行拒收文件，请核对批次。")


def test_租约未到期别人领不到_到期后可接手() -> None:
    services.enqueue("test.add", key="a")
    run = claimed()
    assert leases.claim("x", 30) is None
    JobRun.objects.update(lease_until=Now() - timedelta(seconds=1))
    second = leases.claim("x", 30)
    assert second is not None
    assert (second.pk, second.attempts) == (run.pk, 2)
    assert second.lease_owner != run.lease_owner


def test_失去租约的执行者写不进结果_其改动回滚() -> None:
    services.enqueue("test.add", key="a")
    slow_one = claimed()
    JobRun.objects.update(lease_until=Now() - timedelta(seconds=1))
    fast_one = claimed()
    assert execute(slow_one, Context(slow_one)) == "lost"
    assert count("n") == 0
    assert execute(fast_one, Context(fast_one)) == "done"
    assert execute(slow_one, Context(slow_one)) == "lost"
    assert count("n") == 1
    run = JobRun.objects.get()
    assert (run.state, run.result["attempt"]) == ("done", 2)


def test_失去租约的执行者也不能记失败_续租或放回() -> None:
    services.enqueue("test.fail", key="a")
    old = claimed()
    JobRun.objects.update(lease_until=Now() - timedelta(seconds=1))
    claimed()
    assert execute(old, Context(old)) == "lost"
    assert not leases.extend(old.pk, old.lease_owner, 30)
    assert not leases.release(old.pk, old.lease_owner)
    assert JobRun.objects.get().state == "running"


def test_分段事务在失去租约后回滚() -> None:
    from minzheng.kernel.jobs.tests.sample_jobs import add_one

    services.enqueue("test.add", key="a")
    run = claimed()
    ctx = Context(run)
    with ctx.atomic():
        add_one("portion")
    JobRun.objects.update(lease_owner="另一个")
    with pytest.raises(LeaseLost), ctx.atomic():
        add_one("portion")
    assert count("portion") == 1
    with pytest.raises(LeaseLost):
        ctx.progress(10)


def test_屡次拖垮执行进程的任务不再重试() -> None:
    services.enqueue("test.fail", key="a")
    for _ in range(3):
        claimed()
        JobRun.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert leases.claim("w", 30) is None
    run = JobRun.objects.get()
    assert run.state == "failed"
    assert "中途退出" in run.error


def test_进度随心跳写入() -> None:
    services.enqueue("test.add", key="a")
    run = claimed()
    ctx = Context(run)
    ctx.progress(41.7, "已比对 4 万条")
    assert leases.extend(run.pk, ctx.token, 30, **ctx.taken_progress())
    run.refresh_from_db()
    assert (run.progress, run.message) == (41, "已比对 4 万条")
    ctx.stopping = True
    with pytest.raises(Stopping):
        ctx.progress(50)


def test_重试与取消只在应当的状态下() -> None:
    run = services.enqueue("test.refuse", key="a")
    with pytest.raises(services.NotPossible, match="现为“排队”"):
        services.retry(run_id=run.pk)
    assert services.cancel(run_id=run.pk).state == "cancelled"
    assert worker.drain() == 0
    with pytest.raises(services.NotPossible, match="只有排队中的任务可以取消"):
        services.cancel(run_id=run.pk)
    assert services.retry(run_id=run.pk).state == "queued"
    assert worker.drain() == 1
    with pytest.raises(services.NotPossible, match="没有编号为 5 的任务"):
        services.retry(run_id=5)


def test_定时任务每个时段只排一次_且不堆积(monkeypatch: Any) -> None:
    monkeypatch.setattr(registry, "_periods", {"test.tick": 2})
    one, two = worker.Worker(), worker.Worker()
    moment = 1_800_000_000.0
    monkeypatch.setattr(worker.time, "time", lambda: moment)
    one._tick()
    two._tick()
    one._tick()
    assert JobRun.objects.filter(name="test.tick").count() == 1
    moment += 2
    two._tick()  # the first still waits
    assert JobRun.objects.filter(name="test.tick").count() == 1
    worker.drain()
    moment += 2
    one._tick()
    two._tick()
    worker.drain()
    assert JobRun.objects.filter(name="test.tick").count() == 2
    assert count("tick") == 2


def test_健康状态随心跳变化() -> None:
    assert selectors.health() == "stale"
    worker.Worker()._sign_of_life()
    worker.Worker()._sign_of_life()
    assert selectors.health() == "ok"
    assert WorkerBeat.objects.count() == 1
    WorkerBeat.objects.update(at=Now() - timedelta(minutes=2))
    assert selectors.health() == "stale"


def test_清理过期记录() -> None:
    from minzheng.kernel.jobs.jobs import prune

    def done(name: str, days: float) -> None:
        JobRun.objects.create(
            name=name, key=f"{name}{days}", state="done", run_after=timezone.now(),
            finished_at=timezone.now() - timedelta(days=days),
        )  # fmt: skip

    for name, days in (("test.tick", 0.5), ("test.tick", 0.01), ("test.add", 0.5), ("test.add", 100)):
        done(name, days)
    services.enqueue("test.add", key="q")
    assert prune(Context(JobRun())) == {"periodic": 1, "others": 1}
    assert set(JobRun.objects.values_list("key", flat=True)) == {"test.tick0.01", "test.add0.5", "q"}


def test_所有声明的任务都能发现且名称唯一() -> None:
    known = registry.declared()
    assert {"audit.seal", "jobs.prune"} <= set(known)
    assert registry.periods()["audit.seal"] == 3
    with pytest.raises(ValueError, match=r"任务名 audit\.seal 已被"):
        registry.job("audit.seal")(lambda ctx: None)


def test_命令行列出与重试() -> None:
    run = services.enqueue("test.refuse", key="a")
    JobRun.objects.update(created_at=datetime(2026, 11, 2, 1, 0, tzinfo=UTC))
    assert "执行了 1 个任务" in CliRunner().invoke(jobs, ["work", "--once"]).output
    rows = json.loads(CliRunner().invoke(jobs, ["list", "--state", "failed", "--json"]).stdout)
    assert rows[0]["id"] == str(run.pk)
    assert rows[0]["error"] == "代发银行拒收文件，请核对批次。"
    assert rows[0]["created_at"] == "2026-11-02 09:00:00"
    assert "代发银行拒收文件" in CliRunner().invoke(jobs, ["list"]).output
    assert CliRunner().invoke(jobs, ["retry", str(run.pk)]).exit_code == 0
    assert CliRunner().invoke(jobs, ["retry"]).exit_code == 2
    assert "没有符合条件的任务" in CliRunner().invoke(jobs, ["list", "--state", "failed"]).output
