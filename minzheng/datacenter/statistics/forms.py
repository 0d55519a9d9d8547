"""The form in which a report is filled, and what it sent; the small forms of opening, returning, correcting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from minzheng.datacenter.statistics import periods, reading, selectors, services, showing
from minzheng.datacenter.statistics.declaring import Cell
from minzheng.datacenter.statistics.selectors import REVIEW
from minzheng.kernel import clock
from minzheng.kernel.parts.fields import Choice, Field, LongText, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from minzheng.datacenter.statistics.checking import Finding
    from minzheng.datacenter.statistics.models import StatReport

#: Longest text that is taken from one input before it is judged.
MOST = 600


@dataclass(frozen=True)
class NoteBox:
    """An explanation that is asked for or there. `why`: the finding that asks."""

    name: str
    id: str
    label: str
    why: str
    value: str
    error: str


def sent(post: Mapping[str, str], cells: Sequence[Cell]) -> tuple[dict[str, str], dict[str, str], int | None]:
    """(numbers as typed, notes, counter of the page) of a posted form; what it did not name is not among them."""
    numbers = {cell.address: str(post[f"v:{cell.address}"])[:MOST] for cell in cells if f"v:{cell.address}" in post}
    notes = {key[2:]: str(post[key])[:MOST] for key in post if key.startswith("n:")}
    lock = str(post.get("lock", ""))
    return numbers, notes, int(lock) if lock.isascii() and lock.isdigit() and len(lock) < 9 else None


def note_boxes(
    report: StatReport, findings: Sequence[Finding], typed: Mapping[str, str], errors: Mapping[str, str]
) -> list[NoteBox]:  # fmt: skip
    """One box for each cell that needs an explanation or has one, and one for the whole form."""
    asked: dict[str, list[str]] = {}
    titles: dict[str, str] = {}
    for one in findings:
        if one.level == "note":
            asked.setdefault(one.cell, []).append(one.sentence)
            titles[one.cell] = one.title
    version = selectors.version_of(report)
    for address in report.notes:
        if address != services.WHOLE and address in version.cells:
            asked.setdefault(address, [])
            titles[address] = version.cells[address].title
    boxes = [
        NoteBox(
            f"n:{address}", f"n-{address.replace('.', '-')}", titles[address], " ".join(why),
            typed.get(address, report.notes.get(address, "")), errors.get(address, ""),
        )
        for address, why in asked.items()
    ]  # fmt: skip
    whole = typed.get(services.WHOLE, report.notes.get(services.WHOLE, ""))
    return [*boxes, NoteBox("n:", "n-whole", "整张表的说明", "", whole, errors.get(services.WHOLE, ""))]


def open_fields(actor: Any, obj: Any) -> list[Field]:
    from minzheng.kernel.regions.selectors import region_names

    scopes = actor.scopes(REVIEW)
    names = region_names(scopes)
    return [
        Choice("shell", "报表", required=True, options=tuple(showing.shell_choices()), radio_up_to=0),
        Choice("region", "布置到", required=True, options=tuple((code, names.get(code, code)) for code in scopes)),
        Text(
            "period", "报告期", required=True, max_length=9,
            help="月报写 2026-06，季报写 2026Q2，年报写 2026；过完才能布置。已经布置过的不会重复，新设的乡镇会补上。",
        ),
    ]  # fmt: skip


def open_initial(actor: Any, obj: Any) -> dict[str, Any]:
    first = next(iter(reading.shells().values()))
    scopes = actor.scopes(REVIEW)
    newest = periods.newest_ended(first.periodicity, clock.today()).text
    return {"shell": first.code, "period": newest, "region": scopes[0] if scopes else ""}


RETURN = (
    LongText("reason", "退回原因", required=True, max_length=500, rows=3, help="写明哪一格、为什么、改成什么样。"),
)
OPINION = (LongText("opinion", "意见", max_length=500, rows=2),)
REFUSAL = (LongText("opinion", "不同意的理由", required=True, max_length=500, rows=2),)
