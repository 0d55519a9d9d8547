"""Reading ahead: one stage of a pipeline in a thread of its own, with few blocks between the two."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_END = object()


def ahead(items: Iterator[T], most: int = 2) -> Iterator[T]:
    """The same items, made in another thread, at most `most` of them waiting. Errors come out where the items would.

    The thread ends when the items do, or when whoever walks stops walking."""
    waiting: queue.Queue[Any] = queue.Queue(most)
    stopped = threading.Event()

    def put(one: Any) -> bool:
        while not stopped.is_set():
            try:
                waiting.put(one, timeout=0.2)
                return True
            except queue.Full:
                continue
        return False

    def make() -> None:
        try:
            for item in items:
                if not put(item):
                    return
            put(_END)
        except BaseException as error:  # whatever it is belongs to the thread that walks
            put(error)

    thread = threading.Thread(target=make, daemon=True)
    thread.start()
    try:
        while (item := waiting.get()) is not _END:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        thread.join()


class Behind(Generic[T]):
    """Hands items to `work` in another thread, in order, a few at a time; an error is raised at the next `put` or at the
    end of the context."""

    def __init__(self, work: Callable[[T], None], most: int = 2) -> None:
        self._work = work
        self._waiting: queue.Queue[Any] = queue.Queue(most)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._error: BaseException | None = None

    def __enter__(self) -> Behind[T]:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._waiting.put(_END)
        self._thread.join()
        if kind is None and self._error is not None:
            raise self._error

    def put(self, item: T) -> None:
        if self._error is not None:
            raise self._error
        self._waiting.put(item)

    def _run(self) -> None:
        while (item := self._waiting.get()) is not _END:
            if self._error is None:
                try:
                    self._work(item)
                except BaseException as error:  # kept for the thread that hands over
                    self._error = error
