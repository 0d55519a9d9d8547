"""低保的监测：停发以后三个月内还要去看一看；在别处也在领。"""

from __future__ import annotations

from pathlib import Path

from minzheng.datacenter.monitoring.declare import (
    ALWAYS,
    BLUE,
    YELLOW,
    Entry,
    Finding,
    Thresholds,
    monitor,
    month_after,
)

THRESHOLDS = Thresholds("assistance.dibao", "低保监测", Path(__file__).parent)
ITEM = "assistance.dibao"


@monitor(
    "assistance.dibao.stopped", "低保停发不久", YELLOW, item=ITEM, quiet_months=6, thresholds=THRESHOLDS,
    where=f"list_contains(ended, '{ITEM}') AND NOT list_contains(household_benefits, '{ITEM}') "
    "AND NOT list_contains(household_benefits, 'assistance.tekun') AND first_of_home",
    law="民办函〔2024〕31号：退出低保的家庭继续监测",
    advice="电话或入户了解停发后的生活；又有困难的，帮助重新申请或给予临时救助。",
)  # fmt: skip
def stopped(entry: Entry) -> Finding | None:
    """The household's 低保 ended within the last months; told once a household, for its head."""
    ended, months = entry.person.ended_on, entry.value("监测_低保停发_关注月数")
    if ended is None or ended < month_after(entry.today, -months) or ended > entry.today:
        return None
    return Finding(f"低保 {ended:%Y年%m月} 停发，不满 {months} 个月。")


@monitor(
    "assistance.dibao.elsewhere", "在别处也在领低保或特困", BLUE, item=ITEM, classes=("dibao", "tekun"), newcomers=ALWAYS,
    benefits=(ITEM, "assistance.tekun"), law="《社会救助暂行办法》第九条、第十四条：一户一保，不重复享受",
    advice="与对方民政部门核对起止月份；确属重复的，保留一处，另一处启动复核。",
)  # fmt: skip
def elsewhere(entry: Entry) -> Finding | None:
    """Another place pays for the same person."""
    held = tuple(one for one in entry.news if one.valid_to is None or one.valid_to >= entry.today)
    if not held:
        return None
    return Finding(f"别处也在发：{held[-1].title or '低保或特困供养'}。", held)
