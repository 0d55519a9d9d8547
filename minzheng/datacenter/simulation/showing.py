"""The sums of a run as tables with charts: what pages and prints draw. Every table says how its numbers are counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from minzheng.datacenter.simulation.charts import shares
from minzheng.kernel.parts import charts
from minzheng.kernel.parts.fields import yuan_text
from minzheng.policy.figures import BANDS

Link = Callable[..., str]
#: Columns that most tables share: (key, heading, money?, what the list behind it shows).
SIDES = (
    ("families", "在册户数", False, ""), ("base_households", "现行户数", False, ""), ("reform_households", "假设户数", False, ""),
    ("base_persons", "现行人数", False, ""), ("reform_persons", "假设人数", False, ""), ("entered", "新保", False, "entered"),
    ("left", "退出", False, "left"), ("raised", "增发", False, "raised"), ("lowered", "减发", False, "lowered"),
    ("base_fen", "现行月支出", True, ""), ("reform_fen", "假设月支出", True, ""), ("more", "每月增减", True, ""),
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    text: str
    css: str = ""
    href: str = ""
    label: str = ""


@dataclass
class Shown:
    """One table. ``how``: how its numbers are counted; ``total`` is the last line."""

    anchor: str
    title: str
    how: str
    heads: list[tuple[str, str]]
    lines: list[list[Cell]]
    total: list[Cell] | None = None
    chart: Any = ""
    empty: str = ""
    notes: list[str] = field(default_factory=list)


#: Stands for a number that few households stand behind.
HIDDEN = "＊"


def number(value: int | None) -> str:
    return HIDDEN if value is None else f"{value:,}"


def money(value: int | None) -> str:
    return HIDDEN if value is None else yuan_text(value)


def signed(value: int | None) -> str:
    return HIDDEN if value is None else f"{'+' if value > 0 else ''}{yuan_text(value)}"


def tables(figures: Mapping[str, Any], names: Mapping[str, str], link: Link) -> list[Shown]:
    """All tables of a run. ``names``: region code → name; ``link(**filters)``: address of the families behind a number,
    "" where there is no such list."""
    found = [_months(figures), _places(figures, names, link), *_groups(figures, link), _benefits(figures), _deciles(figures),
             _near(figures, link), _received(figures, link)]  # fmt: skip
    return [one for one in found if one is not None]


def _row(row: Mapping[str, Any], columns: Sequence[tuple[str, str, bool, str]], link: Link, **where: str) -> list[Cell]:
    cells = []
    for key, label, is_money, what in columns:
        if key == "more":
            both = (row["reform_fen"], row["base_fen"])
            cells.append(Cell(signed(None if None in both else both[0] - both[1]), "num", label=label))
        elif is_money:
            cells.append(Cell(money(row[key]), "num", label=label))
        else:
            href = link(what=what, **where) if what and row[key] else ""
            cells.append(Cell(number(row[key]), "num", href, label))
    return cells


def _heads(first: str, columns: Sequence[tuple[str, str, bool, str]]) -> list[tuple[str, str]]:
    return [(first, ""), *((f"{label}（元）" if is_money else label, "num") for _, label, is_money, _ in columns)]


def _none(**filters: str) -> str:
    return ""


def _months(figures: Mapping[str, Any]) -> Shown:
    columns = tuple(one for one in SIDES if one[0] != "families")
    lines = []
    for row in figures["months"]:
        label = row["month"] + ("（对比月）" if row["compared"] else "")
        lines.append([Cell(label), *_row(row, columns, _none)])
    total = figures["total"]
    sums = [Cell("合计"), *(Cell("", "num") for _ in columns)]
    both = total["base_horizon_fen"], total["reform_horizon_fen"]
    if None not in both:
        sums[-3:] = [
            Cell(yuan_text(both[0]), "num"),
            Cell(yuan_text(both[1]), "num"),
            Cell(signed(both[1] - both[0]), "num"),
        ]
    drawn = [
        (row["month"][2:], row["base_fen"] // 100, row["reform_fen"] // 100)
        for row in figures["months"]
        if row["base_fen"] is not None
    ]
    return Shown(
        "months", "按月支出",
        "每月用当月 1 日有效的规则和值各算一遍；满周岁、十二月的余数、渐退期满都算到当月。支出只含按月发的钱，不含一次性的和服务额度。",
        _heads("月份", columns), lines, sums, charts.columns("每月支出（元），现行与假设", drawn, " 元") if drawn else "",
    )  # fmt: skip


def _places(figures: Mapping[str, Any], names: Mapping[str, str], link: Link) -> Shown:
    rows = figures["places"]
    lines = [
        [Cell(names.get(row["place"]) or row["place"]), *_row(row, SIDES, link, place=row["place"])] for row in rows
    ]
    drawn = [
        (names.get(row["place"]) or row["place"], (row["reform_fen"] - row["base_fen"]) // 100)
        for row in rows
        if row["reform_fen"] is not None
    ]
    chart = charts.differences("各地每月增减支出（元）", drawn[:30], " 元") if any(n for _, n in drawn) else ""
    return Shown(
        "places", "按乡镇（街道）" if len(rows) != 1 or rows[0]["place"][6:9] != "000" else "按地区",
        "按家庭所在的村（社区）归到乡镇（街道），对比月的数。户数可以点开看是哪几户（只列您有权看的）。",
        _heads("地区", SIDES), lines, [Cell("合计"), *_row(figures["total"], SIDES, link)], chart,
        empty="没有在册家庭。",
    )  # fmt: skip


def _groups(figures: Mapping[str, Any], link: Link) -> list[Shown]:
    found = []
    for i, dimension in enumerate(figures["groups"]):
        name = dimension["dimension"]
        lines = [
            [Cell(row["group"]), *_row(row, SIDES, link, dimension=name, group=row["group"])] for row in dimension["rows"]
        ]  # fmt: skip
        found.append(
            Shown(
                f"group-{i}", f"按{name}", "每户只在一组；按对比月的年龄和冻结的家庭情况分组。", _heads(name, SIDES), lines,
                [Cell("合计"), *_row(figures["total"], SIDES, link)],
            )
        )  # fmt: skip
    return found


KINDS = {"cash": "按月发的钱", "quota": "一次性或额度", "status": "身份资格"}


def _benefits(figures: Mapping[str, Any]) -> Shown:
    titles, lines = figures.get("titles", {}), []
    for row in figures["benefits"]:
        unit = "人" if row["entity"] == "人" else "户"
        both = (row["reform_fen"], row["base_fen"])
        more = None if None in both else both[0] - both[1]
        cash = row["kind"] != "status"
        lines.append(
            [
                Cell(row["word"].replace("_", " ")), Cell(titles.get(row["benefit"], row["benefit"]), label="福利"),
                Cell(KINDS[row["kind"]], label="种类"), Cell(unit, label="单位"),
                Cell(number(row["base_count"]), "num", label="现行"), Cell(number(row["reform_count"]), "num", label="假设"),
                Cell(number(row["entered"]), "num", label="新增户"), Cell(number(row["left"]), "num", label="减少户"),
                Cell(money(row["base_fen"]) if cash else "—", "num", label="现行月金额"),
                Cell(money(row["reform_fen"]) if cash else "—", "num", label="假设月金额"),
                Cell(signed(more) if cash else "—", "num", label="每月增减"),
            ]
        )  # fmt: skip
    heads = [("结果", ""), ("福利", ""), ("种类", ""), ("单位", ""), ("现行", "num"), ("假设", "num"), ("新增户", "num"), ("减少户", "num"),
             ("现行月金额（元）", "num"), ("假设月金额（元）", "num"), ("每月增减（元）", "num")]  # fmt: skip
    return Shown("benefits", "按福利", "每个结果词各数各的，一户可以同时有几项；“每月支出”只加按月发的钱。", heads, lines,
                 empty="没有哪一户算出待遇。")  # fmt: skip


def _deciles(figures: Mapping[str, Any]) -> Shown | None:
    if not figures["deciles"]:
        return None
    columns = tuple(one for one in SIDES if one[0] not in ("base_persons", "reform_persons"))
    lines, drawn = [], []
    for row in figures["deciles"]:
        label = f"第 {row['decile']} 组" if row["decile"] else "没有人均收入"
        span = "—" if row["low_fen"] is None else f"{yuan_text(row['low_fen'])}–{yuan_text(row['high_fen'])}"
        lines.append([Cell(label), Cell(span, "num", label="人均月收入（元）"), *_row(row, columns, _none)])
        if row["entered"] is not None:
            drawn.append((label, row["entered"] + row["raised"], row["same"], row["left"] + row["lowered"]))
    heads = _heads("收入组", columns)
    total = [Cell("合计"), Cell("", "num"), *_row(figures["total"], columns, _none)]
    return Shown(
        "deciles", "按收入十等分：谁多了，谁少了",
        "把对比月现行规则下算出人均月收入的家庭由低到高排成十组，每组户数相同（相差不超过一户）；收入相同的按户的内部编号排，每次结果一样。"
        "只有个人待遇、没有核过家庭收入的，列在“没有人均收入”。",
        [heads[0], ("人均月收入（元）", "num"), *heads[1:]], lines, total,
        shares("各收入组增加、不变、减少的户数", drawn) if drawn else "",
    )  # fmt: skip


def _near(figures: Mapping[str, Any], link: Link) -> Shown:
    near = figures["near"]
    lines, low = [], 0
    for row in near["bands"]:
        label = f"{low // 100}–{row['up_to_fen'] // 100} 元" if row["up_to_fen"] else f"{BANDS[-1] // 100} 元以上"
        low = row["up_to_fen"] or low
        lines.append(
            [
                Cell(label),
                *(Cell(number(row[key]), "num") for key in ("base", "base_only", "reform", "reform_only")),
            ]
        )
    keys = (("base", "near_base"), ("base_only", ""), ("reform", "near_reform"), ("reform_only", ""))
    total = [
        Cell("合计"),
        *(Cell(number(near[key]), "num", link(what=what) if what and near[key] else "") for key, what in keys),
    ]
    share = f"{near['share'] / 100:g}%"
    return Shown(
        "near", "临界家庭：差一点就够低保",
        f"家庭月收入不低于“保障标准 × 保障人口”，但每人每月超出不到 {near['fen'] // 100} 元，或者超出不到标准的 {share}。"
        "“只差收入”指财产、户籍等其他条件都符合。",
        [("每人每月超出", ""), ("现行", "num"), ("其中只差收入", "num"), ("假设", "num"), ("其中只差收入", "num")], lines, total,
    )  # fmt: skip


def _received(figures: Mapping[str, Any], link: Link) -> Shown | None:
    titles = figures.get("titles", {})
    columns = (
        ("paid_households", "在发户数", ""), ("agree", "与核算一致", ""), ("more_due", "少发了", "more_due"),
        ("less_due", "多发了", "less_due"), ("not_due", "在发而核算不符合", "not_due"), ("not_paid", "核算符合而没有发", "not_paid"),
    )  # fmt: skip
    sums = (("paid_fen", "在发月金额"), ("more_due_fen", "少发月金额"), ("less_due_fen", "多发月金额"), ("not_due_fen", "漏出月金额"),
            ("not_paid_fen", "未覆盖月金额"))  # fmt: skip
    lines = []
    for row in figures["received"]:
        cells = [Cell(titles.get(row["benefit"], row["benefit"]))]
        cells += [Cell(number(row[k]), "num", link(what=what, benefit=row["benefit"]) if what and row[k] else "", label)
                  for k, label, what in columns]  # fmt: skip
        cells += [Cell(money(row[k]), "num", label=label) for k, label in sums]
        lines.append(cells)
    heads = [
        ("福利", ""),
        *((label, "num") for _, label, _ in columns),
        *((f"{label}（元）", "num") for _, label in sums),
    ]
    return Shown(
        "received", "应保与在保：漏出和未覆盖",
        "把正在发的待遇与按现行规则、冻结的家庭情况重新核算的结果相比（对比月）。“在发而核算不符合”是漏出，“核算符合而没有发”是未覆盖；"
        "未覆盖只看得到在册和近期申请过的家庭。渐退的、按服务额度给的不比。",
        heads, lines, empty="没有可以比较的待遇。",
    )  # fmt: skip


def side_by_side(pair: Sequence[tuple[Any, Mapping[str, Any]]], names: Mapping[str, str]) -> list[Shown]:
    """Totals, months and places of two runs, one column each and the difference."""
    (_, one), (_, other) = pair
    keys = (("families", "在册户数"), ("base_households", "现行户数"), ("reform_households", "假设户数"), ("entered", "新保户数"),
            ("entered_persons", "新保人数"), ("left", "退出户数"), ("left_persons", "退出人数"), ("raised", "增发户数"),
            ("lowered", "减发户数"))  # fmt: skip
    totals = [_pair_line(label, one["total"][key], other["total"][key], number) for key, label in keys]
    for key, label in (("base_fen", "现行月支出（元）"), ("reform_fen", "假设月支出（元）"), ("base_horizon_fen", "现行各月合计（元）"),
                       ("reform_horizon_fen", "假设各月合计（元）")):  # fmt: skip
        totals.append(_pair_line(label, one["total"][key], other["total"][key], money))
    heads = [("", ""), ("甲", "num"), ("乙", "num"), ("乙比甲", "num")]
    return [
        Shown("totals", "合计", "两次测算各自的合计；日期、地区不同的，先看清再比。", heads, totals),
        _paired("months", "按月增减支出（元）", "假设减现行，只比两次都有的月份。", "month", one, other, names),
        _paired(
            "places", "按地区增减支出（元）", "对比月，假设减现行，只比两次都有的地区。", "place", one, other, names
        ),
    ]


def _pair_line(label: str, one: int | None, other: int | None, how: Callable[[int | None], str]) -> list[Cell]:
    both = None if one is None or other is None else other - one
    more = HIDDEN if both is None else f"{'+' if both > 0 else ''}{how(both)}"
    return [
        Cell(label),
        Cell(how(one), "num", label="甲"),
        Cell(how(other), "num", label="乙"),
        Cell(more, "num", label="乙比甲"),
    ]


def _paired(
    anchor: str,
    title: str,
    how: str,
    key: str,
    one: Mapping[str, Any],
    other: Mapping[str, Any],
    names: Mapping[str, str],
) -> Shown:
    rows = {row[key]: row for row in other[f"{key}s"]}
    lines = []
    for row in one[f"{key}s"]:
        if row[key] in rows:
            both = [None if r["reform_fen"] is None else r["reform_fen"] - r["base_fen"] for r in (row, rows[row[key]])]
            lines.append(_pair_line(names.get(row[key], row[key]), both[0], both[1], money))
    return Shown(
        anchor,
        title,
        how,
        [("", ""), ("甲", "num"), ("乙", "num"), ("乙比甲", "num")],
        lines,
        empty="两次测算没有相同的部分。",
    )
