"""老年人的监测：一个人住的高龄老人。"""

from __future__ import annotations

from pathlib import Path

from minzheng.datacenter.monitoring.declare import YELLOW, Entry, Finding, Thresholds, monitor

THRESHOLDS = Thresholds("elderly.old_age", "老年人监测", Path(__file__).parent)


@monitor(
    "elderly.alone", "高龄独居", YELLOW, where="housemates = 1 AND age >= 60", quiet_months=12, thresholds=THRESHOLDS,
    law="《老年人权益保障法》；民政部等十部门关于开展特殊困难老年人探访关爱服务的指导意见",
    advice="电话或入户探访，登记联系人和照料情况；失能的帮助评估、申请照护服务，落实定期探访。",
)  # fmt: skip
def alone(entry: Entry) -> Finding | None:
    """The only living person of the household, and of an age."""
    age = entry.person.age or 0
    if age < entry.value("监测_独居老人年龄"):
        return None
    return Finding(f"{age} 周岁，户里只有本人一人。")
