"""The stages of a project and which act leads from one to the next: a table, read by services, pages and documents.

储备→论证→立项→资金下达→招采→开工→在建→竣工→验收→决算→绩效→资产移交; 终止 from any stage before the last."""

from __future__ import annotations

from dataclasses import dataclass

STAGES = [
    ("reserve", "储备"), ("appraise", "论证"), ("approve", "立项"), ("fund", "资金下达"), ("tender", "招采"), ("start", "开工"),
    ("build", "在建"), ("finish", "竣工"), ("accept", "验收"), ("settle", "决算"), ("review", "绩效"), ("hand_over", "资产移交"),
    ("ended", "终止"),
]  # fmt: skip
TITLES = dict(STAGES)
ORDER = [code for code, _title in STAGES[:-1]]
LAST, ENDED = "hand_over", "ended"
#: Under way: what a list of “在建项目” means.
UNDER_WAY = ("start", "build")
#: Built: what a count of “建成项目” means.
BUILT = ("finish", "accept", "settle", "review", "hand_over")
TONES = dict.fromkeys(ORDER, "info") | {
    "reserve": "plain",
    "appraise": "plain",
    "accept": "good",
    "settle": "good",
    "review": "good",
    "hand_over": "good",
    "ended": "orange",
}


@dataclass(frozen=True)
class Rule:
    """What entering a stage asks for. `paper`: a document number or an uploaded paper has to prove it."""

    paper: str = ""
    money: bool = False
    mended: bool = False
    settled: bool = False
    scored: bool = False


RULES: dict[str, Rule] = {
    "appraise": Rule("论证意见或评审纪要"),
    "approve": Rule("立项批复"),
    "fund": Rule("下达资金的文件", money=True),
    "tender": Rule("招标或采购公告"),
    "start": Rule("开工令或合同"),
    "finish": Rule("竣工报告"),
    "accept": Rule("验收意见", mended=True),
    "settle": Rule("决算审核意见", settled=True),
    "review": Rule(scored=True),
    "hand_over": Rule("资产移交清单"),
    "ended": Rule("终止的批准文件"),
}


def step(before: str, after: str) -> str:
    """on | skip | back | end | "" for what cannot be done at all."""
    if before in (LAST, ENDED) or before == after or after not in TITLES:
        return ""
    if after == ENDED:
        return "end"
    gap = ORDER.index(after) - ORDER.index(before)
    return "on" if gap == 1 else "skip" if gap > 1 else "back"


def targets(before: str) -> list[tuple[str, str]]:
    """(code, title) of every stage that can follow, the next one first."""
    found = [(step(before, code), code) for code in [*ORDER, ENDED]]
    order = {"on": 0, "skip": 1, "back": 2, "end": 3}
    return [
        (code, TITLES[code]) for how, code in sorted((one for one in found if one[0]), key=lambda one: order[one[0]])
    ]
