"""对列的页面: columns of the file on the left, fields on the right, guesses from the headings, samples masked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from minzheng.kernel.exchange.caseload import fields, mapping, selectors
from minzheng.kernel.exchange.caseload.errors import BadMapping, ImportRefused
from minzheng.kernel.exchange.caseload.sheets import Table, text_of
from minzheng.kernel.exchange.caseload.store import get
from minzheng.kernel.exchange.models import ImportBatch
from minzheng.kernel.items import registry
from minzheng.kernel.regions.selectors import region_names
from minzheng.kernel.subjects import masking

SAMPLES = 3
MOST_MEMBERS = 10
#: Fields whose values name nobody: shown as they are. Everything else is masked.
PLAIN = frozenset({"household_no", "town", "village", "village_code", "urban", "relation", "sex", "disability_kind",
                   "disability_level", "covered", "since", "item", "category", "persons", "amount", "first_month",
                   "next_review", "decided_on", "bank"})  # fmt: skip
_NAMES = ("name", "head_name", "holder")


@dataclass(frozen=True)
class Column:
    place: int
    header: str
    field: str
    samples: str

    @property
    def input(self) -> str:
        return f"col-{self.place}"


def place_names(codes: list[str]) -> list[tuple[str, str]]:
    names = region_names(codes)
    return [(code, names.get(code, code)) for code in codes]


def masked(text: str, code: str) -> str:
    """A sample value without saying whose it is."""
    code = code.rpartition(".")[2]
    if code in PLAIN:
        return text[:20]
    if code in _NAMES:
        return masking.mask_name(text)
    if code == "address":
        return masking.mask_address(text)
    return masking.mask_id(text) if len(re.findall(r"\d", text)) >= 6 else text[:1] + "*" * min(len(text) - 1, 6)


class MappingForm:
    """What the page draws, and what it posts turned into a mapping. `quiet`: a file that cannot be read draws empty."""

    def __init__(
        self, batch: ImportBatch, address: Mapping[str, str], posted: Any = None, *, quiet: bool = False
    ) -> None:
        self.batch, self.posted = batch, posted
        self.templates = list(selectors.templates(batch.region_code))
        self.chosen = address.get("template", "")
        self.saved = self._saved()
        self.sheet = self._value("sheet", address)
        self.layout = self._value("layout", address) or "person"
        self.table = Table(get(batch.pk, "file"), batch.file_name, self.sheet)
        try:
            self.sheets = self.table.sheets()
            self.head_line, self.headers, self.below = mapping.guess_head(self.table)
        except ImportRefused:
            if not quiet:
                raise
            self.sheets, self.head_line, self.headers, self.below = [], 0, [], []
        self.columns = self._columns()
        constants = self.saved.get("constants", {})
        self.item = self._value("item", {}) or str(constants.get("item", ""))
        self.first_month = self._value("first_month", {}) or str(constants.get("first_month", ""))
        self.as_of = self._value("as_of", {})
        self.amount_per = self._value("amount_per", {}) or "household"
        self.values = posted.get("values", "") if posted else self._shown_values()
        self.control = posted.get("control", "") if posted else self._shown_control()

    def _saved(self) -> Mapping[str, Any]:
        """The chosen template, else what this batch was mapped to before."""
        template = next((one for one in self.templates if str(one.pk) == self.chosen), None)
        found: Mapping[str, Any] = template.spec if template else self.batch.mapping
        return found or {}

    def _value(self, name: str, address: Mapping[str, str]) -> str:
        if self.posted is not None:
            return str(self.posted.get(name, "")).strip()
        return str(address.get(name) or self.saved.get(name) or "").strip()

    def _columns(self) -> list[Column]:
        saved = {fields.normal(header): code for header, code in self.saved.get("columns", {}).items()}
        guesses = fields.guesses([header for header in self.headers if header])
        found = []
        for place, header in enumerate(self.headers):
            if not header:
                continue
            name = f"col-{place}"
            code = (
                self.posted.get(name, "") if self.posted is not None
                else saved.get(fields.normal(header), "") if saved else guesses.get(header, "")
            )  # fmt: skip
            texts = [text_of(cells[place]) for _line, cells in self.below if place < len(cells)]
            samples = [masked(text, code) for text in texts if text][:SAMPLES]
            found.append(Column(place, header, code if fields.known(code) else "", "，".join(samples)))
        return found

    @property
    def options(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """(group, [(code, title)]) for the selects."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for code, one in fields.fields().items():
            groups.setdefault(one.group, []).append((code, one.title))
        if self.layout == "household":
            for number in range(1, MOST_MEMBERS + 1):
                groups[f"成员{number}"] = [
                    (f"m{number}.{code}", fields.title(f"m{number}.{code}")) for code in fields.OF_MEMBER
                ]
        return list(groups.items())

    @property
    def items(self) -> list[tuple[str, str]]:
        return [(item.code, item.short) for item in registry.all_items()]

    @property
    def layouts(self) -> list[tuple[str, str]]:
        return list(mapping.LAYOUTS.items())

    @property
    def amounts(self) -> list[tuple[str, str]]:
        return list(mapping.AMOUNT_PER.items())

    def told(self) -> dict[str, Any]:
        """The posted choices as a mapping. Raises BadMapping on lines that cannot be read."""
        constants = {"item": self.item, "first_month": self.first_month}
        return {
            "layout": self.layout,
            "sheet": self.sheet,
            "columns": {column.header: column.field for column in self.columns if column.field},
            "constants": {key: value for key, value in constants.items() if value},
            "values": self._read_values(),
            "amount_per": self.amount_per,
            "as_of": self.as_of,
            "control": self._read_control(),
            "dates": dict(self.saved.get("dates", {})),
        }

    def _read_values(self) -> dict[str, dict[str, str]]:
        """Lines `字段：原值=改成`."""
        titles = {fields.normal(one.title): code for code, one in fields.fields().items()}
        found: dict[str, dict[str, str]] = {}
        for line in self.values.splitlines():
            if not line.strip():
                continue
            field, mark, rest = line.replace("：", ":").partition(":")
            old, equals, new = rest.partition("=")
            code = titles.get(fields.normal(field), field.strip())
            if not (mark and equals and code in fields.fields()):
                raise BadMapping(f"值的对照“{line.strip()[:30]}”看不懂，应写成：事项：城市低保=低保")
            found.setdefault(code, {})[old.strip()] = new.strip()
        return found

    def _read_control(self) -> list[dict[str, str]]:
        """Lines `乡镇,事项,户数,人数,月金额`; tabs (pasted from a sheet) work too."""
        keys = ("town", "item", "households", "persons", "yuan")
        found = []
        for line in self.control.splitlines():
            parts = [one.strip() for one in re.split(r"[\t，]|,(?!\d{3}\b)", line)]
            if not any(parts):
                continue
            if len(parts) != len(keys):
                raise BadMapping(
                    f"对照数“{line.strip()[:30]}”应有五项：乡镇,事项,户数,人数,月金额（空着的写空，逗号照留）。"
                )
            found.append(dict(zip(keys, parts, strict=True)))
        return found

    def _shown_values(self) -> str:
        return "\n".join(
            f"{fields.title(code)}：{old}={new}"
            for code, table in self.saved.get("values", {}).items()
            for old, new in table.items()
        )

    def _shown_control(self) -> str:
        keys = ("town", "item", "households", "persons", "yuan")
        return "\n".join(",".join(str(one.get(key, "") or "") for key in keys) for one in self.batch.control or [])
