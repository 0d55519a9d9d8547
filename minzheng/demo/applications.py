"""办件装入数据库."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minzheng.demo.load import Loader


def load_cases(loader: Loader) -> int:
    """Carry out the plan of cases.csv through the case services; returns how many cases there are now."""
    return 0
