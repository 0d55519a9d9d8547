"""A year's allocations from a table (XLSX, XLS, CSV): good rows are entered as drafts, bad ones named with line and reason.

The same file again enters nothing twice: a row that is there already is counted, one that differs is refused."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from minzheng.kernel.exchange.caseload.errors import UnreadableFile
from minzheng.kernel.exchange.caseload.sheets import Table, text_of
from minzheng.kernel.funds import allocations, hands, selectors
from minzheng.kernel.funds.errors import FundsRefused
from minzheng.kernel.funds.forms import MOST
from minzheng.kernel.funds.showing import allocation_kinds, item_names
from minzheng.kernel.funds.sources import purpose_of, purposes, sources
from minzheng.kernel.parts.fields import Date, Invalid, Money

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: Heading → column; the first word of each is the one in the template.
HEADS: Mapping[str, tuple[str, ...]] = {
    "year": ("年度", "年份"), "source": ("资金来源", "来源", "资金级次"), "purpose": ("资金用途", "用途", "项目", "指标名称"),
    "item_code": ("限用于事项", "事项", "待遇"), "amount": ("金额", "金额（元）", "金额(元)", "下达金额"), "document_no": ("文号", "指标文号", "文件号"),
    "document_on": ("文件日期", "日期", "下达日期"), "kind": ("类型", "指标类型"), "note": ("说明", "备注"),
}  # fmt: skip
NEEDED = ("source", "amount", "document_no", "document_on")
MOST_ROWS = 5_000


@dataclass(frozen=True)
class Bad:
    """A row that was not entered: its line in the file, and why."""

    line: int
    sentence: str

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.sentence}"


@dataclass
class Report:
    """What became of a file. `entered`: new drafts; `same`: rows that were there already, amount and all."""

    entered: int = 0
    same: int = 0
    fen: int = 0
    bad: list[Bad] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {
            "entered": self.entered,
            "same": self.same,
            "total_fen": self.fen,
            "bad": [asdict(one) for one in self.bad],
        }


def take_in(*, actor: Actor, region_code: str, year: int, data: bytes, name: str) -> Report:
    """Enter the rows of a file for a place; `year` where a row names none. Raises FundsRefused for a file that cannot be
    read or has no headings, and when the actor may not enter money here."""
    hands.acting(actor, hands.MANAGE, region_code)
    report = Report()
    try:
        places: dict[str, int] | None = None
        for line, cells in Table(data, name).rows():
            texts = [text_of(cell) for cell in cells]
            if places is None:
                places = _heads(texts)
                continue
            if line > MOST_ROWS:
                raise FundsRefused(f"文件超过 {MOST_ROWS} 行，不像一年的指标；请按年度分成几个文件。")
            if any(texts):
                _row(
                    report,
                    actor,
                    region_code,
                    year,
                    line,
                    {key: cells[at] for key, at in places.items() if at < len(cells)},
                )
    except UnreadableFile as error:
        raise FundsRefused(str(error)) from None
    if places is None:
        raise FundsRefused(
            f"没有找到表头：至少要有 {'、'.join(HEADS[key][0] for key in NEEDED)} 这几列，请用模板填写。"
        )
    return report


def _heads(texts: list[str]) -> dict[str, int] | None:
    """{column: place} when this line has the needed headings, else None (a title above the table)."""
    found = {
        key: at
        for at, text in enumerate(texts)
        for key, words in HEADS.items()
        if "".join(text.split()) in words
    }  # fmt: skip
    return found if set(NEEDED) <= set(found) else None


def _row(report: Report, actor: Actor, region_code: str, year: int, line: int, cells: Mapping[str, Any]) -> None:
    try:
        wanted = _wanted(cells, year)
        there = selectors.same_allocation(region_code, wanted)
        if there is not None:
            if there.amount_fen != wanted["amount_fen"]:
                raise Invalid(
                    "这份文件的这一条已经录过，金额不同；请核对，确有调整的另写一行，类型写“调整”、文号写调整文件的。"
                )
            report.same += 1
            return
        allocations.allot(actor=actor, region_code=region_code, **wanted)
    except Invalid as error:
        report.bad.append(Bad(line, str(error)))
    except FundsRefused as refused:
        report.bad.append(Bad(line, "".join([*refused.sentences, *refused.fields.values()])))
    else:
        report.entered, report.fen = report.entered + 1, report.fen + wanted["amount_fen"]


def _wanted(cells: Mapping[str, Any], year: int) -> dict[str, Any]:
    """The values of one row. Raises Invalid with the column and what is wrong."""
    texts = {key: text_of(cell) for key, cell in cells.items()}
    kind = _one_of(allocation_kinds(), texts.get("kind") or "下达", "类型")
    item = _one_of(item_names(), texts["item_code"], "事项") if texts.get("item_code") else ""
    titles = {one.title: one.code for one in purposes().values()}
    purpose = _one_of(titles | {code: code for code in purposes()}, texts.get("purpose", ""), "资金用途") if texts.get(
        "purpose") else purpose_of(item) if item else ""  # fmt: skip
    if not purpose:
        raise Invalid("没有写资金用途，也没有写事项，不知道这笔钱管什么。")
    told = texts.get("year", "").removesuffix("年")
    if told and not (told.isascii() and told.isdigit() and len(told) == 4):
        raise Invalid(f"年度“{told}”看不懂，请写四位数字，例如 2026。")
    amount = Money("amount", "金额", required=True, minimum=-MOST, maximum=MOST).clean(_amount(cells.get("amount")))
    return {
        "year": int(told) if told else year, "purpose": purpose, "item_code": item, "kind": kind, "amount_fen": amount,
        "source": _one_of({one.title: one.code for one in sources().values()} | {code: code for code in sources()} | SHORT, texts["source"], "资金来源"),
        "document_no": texts["document_no"], "document_on": _day(cells.get("document_on")), "note": texts.get("note", "")[:200],
    }  # fmt: skip


#: What bureaus write for short.
SHORT = {"中央": "central", "省": "province", "省级": "province", "市": "city", "市级": "city", "县": "county", "县级": "county",
         "区级": "county", "本级": "county", "公益金": "lottery", "福利彩票公益金": "lottery"}  # fmt: skip


def _amount(cell: Any) -> Any:
    """Spreadsheets keep 0.1 + 0.2 as 0.30000000000000004: what is less than a thousandth of a fen is the program's own."""
    return f"{cell:.5f}".rstrip("0").rstrip(".") if isinstance(cell, float) else text_of(cell)


def _day(cell: Any) -> datetime.date:
    if isinstance(cell, datetime.datetime):
        return cell.date()
    return Date("document_on", "文件日期", required=True).clean(text_of(cell))  # type: ignore[no-any-return]


def _one_of(known: Mapping[str, str], text: str, what: str) -> str:
    plain = "".join(text.split())
    if plain not in known:
        raise Invalid(
            f"{what}“{text[:30]}”看不懂，可以写：{'、'.join(one for one in known if not one.isascii())}。"
            if text
            else f"没有写{what}。"
        )
    return known[plain]


def template() -> bytes:
    """An empty table with one invented line."""
    lines = (
        [words[0] for words in HEADS.values()],
        [
            "2026",
            "中央财政",
            "困难群众救助补助资金",
            "",
            "1200000.00",
            "某财社〔2026〕1号",
            "2026-01-15",
            "下达",
            "示例，请删除这一行",
        ],
    )
    return ("\ufeff" + "\r\n".join(",".join(line) for line in lines) + "\r\n").encode()
