"""Import of a county's villages and communities from the bureau's own CSV or workbook: good rows are kept, bad ones explained.

Columns by their Chinese or English heading: 代码/code (12 digits), 名称/name, and optionally 城乡/is_urban (城镇 or 乡村;
城乡分类代码 1xx and 2xx also work). UTF-8 or GB18030."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from python_calamine import CalamineWorkbook

from minzheng.kernel.audit import services as audit
from minzheng.kernel.regions import codes, services
from minzheng.kernel.regions.models import Region
from minzheng.kernel.regions.table import Place

HEADINGS = {"代码": "code", "区划代码": "code", "code": "code", "名称": "name", "name": "name",
            "城乡": "is_urban", "城乡分类": "is_urban", "城乡分类代码": "is_urban", "is_urban": "is_urban"}  # fmt: skip
URBAN = {"城镇": True, "城市": True, "1": True, "true": True, "是": True,
         "乡村": False, "农村": False, "0": False, "false": False, "否": False, "": None}  # fmt: skip


#: A cell that begins with one of these is a formula to spreadsheet programs.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class UnreadableFile(Exception):
    """The file as a whole cannot be used; the text says why and what to do."""

    exit_code = 2


@dataclass
class Import:
    """Outcome: what was loaded and the rows that were not: (line in the file, reason, the row's fields)."""

    loaded: services.Loaded = field(default_factory=lambda: services.Loaded(0, 0, 0))
    rejected: list[tuple[int, str, list[str]]] = field(default_factory=list)
    heading: list[str] = field(default_factory=list)


def import_file(
    path: Path, *, county: str, valid_from: date, source: str, actor: audit.ActorLike = audit.SYSTEM
) -> Import:
    """Load villages; may be run again with the corrected file. `county` ("" for any) bounds the codes allowed."""
    outcome = Import()
    lines = _lines(path)
    outcome.heading = lines[0] if lines else []
    columns = _columns(path, outcome.heading)
    towns = _towns(county)
    places: dict[str, Place] = {}
    for number, fields in enumerate(lines[1:], 2):
        if not any(one.strip() for one in fields):
            continue
        row = {name: fields[at].strip() if at < len(fields) else "" for name, at in columns.items()}
        try:
            place = _place(row, towns, county)
            if place.code in places:
                raise ValueError(f"代码 {place.code} 在文件中重复，只保留第一行。")
            places[place.code] = place
        except ValueError as error:
            outcome.rejected.append((number, str(error), fields))
    outcome.loaded = services.put(places=places.values(), valid_from=valid_from, source=source, actor=actor)
    return outcome


def write_rejects(outcome: Import, path: Path) -> None:
    """The rejected rows as a CSV to correct and import again, with line and reason in front."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["行号", "原因", *map(_shielded, outcome.heading)])
        writer.writerows([number, reason, *map(_shielded, fields)] for number, reason, fields in outcome.rejected)


def _shielded(text: str) -> str:
    """No spreadsheet program runs what stood in somebody's cell."""
    return "'" + text if text.startswith(_FORMULA) else text


def _lines(path: Path) -> list[list[str]]:
    """Rows of the first sheet of a workbook, or of a CSV."""
    if path.suffix.lower() not in (".xlsx", ".xls"):
        try:
            return list(csv.reader(io.StringIO(_text(path), newline="")))
        except csv.Error as error:
            raise UnreadableFile(f"文件 {path} 的引号或换行不对（{error}），请另存为 CSV 后重试。") from None
    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    except Exception as error:  # the library raises many kinds for a broken file
        raise UnreadableFile(f"文件 {path} 不是能读的 Excel 文件（{type(error).__name__}），请另存后重试。") from None
    # A code typed as a number comes as a float; twelve digits are exact in it.
    return [[str(int(one)) if isinstance(one, float) and one.is_integer() else str(one) for one in row] for row in rows]


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"文件 {path} 读不出来（{error.strerror}），请检查路径和权限。") from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(f"文件 {path} 不是 UTF-8 也不是 GB18030 编码的文本，请另存为 CSV 后重试。")


def _columns(path: Path, heading: list[str]) -> dict[str, int]:
    found = {HEADINGS[name.strip().lower()]: at for at, name in enumerate(heading) if name.strip().lower() in HEADINGS}
    missing = [title for key, title in (("code", "代码"), ("name", "名称")) if key not in found]
    if missing:
        raise UnreadableFile(f"文件 {path} 第 1 行缺少列：{'、'.join(missing)}。表头应为“代码,名称,城乡”。")
    return found


def _towns(county: str) -> dict[str, str]:
    """9-digit town code → full name."""
    rows = Region.objects.filter(valid_to=None, level=4)
    if county:
        rows = rows.filter(codes.scope_q([county], field="code"))
    return {code[:9]: full_name for code, full_name in rows.values_list("code", "full_name")}


def _place(row: dict[str, str], towns: dict[str, str], county: str) -> Place:
    """Raises ValueError with the reason for the reject file."""
    code, name = row["code"], row["name"]
    if len(code) != 12 or codes.level(code) != 5:
        raise ValueError(f"代码“{code}”不是 12 位村级代码。")
    if county and not codes.covers(county, code):
        raise ValueError(f"代码 {code} 不属于 {codes.prefix(county)}。")
    if code[:9] not in towns:
        raise ValueError(f"上级乡镇 {code[:9]} 不在区划表中，请先核对乡镇代码。")
    if not name or len(name) > 60:
        raise ValueError("名称为空或超过 60 个字。")
    urban = row.get("is_urban", "")
    if urban.lower() not in URBAN and not (len(urban) == 3 and urban.isdigit() and urban[0] in "12"):
        raise ValueError(f"城乡“{urban}”看不懂：请填城镇或乡村，或三位城乡分类代码。")
    is_urban = URBAN[urban.lower()] if urban.lower() in URBAN else urban[0] == "1"
    return Place(code, name, 5, f"{code[:9]}000", towns[code[:9]] + name, is_urban)
