"""The bulletin on paper."""

from __future__ import annotations

import datetime
import json
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from minzheng.business.bureau.supervision import colours
from minzheng.business.bureau.supervision.models import TaskBulletin
from minzheng.kernel import clock
from minzheng.kernel.documents.typesetting.rendering import one_at_a_time

LAYOUTS = Path(__file__).resolve().parent / "typst"


def bulletin(row: TaskBulletin) -> bytes:
    """The PDF of an issued bulletin, the same bytes each time: its date is the day of issue. About half a second."""
    told = row.figures
    lights = "、".join(f"{colours.SHORT[code]} {told['lights'].get(code, 0)} 项" for code in colours.WORST_FIRST)
    data = {
        "title": row.title, "no": row.no, "owner": row.owner_name, "on": f"{row.issued_on:%Y年%-m月%-d日}", "remark": row.remark,
        "lead": f"{row.first:%Y年%-m月%-d日}至{row.last:%Y年%-m月%-d日}，督办任务共 {told['all']} 项：{lights}。{summary(told)}",
        "orgs": [[one["name"], str(one["due"]), str(one["on_time"]), str(one["late"]), str(one["open"]), rate(one["rate"]),
                  one["score"] or "—"] for one in row.orgs],
        "sections": [
            [title, [[str(n), one["title"], _who(one), one["end"], f"{one['progress']}%", one["reason"]] for n, one in enumerate(some, start=1)]]
            for title, some in _sections(row.lines)
        ],
    }  # fmt: skip
    with one_at_a_time:
        made = _compiler().compile(
            input=str(LAYOUTS / "bulletin.typ"), format="pdf", sys_inputs={"d": json.dumps(data, ensure_ascii=False)},
            timestamp=int(datetime.datetime.combine(row.issued_on, datetime.time(12), clock.CHINA).timestamp()),
        )  # fmt: skip
    return bytes(made)


def summary(told: dict[str, Any]) -> str:
    """“应办结 10 项，按期办结 8 项，……按期完成率 80.0%。”"""
    if not told["due"]:
        return "这段时间没有到期的任务。"
    return (
        f"应办结 {told['due']} 项，按期办结 {told['on_time']} 项，逾期办结 {told['late']} 项，没有办结 {told['open']} 项，"
        f"按期完成率 {told['rate']}%，得分 {told['score']}。"
    )


def rate(value: str | None) -> str:
    return "—" if value is None else f"{value}%"


def _who(one: dict[str, Any]) -> str:
    return "　".join(filter(None, (one["lead"], one["office"], one["person"])))


def _sections(lines: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    titles = {"late": "逾期没有办结的任务", "red": "进度落后的任务（红灯）", "done": "办结的任务"}
    found = [(title, [one for one in lines if one["why"] == why]) for why, title in titles.items()]
    return [(title, some) for title, some in found if some]


@cache
def _compiler() -> Any:
    return typst.Compiler(root=str(LAYOUTS), font_paths=[str(settings.FONT_DIR)], ignore_system_fonts=True)
