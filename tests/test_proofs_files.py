"""Mangled files: whatever the importers are given, the answer is a sentence, never a traceback, and nothing is half written.

MINZHENG_FUZZ sets how many mangled files each importer gets (25 here)."""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.db import transaction
from hypothesis import strategies as st

from minzheng.demo import load as demo
from minzheng.demo.errors import DemoError
from minzheng.demo.files import KIND, VERSION
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.awards.models import Award
from minzheng.kernel.calendar import notices as calendar
from minzheng.kernel.crypto import keyring
from minzheng.kernel.exchange.caseload import batches
from minzheng.kernel.exchange.caseload.errors import BadMapping, ImportRefused, UnreadableFile
from minzheng.kernel.exchange.caseload.sheets import MAX_COLUMNS, Table
from minzheng.kernel.exchange.models import ImportBatch
from minzheng.kernel.exchange.tests import rolls
from minzheng.kernel.pages.exporting.files import guarded_text
from minzheng.kernel.regions import villages
from minzheng.kernel.regions.models import Region
from minzheng.kernel.subjects.models import Household, Person
from minzheng.site.safekeeping import opening, stream, wrapping
from minzheng.site.safekeeping.errors import SafekeepingError
from minzheng.site.setup import staff
from minzheng.site.setup.errors import SetupRefused

TRIES = int(os.environ.get("MINZHENG_FUZZ", "25"))
_FUZZ = hypothesis.settings(
    max_examples=TRIES, derandomize=True, database=None, deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck), phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
)  # fmt: skip
FORMULAS = ("=cmd|' /C calc'!A0", "+1+cmd|'/C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1+1", "\r=1+1", "＝1＋1", "\n=2")


def sentence(error: BaseException) -> None:
    text = str(error)
    assert any("一" <= char <= "鿿" for char in text), repr(error)
    assert "Traceback" not in text and len(text) < 2000


@st.composite
def mangled(draw: Callable[..., Any], whole: bytes) -> bytes:
    """The file cut, with bytes changed, put in, taken out, doubled; or no file at all."""
    how = draw(st.sampled_from(["cut", "flip", "insert", "drop", "random", "double", "empty", "utf16", "nul"]))
    at = draw(st.integers(0, max(len(whole) - 1, 0)))
    some = draw(st.binary(min_size=1, max_size=40))
    return {
        "cut": whole[:at], "flip": whole[:at] + bytes([whole[at] ^ (some[0] or 1)]) + whole[at + 1 :],
        "insert": whole[:at] + some + whole[at:], "drop": whole[:at] + whole[at + len(some) :], "random": some * 20,
        "double": whole + whole, "empty": b"", "utf16": whole.decode("utf-8", "replace").encode("utf-16"),
        "nul": whole[:at] + b"\0" * 8 + whole[at:],
    }[how]  # fmt: skip


