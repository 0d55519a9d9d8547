"""残疾人证的监测：新办一、二级证的家庭可能需要更多帮助；证失效了，两项补贴还在发。"""

from __future__ import annotations

import datetime
import re
from pathlib import Path

from minzheng.datacenter.monitoring.declare import (
    ALWAYS,
    BLUE,
    ORANGE,
    YELLOW,
    Entry,
    Fact,
    Finding,
    Thresholds,
    monitor,
)

THRESHOLDS = Thresholds("disability.certificate", "残疾人证监测", Path(__file__).parent)
_LEVEL = re.compile(r"([一二三四1234])\s*级")
_NUMBERS = {"一": 1, "二": 2, "三": 3, "四": 4}


def level_of(fact: Fact) -> int | None:
    """Level of a certificate as its title tells it; None where it does not."""
    found = _LEVEL.search(fact.title)
    return (_NUMBERS.get(found[1]) or int(found[1])) if found else None


@monitor(
    "disability.certificate", "新办重度残疾人证", ORANGE, classes=("disability",), thresholds=THRESHOLDS,
    law="民办函〔2024〕31号；国发〔2015〕52号：两项补贴应补尽补",
    advice="5 个工作日内入户；没有领残疾人两项补贴的帮助申请，低保家庭按规定分类施保。",
)  # fmt: skip
def certificate(entry: Entry) -> Finding | None:
    """A new certificate of the first or second level, or one that has become so."""
    newest = entry.news[-1]
    if newest.valid_to is not None and newest.valid_to < entry.today:
        return None
    level, before = level_of(newest), [level_of(one) for one in entry.before]
    most = entry.value("监测_残疾预警等级")
    if level is None:
        return Finding(f"新办残疾人证（{newest.title or '等级没有写明'}）。", (newest,), YELLOW)
    if level > most or any(one is not None and one <= level for one in before):
        return None
    return Finding(f"新办残疾人证：{newest.title}。", (newest,))


#: 发放校验 C07 asks for the alerts of this monitor (datacenter/monitoring/pay_findings).
@monitor(
    "disability.certificate.lapsed", "残疾人证失效，两项补贴还在发", BLUE, classes=("disability", "disability_lapsed"),
    newcomers=ALWAYS, item="disability.two_subsidies", benefits=("disability.two_subsidies",),
    law="国发〔2015〕52号：两项补贴对象为持有残疾人证的残疾人；民发〔2021〕70号：动态管理、定期复核",
    advice="请残联核实证件，提醒本人换证；换证以前不再发放的，换好后按规定补发；注销、降级不再符合的，启动复核停发。",
)  # fmt: skip
def lapsed(entry: Entry) -> Finding | None:
    """The federation says that it has run out, is frozen or was cancelled; or its own date is past."""
    told = (*entry.before, *entry.news)  # of two that are good until the same day, the later word counts
    newest = max(reversed(told), key=lambda fact: fact.valid_to or datetime.date.max)
    if newest.class_ == "disability_lapsed":
        return Finding(f"残疾人证已失效：{newest.title}。", (newest,))
    if newest.valid_to is not None and newest.valid_to < entry.today:
        return Finding(f"残疾人证有效期到 {newest.valid_to}，已经过期。", (newest,))
    return None
