"""Ratios and tables."""

from __future__ import annotations

from typing import Any

BARE = "空白页"
#: With ten times the people a page may take at most twice as long.
LIMIT = 2.0


def add_ratios(result: dict[str, Any], sizes: list[int]) -> None:
    """Each page over the blank page of the same round, and the largest population over the smallest (a quotient of
    those multiples, so that the machine's speed cancels out).
    """
    for size in sizes:
        pages = result["pages"][str(size)]
        for page in pages.values():
            page["ratio"] = round(page["p50"] / pages[BARE]["p50"], 2)
    small, large = result["pages"][str(sizes[0])], result["pages"][str(sizes[-1])]
    result["growth"] = {name: round(large[name]["ratio"] / small[name]["ratio"], 2) for name in small}


def kept(result: dict[str, Any], sizes: list[int]) -> bool:
    """Whether the promises hold: pages grow by no more than LIMIT; no submission is lost or doubled."""
    steady = all(growth <= LIMIT for growth in result["growth"].values()) or len(sizes) == 1
    writing = result.get("writers", {})
    return steady and not writing.get("lost") and not writing.get("doubled")


def text(result: dict[str, Any], sizes: list[int]) -> str:
    lines = ["页面服务器时间（毫秒，进程内测量，不含网络）", ""]
    heads = (
        ["页面"] + [f"{_people(size)} {what}" for size in sizes for what in ("p50", "p95", "倍数", "查询")] + ["增长"]
    )
    rows = [heads]
    for name in result["pages"][str(sizes[0])]:
        row = [name]
        for size in sizes:
            page = result["pages"][str(size)][name]
            row += [f"{page['p50']:.1f}", f"{page['p95']:.1f}", f"{page['ratio']:.1f}×", str(page["queries"])]
        rows.append([*row, f"{result['growth'][name]:.2f}×"])
    lines += _aligned(rows)
    writing = result.get("writers")
    if writing:
        lines += ["", f"{writing['writers']} 个进程同时提交 {writing['applications']} 件申请", ""]
        head = ["", "每秒", "p50 毫秒", "p95 毫秒"]
        body = [
            [label, str(writing[key]["per_second"]), str(writing[key]["p50"]), str(writing[key]["p95"])]
            for label, key in (("平台提交", "product"), ("同样的行，裸 SQL", "bare_sql"))
        ]
        lines += _aligned([head, *body])
        lines += [
            "",
            f"吞吐为裸 SQL 的 1/{writing['ratio']['throughput']}，p95 为 {writing['ratio']['p95']} 倍；"
            f"每件 {writing['statements']} 条写语句；丢 {writing['lost']} 件，重 {writing['doubled']} 件。",
        ]
    return "\n".join(lines)


def _people(size: int) -> str:
    return f"{size // 10_000}万人" if size >= 10_000 else f"{size}人"


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            _pad(cell, width, left=index == 0) for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)


def _pad(text: str, width: int, *, left: bool) -> str:
    space = " " * (width - _width(text))
    return text + space if left else space + text
