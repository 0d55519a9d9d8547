"""Five benefits as a database engineer would write them by hand: the limit to compare our generated SQL with.

They are 低保 (with 分类施保, 单人户, 渐退), 低保边缘, 特困供养, 困难残疾人生活补贴 and 高龄津贴, and the means test with all
that it asks (who counts, orphans and children whom nobody raises, income, property). Three statements over two Parquet
files and one small table with a row for each county and 城市/农村, in which everything that depends on parameters alone
is worked out beforehand. It knows the population of ``minzheng.policy.population`` (which columns there are, what cannot
be empty) and the demo county's choices (PCT_OF_STANDARD, HIGHEST_ONLY, FEN_HALF_UP, 补差, KEEP_FULL, 另定 …); our
generated SQL must know neither. Written to be fast, not to be read beside the law.
"""

from __future__ import annotations

import datetime
from typing import Any

from minzheng.policy.compile import Plan
from minzheng.policy.ruleset import Ruleset

#: What our engines are asked for, to give the same results.
TARGETS = (
    "assistance.dibao", "assistance.dibao_edge", "assistance.tekun", "disability.living", "elderly.old_age",
    "特困资格", "保障人口", "家庭月收入", "人均月收入",
)  # fmt: skip


def parameter_rows(ruleset: Ruleset, regions: tuple[str, ...], on: datetime.date) -> list[tuple[Any, ...]]:
    """(地区, 城乡, standard × 12, then everything derived from it) in 分."""
    plan = Plan(ruleset, on, regions)
    return [_row(plan.table[plan.rows[code]], code, kind) for code in regions for kind in ("城市", "农村")]


def _row(p: dict[str, int], code: str, kind: str) -> tuple[Any, ...]:
    s = p[f"保障标准_{kind}"]  # 分 ÷ 12, as all amounts that may be published by the year

    def part(share: str) -> int:
        return (2 * s * p[share] + 120000) // 240000

    def month(name: str) -> int:
        return (p[name] + 6) // 12

    alone, together = f"特困_基本生活_{kind}", f"特困_集中基本生活_{kind}"
    together = together if kind == "农村" or p[together] else alone
    return (
        code, kind, s, s * p["就业成本比例"], s * p["特困_金融资产倍数"], s * p["低保_金融资产倍数"],
        s * p["低保边缘_金融资产倍数"], p["低保_最低发放额"], p["分类施保_老年年龄"], part("分类施保_老年比例"),
        part("分类施保_未成年比例"), part("分类施保_重残比例"), part("分类施保_重病比例"), part("单人户比例"),
        p["低保边缘_车辆上限"], month(alone), month(together), (p[alone] * p["特困_丧葬月数"] + 6) // 12,
        (p[together] * p["特困_丧葬月数"] + 6) // 12, month("特困_护理_全护理"), month("特困_护理_半护理"),
        month("特困_护理_全自理"), p["特困_全护理项数"], p["特困_半护理项数"],
        *(p[f"两补_生活_{grade}级"] for grade in "一二三四"), p["高龄津贴_一档年龄"], p["高龄津贴_一档金额"],
        *(p[f"高龄津贴_{n}档{what}"] for n in "二三四" for what in ("年龄", "金额")),
    )  # fmt: skip


COLUMNS = (
    "地区, 城乡, s, cost, tkcap, cap, ecap, least, oldage, t1, t2, t3, t4, alone, ecars, kb, kj, db_, dj_, c3, c2, c1, "
    "full_, half_, l1, l2, l3, l4, a1, o1, a2, o2, a3, o3, a4, o4"
)


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


def _unable(parent: str) -> str:
    """Whether a father or a mother cannot raise the child."""
    return f"""(({parent}情形 = '残疾' AND ({parent}残疾等级 BETWEEN 1 AND 2
        OR ({parent}残疾等级 BETWEEN 3 AND 4 AND {parent}残疾类别 IN ('智力','精神'))))
      OR {parent}情形 IN ('重病','撤销监护资格','遣送出境')
      OR ({parent}情形 IN ('服刑在押','强制隔离戒毒','其他限制人身自由','失去联系') AND {parent}情形月数 >= 6))"""


