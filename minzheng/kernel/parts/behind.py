"""The rows behind a number, as a filter: a report links to the list that its number counts, with the very condition that
counted it. It has no control of its own; whoever came from a number sees it as a line above the table and can take it away."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

from django.db.models import Q, QuerySet

from minzheng.kernel import clock
from minzheng.kernel.months import month_after
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.filters import Filter
from minzheng.kernel.regions import codes
from minzheng.kernel.regions.selectors import region_name


@dataclass(frozen=True)
class Condition:
    """`label`: what is counted; `of(month)` (day 1): which rows."""

    label: str
    of: Callable[[datetime.date], Q]


@dataclass(frozen=True)
class Behind(Filter):
    """`in_force.2026-06.990101`, `in_force.2026-06.990101.1`: a condition, its month, the place by the digits that count (0:
    everywhere), and the part of a split where there is one. `split` narrows rows to a part, `parts` names the parts; `place`
    is the rows' column for the place."""

    _: KW_ONLY
    conditions: Mapping[str, Condition]
    split: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None
    parts: Mapping[str, str] | None = None
    place: str = "region_code"

    widget: ClassVar[str] = "behind"

    def narrow(self, rows: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
        return self.rows(rows, value)

    def rows(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows of a value; none for one that cannot be read."""
        read = self._read(value)
        if read is None:
            return rows.none()
        rows = rows.filter(read.condition.of(read.month))
        if read.region:
            rows = rows.filter(codes.scope_q([read.region], self.place))
        return self.split(rows, read.part) if read.part and self.split else rows

    def chosen(self, values: Mapping[str, str], drawing: Drawing) -> str:
        value = values.get(self.name, "").strip()
        read = self._read(value) if value else None
        if read is None:
            return value
        part, where = (self.parts or {}).get(read.part, ""), region_name(read.region) if read.region else ""
        return f"{where}{read.month.year}年{read.month.month}月{read.condition.label}{part}"

    def _read(self, value: str) -> _Read | None:
        found = re.fullmatch(r"([a-z_]+)\.(\d{4})-(0[1-9]|1[0-2])\.(\d{1,12})(?:\.([a-z0-9]+))?", value)
        if not found or found[1] not in self.conditions or int(found[2]) == 0:
            return None
        part, digits = found[5] or "", found[4]
        if (part and part not in (self.parts or {})) or (digits != "0" and len(digits) not in codes.WIDTHS):
            return None
        month = datetime.date(int(found[2]), int(found[3]), 1)
        return _Read(self.conditions[found[1]], month, "" if digits == "0" else codes.full(digits), part)


@dataclass(frozen=True)
class _Read:
    condition: Condition
    month: datetime.date
    region: str
    part: str


def within(field: str, month: datetime.date) -> Q:
    """Rows whose moment `field` lies in a month (told by its day 1): from its first midnight in China to before the next one's."""
    return Q(**{f"{field}__gte": clock.midnight(month), f"{field}__lt": clock.midnight(month_after(month))})


def behind(name: str, month: datetime.date, region: str, part: str = "") -> str:
    """The value of the filter for an address."""
    return f"{name}.{month:%Y-%m}.{codes.prefix(region) or '0'}" + (f".{part}" if part else "")
