"""Places of the demo county: 12 townships (subdistricts), 150 villages (communities). Invented names that do not vary
with the seed, so those in documents and pictures always match.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

PROVINCE, CITY, COUNTY = "990000000000", "990100000000", "990101000000"
AREA = "990101"
SOURCE = "示范数据（虚构，代码取自未分配区段）"


@dataclass(frozen=True)
class Place:
    """A region row. `level` 1 province … 5 village; `short` is what the pinyin user names are made of."""

    code: str
    name: str
    full_name: str
    level: int
    parent: str
    urban: bool | None = None
    short: str = ""


#: Name, pinyin, communities (社区), villages (村). Two sub-districts, seven towns, three townships.
_TOWNS = (
    ("青石镇", "qingshi", 2, 12),
    ("柳溪镇", "liuxi", 2, 11),
    ("文昌街道", "wenchang", 9, 0),
    ("河滨街道", "hebin", 8, 2),
    ("南塘镇", "nantang", 1, 13),
    ("枫林镇", "fenglin", 1, 12),
    ("石泉镇", "shiquan", 1, 12),
    ("双桥镇", "shuangqiao", 1, 12),
    ("竹园镇", "zhuyuan", 1, 12),
    ("云岭乡", "yunling", 0, 13),
    ("松涛乡", "songtao", 0, 12),
    ("梨花乡", "lihua", 0, 13),
)
_COMMUNITIES = (
    "朝阳 和平 文苑 春风 滨河 团结 建设 学府 幸福 东门 西门 北苑 南苑 光明 书院 兴业 锦绣 翠湖 安居 新苑 民乐 长青 "
    "丹桂 玉泉 康宁 向阳"
).split()
_HEADS = (
    "石桥 柳树 大湾 小河 东岭 西坡 老槐 黄泥 白杨 青松 龙泉 马家 王家 李家 陈家 高坪 双井 上坪 下坪 前进 桃园 "
    "梅子 水磨 红旗 新田 沙河 田心 枣林 花园 银杏 白鹤"
).split()
_TAILS = ("", "沟", "坝", "岗")


def _villages() -> Iterator[str]:
    """124 unique names in a fixed order; neighbours differ: 石桥村, 柳树沟村, 大湾坝村 …"""
    for turn in range(len(_TAILS)):
        for place_in_list, head in enumerate(_HEADS):
            yield f"{head}{_TAILS[(turn + place_in_list) % len(_TAILS)]}村"


@lru_cache(maxsize=1)
def places() -> tuple[Place, ...]:
    """Province, city, county, then each township followed by its communities and villages."""
    found = [
        Place(PROVINCE, "示范省", "示范省", 1, ""),
        Place(CITY, "示范市", "示范省示范市", 2, PROVINCE),
        Place(COUNTY, "示范县", "示范省示范市示范县", 3, CITY),
    ]
    names, communities = _villages(), iter(_COMMUNITIES)
    for number, (name, short, urban, rural) in enumerate(_TOWNS, start=1):
        code, full = f"{AREA}{number:03d}000", f"示范省示范市示范县{name}"
        found.append(Place(code, name, full, 4, COUNTY, None, short))
        for k in range(1, urban + 1):
            label = f"{next(communities)}社区"
            found.append(Place(f"{code[:9]}{k:03d}", label, full + label, 5, code, True))
        for k in range(1, rural + 1):
            label = next(names)
            found.append(Place(f"{code[:9]}{200 + k:03d}", label, full + label, 5, code, False))
    return tuple(found)


@lru_cache(maxsize=1)
def townships() -> tuple[Place, ...]:
    return tuple(place for place in places() if place.level == 4)


@lru_cache(maxsize=1)
def villages() -> tuple[Place, ...]:
    return tuple(place for place in places() if place.level == 5)


@lru_cache(maxsize=1)
def _by_code() -> dict[str, Place]:
    return {place.code: place for place in places()}


def place(code: str) -> Place:
    return _by_code()[code]


def village(town: str, name: str) -> Place:
    """village("青石镇", "石桥村"); a KeyError names what is missing."""
    for found in villages():
        if found.name == name and place(found.parent).name == town:
            return found
    raise KeyError(f"{town}{name}")
