"""A table of projects (XLSX, XLS, CSV) → rows with fen, years and sources; what cannot be read is named with its line.

Lines that say 小计 or 合计 are no projects: they are what the table states of itself, and are compared with its rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from minzheng.business.bureau.projects import sources, stages
from minzheng.business.bureau.projects.errors import Refused
from minzheng.business.bureau.projects.models import Project
from minzheng.business.bureau.projects.money import to_fen
from minzheng.kernel.exchange.caseload.errors import UnreadableFile
from minzheng.kernel.exchange.caseload.sheets import Table, text_of
from minzheng.kernel.parts.field_base import Invalid
from minzheng.kernel.regions import codes
from minzheng.kernel.regions import selectors as regions

if TYPE_CHECKING:
    from minzheng.business.bureau.projects.models import ProjectLibrary

MOST_ROWS = 5_000
#: The name in the template's own line.
SAMPLE = "示例项目，请删除这一行"
#: Column → its headings; the first is the template's.
HEADS: Mapping[str, tuple[str, ...]] = {
    "no": ("项目编号", "编号", "项目编码"), "category": ("大类", "类别", "项目类别", "项目类型"), "name": ("项目名称", "名称", "子项目", "子项目名称"),
    "region": ("所在地", "建设地点", "区划", "区划代码", "乡镇", "所属地区"), "owner": ("建设单位", "责任单位", "实施单位", "项目单位"),
    "nature": ("建设性质", "性质"), "content": ("建设内容", "建设内容及规模", "建设规模", "主要建设内容"), "beds": ("床位", "床位数", "新增床位", "床位张"),
    "area": ("建筑面积", "面积", "建筑面积平方米", "建筑面积㎡"), "total": ("总投资", "投资额", "投资总额", "计划总投资", "估算总投资"),
    "start_year": ("开工年", "开工年份", "计划开工年"), "end_year": ("完工年", "完工年份", "竣工年", "计划完工年"), "stage": ("阶段", "项目阶段", "进展阶段"),
    "longitude": ("经度",), "latitude": ("纬度",), "leader": ("负责人", "责任人"), "note": ("备注", "说明"), "seq": ("序号",),
}  # fmt: skip
NEEDED = ("category", "name", "total")
_YEAR = re.compile(r"(20\d\d)年度?(计划|完成|实际)(?:完成)?(?:投资)?")
_SUM = re.compile(r"(?:小计|合计|总计|共计)")


@dataclass
class Read:
    """`rows`: one dictionary a project (JSON); `bad`: {"line", "reason", "cells"}; `stated`: (line, class or "", fen)."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    bad: list[dict[str, Any]] = field(default_factory=list)
    stated: list[tuple[int, str, int]] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)


def read(library: ProjectLibrary, data: bytes, name: str) -> Read:
    """Raises Refused for a file that cannot be read or has no headings."""
    found, places = Read(), None
    reader = _Reader(library)
    try:
        for line, cells in Table(data, name).rows():
            texts = [_cell(cell) for cell in cells]
            if not any(texts):
                continue
            if places is None:
                places = _heads(texts)
                found.heads = texts if places else found.heads
                continue
            if line > MOST_ROWS:
                raise Refused(f"文件超过 {MOST_ROWS} 行，请按大类分成几个文件。")
            _line(reader, found, line, texts, places)
    except UnreadableFile as error:
        raise Refused(error.sentences) from None
    if places is None:
        raise Refused(f"没有找到表头：至少要有 {'、'.join(HEADS[key][0] for key in NEEDED)} 这几列，请用模板填写。")
    return found


def _cell(cell: Any) -> str:
    """Spreadsheets keep 0.1 + 0.2 as 0.30000000000000004: what is less than a fen of 万元 is the program's own."""
    if isinstance(cell, float) and not cell.is_integer():
        return f"{cell:.6f}".rstrip("0").rstrip(".")
    return text_of(cell)


def _plain(head: str) -> str:
    text = re.sub(r"\s|[（(]?(?:万元|平方米|㎡|张)[）)]?|[:：*]", "", head)
    return text.removesuffix("资金") if text.removesuffix("资金") in sources.by_word() else text


def _heads(texts: Sequence[str]) -> dict[Any, int] | None:
    """{column, ("source", code) or (计划|完成, year): place}; None when this line is not the heading."""
    found: dict[Any, int] = {}
    for at, text in enumerate(texts):
        plain = _plain(text)
        year = _YEAR.fullmatch(plain)
        if year:
            found.setdefault(("plan" if year[2] == "计划" else "done", int(year[1])), at)
        elif plain in sources.by_word():
            found.setdefault(("source", sources.by_word()[plain]), at)
        else:
            key = next((key for key, words in HEADS.items() if plain in words), None)
            if key:
                found.setdefault(key, at)
    return found if set(NEEDED) <= set(found) else None


def _line(reader: _Reader, found: Read, line: int, texts: list[str], places: Mapping[Any, int]) -> None:
    cells = {key: texts[at] if at < len(texts) else "" for key, at in places.items()}
    said = [cells.get(key, "").replace(" ", "") for key in ("name", "category", "seq", "no")]
    summing = any(_SUM.search(text) for text in said if len(text) <= 12)
    try:
        if summing:
            classes = [one for one in reader.categories if any(one in text for text in said)]
            found.stated.append((line, classes[0] if classes else "", to_fen(cells["total"], "合计")))
        else:
            found.rows.append({"line": line, **reader.row(cells)})
    except Invalid as error:
        found.bad.append({"line": line, "reason": str(error), "cells": texts})


