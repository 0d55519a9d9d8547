"""Every folder: its sample, its template, its simulated rows and its facts fit one another."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from minzheng.datacenter.sources import fixtures, headers, registry, template
from minzheng.datacenter.sources.classes import CLASSES, DEPARTMENT_TITLES
from minzheng.datacenter.sources.facts import COLUMNS, facts_sql
from minzheng.datacenter.sources.simulate import simulate
from minzheng.datacenter.sources.spec import FEN, SourceSpec
from minzheng.kernel.subjects.idcard import clean

EVERY = list(registry.all().values())
every_source = pytest.mark.parametrize("spec", EVERY, ids=lambda spec: spec.code)


def test_任务要的来源都在_每一类事实都有来源() -> None:
    assert set(registry.all()) >= {
        "household_register", "death", "social_insurance", "pension", "unemployment", "employment", "income_tax", "real_estate",
        "provident_fund", "vehicle", "market_entity", "deposit", "securities", "insurance", "fiscal_payroll", "disability",
        "serious_illness", "medical_expense", "school", "prison", "custody_detox", "cremation", "marriage", "land_contract",
        "farm_machinery", "farm_subsidy", "poverty_watch", "rescue", "veterans", "house_presale", "other_assistance",
    }  # fmt: skip
    made = {name for spec in EVERY for name in spec.classes}
    assert set(CLASSES) - made == {"transfer"}, "转移净收入由养老金、失业金、补贴分开给，申报时合在一起"
    assert {spec.department for spec in EVERY} <= set(DEPARTMENT_TITLES)


@every_source
def test_样例是示范区划的编造数据_表头都认得(spec: SourceSpec) -> None:
    titles, rows = fixtures.rows(spec)
    assert sorted(headers.mapping(spec, titles).values()) == sorted(column.name for column in spec.columns)
    assert 20 <= len(rows) <= 40
    numbers = [
        clean(cell) for row in rows for column, cell in zip(spec.columns, row, strict=True) if column.type == "id_no"
    ]
    assert {number[:6] for number in numbers if number} == {"990101"}


@every_source
def test_样例与声明一致_改了声明要重写样例(spec: SourceSpec, tmp_path: Path) -> None:
    assert fixtures.write(spec, tmp_path / "fixture.csv").read_bytes() == spec.fixture.read_bytes()


@every_source
def test_模板和模拟文件的列就是声明的列(spec: SourceSpec, tmp_path: Path) -> None:
    template.write(spec, tmp_path / "t.csv")
    first = (tmp_path / "t.csv").read_text(encoding="utf-8-sig").splitlines()
    assert first == [",".join(column.label for column in spec.columns)]
    simulate(spec.code, 200, 5, tmp_path / "s.csv", period="2026-10")
    with (tmp_path / "s.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == [column.label for column in spec.columns]
    assert len(rows) == 201
    needed = [at for at, column in enumerate(spec.columns) if column.required]
    assert all(row[at] for row in rows[1:] for at in needed), "必填列没有空的"


@every_source
def test_模拟行算出约定的事实列(spec: SourceSpec, tmp_path: Path) -> None:
    """The typed Parquet stands in for clean rows: money in the declared unit is turned into fen by hand."""
    path = tmp_path / "s.parquet"
    simulate(spec.code, 200, 5, path, period="2026-10")
    assert pq.read_schema(path).names == [column.name for column in spec.columns]
    own = []
    for column in spec.columns:
        name = f'"{column.name}"'
        if column.is_money:
            own.append(f"CAST({name} * {FEN[column.type]} AS BIGINT) AS {name}")
        elif column.type == "month":
            own.append(f"CAST({name} || '-01' AS DATE) AS {name}")
        elif not column.personal:
            own.append(name)
    rows = f"SELECT hash(id_no) // 4 AS id_token, row_number() OVER () AS row_no, {', '.join(own)} FROM '{path}'"
    con = duckdb.connect()
    con.execute(f"CREATE TABLE clean AS SELECT * REPLACE (CAST(id_token AS BIGINT) AS id_token) FROM ({rows})")
    found = con.execute(facts_sql(spec, "clean"))
    assert [(one[0], str(one[1])) for one in found.description] == list(COLUMNS)
    facts = found.fetchall()
    assert {row[1] for row in facts} == set(spec.classes), "每一条规则在二百行里都有得到事实的"
    assert all(row[4] is None or row[4] >= row[3] for row in facts if row[1] not in ("employment", "custody"))
    assert all(row[5] and "{" not in row[5] and row[3] is not None for row in facts)
