"""Paper: the sheet of one project, and a library's table of class × year."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst
from django.conf import settings

from minzheng.business.bureau.projects import recording, selectors, showing, stages, totals
from minzheng.business.bureau.projects.money import wan, yi
from minzheng.kernel import clock
from minzheng.kernel.documents.typesetting.rendering import one_at_a_time
from minzheng.kernel.oversight.papers import agency, stamp_line
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.regions.selectors import region_name

if TYPE_CHECKING:
    from minzheng.business.bureau.projects.models import Project, ProjectLibrary
    from minzheng.kernel.accounts.actors import Actor

LAYOUTS = Path(__file__).resolve().parent / "typst"
#: Years that fit on one landscape page; a longer plan is printed with the sums of the rest.
MOST_YEARS = 6


def project_sheet(actor: Actor, project: Project) -> bytes:
    """Facts, money by year and source, milestones, problems and acts on A4."""
    drawing = Drawing(actor=actor, today=clock.today())
    years = [
        [
            str(y["year"]),
            *(wan(y[key]) for key in ("planned", "done")),
            y["rate"],
            *(wan(y[key]) for key in ("issued", "paid")),
            y["spent"],
        ]
        for y in showing.years(project, drawing)
    ]
    money = [
        [m["source"], *(wan(m[key]) for key in ("planned", "issued", "paid"))] for m in showing.money(project, drawing)
    ]
    problems = [
        [p.words, f"{p.found_on}", f"{p.due_on}", p.duty, showing.PROBLEM_STATES[p.state]]
        for p in project.problems.all()
    ]
    milestones = [
        [m.name, f"{m.due_on}", f"{m.done_on or ''}", showing.milestone_state(m, drawing.today)[0]]
        for m in project.milestones.all()
    ]
    acts = [[f"{one.on}", _act_title(one), one.words[:120], one.made_name] for one in project.acts.order_by("seq")]
    return _typeset(
        actor, project.name, f"{project.no}　{project.library.name}", _facts(project),
        [
            {"title": "投资和资金（按年，万元）", "heads": ["年度", "计划", "完成", "完成率", "下达", "支付", "支出进度"], "widths": [1] * 7, "lines": years},
            {"title": "资金来源（万元）", "heads": ["来源", "计划", "下达", "支付"], "widths": [2, 1, 1, 1], "lines": money},
            {"title": "节点", "heads": ["节点", "计划", "完成", "状态"], "widths": [2, 1, 1, 1], "lines": milestones},
            {"title": "问题和整改", "heads": ["问题", "发现", "期限", "责任人", "状态"], "widths": [3, 1, 1, 1, 1], "lines": problems},
            {"title": "办理记录", "heads": ["日期", "事项", "说明", "办理人"], "widths": [1, 1.6, 3, 1], "lines": acts},
        ],
    )  # fmt: skip


def _act_title(one: Any) -> str:
    if one.kind == "move":
        return f"转到{stages.TITLES.get(one.to_stage, '')}"
    return recording.TITLES.get(one.kind, one.kind)


def _facts(project: Project) -> list[list[str]]:
    said = [
        ("大类", project.category.name), ("所在地", region_name(project.region_code)), ("建设单位", project.owner),
        ("建设性质", project.get_nature_display()), ("阶段", stages.TITLES[project.stage]), ("总投资", f"{wan(project.total_fen)} 万元"),  # type: ignore[attr-defined]
        ("建设内容", project.content), ("床位", f"{project.beds} 张" if project.beds else ""), ("决算", f"{wan(project.settled_fen)} 万元" if project.settled_fen else ""),
    ]  # fmt: skip
    return [[label, value] for label, value in said if value]


def totals_sheet(actor: Actor, library: ProjectLibrary) -> bytes:
    """分类分年表 with the proof of the totals for whoever sees all of the library."""
    table = totals.class_by_year(library, selectors.projects(actor).filter(library=library, counted=True))
    years = table.years[-MOST_YEARS:]
    heads = ["大类", "项目数", "总投资", *(f"{year} 计划/完成" for year in years), "累计完成"]
    lines = [
        [
            row.name,
            str(row.count),
            wan(row.total_fen),
            *(f"{wan(p)} / {wan(d)}" for p, d in row.cells(years)),
            wan(row.done_fen),
        ]
        for row in (*table.rows, table.whole)
    ]
    parts = [
        {
            "title": "分类分年（万元）",
            "heads": heads,
            "widths": [1.6, 0.6, 1.1, *[1.5] * len(years), 1.1],
            "lines": lines,
        }
    ]
    if actor.can(selectors.READ, library.region_code):
        ties = [[one.name, "相符" if one.ok else one.sentence] for one in totals.ties(library)]
        parts.append({"title": "合计核对", "heads": ["项", "结果"], "widths": [1, 3], "lines": ties})
    facts = [["地区", region_name(library.region_code)], ["年度", f"{library.first_year}—{library.last_year}"], ["总投资", f"{yi(table.whole.total_fen)} 亿元"],
             ["日期", f"{clock.today():%Y-%m-%d}"]]  # fmt: skip
    return _typeset(actor, library.name, library.document, facts, parts)


@cache
def _compiler() -> Any:
    return typst.Compiler(root=str(LAYOUTS), font_paths=[str(settings.FONT_DIR)], ignore_system_fonts=True)


def _typeset(actor: Actor, title: str, subtitle: str, facts: list[list[str]], parts: list[dict[str, Any]]) -> bytes:
    data = {"agency": agency(), "stamp": stamp_line(actor), "title": title, "subtitle": subtitle, "facts": facts,
            "parts": [part for part in parts if part["lines"]]}  # fmt: skip
    with one_at_a_time:
        made = _compiler().compile(
            input=str(LAYOUTS / "sheet.typ"), format="pdf", sys_inputs={"d": json.dumps(data, ensure_ascii=False)}
        )
    return bytes(made)
