"""The workbook of a run: entered as an export, every sheet marked with who took it out, when and under which number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from minzheng.datacenter.simulation import selectors
from minzheng.datacenter.simulation.asking import Options
from minzheng.datacenter.simulation.telling import sentence
from minzheng.kernel.exports import services as exports
from minzheng.kernel.pages.exporting import files, making
from minzheng.kernel.regions.selectors import region_names
from minzheng.policy.figures_xlsx import Book, sheets

if TYPE_CHECKING:
    from minzheng.datacenter.simulation.models import SimulationRun
    from minzheng.kernel.parts.drawing import Drawing

XLSX = files.XLSX


def made(run: SimulationRun, figures: Mapping[str, Any], drawing: Drawing, *, own: bool) -> tuple[bytes, str]:
    """(content, file name). ``figures``: as the reader may see them. ``own``: for one's own use, small sums included."""
    rows = len(figures["months"]) + len(figures["places"]) + len(figures["deciles"])
    rows += sum(len(one["rows"]) for one in figures["groups"]) + len(figures["benefits"]) + len(figures["received"])
    audience = "本单位内部使用" if own else f"提供给其他单位：户数少于 {Options.of(run.options).small} 的合计不显示"
    wanted = exports.Wanted(
        page="simulation.export", title="测算", query=f"?run={run.no}", filters=f"{run.no} {run.title}；{audience}",
        columns=("汇总", "按月", "按地区", "按类别", "按福利", "收入十等分", "临界家庭", "应保与在保", "参数与版本"), rows=rows,
        unmasked=False, format="xlsx", purpose=run.purpose,
    )  # fmt: skip
    entered = exports.ask(actor=drawing.actor, wanted=wanted, post=making.posts(drawing.actor, selectors.PERMISSION)[0])
    mark = making.mark_of(entered, rows=rows, total=rows)
    book = Book(
        lambda sheet: files.print_marks(sheet, mark),
        {"title": run.title, "author": mark.who, "company": mark.post, "keywords": mark.no, "comments": mark.line},
    )
    files.note_sheet(book.book, mark)
    names = region_names({row["place"] for row in figures["places"]} | {run.region_code})
    book.facts("汇总", _summary(run, figures, names.get(run.region_code, run.region_code)))
    sheets(book, figures, names)
    book.facts("参数与版本", _behind(run, figures))
    return book.close(), f"测算_{run.no}.xlsx"


def _summary(run: SimulationRun, figures: Mapping[str, Any], place: str) -> list[tuple[str, Any]]:
    total, options = figures["total"], Options.of(run.options)
    rows: list[tuple[str, Any]] = [
        ("测算", run.title), ("编号", run.no), ("结果", sentence(figures)), ("地区", place),
        ("测算人", f"{run.asked_name}　{run.asked_at:%Y-%m-%d}"), ("用途", run.purpose),
        ("月份", f"{figures['months'][0]['month']} 起 {len(figures['months'])} 个月；各项对比以 {figures['compared']} 为准"),
        ("在册家庭（户）", _or_hidden(total["families"])), ("其中近期未予确认的（户）", figures["refused"]),
        ("新保（户）", _or_hidden(total["entered"])), ("退出（户）", _or_hidden(total["left"])),
        ("增发（户）", _or_hidden(total["raised"])), ("减发（户）", _or_hidden(total["lowered"])),
        ("临界家庭的范围", f"每人每月超出不到 {options.near_fen // 100} 元，或不到标准的 {options.near_share / 100:g}%"),
    ]  # fmt: skip
    rows += [(f"未参与测算：{figures['titles'].get(one['benefit'], one['benefit'])}", f"{one['awards']} 份、{one['persons']} 人，导入的待遇没有家庭情况")
             for one in figures["outside"]]  # fmt: skip
    rows += [(f"算不了：{why}", f"{count} 户") for why, count in figures["failed"].items()]
    return rows


def _or_hidden(value: int | None) -> Any:
    return "＊" if value is None else value


def _behind(run: SimulationRun, figures: Mapping[str, Any]) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = [("规则版本（现行）", run.base_sha), ("规则版本（假设）", run.reform_sha)]
    if run.rules:
        rows.append(("假设的规则文件夹", run.rules))
    rows += [
        (f"假设：{one['title']}", f"{one['old']} → {one['new']}，{one['region']}，自 {one['since'] or '一直'}（{one['basis']}）")
        for one in figures["values"]
    ]  # fmt: skip
    rows += [
        (f"延用：{one['name']}", f"{one['region']} 的值到期后延用，自 {one['after']}") for one in figures["carried"]
    ]
    for one in figures["params"]:
        shown = one["new"] if one["old"] == one["new"] else f"{one['old']} → {one['new']}"
        rows.append(
            (one["name"], f"{shown}（{one['level']}，自 {one['since'] or '—'}；{one['reference'] or '没有写来源'}）")
        )
    return rows
