"""Fields for text, choice, yes/no, tick, date, money and count. Import them from ``parts.fields``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from minzheng.kernel.parts.field_base import FULLWIDTH, Field, Invalid, Options, many_of, text_of

MAX_YUAN = Decimal("999999999.99")


@dataclass(frozen=True)
class Text(Field):
    """One line of text."""

    max_length: int = 100
    min_length: int = 0
    pattern: str = ""
    hint: str = "格式不对，请检查。"

    def parse(self, text: str) -> str:
        if len(text) > self.max_length:
            raise Invalid(f"{self.label}最多填写 {self.max_length} 个字，现在是 {len(text)} 个。")
        if len(text) < self.min_length:
            raise Invalid(f"{self.label}至少填写 {self.min_length} 个字，现在是 {len(text)} 个。")
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise Invalid(f"{self.label}{self.hint}")
        return text


@dataclass(frozen=True)
class LongText(Text):
    """Several lines of text (opinion, reason, explanation)."""

    max_length: int = 2000
    rows: int = 3

    widget: ClassVar[str] = "textarea"


@dataclass(frozen=True)
class Choice(Field):
    """Single choice; with ``many`` several, the value being a list of codes. Up to ``radio_up_to`` options are drawn as
    radio buttons, good for keyboard and finger.
    """

    options: Options = ()
    many: bool = False
    radio_up_to: int = 5

    verb: ClassVar[str] = "选择"

    @property
    def widget(self) -> str:  # type: ignore[override]
        if self.many:
            return "checkboxes"
        return "radios" if len(self.choices()) <= self.radio_up_to else "select"

    @property
    def multiple(self) -> bool:  # type: ignore[override]
        return self.many

    def choices(self) -> list[tuple[str, str]]:
        options = self.options() if callable(self.options) else self.options
        return [(str(code), label) for code, label in options]

    def clean(self, raw: Any) -> Any:
        if not self.many:
            return super().clean(raw)
        picked = [text for text in map(text_of, many_of(raw)) if text]
        if not picked and self.required:
            raise Invalid(f"请选择{self.label}，至少一项。")
        return [self.parse(text) for text in picked]

    def parse(self, text: str) -> str:
        if text not in dict(self.choices()):
            raise Invalid(f"{self.label}里没有“{text[:40]}”这一项，请重新选择。")
        return text

    def show(self, value: Any) -> str:
        names = dict(self.choices())
        values = value if isinstance(value, (list, tuple)) else [value]
        return "、".join(names.get(str(v), str(v)) for v in values if v not in (None, ""))

    def to_input(self, value: Any) -> Any:
        return [str(v) for v in value or ()] if self.many else text_of(value)


@dataclass(frozen=True)
class YesNo(Field):
    """Yes or no; None when unanswered and optional: no answer is given for the person."""

    widget: ClassVar[str] = "radios"
    verb: ClassVar[str] = "选择"
    empty: ClassVar[Any] = None

    def choices(self) -> list[tuple[str, str]]:
        return [("yes", "是"), ("no", "否")]

    def parse(self, text: str) -> bool:
        known = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False, "是": True, "否": False}
        if text.lower() not in known:
            raise Invalid(f"{self.label}请选“是”或“否”。")
        return known[text.lower()]

    def show(self, value: Any) -> str:
        return "" if value in (None, "") else "是" if value in (True, "yes") else "否"

    def to_input(self, value: Any) -> str:
        return "" if value in (None, "") else "yes" if value in (True, "yes") else "no"


@dataclass(frozen=True)
class Tick(Field):
    """A box the person must tick (promise, consent, checked). Unticked is False."""

    widget: ClassVar[str] = "tick"
    verb: ClassVar[str] = "勾选"
    empty: ClassVar[Any] = False

    def clean(self, raw: Any) -> bool:
        ticked = text_of(raw).lower() in ("on", "yes", "true", "1")
        if self.required and not ticked:
            raise Invalid(f"请先勾选：{self.label}。")
        return ticked

    def show(self, value: Any) -> str:
        return "已勾选" if value else "未勾选"

    def to_input(self, value: Any) -> str:
        return "yes" if value else ""


@dataclass(frozen=True)
class Date(Field):
    """A date. Takes 2026-01-31, 2026/1/31, 2026.1.31, 20260131, 2026年1月31日."""

    not_after: Callable[[], date] | None = None
    not_before: Callable[[], date] | None = None

    widget: ClassVar[str] = "date"
    empty: ClassVar[Any] = None

    def parse(self, text: str) -> date:
        value = parse_date(text)
        if value is None:
            raise Invalid(f"{self.label}请写成 2026-01-31 这样的日期。")
        if self.not_after and value > self.not_after():
            raise Invalid(f"{self.label}不能晚于 {self.not_after():%Y-%m-%d}。")
        if self.not_before and value < self.not_before():
            raise Invalid(f"{self.label}不能早于 {self.not_before():%Y-%m-%d}。")
        return value

    def show(self, value: Any) -> str:
        return value.isoformat()[:10] if isinstance(value, date) else text_of(value)


@dataclass(frozen=True)
class Money(Field):
    """Money. Yuan on screen (up to two decimals, commas allowed), whole fen in the data."""

    minimum: int = 0
    maximum: int = int(MAX_YUAN * 100)
    unit: str = "元"

    inputmode: ClassVar[str] = "decimal"
    widget: ClassVar[str] = "money"
    empty: ClassVar[Any] = None

    def parse(self, text: str) -> int:
        plain = text.translate(FULLWIDTH).replace(",", "").replace("，", "").removesuffix("元").strip()
        try:
            yuan = Decimal(plain)
        except InvalidOperation:
            raise Invalid(f"{self.label}请填写数字，例如 1200 或 1200.50。") from None
        if not yuan.is_finite() or abs(yuan) > MAX_YUAN:
            raise Invalid(f"{self.label}的数字太大，请检查。")
        fen = yuan * 100
        if fen != fen.to_integral_value():
            raise Invalid(f"{self.label}最多保留两位小数。")
        if fen < self.minimum:
            raise Invalid(f"{self.label}不能小于 {yuan_text(self.minimum)} 元。")
        if fen > self.maximum:
            raise Invalid(f"{self.label}不能大于 {yuan_text(self.maximum)} 元。")
        return int(fen)

    def show(self, value: Any) -> str:
        return "" if value in (None, "") else f"{yuan_text(int(value))} 元"

    def to_input(self, value: Any) -> str:
        if value in (None, ""):
            return ""
        return f"{Decimal(int(value)) / 100:.2f}" if isinstance(value, int) else str(value)


@dataclass(frozen=True)
class Count(Field):
    """A whole number not below zero (people, times, days)."""

    minimum: int = 0
    maximum: int = 999_999
    unit: str = ""

    inputmode: ClassVar[str] = "numeric"
    widget: ClassVar[str] = "number"
    empty: ClassVar[Any] = None

    def parse(self, text: str) -> int:
        plain = text.translate(FULLWIDTH)
        if not re.fullmatch(r"-?\d+", plain):
            raise Invalid(f"{self.label}请填写整数，例如 3。")
        # Longer than any bound could be: Python refuses to read thousands of digits
        value = int(plain) if len(plain) <= 40 else self.maximum + 1
        if not self.minimum <= value <= self.maximum:
            raise Invalid(f"{self.label}应在 {self.minimum} 到 {self.maximum} 之间。")
        return value

    def show(self, value: Any) -> str:
        return "" if value in (None, "") else f"{value} {self.unit}".strip()

    def to_input(self, value: Any) -> str:
        return "" if value is None else str(value)


def parse_date(text: str) -> date | None:
    parts = re.fullmatch(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?", text.translate(FULLWIDTH))
    if not parts:
        return None
    try:
        return date(*map(int, parts.groups()))
    except ValueError:
        return None


def yuan_text(fen: int) -> str:
    """fen → yuan with thousands and two decimals, for example 123456 → ``1,234.56``."""
    return f"{Decimal(fen) / 100:,.2f}"
