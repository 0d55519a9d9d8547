"""The codes of a link, what each is worth, and how it is told to the person who reviews it.

E1 same number and the same name (also homophone, variant, masked, or one name missing); E2 same number, another name;
R1 one slip in a number repaired; Q1 a number with more than one slip, borne out by name and birth date or place;
Q2 no number: same name and county; S1 no numbers at all: a statistical model of name, birth date, county and sex.
"""

from __future__ import annotations

from dataclasses import dataclass

from minzheng.datacenter.linkage import names
from minzheng.datacenter.linkage.normalise import clean, normal_id
from minzheng.kernel.subjects.idcard import check_digit

#: From here on a link of E1, E2 or R1 is accepted without review, below it never is.
ACCEPTED = 0.9

#: E1 and E2: what the agreement of the names is worth when both numbers carry a right check character …
WHOLE = {
    names.SAME: 1.0, names.HOMOPHONE: 0.99, names.MASKED: 0.98, names.NEAR: 0.96, names.ONE_MISSING: 0.95,
    names.ONE_OTHER: 0.94, names.SIBLING: 0.88, names.SURNAME_ONLY: 0.85, names.GIVEN_ONLY: 0.82, names.UNLIKE: 0.78,
}  # fmt: skip
#: … and when one of them was 15 digits, which nothing guards against a slip: then the name has to sound the same.
OLD = {
    names.SAME: 0.97, names.HOMOPHONE: 0.95, names.MASKED: 0.88, names.NEAR: 0.86, names.ONE_MISSING: 0.84,
    names.ONE_OTHER: 0.82, names.SIBLING: 0.77, names.SURNAME_ONLY: 0.72, names.GIVEN_ONLY: 0.7, names.UNLIKE: 0.65,
}  # fmt: skip
#: One of the two names is missing: nothing speaks against it, nothing for it.
WHOLE_BLANK, OLD_BLANK = 0.93, 0.8
#: R1: accepted only with the very same name; below SURNAME_ONLY it is no evidence and not listed.
REPAIRED = {
    names.SAME: 0.92, names.HOMOPHONE: 0.87, names.MASKED: 0.8, names.NEAR: 0.79, names.ONE_MISSING: 0.77,
    names.ONE_OTHER: 0.75, names.SIBLING: 0.65, names.SURNAME_ONLY: 0.6,
}  # fmt: skip
REPAIRED_BLANK = 0.66
#: R1 with the same name when somebody else fits too, or already holds the number.
CONTESTED = 0.74
#: What a contested repair loses otherwise.
CONTEST = 0.15
#: Q1 by the number of slips (0: the same wrong number on both sides); a homophone takes off a little.
SLIPS = {0: 0.72, 1: 0.58, 2: 0.54, 3: 0.5}
SLIPS_HOMOPHONE = 0.02
#: Q2: the only one of that name in the county on both sides, or one of several.
ALONE, OF_SEVERAL = 0.4, 0.3
#: S1: the model's probability times this, so that it is never taken for an accepted link.
MODEL = 0.89

MEANINGS = {
    "E1": "证件号码相同，姓名一致",
    "E2": "证件号码相同，姓名不同（同证不同名）",
    "R1": "证件号码差一处，已按校验位修复",
    "Q1": "证件号码差两处以上，姓名和出生日期（或地区）一致",
    "Q2": "没有证件号码，同名同县",
    "S1": "没有证件号码，按姓名、出生日期、地区、性别推断",
}


@dataclass(frozen=True)
class Pair:
    """What is known of a link when it is told; texts as they came, empty where unknown or sealed."""

    code: str
    left_id: str = ""
    right_id: str = ""
    left_name: str = ""
    right_name: str = ""
    auto: bool = False


def explain(pair: Pair) -> str:
    """One Chinese sentence: what agrees, what differs (with positions), and whether somebody has to look.

    Raises KeyError for a code that does not exist."""
    said = [_numbers(pair), _names(pair)]
    if pair.code in ("Q2", "S1"):
        said[0] = MEANINGS[pair.code]
    tail = "请核对" if not pair.auto else ("已认定并提示" if pair.code == "E2" else "已认定")
    return "，".join([*filter(None, said), tail]) + "。"


def _numbers(pair: Pair) -> str:
    if not pair.left_id or not pair.right_id:
        return MEANINGS[pair.code]
    a, b = (_shown(text) for text in (pair.left_id, pair.right_id))
    if a == b:
        old = len(clean(pair.left_id)) == 15 or len(clean(pair.right_id)) == 15
        return "证件号码相同" + ("（一方是 15 位旧号码）" if old else "")
    return difference(a, b)


def difference(a: str, b: str) -> str:
    """Where two numbers differ, in words: “证件号码第 9 位不同（5→6）”."""
    unlike = [place for place, (x, y) in enumerate(zip(a, b, strict=False)) if x != y]
    if len(a) == len(b):
        if (
            len(unlike) == 2
            and unlike[1] == unlike[0] + 1
            and a[unlike[0]] == b[unlike[1]]
            and a[unlike[1]] == b[unlike[0]]
        ):
            return f"证件号码第 {unlike[0] + 1}、{unlike[1] + 1} 位颠倒（{a[unlike[0] : unlike[1] + 1]}→{b[unlike[0] : unlike[1] + 1]}）"
        if len(unlike) <= 3:
            return "证件号码" + "、".join(f"第 {p + 1} 位不同（{a[p]}→{b[p]}）" for p in unlike)
        return f"证件号码有 {len(unlike)} 位不同"
    if abs(len(a) - len(b)) == 1:
        place = (unlike or [min(len(a), len(b))])[0]
        short, long = sorted((a, b), key=len)
        if short[place:] == long[place + 1 :]:
            which = "右" if len(b) > len(a) else "左"
            return f"证件号码{which}侧在第 {place + 1} 位多一个“{long[place]}”"
    return f"证件号码位数不同（{len(a)} 位与 {len(b)} 位）"


def _shown(text: str) -> str:
    """The 18 characters of a valid number, else what stands there without blanks."""
    id17 = normal_id(text).id17
    return id17 + check_digit(id17) if id17 else clean(text)


def _names(pair: Pair) -> str:
    if not pair.left_name or not pair.right_name:
        return "姓名有一方空缺" if pair.left_name or pair.right_name else ""
    agreement = names.agree(pair.left_name, pair.right_name)
    how = {
        names.SAME: "姓名相同", names.HOMOPHONE: "姓名同音", names.MASKED: "姓名部分遮盖、可见的字相同",
        names.NEAR: "姓名近音", names.ONE_MISSING: "姓名差一个字", names.ONE_OTHER: "姓名有一个字不同", names.SIBLING: "姓和字辈相同、末字不同",
        names.SURNAME_ONLY: "只有姓相同", names.GIVEN_ONLY: "只有名相同", names.UNLIKE: "姓名不同",
    }[agreement]  # fmt: skip
    return how if agreement == names.SAME else f"{how}（{pair.left_name}／{pair.right_name}）"
