"""Declared background jobs.

    @periodic(every_seconds=600)
    @job("notices.deliver", title="发送短信和站内信")
    def deliver(ctx: Context) -> dict[str, int]: ...

Modules named `jobs.py` in any folder of an installed application are found by `discover()`. A job is a function of a
context and of the JSON arguments it was enqueued with; what it returns is kept as the run's result. It may run more
than once (a worker may die after doing the work and before saying so), so it must be idempotent. An `atomic` job (the
default) runs in one transaction together with the writing of its result: its database effects happen exactly once.
A long job is declared `atomic=False` and uses `ctx.atomic()` for each portion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from minzheng.kernel.discovery import import_all

Function = Callable[..., Any]


@dataclass(frozen=True)
class Job:
    """`max_attempts` counts tries that began, also those that died with their worker."""

    name: str
    title: str
    run: Function
    max_attempts: int
    atomic: bool


class UnknownJob(LookupError):
    """A job of this name is not declared."""

    exit_code = 2


_jobs: dict[str, Job] = {}
_periods: dict[str, int] = {}
_around: list[Callable[[], AbstractContextManager[None]]] = []


def job(name: str, *, title: str = "", max_attempts: int = 5, atomic: bool = True) -> Callable[[Function], Function]:
    """Declare a job. Names are unique; the form is "folder.verb"."""

    def declare(function: Function) -> Function:
        known = _jobs.get(name)
        if known is not None and (known.run.__module__, known.run.__qualname__) != (
            function.__module__,
            function.__qualname__,
        ):
            raise ValueError(f"任务名 {name} 已被 {known.run.__module__} 使用，请换一个名字。")
        _jobs[name] = Job(name, title or name, function, max_attempts, atomic)
        return function

    return declare


def periodic(*, every_seconds: int) -> Callable[[Function], Function]:
    """Run a declared job once in every period of this length, whatever the number of workers."""

    def declare(function: Function) -> Function:
        names = [one.name for one in _jobs.values() if one.run is function]
        if not names:
            raise ValueError("@periodic 要写在 @job 的上一行。")
        _periods[names[0]] = every_seconds
        return function

    return declare


def around_every_run(scope: Callable[[], AbstractContextManager[None]]) -> None:
    """Let a folder above this one put a scope around each run (audit: reads that survive a rollback)."""
    if scope not in _around:
        _around.append(scope)


@contextmanager
def scopes() -> Iterator[None]:
    with ExitStack() as stack:
        for scope in _around:
            stack.enter_context(scope())
        yield


def get(name: str) -> Job:
    """Raises UnknownJob."""
    discover()
    if name not in _jobs:
        raise UnknownJob(f"没有名为“{name}”的后台任务，请核对任务名。")
    return _jobs[name]


def declared() -> dict[str, Job]:
    discover()
    return dict(_jobs)


def periods() -> dict[str, int]:
    """Job name → seconds."""
    discover()
    return dict(_periods)


def discover() -> None:
    """Import every `jobs.py` of the installed applications, once per process."""
    import_all("jobs")
