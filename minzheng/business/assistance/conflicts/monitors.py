"""重复与冲突：同一个人同一个月领着不能同时领的待遇，或者同一项待遇在两户里领。依据就是 matrix.yaml。"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from minzheng.datacenter.monitoring.declare import BLUE, Entry, Finding, monitor
from minzheng.kernel.standards import values
from minzheng.policy import yamltext
from minzheng.policy.regions import normalize_region

LAW = "《社会救助暂行办法》第九条；国发〔2015〕52号；民发〔2019〕62号等（逐条见待遇冲突表）"


@lru_cache(maxsize=1)
def _excluding() -> tuple[dict[str, Any], ...]:
    """The rows of the matrix under which one benefit excludes the other."""
    rows = yamltext.load(Path(__file__).with_name("matrix.yaml"))["rows"]
    return tuple(row for row in rows if row["mode"] == "exclude")


def _holds(row: dict[str, Any], entry: Entry) -> bool:
    """Whether a row governs the place and the day."""
    today = entry.today.isoformat()
    if not str(row["since"]) <= today <= str(row.get("until", "9999-12-31")):
        return False
    params = values.with_values(values.ruleset().params)
    place = normalize_region(entry.person.region_code)
    for name, wanted in (row.get("when") or {}).items():
        found = params.resolve(name, place, entry.today)
        if found is None or _text(found.row.value) != str(wanted):
            return False
    return True


def _text(value: Any) -> str:
    return {True: "是", False: "否"}.get(value, str(value)) if isinstance(value, bool) else str(value)


@monitor(
    "assistance.conflict", "重复或冲突的待遇", BLUE, where="len(benefits) > 1", quiet_months=3, law=LAW,
    advice="按待遇冲突表核对该让出哪一项，由该项待遇的复核调整；多发的按规定追回。",
)  # fmt: skip
def conflict(entry: Entry) -> Finding | None:
    """Two benefits in force that exclude each other, or one of them twice."""
    held = entry.person.benefits
    twice = sorted({one for one in held if held.count(one) > 1})
    if twice:
        return Finding(f"{_title(twice[0])}同时在两户里享受。")
    for row in _excluding():
        if row["a"] in held and row["b"] in held and _holds(row, entry):
            gives_way = row[row["who_yields"]]
            return Finding(
                f"同时享受{_title(row['a'])}和{_title(row['b'])}，应让出{_title(gives_way)}（{row['basis']}）。"
            )
    return None


def _title(item: str) -> str:
    from minzheng.kernel.items import registry

    try:
        return registry.get(item).title
    except registry.UnknownItem:
        return item
