"""The one rule for two records with the same number, wherever they meet: in lists linked with each other, in the batch check
of a caseload, in the check of one case and in the monitors.

A right check character vouches for the number. Then the same name counts (E1), also written otherwise, masked or missing,
and so does one that a slip of the pen explains (E2, with a note). A name that shares no more than brothers and sisters
share, or nothing, may be another person's number (重号, another member of the family): E2 for review. A number that had to
be mended (15 digits, letters for digits) is vouched for less: there the name has to sound the same, anything else is for
review. What is for review never counts and never decides before a person has accepted it.
"""

from __future__ import annotations

import numpy as np

from minzheng.datacenter.linkage import codes, names

#: How the names agree, for whoever reads the hit: what the code alone does not say. The place is the number kept with it.
NOTES = (
    "", "姓名部分遮盖，可见的字相同", "姓名有一方空缺", "姓名近音", "姓名差一个字", "姓名有一个字不同", "姓和字辈相同、末字不同，可能是兄弟姐妹",
    "只有姓相同", "姓名不同", "号码经过修整（15 位升位或字母改读数字），姓名没有佐证",
)  # fmt: skip
_NOTE_OF = {
    names.MASKED: 1, names.NEAR: 3, names.ONE_MISSING: 4, names.ONE_OTHER: 5, names.SIBLING: 6, names.SURNAME_ONLY: 7,
    names.GIVEN_ONLY: 8, names.UNLIKE: 8,
}  # fmt: skip
BLANK, UNSUPPORTED = 2, 9


def same_number(
    agreement: np.ndarray, blank: np.ndarray, mended: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs with the same valid number: `names.agree` of each, whether one name is missing, whether one of the numbers had
    to be mended. Gives whether the code is E1 (else E2), whether the pair is accepted, and its score."""
    score = np.where(
        mended, _worth(codes.OLD, agreement, blank, codes.OLD_BLANK), _worth(codes.WHOLE, agreement, blank, codes.WHOLE_BLANK)
    )  # fmt: skip
    return (agreement >= names.ALIKE) | blank, score >= codes.ACCEPTED, score


def notes(agreement: np.ndarray, blank: np.ndarray, mended: np.ndarray) -> np.ndarray:
    """The place in NOTES of each pair."""
    said = np.zeros(len(agreement), dtype=np.int8)
    for value, place in _NOTE_OF.items():
        said[agreement == value] = place
    said[blank] = BLANK
    same, accepted, _ = same_number(agreement, blank, mended)
    said[mended & same & ~accepted] = UNSUPPORTED
    return said


def _worth(table: dict[float, float], agreement: np.ndarray, blank: np.ndarray, if_blank: float) -> np.ndarray:
    points = np.array([table[value] for value in sorted(table)])
    score = points[np.searchsorted(np.array(sorted(table)), agreement)]
    return np.where(blank, if_blank, score)
