"""One file into the lake, and what readers then see."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from minzheng.datacenter.lake import engine, mart, raw, reading, rejects, tokens, verifying
from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.lake.ingest import ingest
from minzheng.datacenter.lake.models import LakeBatch
from minzheng.datacenter.lake.tests.conftest import COUNTY, HEAD, NAMES, PERIOD, SOURCE, number, row, text
from minzheng.datacenter.sources import registry
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
Deliver = Callable[..., Path]


def brought(path: Path, **more: object) -> LakeBatch:
    return ingest(SYSTEM, SOURCE, path, PERIOD, region=COUNTY, **more)  # type: ignore[arg-type]


def rejected(batch: LakeBatch) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(rejects.get(batch.pk).decode("utf-8-sig"))))


def seen(columns: str = "*", source: str = SOURCE) -> list[tuple[object, ...]]:
    with engine.connect(threads=1) as con:
        return list(con.execute(f"SELECT {columns} FROM ({reading.relation(con, source)}) ORDER BY row_no").fetchall())


def test_入湖以后只有令牌和密文(delivered: Deliver, lake: Path, tmp_path: Path) -> None:
    rows = [row(place) for place in range(40)]
    batch = brought(delivered(rows, encoding="gb18030"))
    assert (batch.state, batch.rows, batch.accepted, batch.rejected) == ("held", 40, 40, 0)
    assert batch.report["encoding"] == "GB18030" and batch.report["ids"]["ok"] == 40
    found = seen("id_token, name_token, row_no, register_date, value, plate_kind, sealed")
    assert [one[0] for one in found] == [tokens.of(number(place)) for place in range(40)]
    assert found[4][1] == tokens.name("赵𠮷明") and found[4][2] == 6  # the line in the file
    assert found[0][3] == datetime.date(2015, 1, 15) and found[0][4] == 5_000_050
    assert reading.people(batch, [found[3][6]]) == [(number(3), "买买提·吐尔逊")]
    plain = [number(1).encode(), "欧阳建国".encode(), "欧阳建国".encode("gb18030")]
    for path in [*lake.rglob("*"), *(tmp_path / "files").rglob("*")]:
        if path.is_file():
            assert not any(word in path.read_bytes() for word in plain), path
    tokens_of = pq.read_table(reading.files(SOURCE)[0])["id_token"].to_pylist()
    assert tokens_of == sorted(tokens_of)
    assert raw.digest(batch.pk, batch.raw_parts, batch.file_size) == batch.file_sha
    assert pq.read_table(mart.path("batches")).to_pylist()[0]["persons"] == 40
    line = AuditEntry.objects.get(action="lake.hold")
    assert line.detail["no"] == batch.no and line.region_code == COUNTY


def test_每个来源的样例都能入湖并核对(delivered: Deliver) -> None:
    for code, spec in registry.all().items():
        if code not in ("marriage", "rescue", "medical_expense", "household_register"):
            continue
        batch = ingest(SYSTEM, code, spec.fixture, PERIOD, region=COUNTY)
        assert batch.state == "held" and batch.rejected == 0, (code, batch.report)
    assert verifying.verify().as_json() == {"ok": True, "batches": 4, "rows": 128, "files": 16, "problems": []}
    spouses = seen("spouse_id_token, spouse_id_no", "marriage")
    assert any(isinstance(one[0], int) and isinstance(one[1], bytes) for one in spouses)


def test_同一文件再来还是那一批_更正是新的一批(delivered: Deliver, tmp_path: Path) -> None:
    first = brought(delivered([row(1), row(2)]))
    assert brought(delivered([row(1), row(2)], name="换个名字.csv")).pk == first.pk
    assert LakeBatch.objects.count() == 1
    second = brought(delivered([row(1), row(2, c5="注销")]), supersedes=first.no)
    first.refresh_from_db()
    assert (first.state, second.state, second.supersedes_id) == ("superseded", "held", first.pk)
    assert [one[0] for one in seen("state")] == ["正常", "注销"]
    with pytest.raises(LakeRefused, match="只有在用的批次可以更正"):
        brought(delivered([row(3)]), supersedes=first.no)
    other = ingest(SYSTEM, SOURCE, delivered([row(5)], name="九月.csv"), "2026-09", region=COUNTY)
    assert [one.pk for one in reading.batches(SOURCE)] == [second.pk]  # a whole register: the newest month holds
    assert reading.batches(SOURCE, on=datetime.date(2026, 9, 30)) == [other]
    assert reading.newest(SOURCE) == second
    assert reading.batches(SOURCE, region="990102") == [] and reading.batches(SOURCE, region="990101101") == [second]
    assert reading.batches(SOURCE, since=datetime.date(2100, 1, 1)) == []


def test_坏行写进退回文件_好行照收(delivered: Deliver) -> None:
    wrong = number(3)[:16] + ("1" if number(3)[16] != "1" else "2") + number(3)[17]
    rows = [
        row(0), row(1, c4="二〇二〇年"), row(2, c6="很多"), row(3, c0=wrong), row(4, c0="3.30102E+17"),
        row(5, c0=number(5)[:15] + "000"), row(6, c0="王芳", c1=number(6)), row(7, c3="飞船"), row(8, c0=""),
        row(9, c0="", c1=""), row(10, c4="43845"), row(11, c4="20210203", c6="1,234.5元"), [*row(12), "多出一格"],
        ["", "", "", "", "", "", ""], row(13, c2=""), row(14, c0=number(14).lower().replace("0", "O", 1)),
    ]  # fmt: skip
    batch = brought(delivered(rows))
    told = {int(one["行号"]): one for one in rejected(batch)}
    assert sorted(told) == [3, 4, 6, 7, 8, 9, 11, 14, 16]
    assert told[3]["列"] == "初次登记日期" and "日期请写成" in told[3]["怎么改"]
    assert "末几位已经丢失" in told[6]["原因"] and "末几位已经丢失" in told[7]["原因"]
    assert "错位" in told[8]["原因"] and "代码表" in told[9]["原因"] and "都是空的" in told[11]["原因"]
    assert told[14]["原因"].startswith("列数不对：表头有 7 列，这一行有 8 列")
    assert told[16]["列"] == "号牌号码" and "必填" in told[16]["原因"]
    assert told[3]["公民身份号码"] == f"{number(1)[:6]}********{number(1)[14:]}" and told[3]["姓名"] == "欧**国"
    assert number(6) not in rejects.get(batch.pk).decode("utf-8-sig")
    assert (batch.rows, batch.accepted, batch.rejected) == (15, 6, 9)
    assert batch.report["ids"] == {"ok": 3, "fixed": 1, "invalid": 1, "none": 1}
    assert batch.report["unknown"] == {"车辆类型": {"飞船": 1}}
    found = {one[0]: one[1:] for one in seen("row_no, id_state, register_date, value")}
    assert found[12] == ("ok", datetime.date(2020, 1, 15), 5_001_050)
    assert found[13] == ("ok", datetime.date(2021, 2, 3), 123_450)
    assert found[5][0] == "invalid" and found[10][0] == "none" and found[17][0] == "fixed"
    with engine.connect(threads=1) as con:
        candidates = con.execute(
            f"SELECT row_no, id_token, name_token FROM ({reading.repaired(con, SOURCE)})"
        ).fetchall()
    assert (5, tokens.of(number(3)), tokens.name(NAMES[3])) in candidates


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_四种编码读出同样的字(delivered: Deliver, encoding: str) -> None:
    brought(delivered([row(place) for place in range(9)], encoding=encoding))
    assert [one[0] for one in seen("name_token")] == [tokens.name(NAMES[place % len(NAMES)]) for place in range(9)]


def test_读不出的字节说明在第几行第几个字节(delivered: Deliver) -> None:
    good = text([row(place) for place in range(30)]).encode("gb18030")
    at = good.index("李秀英".encode("gb18030"))
    batch = brought(delivered(good[:at] + b"\xff" + good[at + 1 :]))
    assert batch.rejected == 1 and batch.accepted == 29
    sentence = next(one for one in batch.report["sentences"] if "字节读不出来" in one)
    line = good[:at].count(b"\n") + 1
    assert f"第 {line} 行（文件第 {at + 1} 字节）" in sentence and rejected(batch)[0]["行号"] == str(line)
    with pytest.raises(LakeRefused, match="不是 UTF-8、UTF-16 或 GB18030"):
        brought(delivered(text([row(1)]).encode() + bytes(range(128, 256)) * 40))
    assert LakeBatch.objects.filter(state="failed", message__contains="另存为“CSV UTF-8”").count() == 1


def test_引号里的换行算行号_落单的引号不吞掉后面的行(delivered: Deliver) -> None:
    rows = [row(0), row(1, c2="示A\n00001"), row(2, c4="不是日期"), row(3)]
    batch = brought(delivered(rows))
    assert [one["行号"] for one in rejected(batch)] == ["5"] and batch.accepted == 3
    lines = text([row(place) for place in range(60)]).split("\r\n")
    lines[10] = lines[10].replace(",", ',"', 1)
    other = brought(delivered("\r\n".join(lines).encode(), name="引号.csv"))
    assert other.accepted >= 59 and any("引号不成对" in one for one in other.report["sentences"])
    lines[40] = lines[40].replace(",", ',"', 1)
    third = brought(delivered("\r\n".join(lines).encode(), name="两个引号.csv"))
    assert third.accepted >= 58


def test_表头重名缺列空文件单位不符都说清楚(delivered: Deliver) -> None:
    twice = [*HEAD, "姓 名"]
    batch = brought(delivered([[*row(0), NAMES[0]], [*row(1), "别人"], [*row(2), ""]], head=twice))
    assert batch.accepted == 2 and "两列内容不一致" in rejected(batch)[0]["原因"]
    titled = [["某某局车辆信息表（2026年10月）"] + [""] * 6, HEAD, row(0)]
    assert brought(delivered(titled, head=[""] * 7, name="有标题.csv")).accepted == 1
    for content, sentence in (
        (b"", "文件是空的"), (text([]).encode(), "只有表头"), (text([row(0)[1:]], HEAD[1:]).encode(), "缺少必需的列：公民身份号码"),
        ("今天天气很好\n明天也很好\n".encode(), "没有找到表头"), (text([row(0)], [*HEAD[:6], "购置价格（万元）"]).encode(), "单位与声明不符"),
    ):  # fmt: skip
        with pytest.raises(LakeRefused, match=sentence):
            brought(delivered(content, name="坏.csv"))
    none = brought(delivered([row(0, c4="x"), row(1, c4="y")], name="全坏.csv"))
    assert (none.state, none.accepted, none.rejected) == ("failed", 0, 2) and len(rejected(none)) == 2
    assert "没有一行合格" in none.message and reading.files(SOURCE)[0].endswith("part-0.parquet")
    for period, sentence in (("2026-13", "写得不对"), ("2099-01", "到本月之间")):
        with pytest.raises(LakeRefused, match=sentence):
            ingest(SYSTEM, SOURCE, delivered([row(0)]), period)


def test_Excel里的合并单元格数字日期公式和科学记数(delivered: Deliver, tmp_path: Path) -> None:
    path = tmp_path / "车辆.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("说明").write_string(0, 0, "请看下一张表")
    sheet = book.add_worksheet("明细")
    sheet.merge_range(0, 0, 0, 6, "某某局车辆信息表")
    sheet.write_row(1, 0, HEAD)
    for line in range(5):
        sheet.write_row(2 + line, 0, row(line))
    sheet.merge_range(2, 1, 3, 1, "合并的人", book.add_format({"bold": True}))
    sheet.write_datetime(2, 4, datetime.datetime(2020, 5, 6), book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write_number(3, 4, 43845)
    sheet.write_number(3, 6, 88000)
    sheet.write_number(4, 0, float(number(2)[:17] + "0"))
    sheet.write_formula(5, 4, "=TODAY()", None, "")
    sheet.write_string(6, 9, "表外的内容")
    book.close()
    batch = brought(path)
    assert (batch.kind, batch.accepted, batch.rejected) == ("xlsx", 2, 3)
    told = {one["行号"]: one["原因"] for one in rejected(batch)}
    assert "末几位" in told["5"] and "公式" in told["6"] and "列数不对" in told["7"]
    found = seen("name_token, register_date, value")
    assert [one[0] for one in found] == [tokens.name("合并的人")] * 2
    assert found[0][1] == datetime.date(2020, 5, 6) and found[1][1:] == (datetime.date(2020, 1, 15), 8_800_000)
    assert any("读的是“明细”" in one for one in batch.report["sentences"])


def test_压缩炸弹和坏的工作簿不打开(delivered: Deliver, tmp_path: Path) -> None:
    import zipfile

    bomb = tmp_path / "炸弹.xlsx"
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("xl/worksheets/sheet1.xml", "w") as one,
    ):
        for _ in range(80):
            one.write(bytes(1 << 20))
    with pytest.raises(LakeRefused, match="不像正常的表格"):
        brought(bomb)
    lying = tmp_path / "谎报.xlsx"
    content = bytearray(bomb.read_bytes())
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = content.index(mark)
        content[at + place : at + place + 4] = (1000).to_bytes(4, "little")
    lying.write_bytes(content)
    with pytest.raises(LakeRefused, match="已损坏|不是能读的"):
        brought(lying)
    with pytest.raises(LakeRefused, match="已损坏"):
        brought(delivered(b"PK\x03\x04nothing", name="坏.xlsx"))


def test_Parquet按行号读_断掉的文件不收(delivered: Deliver, tmp_path: Path) -> None:
    table = pa.table(
        {
            "id_no": [number(0), number(1)], "name": ["王芳", "李秀英"], "plate": ["示A00001", "示A00002"],
            "kind": pa.array(["小型轿车", "小型轿车"]).dictionary_encode(),
            "register_date": pa.array([datetime.date(2020, 1, 1), datetime.date(2021, 1, 1)]), "state": ["正常", "正常"],
            "value": pa.array([123.45, None]),
        }
    )  # fmt: skip
    path = tmp_path / "车辆.parquet"
    pq.write_table(table, path)
    batch = brought(path)
    assert batch.kind == "parquet" and batch.accepted + batch.rejected == 2, batch.report
    assert seen("row_no, value")[0] == (1, 12345)
    with pytest.raises(LakeRefused, match="不是能读的 Parquet"):
        brought(delivered(path.read_bytes()[:-20], name="断.parquet"))


def test_核对能看出被改过的文件(delivered: Deliver) -> None:
    batch = brought(delivered([row(place) for place in range(20)]))
    path = Path(reading.files(SOURCE)[0])
    whole = path.read_bytes()
    path.write_bytes(whole[:-30] + bytes(1) + whole[-29:])
    assert "SM3 不符" in verifying.verify(batch.no).problems[0]
    path.write_bytes(whole)
    rows = path.with_suffix(".rows")
    kept = rows.read_bytes()
    rows.write_bytes(kept[:-1])
    assert verifying.verify(batch.no).problems == [
        f"批次 {batch.no} 的 part-0.rows 与登记的 SM3 不符：请报告审计员，并从备份恢复。"
    ]
    rows.write_bytes(kept)
    path.unlink()
    assert "不见了" in verifying.verify().problems[0]
    path.write_bytes(whole)
    LakeBatch.objects.filter(pk=batch.pk).update(report=batch.report | {"canary": [[1, 2]]})
    assert verifying.verify().problems == [f"批次 {batch.no} 有 1 个标记行找不到了：请报告审计员，并从备份恢复。"]
