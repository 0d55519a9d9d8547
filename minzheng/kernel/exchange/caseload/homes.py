"""Rows of a file → households. A household is taken whole or not at all: one bad row sends all its rows back."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from minzheng.kernel.awards.cards import luhn
from minzheng.kernel.crypto import sealing
from minzheng.kernel.exchange.caseload import cells
from minzheng.kernel.exchange.caseload.errors import Bad
from minzheng.kernel.exchange.caseload.fields import OF_MEMBER
from minzheng.kernel.exchange.caseload.mapping import Head, Mapping
from minzheng.kernel.exchange.caseload.places import Places
from minzheng.kernel.exchange.caseload.sheets import Cell, Table, text_of
from minzheng.kernel.subjects.idcard import IdCard

HEADS = ("户主", "本人", "申请人", "本人（户主）", "本人(户主)")
HEAD = "户主"
_TOTALS = re.compile(r"^(合\s*计|总\s*计|小\s*计|共\s*计|本页小计|制表|填表|审核|复核|负责人|备注|说明|注)[人:：]?")
MOST_MEMBERS = 30


@dataclass(slots=True)
class Member:
    line: int
    name: str
    card: IdCard
    relation: str
    phone: str = ""
    covered: bool | None = None
    health: dict[str, Any] = field(default_factory=dict)
    since: datetime.date | None = None


@dataclass(slots=True)
class Claim:
    """The award a household has in force by the file."""

    item: str
    amount_fen: int
    persons: int
    category: str
    first_month: datetime.date
    next_review: datetime.date | None
    decided_on: datetime.date
    no: str
    holder: str
    account: str
    bank: str


@dataclass(slots=True)
class Home:
    """One household. `rows` are the file's rows (line, cells), kept for the reject file; `bad` is empty when usable."""

    key: str
    rows: list[tuple[int, list[Cell]]]
    members: list[Member] = field(default_factory=list)
    region: str = ""
    urban: bool = False
    address: str = ""
    claim: Claim | None = None
    bad: dict[int, list[Bad]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def head(self) -> Member:
        return next((one for one in self.members if one.relation == HEAD), self.members[0])

    def refuse(self, line: int, error: Bad) -> None:
        self.bad.setdefault(line, []).append(error)


@dataclass
class Reader:
    """Walks a table. `items`: normalised text → item code; `today` bounds dates; `ignored` counts recognised total rows."""

    table: Table
    mapping: Mapping
    head: Head
    places: Places
    items: dict[str, str]
    today: datetime.date
    ignored: int = 0
    rows_read: int = 0
    on_row: Callable[[int], None] = lambda rows: None

    def homes(self) -> Iterator[Home]:
        """Households in the order of the file. Keys met before are remembered by 8 bytes of their digest."""
        seen: set[bytes] = set()
        for home in self._groups():
            mark = sealing.blind_index("caseload-key", home.key)[:8]
            self._fill(home)
            if home.key and mark in seen:
                for line, _cells in home.rows:
                    home.refuse(line, Bad("同一户的行不连在一起。", "按户排序，让一户的各行挨着，再导入。"))
            seen.add(mark)
            yield home

    # ---- grouping

    def _groups(self) -> Iterator[Home]:
        current: Home | None = None
        for line, row in self.table.rows():
            if line <= self.head.line or not any(text_of(cell) for cell in row):
                continue
            if self._is_total(row):
                self.ignored += 1
                continue
            self.rows_read += 1
            if self.rows_read % 2000 == 0:
                self.on_row(self.rows_read)
            key = self._key(row, line, current)
            if current is not None and key == current.key:
                current.rows.append((line, row))
                continue
            if current is not None:
                yield current
            current = Home(key, [(line, row)])
        if current is not None:
            yield current
        self.on_row(self.rows_read)

    def _is_total(self, row: list[Cell]) -> bool:
        """A total or signature line: it says so in its first text, and has no ID number."""
        first = next((text_of(cell) for cell in row if text_of(cell)), "")
        prefix = "m1." if self.mapping.layout == "household" else ""
        number = text_of(self._cell(row, prefix + "id_no") or self._cell(row, "head_id"))
        return bool(_TOTALS.match(first)) and len(number) < 15

    def _key(self, row: list[Cell], line: int, current: Home | None) -> str:
        if self.mapping.layout == "household":
            return f"line {line}"
        for code in ("household_no", "head_id"):
            if code in self.head.places:
                text = cells.text(self._cell(row, code))
                return f"{code} {text}" if text else current.key if current else f"line {line}"
        relation = cells.text(self._cell(row, "relation"))
        return f"line {line}" if current is None or self._relation(relation) == HEAD else current.key

    # ---- cleaning

    def _cell(self, row: list[Cell], code: str) -> Cell:
        at = self.head.places.get(code)
        if at is not None and at < len(row) and row[at] not in ("", None):
            return row[at]
        return self.mapping.constants.get(code, "")

    def _mapped(self, code: str, text: str) -> str:
        """The text that the mapping puts in place of the bureau's."""
        table = self.mapping.values.get(code)
        return table.get(text, text) if table else text

    def _relation(self, text: str) -> str:
        text = self._mapped("relation", text)
        return HEAD if text in HEADS else text

    def _fill(self, home: Home) -> None:
        if self.mapping.layout == "household":
            self._members_of_row(home)
        else:
            for line, row in home.rows:
                self._try(home, line, partial(self._member, home, line, row, ""))
        line, row = home.rows[0]
        if len(home.members) > MOST_MEMBERS:
            home.refuse(line, Bad(f"这一户有 {len(home.members)} 人。", "检查户编号是否填成了同一个。"))
        self._household(home)
        if home.members:
            self._one_head(home)
            self._try(home, line, lambda: self._claim(home))

    def _try(self, home: Home, line: int, work: Callable[[], None]) -> None:
        try:
            work()
        except Bad as error:
            home.refuse(line, error)

    def _members_of_row(self, home: Home) -> None:
        line, row = home.rows[0]
        used = sorted({int(code[1:].partition(".")[0]) for code in self.head.places if re.match(r"m\d", code)})
        if {"head_id", "head_name"} & set(self.head.places) and "m1.id_no" not in self.head.places:
            self._try(home, line, lambda: self._member(home, line, row, "head"))
        for number in used:
            prefix = f"m{number}."
            if any(text_of(self._cell(row, prefix + code)) for code in OF_MEMBER):
                self._try(home, line, partial(self._member, home, line, row, prefix))

    def _member(self, home: Home, line: int, row: list[Cell], prefix: str) -> None:
        def at(code: str) -> Cell:
            if prefix == "head":
                return self._cell(row, {"name": "head_name", "id_no": "head_id"}.get(code, code))
            return self._cell(row, prefix + code)

        errors: list[Bad] = []

        def clean(work: Callable[[], Any]) -> Any:
            try:
                return work()
            except Bad as error:
                errors.append(error)
                return None

        card = clean(lambda: cells.id_no(at("id_no")))
        name = clean(lambda: cells.name(at("name")))
        relation = HEAD if prefix == "head" else self._relation(cells.text(at("relation")))
        phone = clean(lambda: cells.digits(at("phone"), "联系电话", 7, 12)) or ""
        covered = clean(lambda: cells.yes(at("covered"), "是否保障对象"))
        since = clean(lambda: cells.day(at("since"), "入户日期", self.mapping.dates.get("since", "")))
        sex = self._mapped("sex", cells.text(at("sex")))
        if card and sex in ("男", "女") and sex != {"1": "男", "2": "女"}[card.sex]:
            errors.append(
                Bad(f"性别写“{sex}”，按身份证号应是“{'男' if card.sex == '1' else '女'}”。", "核对证件后改正。")
            )
        for error in errors:
            home.refuse(line, error)
        if card is None or name is None:
            return
        if not relation:
            relation = HEAD if not home.members else "其他"
        home.members.append(Member(line, name, card, relation[:20], phone, covered, self._health(at), since))

    def _health(self, at: Callable[[str], Cell]) -> dict[str, Any]:
        kind, level = cells.text(at("disability_kind")), re.sub(r"\D", "", cells.text(at("disability_level")))
        words = {"一": "1", "二": "2", "三": "3", "四": "4"}
        raw = cells.text(at("disability_level"))
        level = level or next((digit for word, digit in words.items() if word in raw), "")
        return {"disability_kind": kind, "disability_level": int(level or 0)} if kind else {}

    def _household(self, home: Home) -> None:
        line, row = home.rows[0]

        def place() -> None:
            home.region = self.places.village(
                code=cells.text(self._cell(row, "village_code")),
                town=self._mapped("town", cells.text(self._cell(row, "town"))),
                name=self._mapped("village", cells.text(self._cell(row, "village"))),
            )

        self._try(home, line, place)
        home.address = cells.text(self._cell(row, "address"))[:120]
        urban = self._mapped("urban", cells.text(self._cell(row, "urban")))
        if urban:
            home.urban = "城" in urban or urban.startswith("非农")
        elif home.region:
            home.urban = bool(self.places.villages[home.region][1])

    def _one_head(self, home: Home) -> None:
        heads = [one for one in home.members if one.relation == HEAD]
        if len(heads) > 1:
            home.refuse(heads[1].line, Bad("同一户有两名户主。", "只留一名户主，另一名改成与户主的关系。"))
        if not heads:
            home.members[0].relation = HEAD
        numbers = [one.card.normalised for one in home.members]
        for member in home.members:
            if numbers.count(member.card.normalised) > 1 and member is not home.members[0]:
                home.refuse(member.line, Bad("同一户里这个身份证号出现了两次。", "删去重复的一行，或改正号码。"))
                break

    def _claim(self, home: Home) -> None:
        amount = self._amount(home)
        row = home.rows[0][1]
        item = self._item(row)
        if amount is None and item is None:
            return
        if item is None:
            raise Bad("有金额，没有写是哪项待遇。", "填写事项，或在对应里选一个固定的事项。")
        if amount is None:
            raise Bad("没有填月金额。", "填写这一户的月金额（元）；没有待遇的户把事项也留空。")
        persons = self._persons(home)
        first = self._day(row, "first_month", "起发月")
        if first is None:
            raise Bad("没有填起发月。", "填写开始享受的年月，例如 2024-05。")
        decided = self._day(row, "decided_on", "批准日期") or first
        if first > self.today.replace(day=1) or decided > self.today:
            raise Bad("起发月或批准日期在今天以后。", "这里只导入正在享受的待遇，请核对年月。")
        account = cells.digits(self._cell(row, "account_no"), "发放账号", 8, 30)
        if account and len(account) >= 16 and not luhn(account):
            home.warnings.append(f"第 {home.rows[0][0]} 行：发放账号…{account[-4:]}的校验位不对，请核对（仍会导入）。")
        home.claim = Claim(
            item, amount, persons, cells.text(self._cell(row, "category")).upper().removesuffix("类")[:10],
            first.replace(day=1), self._day(row, "next_review", "下次复核日期"), decided,
            cells.text(self._cell(row, "award_no"))[:30],
            cells.text(self._cell(row, "holder"))[:60] or home.head.name, account,
            cells.text(self._cell(row, "bank"))[:60],
        )  # fmt: skip

    def _day(self, row: list[Cell], code: str, what: str) -> datetime.date | None:
        return cells.day(self._cell(row, code), what, self.mapping.dates.get(code, ""))

    def _item(self, row: list[Cell]) -> str | None:
        raw = self._mapped("item", cells.text(self._cell(row, "item")))
        found: str | None = cells.one_of(raw, self.items, "事项")
        return found

    def _amount(self, home: Home) -> int | None:
        found = [(line, cells.fen(self._cell(row, "amount"))) for line, row in home.rows]
        given = [(line, fen) for line, fen in found if fen is not None]
        if not given:
            return None
        if self.mapping.amount_per == "person":
            return sum(fen for _line, fen in given)
        if len({fen for _line, fen in given}) > 1:
            raise Bad(
                f"同一户写了不同的金额（第 {given[0][0]}、{given[-1][0]} 行等）。",
                "每户只写一个月金额；如果是每人的金额，请在对应里选“每人的月金额”。",
            )
        return given[0][1]

    def _persons(self, home: Home) -> int:
        covered = [one for one in home.members if one.covered is not False]
        said = next((n for _l, row in home.rows if (n := cells.count(self._cell(row, "persons"), "保障人数"))), None)
        if not covered:
            raise Bad("这一户没有一名保障对象。", "在“是否保障对象”列至少填一个“是”。")
        if said is not None and said != len(covered):
            raise Bad(
                f"保障人数写 {said}，列出的保障对象是 {len(covered)} 人。",
                "补齐或删去成员行；有成员不享受的，加一列“是否保障对象”写明。",
            )
        for member in home.members:
            member.covered = member in covered
        return len(covered)
