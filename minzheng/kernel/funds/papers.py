"""The yearly list of the lottery fund on paper."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst
from django.conf import settings

from minzheng.kernel.documents.typesetting.rendering import one_at_a_time
from minzheng.kernel.funds.models import WelfareProject
from minzheng.kernel.parts.fields import yuan_text

if TYPE_CHECKING:
    from minzheng.kernel.funds.models import WelfareList

LAYOUTS = Path(__file__).resolve().parent / "typst"
CATEGORIES = dict(WelfareProject.CATEGORIES)


def welfare_list(row: WelfareList) -> bytes:
    """The PDF of one list; the same bytes for the same list. About half a second."""
    told, day = row.figures, row.confirmed_at or row.entered_at
    totals = told["totals"]
    data = {
        "title": f"{told['place']} {row.year} 年度福利彩票公益金使用情况", "agency": told["agency"],
        "state": "" if row.confirmed_at else "（稿，未公布）", "on": f"{day:%Y年%-m月%-d日}", "sha": row.sha,
        "totals": [[label, yuan_text(totals[key])] for label, key in
                   (("安排资金", "allotted"), ("项目预算", "budget"), ("项目支出", "spent"), ("发放待遇", "benefits"),
                    ("使用合计", "used"))],
        "projects": [
            [one["no"], one["name"], CATEGORIES.get(one["category"], ""), one["executor"], yuan_text(one["budget"]),
             yuan_text(one["spent"]), rate(one), one["result"], _performance(one)]
            for one in told["projects"]
        ],
        "benefits": [[one["title"], yuan_text(one["fen"])] for one in told["benefits"]],
    }  # fmt: skip
    with one_at_a_time:
        made = _compiler().compile(
            input=str(LAYOUTS / "welfare.typ"), format="pdf", sys_inputs={"d": json.dumps(data, ensure_ascii=False)},
            timestamp=int(day.timestamp()),
        )  # fmt: skip
    return bytes(made)


def rate(project: dict[str, Any]) -> str:
    """Spent in percent of the budget, one decimal."""
    return f"{1000 * project['spent'] // project['budget'] / 10:g}%" if project["budget"] else "—"


def _performance(project: dict[str, Any]) -> str:
    score = "" if project["score"] is None else f"{project['score']} 分"
    return "　".join(filter(None, (score, project["performance"]))) or "—"


@cache
def _compiler() -> Any:
    return typst.Compiler(root=str(LAYOUTS), font_paths=[str(settings.FONT_DIR)], ignore_system_fonts=True)
