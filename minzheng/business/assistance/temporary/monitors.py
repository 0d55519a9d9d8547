"""临时救助的监测：流浪乞讨人员救助里出现了我们的救助对象。"""

from __future__ import annotations

from minzheng.datacenter.monitoring.declare import ORANGE, Entry, Finding, monitor


@monitor(
    "assistance.temporary.rescued", "在外流浪乞讨被救助", ORANGE, classes=("rescue",), law="《城市生活无着的流浪乞讨人员救助管理办法》；国发〔2014〕47号",
    advice="5 个工作日内联系救助站和家属，了解为什么离家；符合条件的给予临时救助、落实照料人。",
)  # fmt: skip
def rescued(entry: Entry) -> Finding | None:
    """Somebody on our rolls was taken in as homeless."""
    newest = entry.news[-1]
    when = newest.on.isoformat() if newest.on else "近期"
    return Finding(f"{when}在救助管理机构登记求助{('：' + newest.title) if newest.title else ''}。", entry.news)
