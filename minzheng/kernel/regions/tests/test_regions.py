"""The shipped table, its loading, and a county's own villages."""

from __future__ import annotations

import hashlib
import json
import lzma
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from minzheng.kernel.audit import services as audit
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.regions import codes, selectors, services, table, villages
from minzheng.kernel.regions.cli import regions
from minzheng.kernel.regions.models import Region, RegionAlias
from minzheng.kernel.regions.table import Table, arrange

SMALL = [
    ("43", "湖南省"), ("4312", "怀化市"), ("431227", "新晃侗族自治县"), ("431227107", "晃州镇"), ("431227108", "凉伞镇"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def no_remembered_names() -> None:
    selectors.forget()


def small(rows: list[tuple[str, str]] = SMALL, as_of: date = date(2025, 12, 31)) -> Table:
    return Table(as_of, f"试用表（{as_of}）", tuple(arrange(rows)))


def load(data: Table) -> services.Loaded:
    return services.load(data=data, actor=audit.SYSTEM)


def test_随附数据与来源说明一致() -> None:
    told = table.provenance()
    packed = (table.FOLDER / told["file"]).read_bytes()
    assert hashlib.sha256(packed).hexdigest() == told["sha256"]
    assert hashlib.sha256(lzma.decompress(packed)).hexdigest() == told["csv_sha256"]
    assert told["as_of"] == "2025-12-31"
    places = table.shipped().places
    assert [sum(1 for one in places if one.level == level) for level in (1, 2, 3, 4)] == [33, 333, 2845, 38723]
    assert [told["counts"][level] for level in "1234"] == [33, 333, 2845, 38723]


def test_五个试点地方都在表中() -> None:
    by_code = {one.code: one for one in table.shipped().places}
    assert by_code["431227107000"].full_name == "湖南省怀化市新晃侗族自治县晃州镇"
    counts = {"431227": 11, "320404": 8, "370503": 6}
    for county, towns in counts.items():
        assert sum(1 for one in by_code.values() if one.parent == codes.full(county)) == towns
    assert sum(1 for one in by_code.values() if one.parent == codes.full("4208")) == 5
    assert by_code["420882000000"].name == "京山市"
    assert by_code["420881000000"].name == "钟祥市"
    assert "420821000000" not in by_code


def test_省直辖县和不设区的市上级正确() -> None:
    by_code = {one.code: one for one in table.shipped().places}
    assert by_code["429004000000"].parent == "420000000000"
    assert by_code["441900003000"].parent == "441900000000"
    assert by_code["110101000000"].full_name == "北京市东城区"


def test_装入全国表_再次装入不变_省市县乡可逐级列出(db: None) -> None:
    assert services.load_shipped() == services.Loaded(41934, 0, 0)
    assert services.load_shipped() == services.Loaded(0, 0, 41934)
    assert AuditEntry.objects.filter(action="regions.load").count() == 1
    assert selectors.children("").count() == 33
    assert [one.name for one in selectors.children("320404")][-1] == "邹区镇"
    assert RegionAlias.objects.count() == 3
    for known_as in ("431227107", "晃州镇", "晃洲镇"):
        assert [one.code for one in selectors.resolve(known_as)] == ["431227107000"]
    assert [one.code for one in selectors.resolve("320404116")] == ["320404100000"]
    assert [one.name for one in selectors.resolve("420821")] == ["京山市"]
    assert [one.name for one in selectors.ancestors("431227107000")] == ["湖南省", "怀化市", "新晃侗族自治县"]
    told = json.loads(CliRunner().invoke(regions, ["show", "420821", "--json"]).stdout)
    assert told[0]["full_name"] == "湖北省荆门市京山市"
    assert told[0]["aliases"][0]["name"] == "京山县"
    assert "新晃侗族自治县" in CliRunner().invoke(regions, ["show", "431227"]).output
    assert CliRunner().invoke(regions, ["show", "123456"]).exit_code == 2


def test_新一年的表_更名撤销新设各得其所(db: None) -> None:
    load(small())
    later = [
        ("43", "湖南省"),
        ("4312", "怀化市"),
        ("431227", "新晃侗族自治县"),
        ("431227107", "晃洲镇"),
        ("431227109", "林冲镇"),
    ]
    assert load(small(later, date(2026, 12, 31))) == services.Loaded(2, 2, 3)
    renamed = Region.objects.filter(code="431227107000").order_by("valid_from")
    assert [(one.name, one.valid_from, one.valid_to) for one in renamed] == [
        ("晃州镇", date(2025, 12, 31), date(2026, 12, 31)),
        ("晃洲镇", date(2026, 12, 31), None),
    ]
    assert [one.name for one in selectors.children("431227")] == ["晃洲镇", "林冲镇"]
    assert [one.name for one in selectors.children("431227", date(2026, 12, 30))] == ["晃州镇", "凉伞镇"]
    assert [one.name for one in selectors.children("431227", date(2026, 12, 31))] == ["晃洲镇", "林冲镇"]
    assert selectors.region_name("431227108000") == "凉伞镇"  # old material still shows the name after abolition
    assert load(small(later, date(2026, 12, 31))) == services.Loaded(0, 0, 5)


def test_同一天的表改正错字可重装(db: None) -> None:
    load(small([*SMALL[:3], ("431227107", "晃卅镇")]))
    assert load(small(SMALL[:4])) == services.Loaded(1, 1, 3)
    assert Region.objects.get(code="431227107000").name == "晃州镇"


def test_示范县和村级不受全国表影响(db: None) -> None:
    demo = arrange([("99", "示范省"), ("9901", "示范市"), ("990101", "示范县")])
    services.put(places=demo, valid_from=date(2020, 1, 1), source="示范", actor=audit.SYSTEM)
    load(small())
    village = replace(arrange(SMALL)[-1], code="431227108001", level=5, name="一村", parent="431227108000")
    services.put(places=[village], valid_from=date(2026, 1, 1), source="县", actor=audit.SYSTEM)
    load(small(SMALL[:4], date(2026, 12, 31)))
    assert Region.objects.get(code="990101000000").valid_to is None
    assert Region.objects.get(code="431227108001").valid_to is None
    assert Region.objects.get(code="431227108000").valid_to == date(2026, 12, 31)


def test_名称按需取一次并记住(db: None, django_assert_num_queries: Any) -> None:
    load(small())
    with django_assert_num_queries(1):
        names = selectors.region_names(["431227107000", "431227108000", "999999999999", ""])
    assert names == {"431227107000": "晃州镇", "431227108000": "凉伞镇"}
    with django_assert_num_queries(0):
        assert selectors.region_name("431227107000", full=True) == "湖南省怀化市新晃侗族自治县晃州镇"
    assert selectors.region_name("999999999999") == "999999999999"
    assert selectors.region_name("") == ""


def test_摘要不符的数据文件拒绝装入(monkeypatch: Any) -> None:
    told = table.provenance() | {"sha256": "0" * 64}
    monkeypatch.setattr(table, "provenance", lambda: told)
    with pytest.raises(table.BrokenTable, match="与来源说明中的摘要不符"):
        table.shipped()


def test_上级缺失的表拒绝() -> None:
    with pytest.raises(codes.BadRegionCode, match="上级不在表中"):
        arrange([("431227", "新晃侗族自治县")])


VILLAGES = """代码,名称,城乡
431227107001,城东社区,城镇
431227107201,酒店塘村,220
43122710720,短代码村,乡村
431227999201,无此镇村,乡村
431227107001,重复社区,城镇
431227108201,,乡村
431227108202,黄雷村,不清楚
320404001001,外县社区,城镇

431227108203,绞强村,
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_导入村级_好行入库_坏行逐行说明(db: None, tmp_path: Path, encoding: str) -> None:
    load(small())
    file = tmp_path / "villages.csv"
    file.write_bytes(VILLAGES.encode(encoding))
    done = CliRunner().invoke(regions, ["import", str(file), "--county", "431227", "--from", "2026-01-01", "--json"])
    told = json.loads(done.stdout)
    assert done.exit_code == 1
    assert told["added"] == 3
    assert [error["line"] for error in told["errors"]] == [4, 5, 6, 7, 8, 9]
    reasons = " ".join(error["reason"] for error in told["errors"])
    for part in ("不是 12 位", "431227999 不在区划表中", "重复", "名称为空", "“不清楚”看不懂", "不属于 431227"):
        assert part in reasons
    rows = {one.code: one for one in Region.objects.filter(level=5)}
    assert rows["431227107201"].full_name == "湖南省怀化市新晃侗族自治县晃州镇酒店塘村"
    assert [rows[code].is_urban for code in sorted(rows)] == [True, False, None]
    rejected = (tmp_path / "villages.rejected.csv").read_text("utf-8-sig").splitlines()
    assert rejected[0] == "行号,原因,代码,名称,城乡"
    assert len(rejected) == 7


def test_再次导入不重复_改名留下旧行(db: None, tmp_path: Path) -> None:
    load(small())
    file = tmp_path / "v.csv"
    file.write_text("code,name\n431227107001,城东社区\n431227107002,城西社区\n", "utf-8")

    def again(day: date) -> services.Loaded:
        return villages.import_file(file, county="431227", valid_from=day, source="县").loaded

    assert again(date(2026, 1, 1)) == services.Loaded(2, 0, 0)
    assert again(date(2026, 2, 1)) == services.Loaded(0, 0, 2)
    file.write_text("code,name\n431227107001,东城社区\n431227107002,城西社区\n", "utf-8")
    assert again(date(2026, 3, 1)) == services.Loaded(1, 1, 1)
    old = Region.objects.get(code="431227107001", name="城东社区")
    assert old.valid_to == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a,b\n1,2\n", "第 1 行缺少列：代码、名称"),
        (b"\xff\xfe\x00\xff\xff", "不是 UTF-8 也不是 GB18030"),
        (None, "读不出来"),
    ],
)
def test_整个文件不能用时一句话说明(db: None, tmp_path: Path, content: bytes | None, says: str) -> None:
    file = tmp_path / "v.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(villages.UnreadableFile, match=says):
        villages.import_file(file, county="", valid_from=date(2026, 1, 1), source="县")
