"""Lists from a table (XLSX, XLS, CSV): lots that are in a store, people who are to receive.

A good row is taken, a bad one is told with its line and reason; the same file may be loaded again: what is there already
is left alone."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from minzheng.business.assistance.relief_goods.handing import campaigns
from minzheng.business.assistance.relief_goods.handing.campaigns import Wanted
from minzheng.business.assistance.relief_goods.models import ORIGINS, Campaign, Goods, Lot, Store
from minzheng.business.assistance.relief_goods.selectors import MANAGE, pieces_of
from minzheng.business.assistance.relief_goods.store import services
from minzheng.business.assistance.relief_goods.store.errors import Refused, require
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.exchange.caseload.errors import UnreadableFile
from minzheng.kernel.exchange.caseload.sheets import Table
from minzheng.kernel.parts.plain_fields import parse_date
from minzheng.kernel.subjects import idcard
from minzheng.kernel.subjects.selectors import visible_persons

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

MOST_ROWS = 50_000
LOT_COLUMNS = ("物资代码", "批号", "数量", "来源", "入库日期", "保质期至", "单价", "供货或捐赠单位", "合同、发票或文号")
LOT_NEEDED = LOT_COLUMNS[:5]
PEOPLE_COLUMNS = ("身份证号", "姓名", "说明")
PEOPLE_NEEDED = PEOPLE_COLUMNS[:2]


@dataclass
class Imported:
    """`new` rows taken, `same` were there already, `bad`: (line of the file, reason)."""

    new: int = 0
    same: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        return f"新增 {self.new} 行，已有 {self.same} 行，有问题 {len(self.bad)} 行。"


def lots(*, actor: Actor, store: Store, name: str, content: bytes) -> Imported:
    """Lots into a store. Each good row is booked by itself. Raises Refused for a file that cannot be read at all."""
    require(actor, MANAGE, store.region_code)
    known = {one.code: one for one in Goods.objects.all()}
    there = {(lot.goods_id, lot.no): lot for lot in Lot.objects.filter(store=store)}
    done = Imported()
    for line, row in _rows(name, content, LOT_COLUMNS, LOT_NEEDED):
        try:
            given = _lot(row, known)
            before = there.get((given["goods"].pk, given["no"]))
            if before is not None:
                _same_or_refused(before, given)
                done.same += 1
                continue
            lot = services.receive(actor=actor, store=store, **given)
            there[lot.goods_id, lot.no] = lot
            done.new += 1
        except Refused as error:
            done.bad.append((line, "；".join(error.sentences or error.fields.values())))
    return done


def people(*, actor: Actor, campaign: Campaign, name: str, content: bytes) -> Imported:
    """People onto a campaign's list, by ID number and name: both must fit a living person's file in the actor's area."""
    require(actor, MANAGE, campaign.region_code)
    done, wanted = Imported(), []
    seen: dict[str, int] = {}
    for line, row in _rows(name, content, PEOPLE_COLUMNS, PEOPLE_NEEDED):
        try:
            number = idcard.check(row["身份证号"]).normalised
        except ValueError as error:
            done.bad.append((line, str(error)))
            continue
        if number in seen:
            done.bad.append((line, f"与第 {seen[number]} 行是同一个身份证号，只算一次。"))
            continue
        seen[number] = line
        wanted.append((line, number, row))
    found = _files(actor, [number for _line, number, _row in wanted])
    listed: list[Wanted] = []
    for line, number, row in wanted:
        person = found.get(bytes(BlindIndex.of_value("id_no", number)))
        problem = _problem(person, row["姓名"])
        if problem:
            done.bad.append((line, problem))
        else:
            listed.append(Wanted(person.pk, person.name, person.region_code, row.get("说明", "")))  # type: ignore[union-attr]
    done.new = campaigns.add(actor=actor, campaign=campaign, basis="list", people=listed)
    done.same = len(listed) - done.new
    done.bad.sort()
    return done


