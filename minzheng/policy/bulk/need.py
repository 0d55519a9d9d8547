"""Say in Chinese how to install what bulk work needs, instead of an ImportError."""

from __future__ import annotations

import importlib.util

from minzheng.policy.errors import PolicyError

PACKAGES = {"loop": ("numpy", "pyarrow", "duckdb", "numba"), "duckdb": ("numpy", "pyarrow", "duckdb"), "spark": ("numpy", "pyarrow", "duckdb", "numba", "pyspark")}  # fmt: skip


class NotInstalled(PolicyError):
    """The optional packages of an engine are not there."""


def missing(engine: str) -> list[str]:
    """Packages an engine (loop, duckdb, spark) needs and this installation lacks."""
    return [name for name in PACKAGES[engine] if importlib.util.find_spec(name) is None]


def require(engine: str) -> None:
    """Raise NotInstalled, saying what to install, unless the engine can run."""
    lacking = missing(engine)
    if lacking:
        extra = "spark" if engine == "spark" else "bulk"
        raise NotInstalled(
            f"成批计算还缺 {'、'.join(lacking)}；在检出目录运行 python3 scripts/bootstrap.py {extra}，"
            f"或运行 pip install 'minzheng[{extra}]'"
        )
