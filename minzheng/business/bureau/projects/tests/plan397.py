"""An invented library as large as the one of seed 004: 7 classes, 397 projects, 983,358 万元, for tests and the bench."""

from __future__ import annotations

import csv
import io
import random

from minzheng.business.bureau.projects.money import WAN

TOTAL_WAN, COUNT = 983_358, 397
#: (class, how many projects); invented names.
CLASSES = (
    ("养老服务设施", 142), ("儿童福利和未成年人保护设施", 38), ("残疾人福利设施", 31), ("殡葬服务设施", 64), ("社区综合服务设施", 88),
    ("救助管理设施", 19), ("民政信息化", 15),
)  # fmt: skip
YEARS = (2016, 2017, 2018, 2019, 2020)
HEADS = [
    "项目编号", "大类", "项目名称", "所在地", "建设单位", "建设内容", "床位", "总投资（万元）", "中央预算内投资（万元）", "福彩公益金（万元）", "本级财政（万元）",
    "社会资金（万元）", *(f"{year}年计划（万元）" for year in YEARS), "2016年完成（万元）",
]  # fmt: skip


def rows(places: list[str], seed: int = 4) -> list[list[str]]:
    """One line a project, hundredths of 万元 included; the sums are exact."""
    chance = random.Random(seed)
    weights = [chance.uniform(1, 20) for _ in range(COUNT)]
    cents = [int(TOTAL_WAN * 100 * one / sum(weights)) for one in weights]
    cents[0] += TOTAL_WAN * 100 - sum(cents)
    found, names = [], [name for name, count in CLASSES for _ in range(count)]
    for at, (name, whole) in enumerate(zip(names, cents, strict=True)):
        central, lottery, local = whole * 4 // 10, whole // 10, whole * 2 // 10
        years = [whole // 5] * 4
        found.append(
            [f"YB-{at + 1:03d}", name, f"虚构{name}项目{at + 1}", places[at % len(places)], f"虚构建设单位{at % 23 + 1}",
             f"建设{name}一处", str(at % 9 * 10), *_wan(whole, central, lottery, local, whole - central - lottery - local),
             *_wan(*years, whole - sum(years)), *_wan(whole // 6)]
        )  # fmt: skip
    return found


def _wan(*cents: int) -> list[str]:
    return [f"{one // 100}.{one % 100:02d}" for one in cents]


def table(places: list[str], *, sums: bool = True) -> bytes:
    """The same as CSV, with a 小计 line after each class and a 合计 at the end."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADS)
    lines, at = rows(places), 0
    for name, count in CLASSES:
        part = lines[at : at + count]
        writer.writerows(part)
        if sums:
            writer.writerow(["", name, "小计", "", "", "", "", _sum(part)])
        at += count
    if sums:
        writer.writerow(["", "", "合计", "", "", "", "", _sum(lines)])
    return out.getvalue().encode()


def _sum(lines: list[list[str]]) -> str:
    return _wan(sum(round(float(line[7]) * 100) for line in lines))[0]


def classes() -> list[tuple[str, int, int]]:
    """(name, count, fen) as the plan states them, for `services.save_library`."""
    found, at, lines = [], 0, rows(["990101001000"])
    for name, count in CLASSES:
        found.append((name, count, sum(round(float(line[7]) * 100) for line in lines[at : at + count]) * WAN // 100))
        at += count
    return found
