"""The form of a new simulation: supposed values are collected in the address, one after the other, before anything is asked."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import QueryDict

from minzheng.datacenter.simulation import asking
from minzheng.datacenter.simulation.asking import Options
from minzheng.datacenter.simulation.services import PERMISSION, this_month
from minzheng.kernel import clock
from minzheng.kernel.parts.places import places_below
from minzheng.kernel.regions import codes
from minzheng.kernel.regions.selectors import region_names
from minzheng.kernel.standards import selectors as standards
from minzheng.kernel.standards import values
from minzheng.policy.errors import InputError
from minzheng.policy.params import Declaration
from minzheng.policy.regions import normalize_region
from minzheng.policy.ruleset import Ruleset
from minzheng.policy.simulate import supposed_rows

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.standards.models import ParameterValue

#: Fields of the question itself, as the page sends them.
FIELDS = ("region", "title", "purpose", "start", "months", "refused_months", "near_yuan", "near_percent", "small")
ADDING = ("benefit", "name", "place", "value", "unit", "since")


def change_text(row: ParameterValue) -> str:
    """A value of a draft set as the command line writes a supposed one."""
    unit = f" {row.unit}" if row.unit and row.unit not in ("比例", "") else ""
    return f"{row.name}@{codes.prefix(row.region_code)}={row.value}{unit}@{row.valid_from:%Y-%m-%d}"


@dataclass(frozen=True)
class Supposed:
    """One supposed value as the page lists it."""

    text: str
    title: str
    place: str
    shown: str
    now: str
    since: str
    drop: str


@dataclass
class NewForm:
    """What the page draws. ``actor`` decides the places; ``given`` is the address or what was sent."""

    actor: Actor
    given: QueryDict
    errors: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ruleset: Ruleset = values.ruleset()
        self.set_id: int | None = None
        self.set_title, self.left_out = "", list[str]()
        self.changes = [str(text) for text in self.given.getlist("c") if text][:200]
        if str(self.given.get("set", "")).isdigit():
            self._from_set(int(str(self.given["set"])))
        scopes = self.actor.scopes(PERMISSION)
        self.places = self._places(scopes)
        first = self.places[0][0] if self.places else ""
        self.values: dict[str, str] = {
            "region": first, "title": self._title(), "purpose": "", "start": this_month(), "months": "12",
            "refused_months": "12", "near_yuan": "50", "near_percent": "10", "small": "5",
        } | {name: str(self.given[name]) for name in FIELDS if name in self.given}  # fmt: skip

    def _places(self, scopes: Sequence[str]) -> list[tuple[str, str]]:
        names = region_names(scopes)
        own = [(code, names.get(code, code)) for code in scopes]
        return own + [(code, f"　{name}") for code, name in places_below(scopes) if code not in names]

    def _from_set(self, pk: int) -> None:
        """The values of a draft set that this person may read; those no rule computes with are named and left out."""
        rows = list(standards.visible_to(self.actor).filter(standard_set_id=pk).select_related("standard_set"))
        if not rows or rows[0].standard_set is None:
            self.errors["set"] = "没有这份标准调整，或者它还没有填任何值。"
            return
        self.set_id, self.set_title = pk, rows[0].standard_set.title
        known = self.ruleset.params.declarations
        self.left_out = [row.name for row in rows if row.name not in known]
        if not self.changes:
            self.changes = [change_text(row) for row in rows if row.name in known and row.state in ("draft", "signed")]

    def _title(self) -> str:
        return self.set_title

    # ---- supposed values
    @property
    def benefits(self) -> list[tuple[str, str]]:
        """Folders that declare parameters, real benefits first."""
        declared = {one.benefit for one in self.ruleset.params.declarations.values()}
        listed = [self.ruleset.benefits[code] for code in sorted(declared) if code in self.ruleset.benefits]
        listed.sort(key=lambda one: one.shared)
        return [(one.code, one.title + ("（几项福利共用）" if one.shared else "")) for one in listed]

    @property
    def benefit(self) -> str:
        return str(self.given.get("benefit", ""))

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """Parameters of the chosen benefit, also those of shared rules that it cannot do without."""
        return [
            (one.name, one.title or one.name) for one in self.ruleset.params.declarations.values() if one.benefit == self.benefit
        ]  # fmt: skip

    @property
    def chosen(self) -> Declaration | None:
        found = self.ruleset.params.declarations.get(str(self.given.get("name", "")))
        return found if found is not None and found.benefit == self.benefit else None

    @property
    def options(self) -> list[tuple[str, str]]:
        """What may be chosen as value; empty where it is typed."""
        if self.chosen is None:
            return []
        if self.chosen.type == "是否":
            return [("是", "是"), ("否", "否")]
        return list(self.chosen.choices.items()) if self.chosen.type == "选项" else []

    @property
    def now(self) -> str:
        """The value in force today in the chosen place."""
        if self.chosen is None or not self.adding["place"]:
            return ""
        found = self.ruleset.params.resolve(self.chosen.name, normalize_region(self.adding["place"]), clock.today())
        return str(found.as_dict()["shown"]) if found else "没有值"

    @property
    def adding(self) -> dict[str, str]:
        start = {"place": self.values["region"], "since": f"{self.values['start']}-01"}
        return {name: str(self.given.get(name, "")) or start.get(name, "") for name in ADDING}

    def add(self) -> str:
        """The address with one more supposed value; "" and errors when it cannot be."""
        one, declared = self.adding, self.chosen
        if declared is None:
            self.errors["name"] = "请选择参数。"
            return ""
        if not one["value"].strip():
            self.errors["value"] = "请填写假设的值。"
            return ""
        unit = f" {one['unit']}" if one["unit"] and one["unit"] != declared.unit else ""
        since = f"@{one['since']}" if one["since"] else ""
        text = f"{declared.name}@{codes.prefix(codes.full(one['place']))}={one['value'].strip()}{unit}{since}"
        try:
            supposed_rows(self.ruleset, asking.changes_of([asking.as_change(text)]))
        except InputError as error:
            self.errors["value"] = f"{error.reason}。"
            return ""
        return self.address([*self.changes, text])

    def address(self, changes: Sequence[str]) -> str:
        """The page again with these supposed values and what was filled in already."""
        kept = [(name, str(self.given[name])) for name in FIELDS if self.given.get(name)]
        kept += [("benefit", self.benefit)] if self.benefit else []
        kept += [("set", str(self.set_id))] if self.set_id else []
        return "?" + urlencode([*kept, *(("c", text) for text in changes)])

    @property
    def supposed(self) -> list[Supposed]:
        rows = []
        names = region_names({codes.full(asking.as_change(text)["region"]) for text in self._readable()})
        for i, text in enumerate(self._readable()):
            change = asking.as_change(text)
            declared = self.ruleset.params.declarations[change["name"]]
            found = self.ruleset.params.resolve(change["name"], change["region"], clock.today())
            place = codes.full(change["region"])
            rows.append(
                Supposed(
                    text, declared.title or change["name"], names.get(place, place),
                    f"{declared.choices.get(change['value'], change['value'])}{self._unit(declared, change['value'])}",
                    str(found.as_dict()["shown"]) if found else "没有值", change["since"] or "一直",
                    self.address([one for j, one in enumerate(self._readable()) if j != i]),
                )
            )  # fmt: skip
        return rows

    @staticmethod
    def _unit(declared: Declaration, value: str) -> str:
        written = any(value.endswith(unit) for unit in declared.units)
        return f" {declared.unit}" if declared.unit and not written and declared.type in ("元", "整数") else ""

    def _readable(self) -> list[str]:
        """Supposed values that can be read; the address may have been typed by hand."""
        found = []
        for text in self.changes:
            try:
                if asking.as_change(text)["name"] in self.ruleset.params.declarations:
                    found.append(text)
            except InputError:
                self.errors["changes"] = f"假设“{text}”写得不对，已去掉。"
        return found

    # ---- the question
    def kept(self) -> list[dict[str, str]]:
        return [asking.as_change(text) for text in self._readable()]

    def asked(self) -> Options | None:
        """The options as typed; None and errors when a number cannot be read."""
        given = self.values
        try:
            datetime.date.fromisoformat(f"{given['start']}-01")
        except ValueError:
            self.errors["start"] = "起始月份请写成 2026-12 的样子。"
        whole = {
            name: self._whole(name, low, high)
            for name, low, high in (("months", 1, asking.MOST_MONTHS), ("refused_months", 0, 60), ("small", 0, 100))
        }
        fen, share = self._scaled("near_yuan", 100, 100_000), self._scaled("near_percent", 100, 10_000)
        if self.errors:
            return None
        return Options(given["start"], whole["months"], whole["refused_months"], fen, share, whole["small"])

    def _whole(self, name: str, low: int, high: int) -> int:
        text = self.values[name].strip()
        if text.isascii() and text.isdigit() and low <= int(text) <= high:
            return int(text)
        self.errors[name] = f"请填 {low} 到 {high} 的整数。"
        return 0

    def _scaled(self, name: str, scale: int, high: int) -> int:
        try:
            number = Decimal(self.values[name].strip() or "0") * scale
        except InvalidOperation:
            number = Decimal(-1)
        if not (0 <= number <= high and number == int(number)):
            self.errors[name] = "请填 0 或正数，最多两位小数。"
            return 0
        return int(number)
