"""字段的共同部分：清洗的次序、出现条件、空值。"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

# 字段的可选项：(代码, 名称) 的序列，或每次现取的函数（例如只列出本人辖区）
Options = Sequence[tuple[str, str]] | Callable[[], Sequence[tuple[str, str]]]

FULLWIDTH = str.maketrans("０１２３４５６７８９．－Ｘｘ，", "0123456789.-XX,")


class Invalid(ValueError):
    """一个字段填得不对。``str(error)`` 是给填表人看的一句话。"""


@dataclass(frozen=True)
class When:
    """只有另一个字段取这些值时才显示、才必填；``values`` 为空表示“那个字段有值即可”。"""

    field: str
    values: tuple[Any, ...] = ()

    def holds(self, data: Mapping[str, Any]) -> bool:
        value = data.get(self.field)
        wanted = {token_of(v) for v in self.values}
        if isinstance(value, (list, tuple)):
            return bool(wanted & {token_of(v) for v in value}) if wanted else bool(value)
        return token_of(value) in wanted if wanted else value not in (None, "", False, "no", "0")


@dataclass(frozen=True)
class WhenRow(When):
    """出现与否要看整行已经知道的几项（同一节前面的步也算），由服务器判断；页面上的脚本不管它。``field`` 留空。"""

    field: str = ""
    test: Callable[[Mapping[str, Any]], bool] = bool

    def holds(self, data: Mapping[str, Any]) -> bool:
        return bool(self.test(data))


@dataclass(frozen=True)
class Field:
    """所有字段的共同部分。``name`` 是数据里的键，``label`` 是屏幕上的名称。"""

    name: str
    label: str
    _: KW_ONLY
    required: bool = False
    help: str = ""
    when: When | None = None
    autocomplete: str = ""

    widget: ClassVar[str] = "text"
    inputmode: ClassVar[str] = ""
    multiple: ClassVar[bool] = False
    empty: ClassVar[Any] = ""
    verb: ClassVar[str] = "填写"

    def applies(self, data: Mapping[str, Any]) -> bool:
        """在这些已填的值之下，本字段是否出现。"""
        return self.when is None or self.when.holds(data)

    def asked_of(self, data: Mapping[str, Any]) -> bool:
        """页面上要不要画出来：要看整行才知道的（``WhenRow``）由服务器定，其余的交给页面上的脚本收起、展开。"""
        return not isinstance(self.when, WhenRow) or self.applies(data)

    def clean(self, raw: Any) -> Any:
        """干净的值；缺必填项或不合格式时抛 ``Invalid``。"""
        text = text_of(raw)
        if not text:
            if self.required:
                raise Invalid(f"请{self.verb}{self.label}。")
            return self.empty
        return self.parse(text)

    def parse(self, text: str) -> Any:
        """已去空白的非空文字 → 值。"""
        return text

    def show(self, value: Any) -> str:
        return "" if value is None else str(value)

    def to_input(self, value: Any) -> str:
        return self.show(value)


def text_of(raw: Any) -> str:
    if isinstance(raw, (list, tuple)):
        raw = raw[-1] if raw else ""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    return str(raw).strip()


def token_of(value: Any) -> str:
    """是/否在原始数据里是 yes/no，在干净数据里是 True/False：比较前统一。"""
    return text_of(value)


def many_of(raw: Any) -> Iterable[Any]:
    if raw in (None, ""):
        return ()
    return raw if isinstance(raw, (list, tuple)) else (raw,)