def bomb() -> bytes:
    """A small archive that says it unpacks to 2 GB."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as book,
        book.open("xl/workbook.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(2048):
            part.write(b"\0" * (1 << 20))
    return buffer.getvalue()


def wide() -> bytes:
    header = [*rolls.HEADERS, *(f"列{n}" for n in range(10_000))]
    return rolls.as_csv(rolls.roll(1), headers=header)


def hostile() -> list[list[Any]]:
    """A household whose every free text wants to be a formula."""
    rows = rolls.household(1)
    for row in rows:
        row[11] = FORMULAS[0]
    return [*rows, ["云岭镇", "石板村", "H9", FORMULAS[0], "123", *[FORMULAS[3]] * 8]]


@pytest.fixture
def county(db: None) -> None:
    rolls.county()


def caseload(content: bytes, name: str) -> ImportBatch | None:
    """Upload, mapping and trial as the pages do them; None when refused with a sentence."""
    try:
        with transaction.atomic():
            batch = batches.upload(actor=SYSTEM, name=name, content=content, region_code=rolls.COUNTY)
            batches.set_mapping(actor=SYSTEM, pk=batch.pk, told=rolls.MAPPING)
            return batches.check(actor=SYSTEM, pk=batch.pk)
    except (ImportRefused, BadMapping, UnreadableFile) as error:
        sentence(error)
        return None


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_花名册_怎么损坏都有一句话_不写入一半(kind: str, county: None) -> None:
    whole = rolls.as_csv(rolls.roll(3)) if kind == "csv" else rolls.as_xlsx(rolls.roll(3))

    @_FUZZ
    @hypothesis.given(mangled(whole))
    def tried(content: bytes) -> None:
        batch = caseload(content, f"花名册.{kind}")
        if batch is not None:
            report = batch.report
            assert report["accepted"] + report["rejected"] + report["ignored"] <= report["rows"] + report["ignored"]
        assert not Person.objects.exists() and not Household.objects.exists() and not Award.objects.exists()

    tried()


@pytest.mark.parametrize(
    ("name", "content"),
    [("炸弹.xlsx", bomb), ("很宽.csv", wide), ("乱码.csv", lambda: "花名册".encode("utf-16")), ("图片.xlsx", lambda: b"\xff\xd8\xff" * 9),
     ("引号.csv", lambda: b'"' * 999), ("一格.csv", lambda: ("甲" * 1_000_000).encode()), ("空表.xlsx", lambda: rolls.as_xlsx([], headers=[])),
     ("只有头.csv", lambda: rolls.as_csv([]))],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_炸弹_一万列_错编码_一律一句话(name: str, content: Callable[[], bytes], county: None) -> None:
    caseload(content(), name)
    assert not Person.objects.exists()


def test_一万列只读前面的_好行照收(county: None) -> None:
    rows = list(Table(wide(), "很宽.csv").rows())
    assert all(len(cells) <= MAX_COLUMNS for _, cells in rows)
    batch = caseload(wide(), "很宽.csv")
    assert batch is not None and batch.report["accepted"] == 2


def test_公式原样是文字_退回文件里也不会执行(county: None) -> None:
    batch = caseload(rolls.as_csv(hostile(), headers=[*rolls.HEADERS[:-1], FORMULAS[0]]), "花名册.csv")
    if batch is None:  # the account column is gone: the mapping is refused, which is a sentence too
        batch = caseload(rolls.as_csv(hostile()), "花名册.csv")
    assert batch is not None and batch.report["rejected"]
    from minzheng.kernel.exchange.caseload import store

    returned = store.get(batch.pk, "rejects").decode("utf-8-sig")
    assert not [cell for row in csv.reader(io.StringIO(returned)) for cell in row if runs(cell)]


def runs(cell: str) -> bool:
    """Whether a spreadsheet would take this cell for a formula; plain negative numbers are none."""
    return cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")) and not (
        cell[1:].replace(".", "").replace(",", "").isdigit()
    )


@pytest.mark.parametrize("text", FORMULAS)
def test_导出的表格_不执行任何一格(text: str) -> None:
    assert not runs(guarded_text(text))


def test_村居文件_怎么损坏都有一句话_好行照收(county: None, tmp_path: Path) -> None:
    whole = "代码,名称,城乡\n980101001011,东村,乡村\n980101001012,=cmd|x,乡村\n12,坏,乡村\n".encode()
    path = tmp_path / "村居.csv"
    before = Region.objects.count()

    def imported(content: bytes) -> villages.Import | None:
        path.write_bytes(content)
        try:
            return villages.import_file(path, county=rolls.COUNTY, valid_from=rolls.START, source="测试")
        except villages.UnreadableFile as error:
            sentence(error)
            return None

    @_FUZZ
    @hypothesis.given(mangled(whole))
    def tried(content: bytes) -> None:
        with transaction.atomic():
            outcome = imported(content)
            added = Region.objects.count() - before
            assert added == (outcome.loaded.added if outcome else 0)
            transaction.set_rollback(True)

    tried()
    good = imported(whole)
    assert good is not None and Region.objects.count() == before + 2 and len(good.rejected) == 1
    good.rejected.append((9, "测试", [FORMULAS[0], FORMULAS[3]]))
    villages.write_rejects(good, tmp_path / "退回.csv")
    rows = csv.reader(io.StringIO((tmp_path / "退回.csv").read_text(encoding="utf-8-sig")))
    assert not [cell for row in rows for cell in row if runs(cell)]


def test_账号表_怎么损坏都有一句话_好行照收(county: None) -> None:
    officer = rolls.people("sys_admin")[0]
    head = list(staff.COLUMNS)
    good = ["张三", "zhangsan", "云上县民政局", "乡镇经办员", "2026-01-01", "", ""]
    whole = rolls.as_csv([good, ["李四", "l s", "", FORMULAS[0], "昨天", "x", "1"]], headers=head)

    def made(content: bytes) -> staff.Done | None:
        try:
            return staff.create_accounts(actor=officer, region_code=rolls.COUNTY, name="账号.csv", content=content)
        except (SetupRefused, UnreadableFile) as error:
            sentence(error)
            return None

    @_FUZZ
    @hypothesis.given(mangled(whole))
    def tried(content: bytes) -> None:
        before = User.objects.count()
        with transaction.atomic():
            done = made(content)
            assert User.objects.count() - before == (done.made if done else 0)
            assert not Assignment.objects.filter(user__username="zhangsan").exists()
            transaction.set_rollback(True)

    tried()
    done = made(whole)
    assert done is not None and (done.made, done.rejected) == (1, 1)


def test_备份文件_怎么损坏都有一句话(tmp_path: Path) -> None:
    path = tmp_path / "a.mzb"
    key, wrapped = wrapping.new_key(keyring.ring())
    whole = io.BytesIO()
    sealer = stream.Sealer(whole, key, {"format": 1, "keys": wrapped})
    sealer.write(b"x" * 5000)
    sealer.finish()

    @_FUZZ
    @hypothesis.given(st.one_of(mangled(whole.getvalue()), st.binary(max_size=200)))
    def tried(content: bytes) -> None:
        path.write_bytes(content)
        with pytest.raises(SafekeepingError) as refused:
            opening.opened(path, wrapping.Keys([keyring.ring()]))
        sentence(refused.value)

    tried()


def test_日历文件_怎么损坏都有一句话(tmp_path: Path) -> None:
    path = tmp_path / "2027.csv"
    whole = "日期,是否上班,名称\n2027-01-01,休,元旦\n2027-01-04,班,\n".encode()

    @_FUZZ
    @hypothesis.given(mangled(whole))
    def tried(content: bytes) -> None:
        path.write_bytes(content)
        try:
            calendar.read(path, year=2027, source="测试", notice_no="测试")
        except calendar.BadNotice as error:
            sentence(error)

    tried()


def test_示范数据的文件夹_怎么损坏都有一句话_什么也不写(db: None, tmp_path: Path) -> None:
    told = {"kind": KIND, "version": VERSION, "as_of": "2026-11-20", "seed": 1, "persons": 3}
    whole = json.dumps(told).encode()

    @_FUZZ
    @hypothesis.given(st.one_of(mangled(whole), st.just(whole)), st.binary(max_size=80))
    def tried(meta: bytes, rows: bytes) -> None:
        (tmp_path / "meta.json").write_bytes(meta)
        for table in ("regions", "persons"):
            (tmp_path / f"{table}.csv").write_bytes(rows)
        with pytest.raises(DemoError) as refused:
            demo.load(tmp_path)
        sentence(refused.value)
        assert not Person.objects.exists()

    tried()
