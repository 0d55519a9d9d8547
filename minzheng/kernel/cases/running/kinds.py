"""流程步骤的种类: effects that live above the kernel register here and are named by the flow.

The kernel's acts say ``kind("match")``; the data centre says ``@step_kind("match")``. An item's module imports what its
flow needs, so loading the items fills this table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minzheng.kernel.cases.running.context import Ctx

_KINDS: dict[str, Callable[[Ctx], None]] = {}


def step_kind(code: str) -> Callable[[Callable[[Ctx], None]], Callable[[Ctx], None]]:
    """Register the effect `code`; the last one registered wins (a test may put its own)."""

    def register(effect: Callable[[Ctx], None]) -> Callable[[Ctx], None]:
        _KINDS[code] = effect
        return effect

    return register


def kind(code: str) -> Callable[[Ctx], None]:
    """The effect of this kind, looked up when the act is done."""

    def run(ctx: Ctx) -> None:
        if code not in _KINDS:
            raise LookupError(f"流程用到的步骤种类“{code}”没有登记：请在该事项的 item.py 里引用提供它的模块。")
        _KINDS[code](ctx)

    return run
