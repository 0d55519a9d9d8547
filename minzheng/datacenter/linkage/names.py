"""姓名: one spelling for comparing, the syllables, the surname, and how well two names agree.

Every function exists for one name and for a column; both use the same character tables. Names go in as they were
written; nothing here decides who somebody is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minzheng.datacenter.linkage import characters
from minzheng.datacenter.linkage.characters import COMPOUND_READINGS, COMPOUND_SURNAMES, MASK, SURNAME_READINGS
from minzheng.datacenter.linkage.text import Codes, codes_of, text_array

#: What `agree` gives, from the same name to none in common. The steps are ranks of evidence, not probabilities.
SAME, HOMOPHONE, MASKED, NEAR, ONE_MISSING, ONE_OTHER, SIBLING, SURNAME_ONLY, GIVEN_ONLY, UNLIKE = (
    1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5, 0.4, 0.0,
)  # fmt: skip
#: From here on a name is the same name, only written differently.
ALIKE = MASKED
#: From here on it can be a slip of the pen.
SIMILAR = ONE_OTHER

_NOTE = r"[（(【\[].*"  # what stands in brackets after a name: （已故）, (小名)


@lru_cache(maxsize=1 << 17)
def normal_name(text: str) -> str:
    """One spelling for comparing: full-width and small letters, blanks, dots and bracketed notes out, traditional and
    variant characters in their current form, masks and lost characters as "*". "" when nothing is left."""
    return "".join(map(characters.fold, re.sub(_NOTE, "", text or "")))


def normal_names(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """`normal_name` of a column (null stays null)."""
    return _folded(column).to_arrow()


def pinyin(name: str) -> str:
    """Syllables without tones, in plain letters and separated by blanks ("shan tian fang"); a surname is read as one.
    A character without reading stands for itself."""
    folded = normal_name(name)
    known = characters.readings()
    read = [known.get(ord(character), character) for character in folded]
    if folded[:2] in COMPOUND_READINGS and len(folded) > 2:
        read[:2] = COMPOUND_READINGS[folded[:2]]
    elif folded[:1] in SURNAME_READINGS:
        read[0] = SURNAME_READINGS[folded[0]]
    return " ".join(read)


def pinyins(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """`pinyin` of a column (null stays null): one look-up per character in a table, none per name."""
    folded = _folded(column)
    numbers = _syllable_numbers(folded)
    names = characters.syllables()[0]
    unread = numbers < 0
    strange, place = np.unique(folded.codes[unread], return_inverse=True)
    numbers[unread] = len(names) + place
    words = pa.array([*names, *(chr(code) for code in strange)], pa.large_string())
    lists = pa.LargeListArray.from_arrays(pa.array(folded.offsets), words.take(pa.array(numbers)))
    joined = pc.binary_join(lists, pa.scalar(" ", pa.large_string())).cast(pa.string())
    return pc.if_else(pa.array(folded.null), pa.scalar(None, pa.string()), joined) if folded.null.any() else joined


def surname(name: str) -> str:
    """The surname, compound ones (欧阳) whole; of a name without Chinese surname its first character."""
    folded = normal_name(name)
    return folded[:2] if len(folded) > 2 and folded[:2] in COMPOUND_SURNAMES else folded[:1]


def surnames(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """`surname` of a column (null stays null)."""
    folded = _folded(column)
    compound = _first_two_in(folded, COMPOUND_SURNAMES)
    return folded.heads(np.where(compound, 2, 1)).to_arrow()


def agree(a: str, b: str) -> float:
    """How well two names agree, 0–1:

    1.0 the same (variants are the same); 0.95 same pinyin; 0.9 the same as far as a mask shows (王*, 周*兰); 0.85 near pinyin
    (zh/z, n/l, in/ing …); 0.8 one character missing; 0.7 one of three or more characters another; 0.6 likewise, but the
    one after the surname is shared and the last is another, as brothers and sisters are named (字辈); 0.5 only the
    surname; 0.4 only the given name; 0.0 nothing, or one of the two is empty (ask for emptiness first: unknown is not unlike).
    """
    return _agree(normal_name(a), normal_name(b))


def agreements(a: pa.Array, b: pa.Array) -> np.ndarray:
    """`agree` of two columns of names already normalised, row by row; 0 where one is null."""
    equal = np.asarray(pc.fill_null(pc.and_(pc.equal(a, b), pc.greater(pc.utf8_length(a), 0)), False))
    result = np.where(equal, SAME, UNLIKE)
    other = np.flatnonzero(~equal)
    left, right = a.take(pa.array(other)).to_pylist(), b.take(pa.array(other)).to_pylist()
    result[other] = [_agree(x or "", y or "") for x, y in zip(left, right, strict=True)]
    # two masked names that look the same are not the same name
    masked = np.asarray(pc.fill_null(pc.match_substring(a, MASK), False))
    return np.where(equal & masked, MASKED, result)


@lru_cache(maxsize=1 << 17)
def _agree(a: str, b: str) -> float:
    if not a or not b:
        return UNLIKE
    if MASK in a or MASK in b:
        return _masked(a, b)
    if a == b:
        return SAME
    sound_a, sound_b = pinyin(a).split(" "), pinyin(b).split(" ")
    if sound_a == sound_b:
        return HOMOPHONE
    near_a, near_b = [near(s) for s in sound_a], [near(s) for s in sound_b]
    if near_a == near_b:
        return NEAR
    return _partly(sound_a, sound_b, a[0] == b[0])


def _partly(a: Sequence[str], b: Sequence[str], same_surname: bool) -> float:
    """Two names as syllables, not the same. One slip beside the very same surname: two of them are no slip of the pen."""
    if near(a[0]) == near(b[0]):
        if not same_surname:
            return SURNAME_ONLY
        if abs(len(a) - len(b)) == 1 and min(len(a), len(b)) > 1 and _one_missing(a, b):
            return ONE_MISSING
        unlike = [place for place, (x, y) in enumerate(zip(a, b, strict=False)) if place and x != y]
        if len(a) == len(b) and len(a) > 2 and len(unlike) == 1:
            return SIBLING if len(a) == 3 and unlike == [2] else ONE_OTHER
        return SURNAME_ONLY
    return GIVEN_ONLY if len(a) == len(b) and len(a) > 1 and a[1:] == b[1:] else UNLIKE


def _masked(a: str, b: str) -> float:
    """Names of which one or both hide characters: comparable only when the visible ones agree (or sound alike), and of
    the visible ones there has to be one."""
    short = (a.count(MASK) == 1 and a.endswith(MASK)) or (b.count(MASK) == 1 and b.endswith(MASK))
    seen = [
        x == y or m == n
        for x, y, m, n in zip(a, b, pinyin(a).split(" "), pinyin(b).split(" "), strict=False)
        if MASK not in (x, y)
    ]
    if seen and all(seen) and (len(a) == len(b) or short):
        return MASKED
    return SURNAME_ONLY if a[0] == b[0] != MASK else UNLIKE


def _one_missing(a: Sequence[str], b: Sequence[str]) -> bool:
    short, long = (a, b) if len(a) < len(b) else (b, a)
    return any([*long[:place], *long[place + 1 :]] == list(short) for place in range(len(long)))


@lru_cache(maxsize=1024)
def near(syllable: str) -> str:
    """The syllable as many regions say it: no retroflex, n = l, no back nasal."""
    for long, short in (("zh", "z"), ("ch", "c"), ("sh", "s")):
        if syllable.startswith(long):
            syllable = short + syllable[2:]
    if syllable[:1] in ("n", "r") and len(syllable) > 1:
        syllable = "l" + syllable[1:]
    return syllable[:-1] if syllable.endswith(("ang", "eng", "ing")) else syllable


def _folded(column: pa.Array | pa.ChunkedArray) -> Codes:
    array = text_array(column)
    noted = pc.match_substring_regex(array, r"[（(【\[]")
    if pc.any(noted).as_py():
        array = pc.replace_substring_regex(array, _NOTE, "")
    return codes_of(array).mapped(characters.fold_table())


def _syllable_numbers(folded: Codes) -> np.ndarray:
    """The number of every character's syllable (−1: none); first characters are read as surnames."""
    names, anywhere, as_surname = characters.syllables()
    numbers = anywhere[folded.codes]
    first = folded.offsets[:-1][folded.lengths > 0]
    numbers[first] = as_surname[folded.codes[first]]
    for row in np.flatnonzero(_first_two_in(folded, COMPOUND_READINGS)):
        start = folded.offsets[row]
        pair = "".join(map(chr, folded.codes[start : start + 2]))
        numbers[start : start + 2] = [names.index(syllable) for syllable in COMPOUND_READINGS[pair]]
    return numbers


def _first_two_in(folded: Codes, pairs: Iterable[str]) -> np.ndarray:
    """Rows of three characters or more whose first two are one of the pairs."""
    long = np.flatnonzero(folded.lengths > 2)
    start = folded.offsets[long]
    both = folded.codes[start].astype(np.uint64) << np.uint64(32) | folded.codes[start + 1].astype(np.uint64)
    wanted = np.array(sorted(ord(p[0]) << 32 | ord(p[1]) for p in pairs), dtype=np.uint64)
    result = np.zeros(len(folded.null), dtype=bool)
    result[long] = np.isin(both, wanted)
    return result
