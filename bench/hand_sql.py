"""The rules of 低保 and 低保边缘 (from July 2021) as a database engineer would write them by hand: the limit to compare with.

Three statements over two Parquet files and one small table with a row for each county and 城市/农村, in which everything
that depends on parameters alone is worked out beforehand. It knows the population of ``minzheng.policy.population`` (which
columns there are, what cannot be empty) and the demo county's choices (PCT_OF_STANDARD, HIGHEST_ONLY, FEN_HALF_UP, 补差,
KEEP_FULL); our generated SQL must know neither. Written to be fast, not to be read beside the law.
"""

from __future__ import annotations

import datetime
from typing import Any

from minzheng.policy.compile import Plan
from minzheng.policy.ruleset import Ruleset


def parameter_rows(ruleset: Ruleset, regions: tuple[str, ...], on: datetime.date) -> list[tuple[Any, ...]]:
    """(地区, 城乡, standard × 12, then everything derived from it) in 分."""
    plan = Plan(ruleset, on, regions)
    rows = []
    for code in regions:
        p = plan.table[plan.rows[code]]
        for kind in ("城市", "农村"):
            s = p[f"保障标准_{kind}"]  # 分 ÷ 12

            def part(share: str, s: int = s, p: dict[str, int] = p) -> int:
                return (2 * s * p[share] + 120000) // 240000

            rows.append(
                (code, kind, s, s * p["就业成本比例"], s * p["特困_金融资产倍数"], s * p["低保_金融资产倍数"],
                 s * p["低保边缘_金融资产倍数"], p["低保_最低发放额"], p["分类施保_老年年龄"], part("分类施保_老年比例"),
                 part("分类施保_未成年比例"), part("分类施保_重残比例"), part("分类施保_重病比例"), part("单人户比例"),
                 p["低保边缘_车辆上限"])
            )  # fmt: skip
    return rows


COLUMNS = "地区, 城乡, s, cost, tkcap, cap, ecap, least, oldage, t1, t2, t3, t4, alone, ecars"


