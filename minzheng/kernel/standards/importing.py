"""A file of values in the form of the region files, taken in as a draft set: every bad row is named with its line, and
then nothing is taken in; values that hold already are left out and counted. Signing is for two people, as by hand."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.kernel import clock
from minzheng.kernel.regions import codes
from minzheng.kernel.standards import adjustments, checks, services, values
from minzheng.kernel.standards.adjustments import Wanted
from minzheng.kernel.standards.errors import StandardRefused
from minzheng.kernel.standards.sets import find
from minzheng.policy import yamltext
from minzheng.policy.errors import InputError
from minzheng.policy.params import Declaration
from minzheng.policy.regions import normalize_region
from minzheng.policy.words import to_date, to_yes
from minzheng.policy.yamltext import line_of

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.standards.models import StandardSet

MOST_BYTES = 1_000_000
KEYS = {"since", "until", "value", "unit", "reference", "evidence", "as_floor"}


@dataclass(frozen=True)
class Problem:
    """A row that cannot be taken in: its line in the file (0 = the whole file) and why."""

    line: int
    name: str
    sentence: str

    def __str__(self) -> str:
        where = f"第 {self.line} 行" if self.line else "文件"
        return f"{where}{f'“{self.name}”' if self.name else ''}：{self.sentence}"


@dataclass(frozen=True)
class Found:
    """One value of the file."""

    name: str
    line: int
    since: datetime.date
    wanted: Wanted


@dataclass
class Reading:
    """What a file says. `same`: how many values hold already as they stand."""

    rows: list[Found] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    same: int = 0


def read(text: str, region_code: str, name: str = "文件") -> Reading:
    """Every value of the file with its line, checked as if typed in by hand; changes nothing."""
    reading = Reading()
    try:
        told = yamltext.loads(text, name)
    except InputError as error:
        reading.problems.append(Problem(error.line, "", error.reason))
        return reading
    if not isinstance(told, dict):
        reading.problems.append(Problem(0, "", "应是“参数名: 各段日期的值”，请对照导出的文件修改。"))
        return reading
    for parameter, listed in told.items():
        _read_parameter(reading, str(parameter), line_of(parameter), listed, region_code)
    return reading


def _read_parameter(reading: Reading, name: str, line: int, listed: Any, region_code: str) -> None:
    found = find(name)
    if found is None:
        reading.problems.append(Problem(line, name, "没有这个参数，请核对名字，或从清单里抄写。"))
        return
    if not isinstance(listed, list):
        reading.problems.append(Problem(line, name, "应是一个列表，每段日期一项。"))
        return
    spans: list[Found] = []
    for spec in listed:
        where = line_of(spec.get("value") or spec) if isinstance(spec, dict) else line
        try:
            one = _found(found[1], spec, where or line)
        except ValueError as error:
            reading.problems.append(Problem(where or line, name, str(error)))
            continue
        if any(checks.Span(one.since, one.wanted.valid_until).end >= other.since
               and checks.Span(other.since, other.wanted.valid_until).end >= one.since for other in spans):  # fmt: skip
            reading.problems.append(Problem(one.line, name, "日期与文件里的另一段重叠，请给前一段写 until。"))
            continue
        spans.append(one)
        if _holds_already(one, region_code):
            reading.same += 1
        else:
            reading.rows.append(one)


def _found(declaration: Declaration, spec: Any, line: int) -> Found:
    """Raises ValueError with what is missing or wrong."""
    if not isinstance(spec, dict):
        raise ValueError("每段要写成 since、value、reference 等几项。")
    unknown = [str(key) for key in spec if str(key) not in KEYS]
    if unknown:
        raise ValueError(f"不认识“{'、'.join(unknown)}”，只有 {'、'.join(sorted(KEYS))}。")
    missing = [key for key in ("since", "value", "reference") if not str(spec.get(key) or "").strip()]
    if missing:
        raise ValueError(f"缺少 {'、'.join(missing)}。")
    since, until = to_date(spec["since"]), to_date(spec["until"]) if spec.get("until") else None
    wanted = Wanted(
        str(spec["value"]), str(spec.get("unit") or declaration.unit), to_yes(spec.get("as_floor", "否")), since, until,
        str(spec["reference"]).strip(),
    )  # fmt: skip
    return Found(declaration.name, line, since, wanted)


def _holds_already(one: Found, region_code: str) -> bool:
    """Whether this place has this very value on the first and the last day of the stretch."""
    named = find(one.name)
    if named is None:
        return False
    code, params, errors = normalize_region(region_code), values.with_values(named[0].load()), {}  # type: ignore[var-annotated]
    text = checks.plain_value(checks.cleaned(named[1], one.wanted.value, one.wanted.unit, errors))
    days = (one.since, one.wanted.valid_until or datetime.date.max)
    for day in days:
        row = next(
            (r for r in params.rows if (r.name, r.region) == (one.name, code) and r.since <= day <= r.until), None
        )
        if row is None or (checks.plain_value(row.value), row.unit or named[1].unit) != (text, one.wanted.unit):
            return False
    return True


@transaction.atomic
def take_in(
    *, actor: Actor, region_code: str, text: str, file_name: str, title: str = ""
) -> tuple[StandardSet, Reading]:
    """The file as a draft set of this place. Raises StandardRefused with every bad row, or when nothing is new."""
    code = codes.full(region_code)
    services.acting_for(actor, code)
    if len(text.encode()) > MOST_BYTES:
        raise StandardRefused(f"文件超过 {MOST_BYTES // 1_000_000} MB，不像标准文件；请分成几个文件。")
    reading = read(text, code, file_name)
    if not reading.problems and not reading.rows:
        raise StandardRefused(f"文件里的 {reading.same} 个值都与现有的相同，没有要导入的。")
    first = min((one.since for one in reading.rows), default=clock.today())
    source = next((one.wanted.source for one in reading.rows), file_name)
    standard_set = adjustments.create(
        actor=actor, region_code=code, title=(title or f"从文件导入：{file_name}")[:80], valid_from=first,
        source=source[:200], note=f"文件 {file_name}，新值 {len(reading.rows)} 个，与现有相同的 {reading.same} 个", origin="file",
    )  # fmt: skip
    for one in reading.rows:
        try:
            with transaction.atomic():
                adjustments.put_value(actor=actor, standard_set=standard_set, name=one.name, wanted=one.wanted)
        except StandardRefused as refused:
            sentence = "".join([*refused.sentences, *refused.fields.values()])
            reading.problems.append(Problem(one.line, one.name, sentence))
    if reading.problems:
        raise StandardRefused([str(one) for one in sorted(reading.problems, key=lambda one: one.line)])
    return standard_set, reading
