"""What a consent covers: the lines of the N16 slip against the classes of facts a source gives (scope ⊇ data item).

A source whose classes are not all covered is not asked at all: half a delivery cannot be left unread."""

from __future__ import annotations

from collections.abc import Iterable

from minzheng.datacenter.matching.interface import CLASSES
from minzheng.datacenter.sources.registry import all as all_sources

#: Data items as people tick and sign them: code → (title, classes of facts).
ITEMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "civil": ("户籍、婚姻、死亡登记", ("household", "marriage", "death", "cremation", "missing")),
    "insurance": (
        "养老、失业、工伤待遇和参保缴费",
        ("pension", "unemployment", "insured", "employment", "jobless", "transfer"),
    ),
    "tax": ("个人所得税和经营纳税", ("wage", "business", "property_income", "fiscal_pay")),
    "realty": ("不动产登记和公积金", ("house", "presale", "provident_fund")),
    "market": ("工商登记（法人、股东、高管）", ("market_entity",)),
    "money": ("银行、证券、保险、基金账户", ("deposit",)),
    "vehicle": ("机动车登记", ("vehicle", "machinery")),
    "condition": (
        "医疗费用、残疾人证、学籍、服刑和强制戒毒信息",
        ("medical_own", "serious_illness", "disability", "disability_lapsed", "school", "custody"),
    ),
    "benefits": (
        "已享受的各类补贴待遇",
        ("subsidy", "relief", "land", "poverty_watch", "rescue", "veteran", "tekun", "dibao"),
    ),
}
_ITEM_OF = {title: code for code, (title, _) in ITEMS.items()}
#: What the slip of a benefit of one person says (no incomes, no property).
_ITEM_OF |= {"残疾人证、能力评估、学籍、服刑信息": "condition"}


def items_of(lines: Iterable[str]) -> set[str]:
    """Codes of ITEMS for the lines of a slip; a line nobody knows covers nothing."""
    return {_ITEM_OF[line] for line in lines if line in _ITEM_OF}


def classes_of(items: Iterable[str]) -> set[str]:
    """Classes of facts that these items cover."""
    return {name for code in items if code in ITEMS for name in ITEMS[code][1]}


def covered(source: str, items: Iterable[str]) -> bool:
    """Whether everything a source can say lies within these items. A live adapter that is in no catalogue answers for its
    own scope."""
    spec = all_sources().get(source)
    return spec is None or set(spec.classes) <= classes_of(items)


def uncovered() -> list[str]:
    """Classes that no item of the slip covers: must stay empty, or their sources are never asked."""
    known = classes_of(ITEMS)
    return [name for name in CLASSES if name not in known]