# What both walks over the persons need: who counts, income × 120000, 特困 but for the property test.
_PERSON = f"""
  SELECT p.*, CASE WHEN 无赡养能力人 AND counted AND local AND NOT orphan AND tkinc < s * 10000 THEN (age >= 60 OR age < 16 OR 无劳动能力 OR (残疾类别 IN ('智力','精神') AND 残疾等级 BETWEEN 1 AND 3)
       OR (残疾类别 = '肢体' AND 残疾等级 BETWEEN 1 AND 2) OR (残疾类别 = '视力' AND 残疾等级 = 1)
       OR (coalesce(已确认特困, FALSE) AND (age < 18 OR 中学在读)
           AND NOT (age < 18 AND 工资性收入_分 + greatest(经营净收入_分, 0) > 财产净收入_分 + 转移净收入_分)))
    AND NOT (CASE WHEN young THEN 事实无人抚养 OR CASE WHEN 父亲情形 IN ('死亡','宣告失踪') THEN {_unable("母亲")}
      WHEN 母亲情形 IN ('死亡','宣告失踪') THEN {_unable("父亲")} ELSE {_unable("父亲")} AND {_unable("母亲")} END ELSE FALSE END) ELSE FALSE END AS poor
  FROM (
    SELECT *, 户籍在本地 AS local,
      CASE WHEN young THEN 孤儿 OR (父亲情形 IN ('死亡','宣告失踪','查找不到') AND 母亲情形 IN ('死亡','宣告失踪','查找不到'))
        ELSE FALSE END AS orphan,
      alive AND (与户主关系 IN ('户主','配偶') OR 长期共同居住
       OR (与户主关系 = '子女' AND (age < 18 OR 在校 OR 无劳动能力 OR 残疾等级 BETWEEN 1 AND 2))) AS counted
    FROM (
      SELECT *, (死亡日期 IS NULL OR 死亡日期 >= date_trunc('month', {{day}})) AS alive, months <= 216 OR 在校 AS young,
        base + greatest(转移净收入_分 - 不计入收入_分, 0) * 120000 AS inc,
        base + greatest(转移净收入_分 - 不计入收入_分 - 特困另不计入收入_分, 0) * 120000 AS tkinc
      FROM (
        SELECT *,
          year({{day}}) - year(出生日期) - (month(出生日期) * 100 + day(出生日期) > month({{day}}) * 100 + day({{day}}))::INTEGER AS age,
          (year({{day}}) - year(出生日期)) * 12 + month({{day}}) - month(出生日期) AS months,
          (工资性收入_分 + greatest(经营净收入_分, 0) + 财产净收入_分) * 120000
            - least(coalesce(就业成本_分 * 120000, cost), 工资性收入_分 * 120000) AS base
        FROM '{{persons}}' JOIN ({{homes}}) USING (household_id)))
  ) p
"""
_H1 = (
    """
CREATE OR REPLACE TEMP TABLE hand_h1 AS
WITH h AS (SELECT household_id, 地区, 城乡, 机动车辆, 房屋套数, 市场主体, 在保, 超标月数, 原月保障金_分, 已确认低保,
             金融资产_分 + 近一年转出财产_分 AS assets, r.* EXCLUDE (地区, 城乡) FROM '{households}' JOIN r USING (地区, 城乡)),
g AS (
  -- both outcomes of the 特困 property test are added up in one walk; which one holds is known only with the head count
  SELECT household_id, count_if(counted) AS n, coalesce(bool_or(counted AND local), FALSE) AS here,
    count_if(counted AND NOT orphan) AS n0, count_if(counted AND NOT orphan AND poor) AS nt,
    sum(CASE WHEN counted AND NOT orphan THEN inc ELSE 0 END)::BIGINT AS inc0,
    sum(CASE WHEN counted AND NOT orphan AND poor THEN inc ELSE 0 END)::BIGINT AS inct
  FROM ("""
    + _PERSON.replace("{homes}", "SELECT household_id, s, cost FROM h")
    + """) GROUP BY household_id),
a AS (SELECT h.*, n, here, assets * 12 <= tkcap * n AND 机动车辆 <= 0 AND 房屋套数 <= 1 AS tkok, n0, nt, inc0, inct
      FROM h JOIN g USING (household_id)),
b AS (SELECT *, n0 - CASE WHEN tkok THEN nt ELSE 0 END AS m, inc0 - CASE WHEN tkok THEN inct ELSE 0 END AS inc FROM a),
c AS (SELECT *, s * m AS line, m = 0 OR inc < s * m * 10000 AS low,
        assets * 12 <= cap * m AND 机动车辆 <= 0 AND 房屋套数 <= 1 AND NOT 市场主体 AS fit, n = 0 OR here AS home FROM b),
d AS (SELECT *, n > 0 AND m > 0 AND low AND fit AND home AS db FROM c)
SELECT * EXCLUDE (地区, 机动车辆, 房屋套数, 市场主体, 在保, 超标月数, assets, n, here, n0, nt, inc0, inct, low, fit, home),
  (inc + 60000) // 120000 AS income, CASE WHEN m > 0 THEN (inc + m * 60000) // (m * 120000) END AS each,
  CASE WHEN db THEN greatest((greatest(line * 10000 - inc, 0) + 60000) // 120000, least) ELSE 0 END AS amount,
  在保 AND m > 0 AND NOT low AND fit AND home AND inc < line * 20000 AND 超标月数 <= 6 AS fading,
  NOT db AND m > 0 AND home AND inc < line * 15000 AND assets * 12 <= ecap * m AND 机动车辆 <= ecars AND 房屋套数 <= 1
    AND NOT 市场主体 AS edge, coalesce(已确认低保, db) AS listed
FROM d"""
)
_P = (
    """
CREATE OR REPLACE TEMP TABLE hand_p AS
WITH x AS ("""
    + _PERSON.replace(
        "{homes}",
        "SELECT household_id, s, cost, tkok, db, edge, fading, listed, oldage, t1, t2, t3, t4, alone, kb, kj, db_, dj_, c3, c2, c1, "
        "full_, half_, l1, l2, l3, l4, a1, o1, a2, o2, a3, o3, a4, o4 FROM hand_h1",
    )
    + """),
z AS (SELECT *, poor AND tkok AS tk, counted AND NOT (poor AND tkok) AND NOT orphan AS member, months // 12 AS years,
        CASE 残疾等级 WHEN 1 THEN l1 WHEN 2 THEN l2 WHEN 3 THEN l3 WHEN 4 THEN l4 ELSE 0 END AS rate FROM x),
w AS (SELECT *, member AND edge AND inc < s * 10000 AND (残疾等级 BETWEEN 1 AND 2 OR (残疾等级 = 3 AND 残疾类别 IN ('智力','精神')) OR 重病) AS may
      FROM z),
v AS (SELECT *, 单人户申请 AND may AS single,
        残疾等级 > 0 AND 残疾人证状态 = '有效' AND local AND alive AND NOT coalesce(已确认特困, tk) AND NOT orphan
          AND NOT 工伤生活护理费 AND 老年生活类补贴_分 < rate
          AND ((member AND (listed OR edge OR fading)) OR (单人户申请 AND may) OR 脱贫人口) AS living_ok,
        years >= a1 AND local AND alive AND NOT 别处已领高龄津贴 AND NOT 生存认证逾期 AS old_ok FROM w)
SELECT household_id, person_id, tk, may, single, CASE WHEN single THEN alone ELSE 0 END AS single_pay,
  CASE WHEN (member AND db) OR single THEN
    greatest(CASE WHEN age >= oldage THEN t1 ELSE 0 END, CASE WHEN age < 18 THEN t2 ELSE 0 END,
             CASE WHEN 残疾等级 BETWEEN 1 AND 2 THEN t3 ELSE 0 END, CASE WHEN 重病 THEN t4 ELSE 0 END) ELSE 0 END AS extra,
  CASE WHEN tk THEN CASE WHEN 供养方式 = '集中供养' THEN kj ELSE kb END ELSE 0 END AS basic,
  CASE WHEN tk THEN CASE WHEN 自理不能项数 >= full_ THEN c3 WHEN 自理不能项数 >= half_ THEN c2 ELSE c1 END ELSE 0 END AS care,
  CASE WHEN tk AND date_trunc('month', 死亡日期) = date_trunc('month', {day})
    THEN CASE WHEN 供养方式 = '集中供养' THEN dj_ ELSE db_ END ELSE 0 END AS burial,
  living_ok, CASE WHEN living_ok THEN rate ELSE 0 END AS living, old_ok,
  CASE WHEN old_ok THEN greatest(o1, CASE WHEN years >= a2 THEN o2 ELSE 0 END, CASE WHEN years >= a3 THEN o3 ELSE 0 END,
    CASE WHEN years >= a4 THEN o4 ELSE 0 END) ELSE 0 END AS old
FROM v"""
)
_H2 = """
CREATE OR REPLACE TEMP TABLE hand_h AS
SELECT household_id, db, amount, fading, CASE WHEN fading THEN 原月保障金_分 ELSE 0 END AS fading_pay, edge, m, income, each,
  amount + CASE WHEN fading THEN 原月保障金_分 ELSE 0 END + own AS total
FROM hand_h1 JOIN (SELECT household_id, sum(single_pay + extra + basic + care + living + old)::BIGINT AS own
                   FROM hand_p GROUP BY household_id) USING (household_id)"""
#: Hand-written column → result step, for the comparison.
HOUSEHOLD_COLUMNS = {
    "db": "低保资格", "amount": "低保金", "fading": "渐退资格", "fading_pay": "渐退保障金", "edge": "低保边缘资格",
    "m": "保障人口", "income": "显示_家庭月收入", "each": "人均月收入", "total": "家庭月待遇合计",
}  # fmt: skip
PERSON_COLUMNS = {
    "tk": "特困资格", "may": "可单人户申请", "single": "单人户资格", "single_pay": "单人户低保金", "extra": "分类施保金",
    "basic": "特困基本生活金", "care": "特困照料护理费", "burial": "特困丧葬费", "living_ok": "困难残疾人生活补贴资格",
    "living": "困难残疾人生活补贴", "old_ok": "高龄津贴资格", "old": "高龄津贴",
}  # fmt: skip
