"""The declared files: what goes out comes to the fen, what comes back is read as it is, faults are named."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from minzheng.kernel.payruns import formats
from minzheng.kernel.payruns.formats import codes, reading, registry, writing
from minzheng.kernel.payruns.formats.spec import BadFormat, Format

CODES = ["rcb_fixed", "fiscal_csv", "abc_xlsx", "treasury_json"]
NAMES = ["张小花", "阿依古丽·买买提", "㛃兰", "𠮷野,“二”"]
ROWS = {
    "seq": [1, 2, 3, 4],
    "holder": NAMES,
    "account": ["6217000010001234567", "622848001234567890", "0100012345", "6217000099990001"],
    "bank": ["示范农商行"] * 4,
    "amount": [86940, 1, 100000, 33333],
    "id_tail": ["01123X", "", "290011", "120017"],
    "remark": ["最低生活保障金2026年11月"] * 4,
    "message": ["", "", "户名不符", ""],
}
TOTAL = sum(ROWS["amount"])  # type: ignore[arg-type]


def control(**more: Any) -> dict[str, Any]:
    return {
        "batch": "990101-DB-202611-1", "month": "202611", "count": 4, "total": TOTAL, "voucher": "拨字0001",
        "paid_count": 3, "paid_total": TOTAL - 100000, **more,
    }  # fmt: skip


def returned(one: Format, path: Path, *, outcome: tuple[str, ...] = ("00", "00", "01", "08"), **more: Any) -> Path:
    block = {**ROWS, "code": [one.bank_code(code) for code in outcome]}
    with path.open("wb") as out:
        writing.write(one, one.back, control(**more), [block], out)
    return path


@pytest.mark.parametrize("code", CODES)
def test_每种格式都能写出_读回来分文不差(code: str, tmp_path: Path) -> None:
    one = formats.get(code)
    with (tmp_path / "out").open("wb") as out:
        assert writing.write(one, one.out, control(), [ROWS], out) == writing.Totals(4, TOTAL)
    path = returned(one, tmp_path / "back")
    assert formats.detect(path) is one
    read = reading.Reading(one, path)
    results = list(read)
    assert [(r.seq, r.fen, r.code, r.tail, r.fault) for r in results] == [
        (1, 86940, "00", "4567", ""), (2, 1, "00", "7890", ""), (3, 100000, "01", "2345", ""),
        (4, 33333, "08", "0001", ""),
    ]  # fmt: skip
    assert read.control["batch"] == "990101-DB-202611-1"
    assert (read.control["count"], read.control["total"]) == (4, TOTAL)


def test_定长文件按字节对齐_生僻字占四个字节(tmp_path: Path) -> None:
    one = formats.get("rcb_fixed")
    with (tmp_path / "out").open("wb") as out:
        writing.write(one, one.out, control(), [ROWS], out)
    head, *lines = (tmp_path / "out").read_bytes().removesuffix(b"\r\n").split(b"\r\n")
    assert head.startswith(b"F990101-DB-202611-1")
    assert {len(line) for line in lines} == {sum(column.width for column in one.out.line)}
    assert lines[3][9:69].decode("gb18030").rstrip() == "𠮷野,“二”"
    assert lines[0][101:113] == b"000000086940"


def test_总数不符的文件作废() -> None:
    import io

    one = formats.get("fiscal_csv")
    with pytest.raises(writing.TotalsDiffer, match="文件作废"):
        writing.write(one, one.out, control(total=TOTAL + 1), [ROWS], io.BytesIO())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"holder": ["很长的名字" * 8] * 4}, "第 1 笔的户名超过 60 个字节"),
        ({"holder": ["张\n三", *NAMES[1:]]}, "控制字符"),
        ({"amount": [-1, 2, 3, 4]}, "负数不能报盘"),
        ({"amount": [10**12, 2, 3, 4]}, "超过 12 位"),
    ],
)
def test_放不下的内容说出是哪一笔(change: dict[str, Any], sentence: str) -> None:
    import io

    one = formats.get("rcb_fixed")
    with pytest.raises(writing.CannotWrite, match=sentence):
        writing.write(one, one.out, control(), [{**ROWS, **change}], io.BytesIO())


@pytest.mark.parametrize("code", ["rcb_fixed", "fiscal_csv", "treasury_json"])
def test_读不出的一行说明原因_别的行照读(code: str, tmp_path: Path) -> None:
    one = formats.get(code)
    path = returned(one, tmp_path / "back")
    good = path.read_bytes()
    theirs = one.bank_code("01").encode(one.encoding)
    path.write_bytes(good.replace(theirs, b"?" * len(theirs)))
    faults = [r.fault for r in reading.Reading(one, path)]
    assert faults[2].startswith("结果代码") and [faults[0], faults[1], faults[3]] == ["", "", ""]
    amount = b"86940" if one.amount == "fen" else b"869.40"
    path.write_bytes(good.replace(amount, b"x" * len(amount), 1))
    fault = "整条读不出" if one.kind == "json" else "金额不是数字"
    assert [r.fault[:5] for r in reading.Reading(one, path)] == [fault[:5], "", "", ""]
    path.write_bytes(good + "乱码\r\n".encode("gb18030"))
    assert list(reading.Reading(one, path))[-1].fault
    path.write_bytes(good + next(line for line in good.splitlines(True) if b"990101-DB" in line))
    with pytest.raises(BadFormat, match="又是控制记录"):
        list(reading.Reading(one, path))


def test_别的文件认不出格式(tmp_path: Path) -> None:
    for content in (b"", b"\x00" * 5000, "姓名,金额\n张三,1\n".encode("gb18030"), b"PK\x03\x04broken", b"[1]"):
        (tmp_path / "x").write_bytes(content)
        with pytest.raises(BadFormat, match="认不出|读不了"):
            formats.detect(tmp_path / "x")


def _faults() -> Iterator[tuple[str, Any]]:
    def no_total(told: Any) -> None:
        told["back"]["head"] = [column for column in told["back"]["head"] if column.get("from") != "total"]

    yield "back 的控制记录缺少 \\['total'\\]", no_total
    yield "kind 应是", lambda told: told.update(kind="pdf")
    yield "没有编码", lambda told: told.update(encoding="gb9999")
    yield "没有对应平台的 \\['08'\\]", lambda told: told["codes"].pop("T900")
    yield "不是平台的结果代码", lambda told: told["codes"].update(X="77")
    yield "每一栏都要有 width", lambda told: told["out"]["line"][2].pop("width")
    yield "不认识 \\['salary'\\]", lambda told: told["out"]["line"][2].update({"from": "salary"})
    yield "缺少 \\['amount'\\]", lambda told: told.pop("amount")
    yield "应写 from 或 mark 之一", lambda told: told["out"]["line"][1].update(mark="Z")


@pytest.mark.parametrize(("sentence", "spoil"), list(_faults()))
def test_声明有错_装入时就说清楚(sentence: str, spoil: Any) -> None:
    told = copy.deepcopy(yaml.safe_load((registry.FOLDER / "rcb_fixed.yaml").read_text(encoding="utf-8")))
    spoil(told)
    with pytest.raises(BadFormat, match=sentence):
        registry.declared("mine", told)


def test_每个结果代码都有白话和办法() -> None:
    assert codes.with_outcome("unknown") == ("08",) and codes.with_outcome("paid") == ("00",)
    assert len(codes.all()) == 12 and codes.get("没有的").code == "99"
    assert all(one.plain and one.advice.endswith("。") for one in codes.all().values())
    assert set(formats.all()) == set(CODES) and all(one.needs_confirmation for one in formats.all().values())
    with pytest.raises(BadFormat, match="现有"):
        formats.get("nope")
