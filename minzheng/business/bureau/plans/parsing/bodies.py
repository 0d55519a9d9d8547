"""Who is charged with an item: 责任单位, 牵头科室, “由…负责”, and names of offices in brackets at its end.

Only names of offices count; “有关部门”, “民政部门牵头” in a sentence about mechanisms name nobody."""

from __future__ import annotations

import re
from dataclasses import dataclass

from minzheng.business.bureau.plans.parsing.characters import reading_form

#: Stands for a character that is not to be read.
BLANK = "\ue000"
_UNIT = r"(?:单位|部门|科室|处室|股室|股站室|机构|主体|科|处|股)"
_LEAD = rf"(?:责任|牵头|主办|承办|主责|负责|主要责任|牵头责任|具体承办|落实){_UNIT}"
_HELP = rf"(?:配合|协办|协同|参与|参加|协作|协助){_UNIT}"
_ENDS = (
    "养老科|科|处|股|科室|处室|股室|办公室|室|局|厅|委|办|中心|站|所|院|馆|委员会|协会|总会|联合会|总队|支队|大队"
    "|人民政府|镇|乡|街道|街道办事处|镇街|镇办|乡镇|党支部|机关党委|工会|单位"
)
#: One office: 养老服务科, 县救助站, 各镇（街道）, 局属各单位.
_OFFICE = rf"[\u4e00-\u9fff]{{1,14}}?(?:{_ENDS})(?:\((?:街道|镇|乡|办)\))?"
_OFFICES = rf"{_OFFICE}(?:[、,和及与\s]+{_OFFICE})*"
_GENERIC = re.compile(r"有关|相关|部门(?:[、,和及与]|$)|社会力量|社会各界")
_STOP = r"[;。)\]】\n]"

_LABELLED = re.compile(
    rf"{_LEAD}(?:及(?:责任人|负责人))?\s*:\s*(?P<lead>(?:[^;。()\]】\n]|\([^()]*\))+?)(?=\s*(?:{_HELP}|{_STOP}|完成时限|完成时间|时限|责任人|责任领导|分管领导|$))"
)
_HELPING = re.compile(
    rf"{_HELP}\s*:\s*(?P<help>(?:[^;。()\]】\n]|\([^()]*\))+?)(?=\s*(?:{_LEAD}|{_STOP}|完成时限|完成时间|时限|责任人|责任领导|分管领导|$))"
)
_CHARGED = re.compile(
    rf"\((?:由)?(?P<lead>{_OFFICES})(?:牵头负责|牵头|负责|承办|主办|落实)(?:[,、;]?\s*(?P<help>{_OFFICES})(?:等)?(?:配合|参与|协助|协办))?[。]?\)"
)
_BY = re.compile(
    rf"由(?P<lead>{_OFFICES})(?:牵头负责|牵头|具体负责|负责|承办)(?:[,、;]?\s*(?P<help>{_OFFICES})(?:等)?(?:配合|参与|协助))?"
)
_NAMED = re.compile(rf"[(\[【](?P<lead>{_OFFICES})[)\]】]\s*[。;]?\s*$")
_BRACKET = r"[(（\[【](?:[^()（）\[\]【】]|[(（][^()（）]*[)）])*[)）\]】]"
_WHOLE = re.compile(rf"[(\[【]?\s*(?:{_LEAD}|{_HELP})\s*:")
#: Endings of the first office that make a bracket without any label an assignment; a county or a street may be a place.
_DESKS = re.compile(r"(?:科|股|处|室|中心|站|办|机关党委|各镇街|各镇办|大队)$")


@dataclass(frozen=True)
class Bodies:
    """Names as written, joined by 、; "" where none is named."""

    lead: str = ""
    assisting: str = ""

    def __bool__(self) -> bool:
        return bool(self.lead)


def of(text: str) -> Bodies:
    """The offices that a text (in its reading form) names as charged: a label first, then 由…负责, then brackets."""
    labelled = _LABELLED.search(text)
    if labelled:
        helping = _HELPING.search(text)
        return Bodies(_names(labelled["lead"]), _names(helping["help"]) if helping else "")
    for pattern in (_CHARGED, _BY):
        match = pattern.search(text)
        if match and not _GENERIC.search(match["lead"]):
            return Bodies(_names(match["lead"]), _names(match["help"] or ""))
    named = _NAMED.search(text)
    if named and _DESKS.search(_split(named["lead"])[0]) and not _GENERIC.search(named["lead"]):
        return Bodies(_names(named["lead"]))
    return Bodies()


def only(text: str) -> bool:
    """Whether a sentence is nothing but an assignment (责任单位：养老服务科)."""
    return bool(_WHOLE.match(text.strip()) or (_CHARGED.fullmatch(text.strip().rstrip("。;")) is not None))


def without(title: str) -> str:
    """A heading without the assignment in brackets behind it."""
    cut = re.search(rf"{_BRACKET}\s*$", title)
    if cut and of(reading_form(cut[0])):
        return title[: cut.start()].rstrip()
    return title


def blanked(plain: str) -> str:
    """The reading form with labelled assignments in brackets put out by BLANK, same length: they are no part of a heading."""
    return re.sub(_BRACKET, lambda match: BLANK * len(match[0]) if _LABELLED.search(match[0]) else match[0], plain)


def _split(text: str) -> list[str]:
    return [part for part in re.split(r"[、,，;\s和及与]+", text.strip()) if part]


def _names(text: str) -> str:
    names = "、".join(part for part in re.split(r"[、,，\s]+", text.strip(" :")) if part)
    return names.replace("(", "（").replace(")", "）")
