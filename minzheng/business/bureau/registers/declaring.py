"""What a book of duties says: its fields, states, checks, dates to be reminded of, how often something is due, what counts.

A book is one folder below `books` with a `register.yaml`; these are the values it is read into (`reading.py`). A new folder
alone gives list, form, search, import, export, counts, indicators and reminders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from minzheng.business.bureau.registers.formula import Formula

#: The types of fields, with their names for people who read a declaration.
TYPES = {
    "text": "文字",
    "long": "多行文字",
    "choice": "单选",
    "choices": "多选",
    "date": "日期",
    "number": "整数",
    "decimal": "小数",
    "money": "金额",
    "region": "地区",
    "organisation": "单位",
    "person": "姓名",
    "yesno": "是否",
    "file": "附件",
}
PERIODS = {"month": "月", "quarter": "季度", "year": "年"}
#: What an entry is called by in conditions and formulas besides its fields.
OWN = ("on", "state")


@dataclass(frozen=True)
class FieldSpec:
    """One field. `when`: {other field: codes} for fields that appear only then. `derived`: worked out, not typed; `bands`:
    [(at least, name)] from the highest, for a result that is a grade. `asked`: the state on entering which it is asked for,
    "" for the entry form. `needs`: required."""

    name: str
    label: str
    type: str = "text"
    needs: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    help: str = ""
    unit: str = ""
    most: int = 0
    pattern: str = ""
    hint: str = ""
    when: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    derived: Formula | None = None
    bands: tuple[tuple[float, str], ...] = ()
    asked: str = ""

    def as_shape(self) -> dict[str, Any]:
        """What must stay known of the field to read old entries."""
        return {
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "options": dict(self.options),
            "unit": self.unit,
        }


@dataclass(frozen=True)
class State:
    """`open`: dates of the entry are still reminded of. `next`: the states it may go to. `other_person`: whoever made the
    last step may not make this one."""

    code: str
    label: str
    open: bool = False
    tone: str = "plain"
    next: tuple[str, ...] = ()
    other_person: bool = False


@dataclass(frozen=True)
class Check:
    """`test` must hold whenever `when` does and all its fields are filled in; else `say`, at `field`."""

    test: Formula
    say: str
    when: Formula | None = None
    field: str = ""
    basis: str = ""
    needs_confirmation: bool = False


@dataclass(frozen=True)
class Reminder:
    """Open entries are shown from `days` before the date in `field` on, as late after it."""

    field: str
    days: int
    say: str
    basis: str = ""
    needs_confirmation: bool = False


@dataclass(frozen=True)
class Rhythm:
    """At least `at_least` entries (that fulfil `where`) in each `per`, for every organisation of a kind in `owed_by`, or for
    every value of the field `each`. From day `warn_day` of the period's last month on the shortage is a reminder."""

    code: str
    title: str
    at_least: int
    per: str
    where: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    owed_by: tuple[str, ...] = ("bureau",)
    each: str = ""
    warn_day: int = 20
    basis: str = ""
    needs_confirmation: bool = False


@dataclass(frozen=True)
class Counted:
    """A number of the book: entries that fulfil `where` (or the sum of the field `sum`) by the month of `by`.

    `stock`: those that stand at the end of the month: begun by then and, where `until` names a date, not yet over;
    `this_year`: of these only those begun in the year of the month.
    `due_by`: only entries whose date in this field lies not after the end of the month, or that are in a state of `done`."""

    code: str
    title: str
    unit: str
    where: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    sum: str = ""
    by: str = "on"
    stock: bool = False
    this_year: bool = False
    until: str = ""
    due_by: str = ""
    done: tuple[str, ...] = ()
    split: str = ""
    better: str = "none"


@dataclass(frozen=True)
class Rate:
    """`part` of `whole` in percent, both codes of counts; worked out anew at every level, never summed."""

    code: str
    title: str
    part: str
    whole: str
    better: str = "up"
    definition: str = ""


@dataclass(frozen=True)
class Book:
    """One register. `word` leads its numbers (AQ990101-2026-0001). `reserved`: only for posts with register.reserved.
    `title_from`: the fields that name an entry. `columns`: what the list shows. `dated`: the label of the entry's day."""

    code: str
    title: str
    area: str
    word: str
    about: str
    fields: tuple[FieldSpec, ...]
    title_from: tuple[str, ...]
    columns: tuple[str, ...]
    filters: tuple[str, ...]
    states: tuple[State, ...]
    dated: str = "日期"
    reserved: bool = False
    seeds: tuple[str, ...] = ()
    basis: str = ""
    checks: tuple[Check, ...] = ()
    reminders: tuple[Reminder, ...] = ()
    rhythms: tuple[Rhythm, ...] = ()
    counts: tuple[Counted, ...] = ()
    rates: tuple[Rate, ...] = ()

    def field(self, name: str) -> FieldSpec | None:
        return next((one for one in self.fields if one.name == name), None)

    def state(self, code: str) -> State:
        """The state; one that is no longer declared keeps its code for a name."""
        return next((one for one in self.states if one.code == code), State(code, code))

    @property
    def first_state(self) -> State:
        return self.states[0]

    @property
    def open_states(self) -> tuple[str, ...]:
        return tuple(one.code for one in self.states if one.open)

    @property
    def typed(self) -> tuple[FieldSpec, ...]:
        """The fields that people fill in on the entry form."""
        return tuple(one for one in self.fields if one.derived is None and not one.asked)

    @property
    def files(self) -> tuple[FieldSpec, ...]:
        return tuple(one for one in self.fields if one.type == "file")

    def asked_for(self, state: str) -> tuple[FieldSpec, ...]:
        """The fields that are asked for on entering a state."""
        return tuple(one for one in self.fields if one.asked == state)

    def count(self, code: str) -> Counted | None:
        return next((one for one in self.counts if one.code == code), None)
