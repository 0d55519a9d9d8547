"""Real worker processes: killed, stopped, two at a time."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable

import pytest

from minzheng.kernel.jobs import selectors, services
from minzheng.kernel.jobs.models import JobRun, WorkerBeat
from minzheng.kernel.jobs.tests.sample_jobs import count

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
Start = Callable[..., subprocess.Popen[bytes]]
Until = Callable[..., None]


def state(key: str) -> str:
    return JobRun.objects.get(key=key).state


def test_强杀执行进程后由下一个接手_结果只写一次(start_worker: Start, until: Until) -> None:
    services.enqueue("test.begin_then_hang", key="hang")
    services.enqueue("test.slow", key="slow", args={"seconds": 600})
    first = start_worker()
    until(lambda: count("begun") == 1 and state("slow") == "running")
    first.send_signal(signal.SIGKILL)
    first.wait()
    JobRun.objects.filter(key="slow").update(args={"seconds": 0})
    start_worker()
    until(lambda: state("hang") == "done" and state("slow") == "done")
    hang, slow = JobRun.objects.get(key="hang"), JobRun.objects.get(key="slow")
    assert (hang.attempts, slow.attempts) == (2, 2)
    assert (count("begun"), count("ended"), count("n")) == (2, 1, 1)  # the transaction of the killed one is gone


def test_长任务靠心跳保住租约_进度可见(start_worker: Start, until: Until) -> None:
    services.enqueue("test.slow", key="slow", args={"seconds": 4})
    start_worker()
    start_worker()
    until(lambda: JobRun.objects.get(key="slow").message == "做到一半")
    assert selectors.health() == "ok"
    assert JobRun.objects.get(key="slow").progress == 50
    until(lambda: state("slow") == "done")
    assert JobRun.objects.get(key="slow").attempts == 1
    assert count("n") == 1


def test_收到停止信号时长任务放回队列(start_worker: Start, until: Until) -> None:
    services.enqueue("test.slow", key="slow", args={"seconds": 600})
    services.enqueue("test.deaf", key="deaf")
    worker = start_worker(grace=1)
    until(lambda: state("slow") == "running" and count("begun") == 1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=10) == 0
    for key in ("slow", "deaf"):
        run = JobRun.objects.get(key=key)
        assert (run.state, run.attempts, run.lease_owner) == ("queued", 0, "")
    assert count("n") == 0
    assert not WorkerBeat.objects.exists()


def test_收到停止信号时短任务做完(start_worker: Start, until: Until) -> None:
    for n in range(30):
        services.enqueue("test.add", key=f"k{n}")
    worker = start_worker()
    until(lambda: count("n") > 3)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=10) == 0
    assert JobRun.objects.filter(state="running").count() == 0
    assert count("n") == JobRun.objects.filter(state="done").count()


def test_两个执行进程_每个任务和每个时段只做一次(start_worker: Start, until: Until) -> None:
    for n in range(60):
        services.enqueue("test.add", key=f"k{n}")
    start_worker(periodic=True)
    start_worker(periodic=True)
    until(lambda: JobRun.objects.filter(name="test.tick", state="done").count() >= 3)
    until(lambda: JobRun.objects.filter(name="test.add", state="done").count() == 60)
    ticks = list(JobRun.objects.filter(name="test.tick").values_list("key", flat=True))
    assert len(ticks) == len(set(ticks))
    assert count("n") == 60
    assert count("tick") in (len(ticks), len(ticks) - 1)
    assert set(JobRun.objects.exclude(name="test.tick").values_list("attempts", flat=True)) == {1}
