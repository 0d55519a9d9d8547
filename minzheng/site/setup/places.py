"""The county of this installation: found in the shipped table, or brought by the bureau's own file."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.exchange.caseload.sheets import Table, text_of
from minzheng.kernel.regions import codes, selectors, services, table, villages
from minzheng.site.setup.errors import SetupRefused


def county(code: str) -> Any:
    """The row of a county (or of a prefecture-level city without counties). Raises SetupRefused saying what to do."""
    try:
        wanted = codes.full(code)
    except codes.BadRegionCode as error:
        raise SetupRefused(str(error)) from None
    found = selectors.place(wanted)
    if found is None:
        told = table.provenance()
        near = selectors.children(codes.parent(wanted))[:8] if codes.parent(wanted) else ()
        listed = "、".join(f"{one.code[:6]} {one.name}" for one in near)
        raise SetupRefused(
            f"随平台发布的区划表（{told['as_of']}）里没有 {codes.prefix(wanted)}。"
            + (f"同一上级现有：{listed}。" if listed else "")
            + "代码在那以后才启用的，请用 --region-file 给出它和它的上级、乡镇（代码,名称）。"
        )
    below = selectors.children(wanted).filter(level=3).exists()
    if found.level != 3 and not (found.level == 2 and not below):
        raise SetupRefused(
            f"{found.full_name or found.name}是{found.get_level_display()}区划：请给出县（市、区）的 6 位代码。"
        )
    return found


def towns(code: str) -> list[Any]:
    return list(selectors.on_day().filter(codes.scope_q([code], field="code"), level=4).order_by("code"))


def village_count(code: str) -> int:
    return int(selectors.on_day().filter(codes.scope_q([code], field="code"), level=5).count())


def put_file(path: Path, *, source: str, on: datetime.date) -> int:
    """Load codes and names (any level) that the shipped table does not have yet. Returns how many were added."""
    rows = _rows(path)
    have = {code for code, _name in rows}
    for code in sorted(have):
        above = codes.parent(code)
        while above and above not in have:
            known = selectors.place(above)
            if known is not None:
                rows.append((above, known.name))
                have.add(above)
            above = codes.parent(above)
    try:
        places = table.arrange(rows)
    except codes.BadRegionCode as error:
        raise SetupRefused(f"{path}：{error}") from None
    new = [one for one in places if selectors.place(one.code) is None]
    return services.put(places=new, valid_from=on, source=source, actor=SYSTEM).added


def _rows(path: Path) -> list[tuple[str, str]]:
    """(12-digit code, name) of a file with the columns 代码 and 名称; bad rows are all named at once."""
    try:
        cells = [(line, [text_of(one) for one in row]) for line, row in Table(path.read_bytes(), path.name).rows()]
    except OSError as error:
        raise SetupRefused(f"文件 {path} 读不出来（{error.strerror}），请检查路径和权限。") from None
    found, wrong = [], []
    for line, row in cells:
        if len(row) < 2 or not row[0] or not row[0].isdigit():
            if line > 1 and any(row):
                wrong.append(f"第 {line} 行：“{'，'.join(row)[:40]}”不是“代码,名称”。")
            continue
        try:
            found.append((codes.full(row[0]), row[1].strip()))
        except codes.BadRegionCode as error:
            wrong.append(f"第 {line} 行：{error}")
    if wrong or not found:
        raise SetupRefused(wrong or [f"文件 {path} 里没有一行“代码,名称”。"])
    return found


def put_villages(path: Path, *, county_code: str, on: datetime.date) -> tuple[villages.Import, Path | None]:
    """Good rows are loaded; bad ones go to a file beside this one, with line and reason."""
    outcome = villages.import_file(path, county=county_code, valid_from=on, source=f"县级提供：{path.name}")
    if not outcome.rejected:
        return outcome, None
    target = path.with_suffix(".rejected.csv")
    villages.write_rejects(outcome, target)
    return outcome, target


__all__ = ["county", "put_file", "put_villages", "towns", "village_count"]