class _Reader:
    """Turns cells into values; knows the classes and places of one library."""

    def __init__(self, library: ProjectLibrary) -> None:
        self.library = library
        self.categories = set(library.categories.values_list("name", flat=True))
        self.places: dict[str, set[str]] = {}
        low, high = codes.bounds(library.region_code)
        for code, name, full in (
            regions.on_day().filter(code__gte=low, code__lte=high).values_list("code", "name", "full_name")
        ):
            for word in {name, full} - {""}:
                self.places.setdefault(word, set()).add(code)

    def row(self, cells: Mapping[Any, str]) -> dict[str, Any]:
        """Raises Invalid with the column and what is wrong."""
        name = cells["name"].strip()
        if not name:
            raise Invalid("没有写项目名称。")
        if name == SAMPLE:
            raise Invalid("这是模板里的示例行，不入库。")
        if cells["category"] not in self.categories:
            raise Invalid(
                f"大类“{cells['category'][:30]}”不在这个项目库里，可以写：{'、'.join(sorted(self.categories))}。"
            )
        if not cells["total"]:
            raise Invalid("没有写总投资。")
        return {
            "no": cells.get("no", "")[:40], "category": cells["category"], "name": name[:100], "region_code": self._place(cells.get("region", "")),
            "owner": (cells.get("owner") or "待定")[:80], "nature": self._word(cells, "nature", dict(Project.NATURES), "new", "建设性质"),
            "content": cells.get("content", "")[:500], "beds": self._whole(cells, "beds", "床位"), "area_m2": self._number(cells, "area", "建筑面积", 2),
            "total_fen": to_fen(cells["total"], "总投资"), "start_year": self._year(cells, "start_year", "开工年"),
            "end_year": self._year(cells, "end_year", "完工年"), "stage": self._word(cells, "stage", stages.TITLES, "reserve", "阶段"),
            "longitude": self._number(cells, "longitude", "经度", 6), "latitude": self._number(cells, "latitude", "纬度", 6),
            "leader": cells.get("leader", "")[:60], "note": cells.get("note", "")[:200], **self._money(cells),
        }  # fmt: skip

    def _money(self, cells: Mapping[Any, str]) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {"sources": {}, "plan": {}, "done": {}}
        for key, text in cells.items():
            if not isinstance(key, tuple) or text in ("", "-", "—", "/"):
                continue
            kind, what = key
            label = sources.title(what) if kind == "source" else f"{what}年{'计划' if kind == 'plan' else '完成'}"
            fen = to_fen(text, label)
            if fen < 0:
                raise Invalid(f"{label}不能小于 0。")
            if fen:
                found["sources" if kind == "source" else kind][str(what)] = fen
        return found

    def _place(self, text: str) -> str:
        if not text:
            return self.library.region_code
        if text.isascii() and text.isdigit():
            try:
                code = codes.full(text)
            except codes.BadRegionCode as error:
                raise Invalid(str(error)) from None
            if not codes.covers(self.library.region_code, code):
                raise Invalid(f"所在地“{text}”不在这个项目库的地区里。")
            return code
        found = self.places.get(text, set())
        if len(found) != 1:
            raise Invalid(
                f"所在地“{text[:30]}”{'有几个同名的，请写区划代码' if found else '在这个地区里找不到，请写区划代码或乡镇全名'}。"
            )
        return next(iter(found))

    def _word(self, cells: Mapping[Any, str], key: str, titles: Mapping[str, str], default: str, what: str) -> str:
        text = cells.get(key, "").strip()
        known = {title: code for code, title in titles.items()}
        if text and text not in known:
            raise Invalid(f"{what}“{text[:20]}”看不懂，可以写：{'、'.join(known)}。")
        return known.get(text, default)

    def _whole(self, cells: Mapping[Any, str], key: str, what: str) -> int | None:
        text = cells.get(key, "").replace(",", "")
        if text and not (text.isascii() and text.isdigit() and len(text) < 8):
            raise Invalid(f"{what}“{text[:20]}”应是整数。")
        return int(text) if text else None

    def _year(self, cells: Mapping[Any, str], key: str, what: str) -> int | None:
        text = cells.get(key, "").removesuffix("年")
        if text and not re.fullmatch(r"20\d\d", text):
            raise Invalid(f"{what}“{text[:20]}”请写四位年份，例如 2026。")
        return int(text) if text else None

    def _number(self, cells: Mapping[Any, str], key: str, what: str, places: int) -> str | None:
        text = cells.get(key, "").replace(",", "")
        if not text:
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise Invalid(f"{what}“{text[:20]}”应是数字。") from None
        most = {"longitude": 180, "latitude": 90}.get(key, 10_000_000)
        if not value.is_finite() or not 0 <= value <= most:
            raise Invalid(f"{what}“{text[:20]}”应在 0 到 {most} 之间。")
        return str(value.quantize(Decimal(1).scaleb(-places)))