def _files(actor: Actor, numbers: Sequence[str]) -> dict[bytes, Any]:
    found: dict[bytes, Any] = {}
    for start in range(0, len(numbers), 1000):
        tokens = [BlindIndex.of_value("id_no", number) for number in numbers[start : start + 1000]]
        for one in visible_persons(actor, MANAGE).filter(id_index__in=tokens).select_related("merged_into"):
            found[bytes(one.id_index or b"")] = one.merged_into or one
    return found


def _problem(person: Any, name: str) -> str:
    if person is None:
        return "本地区没有这个身份证号的档案，请先建立个人档案。"
    if person.name != name:
        return "姓名与档案里这个身份证号的姓名不同，请核对。"
    return "此人已登记死亡，不能发放。" if person.death_date else ""


def _rows(
    name: str, content: bytes, columns: Sequence[str], needed: Sequence[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, {column: text}) after the heading, which must have all `needed` columns; empty lines are passed over."""
    try:
        heads: dict[str, int] = {}
        for line, cells in Table(content, name).rows():
            texts = [_text(cell) for cell in cells]
            if not any(texts):
                continue
            if not heads:
                heads = {title: texts.index(title) for title in columns if title in texts}
                missing = [title for title in needed if title not in heads]
                if missing:
                    raise Refused(f"第 {line} 行的表头缺少：{'、'.join(missing)}。请按模板的表头填写。")
                continue
            if line > MOST_ROWS:
                raise Refused(f"一个文件最多 {MOST_ROWS:,} 行，请分成几个文件。")
            yield line, {title: texts[at] if at < len(texts) else "" for title, at in heads.items()}
        if not heads:
            raise Refused(f"文件“{name}”是空的，请选择填好的表。")
    except UnreadableFile as error:
        raise Refused(str(error)) from None


def _text(cell: Any) -> str:
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat()
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _lot(row: Mapping[str, str], known: Mapping[str, Goods]) -> dict[str, Any]:
    goods = known.get(row["物资代码"])
    if goods is None:
        raise Refused(f"物资目录里没有代码“{row['物资代码']}”。")
    if not row["数量"].isascii() or not row["数量"].isdigit() or len(row["数量"]) > 9:
        raise Refused(f"数量“{row['数量']}”应是整数。")
    origins = {title: code for code, title in ORIGINS}
    if row["来源"] not in origins:
        raise Refused(f"来源“{row['来源']}”应是采购、捐赠或上级调拨。")
    day, expiry = parse_date(row["入库日期"]), row.get("保质期至", "")
    if day is None or (expiry and parse_date(expiry) is None):
        raise Refused(f"日期“{expiry if day else row['入库日期']}”看不懂，请写成 2026-11-22 的样子。")
    try:
        price = Decimal(row.get("单价") or 0) * 100
        if price != int(price):
            raise InvalidOperation
    except (InvalidOperation, ValueError, OverflowError):
        raise Refused(f"单价“{row.get('单价')}”应是金额（元，最多两位小数）。") from None
    return {
        "goods": goods, "no": row["批号"], "pieces": int(row["数量"]), "origin": origins[row["来源"]], "on": day,
        "expires_on": parse_date(expiry) if expiry else None, "price_fen": int(price),
        "giver": row.get("供货或捐赠单位", ""), "document": row.get("合同、发票或文号", ""),
    }  # fmt: skip


def _same_or_refused(lot: Lot, given: Mapping[str, Any]) -> None:
    """A lot that is there already must be the same lot; how many pieces came in is asked of its first movement."""
    first = lot.movements.filter(kind="in").order_by("pk").values_list("pieces", flat=True).first()
    told = (given["pieces"], given["expires_on"], given["on"])
    if (first, lot.expires_on, lot.received_on) != told:
        left = pieces_of([lot.pk]).get(lot.pk, 0)
        raise Refused(
            f"批号 {lot.no} 已经入库 {first or 0} 件（{lot.received_on}，现有 {left} 件），与这一行不同；不是同一批的请另编批号。"
        )
