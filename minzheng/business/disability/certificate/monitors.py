"""残疾人证的监测：新办一、二级证的家庭可能需要更多帮助。"""

from __future__ import annotations

import re
from pathlib import Path

from minzheng.datacenter.monitoring.declare import ORANGE, YELLOW, Entry, Fact, Finding, Thresholds, monitor

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
