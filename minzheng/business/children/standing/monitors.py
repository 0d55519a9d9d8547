"""儿童的监测：父母死亡、服刑、失踪，孩子可能没有人照顾。"""

from __future__ import annotations

from minzheng.datacenter.monitoring.declare import ALWAYS, ORANGE, PARENTS, RED, Entry, Finding, monitor

WORDS = {"death": "死亡", "cremation": "已火化", "custody": "服刑或强制隔离戒毒", "missing": "失踪、失联"}


@monitor(
    "children.parents", "孩子的父母不能照顾", ORANGE, classes=tuple(WORDS), roles=PARENTS, newcomers=ALWAYS,
    where="age < 18", item="children.unattended", law="民发〔2019〕62号；民发〔2020〕125号；未成年人保护法第四十三条",
    advice="尽快看到孩子，落实临时照料人；符合条件的由乡镇主动帮助申请孤儿或事实无人抚养儿童保障。",
)  # fmt: skip
def parents(entry: Entry) -> Finding | None:
    """One of the parents is gone: orange; every parent we know of: red."""
    facts = [one for one in (*entry.before, *entry.news) if one.valid_to is None or one.valid_to >= entry.today]
    gone: dict[str, set[str]] = {}
    for one in facts:
        gone.setdefault(one.role, set()).add(WORDS[one.class_])
    if not any(one in facts for one in entry.news):
        return None
    nobody = len(gone) >= max(entry.person.parents, 1)
    told = "；".join("、".join(sorted(words)) for words in gone.values())
    last = "家里没有登记在册、能照顾孩子的父母" if nobody else "另一方的情况要核实"
    return Finding(f"孩子的父母：{told}；{last}。", tuple(facts), RED if nobody else ORANGE)
