"""Optional: lists of people without ID numbers, linked by a statistical model (Fellegi–Sunter, the package splink).

Name, birth date, county and sex each speak for or against a pair; how much, follows from how often they agree by chance
in these very lists (counted, and for slips sampled) and from how often they agree for the same person (AGREEING, below).
Nothing is trained, so the same lists give the same pairs. A rare name counts more than a common one. Every pair is for
review (code S1): without a number nobody is identified.

Install: pip install -r requirements/splink.txt, or minzheng[splink].
"""

from __future__ import annotations

import logging
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minzheng.datacenter.linkage import codes, names, sides
from minzheng.datacenter.linkage.cascade import Links
from minzheng.datacenter.linkage.sides import LinkRefused

#: How often the traits of one person agree between two registers: exactly, by sound (names), nearly; the rest not.
#: Measured on registers with about a tenth of spoilt rows; change them when yours are better or worse.
AGREEING = {"name": (0.92, 0.04, 0.03), "birth": (0.95, 0.035), "county": (0.85,), "sex": (0.98,)}
#: Pairs below this probability are not listed.
LISTED = 0.5
#: Share of the true pairs that agree in all four traits: by it the number of true pairs is estimated.
ALL_AGREE = 0.7
#: Names (birth dates) of each side compared with each other to see how often they agree nearly by chance.
SAMPLE = 700
_NEAR_NAME = 0.92
_LEAST = 1e-7
_SEXES = {"1": "1", "男": "1", "男性": "1", "M": "1", "2": "2", "女": "2", "女性": "2", "F": "2"}


def link(
    left: pa.Table, right: pa.Table, *, con: duckdb.DuckDBPyConnection, labels: tuple[str, str] = ("左表", "右表")
) -> Links:
    """Link two tables of uid, name, county, birth_date (date, or text like 1962-03-04) and sex (1/2 or 男/女).

    The result has the shape of cascade.link; codes are S1, score = probability × codes.MODEL, auto is false. Raises
    LinkRefused, also where splink is not installed."""
    _installed()
    one, other = _people(left, labels[0]), _people(right, labels[1])
    a = b = np.zeros(0, dtype=np.int64)
    probability = np.zeros(0)
    if len(one) and len(other):
        for name, people in (("people_left", one), ("people_right", other)):
            con.register("given", people)
            con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM given")
            con.unregister("given")
        a, b, probability = _predicted(con)
    order = np.lexsort((b, a))
    table = pa.table({
        "left_uid": sides.uids(left["uid"], labels[0]).take(pa.array(a[order])),
        "right_uid": sides.uids(right["uid"], labels[1]).take(pa.array(b[order])),
        "code": pa.array(["S1"] * len(a), pa.string()),
        "score": pa.array(np.round(probability[order] * codes.MODEL, 4)),
        "auto": pa.array(np.zeros(len(a), dtype=bool)),
    })  # fmt: skip
    return Links(table, len(one), len(other), 0, len(table))


def _installed() -> None:
    try:
        import splink  # noqa: F401
    except ImportError:
        raise LinkRefused(
            "没有安装概率匹配所需的 splink：请 pip install -r requirements/splink.txt，或改用 --engine cascade。"
        ) from None


def _people(table: pa.Table, label: str) -> pa.Table:
    """unique_id (row), name, pinyin, surname, birth yyyymmdd, year, county, sex; null where unknown or masked."""
    missing = [name for name in ("uid", "name", "county", "birth_date", "sex") if name not in table.column_names]
    if missing:
        raise LinkRefused(f"{label}缺少列“{'、'.join(missing)}”，概率匹配要 uid、name、county、birth_date、sex 五列。")
    plain = names.normal_names(sides.texts(table["name"], label, "name"))
    usable = pc.and_(pc.greater(pc.utf8_length(plain), 0), pc.invert(pc.match_substring(plain, "*")))
    plain = pc.if_else(usable, plain, None)
    birth = _birth(table["birth_date"], label)
    sex = [_SEXES.get((text or "").strip().upper()) for text in sides.texts(table["sex"], label, "sex").to_pylist()]
    return pa.table({
        "unique_id": np.arange(len(table)), "name": plain, "pinyin": names.pinyins(plain),
        "surname": names.surnames(plain), "birth": birth, "year": pc.utf8_slice_codeunits(birth, 0, 4),
        "county": sides.county(table["county"], label), "sex": pa.array(sex, pa.string()),
    })  # fmt: skip


