"""计划与督办看板: supervised tasks with a red light, projects and their money, duties of the registers."""

from __future__ import annotations

from minzheng.business.bureau.line import CODE
from minzheng.datacenter.dashboards.declaring import Screen, Tile, screen
from minzheng.datacenter.dashboards.lists import listed

listed("duty.red", "亮红灯的督办任务", "duty.list", "项督办任务亮红灯", order=15, light="red", state="open")
listed("duty.late", "逾期的督办任务", "duty.list", "项督办任务已经逾期", order=16, line=CODE, state="late")
listed("duty.yellow", "亮黄灯的督办任务", "duty.list", "项督办任务亮黄灯", order=71, line=CODE, tone="warn", light="yellow",
       state="open")  # fmt: skip
listed(
    "projects.late",
    "逾期未整改的项目问题",
    "projects.problems",
    "个项目问题逾期没有整改",
    order=45,
    line=CODE,
    state="late",
)

SCREEN = screen(
    Screen(
        CODE, "计划与督办", order=80, problems=("duty.red", "stats.missing"),
        tiles=(
            Tile("number", "督办", ("duty.open", "duty.overdue", "duty.due", "duty.closed", "duty.in_time_rate")),
            Tile("number", "项目", (
                "projects.count", "projects.under_way", "projects.planned", "projects.invested_rate", "projects.paid_rate",
                "projects.problems",
            )),
            Tile("map", "各地", ("duty.open", "duty.overdue", "projects.count", "projects.paid_rate")),
            Tile("series", "督办任务在办、逾期数", ("duty.open", "duty.overdue")),
            Tile("bars", "各地督办任务逾期数", ("duty.overdue",), empty="各地都没有逾期的督办任务。"),
            Tile("series", "项目完成投资、资金支付", ("projects.invested", "projects.paid")),
        ),
    )
)  # fmt: skip