def prepare(connection: Any, ruleset: Ruleset, regions: tuple[str, ...], on: datetime.date) -> None:
    """Create the small table ``r``."""
    values = ", ".join(
        "(" + ", ".join(f"'{v}'" if isinstance(v, str) else f"{v}::BIGINT" for v in row) + ")"
        for row in parameter_rows(ruleset, regions, on)
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE r AS SELECT * FROM (VALUES {values}) t({COLUMNS})").fetchall()


def run(connection: Any, persons: str, households: str, on: datetime.date) -> None:
    """Make ``hand_p`` and ``hand_h``; equal to p_out and h_out row by row."""
    day = f"DATE '{on}'"
    connection.execute(_H1.format(persons=persons, households=households, day=day)).fetchall()
    connection.execute(_P.format(persons=persons, day=day)).fetchall()
    connection.execute(_H2).fetchall()


# What both walks over the persons need: who counts, income × 120000, 特困 but for the property test.
_PERSON = """
  SELECT p.household_id, p.person_id, s, tkok, age, 残疾等级, 残疾类别, 重病, 单人户申请, more,
    inc, (年轻孤儿) AS orphan, counted, local,
    counted AND local AND NOT (年轻孤儿) AND NOT (事实无人抚养 AND (age < 18 OR 在校)) AND 无赡养能力人 AND inc < s * 10000 AND
      (age >= 60 OR age < 16 OR 无劳动能力 OR (残疾类别 IN ('智力','精神') AND 残疾等级 BETWEEN 1 AND 3)
       OR (残疾类别 = '肢体' AND 残疾等级 BETWEEN 1 AND 2) OR (残疾类别 = '视力' AND 残疾等级 = 1)) AS poor
  FROM (
    SELECT *, 户籍在本地 AS local, 孤儿 AND (age < 18 OR 在校) AS 年轻孤儿,
      (死亡日期 IS NULL OR 死亡日期 >= date_trunc('month', {day})) AND
      (与户主关系 IN ('户主','配偶') OR 长期共同居住
       OR (与户主关系 = '子女' AND (age < 18 OR 在校 OR 无劳动能力 OR 残疾等级 BETWEEN 1 AND 2))) AS counted
    FROM (
      SELECT *, year({day}) - year(出生日期) - (month(出生日期) * 100 + day(出生日期) > month({day}) * 100 + day({day}))::INTEGER AS age,
        (工资性收入_分 + greatest(经营净收入_分, 0) + 财产净收入_分 + greatest(转移净收入_分 - 不计入收入_分, 0)) * 120000
          - least(coalesce(就业成本_分 * 120000, cost), 工资性收入_分 * 120000) AS inc
      FROM '{persons}' JOIN ({homes}) USING (household_id)
    )
  ) p
"""
_H1 = (
    """
CREATE OR REPLACE TEMP TABLE hand_h1 AS
WITH h AS (SELECT household_id, 地区, 城乡, 机动车辆, 房屋套数, 市场主体, 在保, 超标月数, 原月保障金_分,
             金融资产_分 + 近一年转出财产_分 AS assets, r.* EXCLUDE (地区, 城乡) FROM '{households}' JOIN r USING (地区, 城乡)),
g AS (
  -- both outcomes of the 特困 property test are added up in one walk; which one holds is known only with the head count
  SELECT household_id, count_if(counted) AS n, bool_or(counted AND local) AS here,
    count_if(counted AND NOT orphan) AS n0, count_if(counted AND NOT orphan AND poor) AS nt,
    sum(CASE WHEN counted AND NOT orphan THEN inc ELSE 0 END)::BIGINT AS inc0,
    sum(CASE WHEN counted AND NOT orphan AND poor THEN inc ELSE 0 END)::BIGINT AS inct
  FROM ("""
    + _PERSON.replace("{homes}", "SELECT household_id, s, cost, TRUE AS tkok, 0 AS more FROM h")
    + """) GROUP BY household_id),
a AS (SELECT h.*, n, here, assets * 12 <= tkcap * n AND 机动车辆 <= 0 AND 房屋套数 <= 1 AS tkok, n0, nt, inc0, inct
      FROM h JOIN g USING (household_id)),
b AS (SELECT *, n0 - CASE WHEN tkok THEN nt ELSE 0 END AS m, inc0 - CASE WHEN tkok THEN inct ELSE 0 END AS inc FROM a),
c AS (SELECT *, s * m AS line, m = 0 OR inc < s * m * 10000 AS low,
        assets * 12 <= cap * m AND 机动车辆 <= 0 AND 房屋套数 <= 1 AND NOT 市场主体 AS fit, n = 0 OR here AS home FROM b),
d AS (SELECT *, n > 0 AND m > 0 AND low AND fit AND home AS db FROM c)
SELECT household_id, s, cost, least, oldage, t1, t2, t3, t4, alone, tkok, m, db, (inc + 60000) // 120000 AS income,
  CASE WHEN m > 0 THEN (inc + m * 60000) // (m * 120000) END AS each,
  CASE WHEN db THEN greatest((greatest(line * 10000 - inc, 0) + 60000) // 120000, least) ELSE 0 END AS amount,
  在保 AND m > 0 AND NOT low AND fit AND home AND inc < line * 20000 AND 超标月数 <= 6 AS fading,
  NOT db AND m > 0 AND home AND inc < line * 15000 AND assets * 12 <= ecap * m AND 机动车辆 <= ecars AND 房屋套数 <= 1
    AND NOT 市场主体 AS edge,
  原月保障金_分 AS old
FROM d"""
)
_P = (
    """
CREATE OR REPLACE TEMP TABLE hand_p AS
WITH x AS ("""
    + _PERSON.replace(
        "p.household_id, p.person_id, s,", "p.household_id, p.person_id, s, db, edge, oldage, t1, t2, t3, t4, alone,"
    ).replace(
        "{homes}", "SELECT household_id, s, cost, tkok, 0 AS more, db, edge, oldage, t1, t2, t3, t4, alone FROM hand_h1"
    )
    + """),
y AS (SELECT *, poor AND tkok AS tk FROM x),
z AS (SELECT *, counted AND NOT tk AND NOT orphan AS member FROM y),
w AS (SELECT *, member AND edge AND inc < s * 10000 AND (残疾等级 BETWEEN 1 AND 2 OR (残疾等级 = 3 AND 残疾类别 IN ('智力','精神')) OR 重病) AS may
      FROM z)
SELECT household_id, person_id, tk, may, 单人户申请 AND may AS single,
  CASE WHEN 单人户申请 AND may THEN alone ELSE 0 END AS single_pay,
  CASE WHEN (member AND db) OR (单人户申请 AND may) THEN
    greatest(CASE WHEN age >= oldage THEN t1 ELSE 0 END, CASE WHEN age < 18 THEN t2 ELSE 0 END,
             CASE WHEN 残疾等级 BETWEEN 1 AND 2 THEN t3 ELSE 0 END, CASE WHEN 重病 THEN t4 ELSE 0 END) ELSE 0 END AS extra
FROM w"""
)
_H2 = """
CREATE OR REPLACE TEMP TABLE hand_h AS
SELECT household_id, db, amount, fading, CASE WHEN fading THEN old ELSE 0 END AS fading_pay, edge, m, income, each,
  amount + CASE WHEN fading THEN old ELSE 0 END + own AS total
FROM hand_h1 JOIN (SELECT household_id, sum(single_pay + extra)::BIGINT AS own FROM hand_p GROUP BY household_id) USING (household_id)"""
#: Hand-written column → result step, for the comparison.
HOUSEHOLD_COLUMNS = {
    "db": "低保资格", "amount": "低保金", "fading": "渐退资格", "fading_pay": "渐退保障金", "edge": "低保边缘资格",
    "m": "保障人口", "income": "显示_家庭月收入", "each": "人均月收入", "total": "家庭月待遇合计",
}  # fmt: skip
PERSON_COLUMNS = {
    "tk": "特困资格", "may": "可单人户申请", "single": "单人户资格", "single_pay": "单人户低保金", "extra": "分类施保金",
}  # fmt: skip
