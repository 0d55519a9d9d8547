"""表式 pages: every form with its deadline; one form with what fills each cell and what is checked."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from minzheng.datacenter.indicators import declaring as indicators
from minzheng.datacenter.statistics import expressions, periods, reading, showing, terms
from minzheng.datacenter.statistics.declaring import CHECKS, FORMULA, INDICATOR, Cell, Check, Shell, Version
from minzheng.kernel import clock
from minzheng.kernel.pages.drawing import draw


def listing(request: HttpRequest) -> HttpResponse:
    rows = [
        {
            "shell": one, "cells": len(one.versions[-1].cells), "checks": len(one.versions[-1].checks),
            "manual": sum(1 for cell in one.versions[-1].cells.values() if cell.kind == "manual"),
            "newest": periods.newest_ended(one.periodicity, clock.today()),
            "due": terms.due(periods.newest_ended(one.periodicity, clock.today())),
        }
        for one in reading.shells().values()
    ]  # fmt: skip
    return draw(request, "statistics/shells.html", request.page, rows=rows)  # type: ignore[attr-defined]


def one(request: HttpRequest, code: str) -> HttpResponse:
    shell = reading.shell(code)
    if shell is None:
        raise Http404
    version = _chosen(shell, request.GET.get("version", ""))
    names = {one.code: one.name for one in indicators.all()} | {
        each.code: each.title for each in reading.shells().values()
    }
    titles = {**names, **_elsewhere(), **version.titles}
    lines = [
        {"title": row.title, "indent": row.indent, "top": row.at_top, "cells": [_filled(cell, titles) if cell else None for cell in cells]}
        for row, cells in version.rows_shown
    ]  # fmt: skip
    return draw(
        request, "statistics/shell.html", request.page, title=f"{shell.title} 表式", declared=shell, version=version,  # type: ignore[attr-defined]
        heads=showing.heads(version), lines=lines, checks=[_check(check, version, titles) for check in version.checks],
        due=terms.due(periods.newest_ended(shell.periodicity, clock.today())),
    )  # fmt: skip


def _chosen(shell: Shell, text: str) -> Version:
    found = [one for one in shell.versions if str(one.number) == text]
    return found[0] if found else shell.versions[-1]


def _elsewhere() -> dict[str, str]:
    return {
        f"{shell.code}.{address}": title
        for shell in reading.shells().values()
        for address, title in shell.versions[-1].titles.items()
    }


def _filled(cell: Cell, titles: dict[str, str]) -> dict[str, Any]:
    """What fills a cell, in words."""
    dims = "、".join(indicators.DIMENSIONS.get(k, {}).get(v, v) for k, v in cell.dims.items())
    if cell.kind == INDICATOR:
        return {
            "how": f"{titles.get(cell.code, cell.code)}{f'（{dims}）' if dims else ''}",
            "code": cell.code,
            "label": cell.column.title,
        }
    if cell.kind == FORMULA:
        return {"how": f"= {expressions.words(cell.formula, titles)}", "code": "", "label": cell.column.title}
    return {"how": "手工填报", "code": "", "label": cell.column.title}


def _check(check: Check, version: Version, titles: dict[str, str]) -> dict[str, str]:
    parts = []
    if check.equals:
        parts.append(f"等于{expressions.words(check.equals, titles)}")
    if check.at_least or check.least is not None:
        parts.append(f"不小于{expressions.words(check.at_least, titles) if check.at_least else check.least}")
    if check.at_most or (check.most is not None and check.kind == "range"):
        parts.append(f"不大于{expressions.words(check.at_most, titles) if check.at_most else check.most}")
    if check.kind == "year":
        percent = check.most if check.most is not None else terms.number("year_percent")
        parts.append(f"与去年同期相差超过 ±{percent}% 要写说明")
    return {
        "kind": CHECKS[check.kind],
        "title": version.titles[check.cell],
        "rule": "，".join(parts),
        "advice": check.advice,
    }