def _birth(column: pa.ChunkedArray, label: str) -> pa.Array:
    """Dates as yyyymmdd; null where there is none or it is no date."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_date(array.type) or pa.types.is_timestamp(array.type):
        return pc.strftime(array.cast(pa.timestamp("s")), "%Y%m%d")
    digits = pc.replace_substring_regex(sides.texts(column, label, "birth_date"), "[^0-9]", "")
    return pc.if_else(pc.equal(pc.utf8_length(digits), 8), digits, None).cast(pa.string())


def _predicted(con: duckdb.DuckDBPyConnection) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of both sides and the probability that they are one person."""
    from splink import DuckDBAPI, Linker

    api = DuckDBAPI(connection=con)
    tables = [api.register(f"people_{side}", dataset_display_name=side) for side in ("left", "right")]
    linker = Linker(tables, _settings(con), log_level=logging.ERROR)
    found = linker.inference.predict(threshold_match_probability=LISTED)
    rows = con.sql(
        "SELECT CASE WHEN source_dataset_l = 'left' THEN unique_id_l ELSE unique_id_r END AS a, "
        "CASE WHEN source_dataset_l = 'left' THEN unique_id_r ELSE unique_id_l END AS b, "
        f"match_probability AS p FROM {found.physical_name}"
    ).to_arrow_table()
    a, b, probability = (np.asarray(rows[name].combine_chunks()) for name in ("a", "b", "p"))
    return a, b, probability


def _settings(con: duckdb.DuckDBPyConnection) -> Any:
    """The model: what is compared, with what weight, and which pairs are looked at at all."""
    import splink.comparison_level_library as levels
    from splink import SettingsCreator, block_on

    chance = _chance(con)
    name = [
        levels.ExactMatchLevel("name").configure(tf_adjustment_column="name", tf_minimum_u_value=1e-6),
        levels.ExactMatchLevel("pinyin"),
        levels.JaroWinklerLevel("pinyin", _NEAR_NAME),
    ]
    birth = [levels.ExactMatchLevel("birth"), levels.DamerauLevenshteinLevel("birth", 1)]
    graded = {
        "name": name, "birth": birth, "county": [levels.ExactMatchLevel("county")], "sex": [levels.ExactMatchLevel("sex")],
    }  # fmt: skip
    return SettingsCreator(
        link_type="link_only",
        probability_two_random_records_match=chance["match"][0],
        comparisons=[_comparison(trait, steps, chance[trait]) for trait, steps in graded.items()],
        blocking_rules_to_generate_predictions=[
            block_on("birth", "pinyin"),
            block_on("birth", "county", "surname"),
            block_on("pinyin", "county", "year"),
        ],
        retain_matching_columns=False,
    )


def _comparison(trait: str, steps: list[Any], by_chance: tuple[float, ...]) -> Any:
    """One trait with its steps of agreement, each with how often it holds for one person and by chance."""
    import splink.comparison_level_library as levels
    import splink.comparison_library as comparisons

    same = AGREEING[trait]
    fixed = [
        step.configure(m_probability=m, u_probability=u, fix_m_probability=True, fix_u_probability=True)
        for step, m, u in zip(steps, same, by_chance, strict=True)
    ]
    other = levels.ElseLevel().configure(m_probability=1 - sum(same), u_probability=max(_LEAST, 1 - sum(by_chance)))
    return comparisons.CustomComparison(
        output_column_name=trait, comparison_levels=[levels.NullLevel(trait), *fixed, other]
    )


def _chance(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[float, ...]]:
    """How often two different people agree, step by step; under "match" the share of pairs that are one person."""

    def equal(column: str) -> float:
        return _one(
            con,
            f"SELECT sum(l.n * r.n)::DOUBLE / (SELECT count({column}) FROM people_left) / (SELECT count({column}) FROM people_right) "
            f"FROM (SELECT {column}, count(*) n FROM people_left GROUP BY 1) l "
            f"JOIN (SELECT {column}, count(*) n FROM people_right GROUP BY 1) r USING ({column})",
        )

    name, sound = equal("name"), equal("pinyin")
    near_name = _near(con, "pinyin", f"jaro_winkler_similarity(l.v, r.v) >= {_NEAR_NAME}")
    near_birth = _near(con, "birth", "damerau_levenshtein(l.v, r.v) = 1")
    alike = _one(con, "SELECT count(*) FROM people_left JOIN people_right USING (name, birth, county, sex)")
    pairs = _one(con, "SELECT (SELECT count(*) FROM people_left)::DOUBLE * (SELECT count(*) FROM people_right)")
    return {
        "name": (name, max(_LEAST, sound - name), near_name),
        "birth": (equal("birth"), near_birth),
        "county": (equal("county"),),
        "sex": (equal("sex"),),
        "match": (min(0.5, max(1.0, alike / ALL_AGREE) / pairs),),
    }


def _near(con: duckdb.DuckDBPyConnection, column: str, test: str) -> float:
    """How often different values of a column are near each other, in a sample that is always the same."""
    drawn = (
        "(SELECT {0} AS v FROM people_{1} WHERE {0} IS NOT NULL ORDER BY hash({0} || unique_id), unique_id LIMIT {2})"
    )
    a, b = drawn.format(column, "left", SAMPLE), drawn.format(column, "right", SAMPLE)
    return _one(con, f"SELECT avg((l.v <> r.v AND {test})::INT) FROM {a} l, {b} r")


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> float:
    """One number of a query; for nothing, and for what never happened, the least."""
    return max(_LEAST, float(con.execute(sql).fetchall()[0][0] or 0.0))
