"""One cell → one clean value, or `Bad` with the reason and what to do. What spreadsheets do to numbers is known here."""

from __future__ import annotations

import datetime
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from minzheng.kernel.exchange.caseload.errors import Bad
from minzheng.kernel.exchange.caseload.sheets import Cell, text_of
from minzheng.kernel.subjects import idcard
from minzheng.kernel.subjects.errors import SubjectError
from minzheng.kernel.subjects.names import normal_name

#: Day 0 of Excel's serial dates (its 1900 was a leap year that never was).
EXCEL_EPOCH = datetime.date(1899, 12, 30)
_SERIAL = (20000, 80000)  # 1954 … 2119: what a day can be; anything else is a number
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
AS_TEXT = "把这一列的单元格格式设为“文本”，对照证件重新填写完整的号码。"
MOST_FEN = 100_000_00 * 100
_YES = {"是", "y", "yes", "1", "true", "√", "享受", "保障"}
_NO = {"否", "n", "no", "0", "false", "×", "不享受", "不保障"}


def text(cell: Cell) -> str:
    return " ".join(unicodedata.normalize("NFKC", text_of(cell)).split())


def name(cell: Cell) -> str:
    try:
        return normal_name(text(cell))
    except SubjectError as error:
        raise Bad(str(error), "填写姓名。") from None


def id_no(cell: Cell) -> idcard.IdCard:
    """An ID number; one that a spreadsheet rounded to 15 digits is not repaired: the lost digits are nowhere."""
    raw = text_of(cell)
    if (isinstance(cell, float) and abs(cell) >= 1e15) or _SCIENTIFIC.fullmatch(raw):
        raise Bad("身份证号被 Excel 当成数字存了，后几位已经丢失。", AS_TEXT)
    if not raw:
        raise Bad("没有填身份证号。", "对照户口簿或身份证填写。")
    try:
        return idcard.check(raw)
    except idcard.InvalidIdNumber as error:
        raise Bad(str(error), "对照证件逐位核对后改正。") from None


def digits(cell: Cell, what: str, least: int, most: int) -> str:
    """A long number kept as text (account, phone); "" when empty."""
    raw = text_of(cell)
    if (isinstance(cell, float) and abs(cell) >= 1e15) or _SCIENTIFIC.fullmatch(raw):
        raise Bad(f"{what}被 Excel 当成数字存了，后几位已经丢失。", AS_TEXT.replace("证件", "存折或卡面"))
    plain = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", raw)).lstrip("'`‘")
    if plain and not (plain.isascii() and plain.isdigit() and least <= len(plain) <= most):
        raise Bad(
            f"{what}“…{plain[-4:]}”应是 {least} 到 {most} 位数字，现在是 {len(plain)} 位。", "对照存折或卡面改正。"
        )
    return plain


def fen(cell: Cell) -> int | None:
    """Yuan as number or text (“1,234.50”, “￥365元”) → fen; None when empty."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        plain = repr(cell)
    else:
        plain = re.sub(r"[,，\s￥¥元]", "", unicodedata.normalize("NFKC", text_of(cell)))
    if not plain or plain in ("-", "—", "/"):
        return None
    try:
        value = Decimal(plain)
        exact = value * 100
    except InvalidOperation:
        raise Bad(f"金额“{text_of(cell)[:20]}”看不懂。", "只填数字，单位是元，例如 365.50。") from None
    rounded = exact.to_integral_value()
    if not value.is_finite() or value < 0 or rounded > MOST_FEN:
        raise Bad(f"金额“{text_of(cell)[:20]}”不合理。", "应是 0 到 100 万元之间的数。")
    if abs(exact - rounded) > Decimal("0.000001"):
        raise Bad(f"金额“{text_of(cell)[:20]}”小数超过两位。", "改成到分为止，与发放名册一致。")
    return int(rounded)


def count(cell: Cell, what: str) -> int | None:
    plain = re.sub(r"[人户\s]", "", text(cell))
    if not plain:
        return None
    if not plain.isascii() or not plain.isdigit() or not 0 < int(plain[:9]) < 100:
        raise Bad(f"{what}“{plain[:12]}”不对。", "填 1 到 99 的整数。")
    return int(plain)


def day(cell: Cell, what: str, form: str = "") -> datetime.date | None:
    """A date in any of the bureau's spellings, a serial day of Excel, or `form` (strptime); None when empty."""
    if isinstance(cell, datetime.datetime):
        return cell.date()
    if isinstance(cell, datetime.date):
        return cell
    raw = text(cell)
    if not raw or raw in ("-", "—", "/", "长期"):
        return None
    if form:
        try:
            return datetime.datetime.strptime(raw, form).date()  # noqa: DTZ007 a day has no zone
        except ValueError:
            raise Bad(f"{what}“{raw[:20]}”不是约定的格式 {form}。", "改成约定的格式。") from None
    if isinstance(cell, (int, float)) and _SERIAL[0] <= cell <= _SERIAL[1]:
        return EXCEL_EPOCH + datetime.timedelta(days=int(cell))
    found = re.fullmatch(
        r"(\d{4})\s*[-./年]?\s*(\d{1,2})(?:\s*[-./月]?\s*(\d{1,2})\s*日?)?\s*月?", raw.partition(" ")[0]
    )
    try:
        if found:
            return datetime.date(int(found[1]), int(found[2]), int(found[3] or 1))
    except ValueError:
        pass
    if re.fullmatch(r"\d{5}", raw) and _SERIAL[0] <= int(raw) <= _SERIAL[1]:
        return EXCEL_EPOCH + datetime.timedelta(days=int(raw))
    raise Bad(f"{what}“{raw[:20]}”看不懂或不存在。", "写成 2026-01-31 或 2026年1月 的样子。")


def yes(cell: Cell, what: str) -> bool | None:
    raw = text(cell).lower()
    if not raw:
        return None
    if raw not in _YES | _NO:
        raise Bad(f"{what}“{raw[:12]}”看不懂。", "填“是”或“否”。")
    return raw in _YES


def one_of(cell: Cell, table: dict[str, Any], what: str) -> Any:
    """The value a text stands for; None when empty. `table` has normalised keys."""
    raw = text(cell)
    if not raw:
        return None
    found = table.get(raw.lower())
    if found is None:
        raise Bad(f"{what}“{raw[:20]}”不在对照里。", f"改成其中之一：{'、'.join(list(table)[:8])}；或在对应里补上它。")
    return found
