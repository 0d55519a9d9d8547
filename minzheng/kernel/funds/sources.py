"""What the data files say: sources of money, purposes (which benefits an allocation may pay), who is paid first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from minzheng.kernel.funds.errors import BadFundsData
from minzheng.policy.errors import InputError
from minzheng.policy.words import to_yes
from minzheng.policy.yamltext import load

DATA = Path(__file__).parent / "data"
LOTTERY = "lottery"
#: Purpose of the lottery fund's own projects.
WELFARE = "welfare"
WHOLE = 10_000


@dataclass(frozen=True)
class Source:
    """One source of money. `pays`: benefits may be paid from it."""

    code: str
    title: str
    pays: bool


@dataclass(frozen=True)
class Purpose:
    """What an allocation is for. `items`: beginnings of the codes of the benefits that it may pay."""

    code: str
    title: str
    items: tuple[str, ...]

    def covers(self, item_code: str) -> bool:
        return any(item_code.startswith(one) for one in self.items)


@dataclass(frozen=True)
class Defaults:
    """What holds where a place has confirmed no rule of its own."""

    order: tuple[str, ...]
    line_types: tuple[str, ...]
    share: dict[str, int]


def _read(name: str) -> dict[str, Any]:
    try:
        found = load(DATA / name)
    except (OSError, InputError) as error:
        raise BadFundsData(f"资金数据文件 {name} 读不出来：{error}") from error
    if not isinstance(found, dict):
        raise BadFundsData(f"资金数据文件 {name} 应是“代码: 内容”的表。")
    return {str(key): value for key, value in found.items()}


@cache
def sources() -> dict[str, Source]:
    """Code → source, in the order of the file: that is also the order of columns and of largest remainders."""
    return {
        code: Source(code, str(said["title"]), to_yes(str(said.get("pays", "是"))))
        for code, said in _read("sources.yaml").items()
    }


@cache
def purposes() -> dict[str, Purpose]:
    return {
        code: Purpose(code, str(said["title"]), tuple(str(one) for one in said["items"] or ()))
        for code, said in _read("purposes.yaml").items()
    }


@cache
def purpose_of(item_code: str) -> str:
    """The code of the purpose that pays this benefit."""
    for one in purposes().values():
        if one.covers(item_code):
            return one.code
    raise BadFundsData(f"purposes.yaml 里没有一个用途管事项“{item_code}”：请在最后保留 other。")


@cache
def defaults() -> Defaults:
    said = _read("order.yaml")
    share = {str(code): int(parts) for code, parts in said["share"].items()}
    return Defaults(tuple(map(str, said["items"])), tuple(map(str, said["line_types"])), share)


def title(code: str) -> str:
    """The name of a source; its code when the file no longer knows it."""
    found = sources().get(code)
    return found.title if found else code


def purpose_title(code: str) -> str:
    found = purposes().get(code)
    return found.title if found else code
