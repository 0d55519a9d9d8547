"""How well a name known in plain agrees with rows of which only tokens are known: `linkage.names.agree` without the names.

Whatever a slip of the pen could have made of the known name is spelled out, turned into tokens and looked up among those of
the rows: masks, near sounds, a character missing, another or too many. The few spellings that settle most rows are
tried first; the thousands of the others only where the surname is the same. A row that no spelling explains has another
name. Where the known name itself hides more than one character only the surname can be told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations, product

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from minzheng.datacenter.lake import tokens
from minzheng.datacenter.linkage import characters, names
from minzheng.datacenter.linkage.characters import MASK

#: Names spelled out at a time, and most characters of a name of which all masks are.
_CHUNK, _LONGEST = 200, 8
Spelled = Iterator[tuple[str, float]]


def agreements(
    known: Sequence[str], pinyin: npt.NDArray[np.int64], surname: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """For each row: `names.agree` of the known name with the name behind the row's tokens, and whether that name says nothing
    (all of it masked, or the known one empty). Given-name agreement alone is told as UNLIKE: neither is a slip."""
    spelled = [names.normal_name(one or "") for one in known]
    result = np.full(len(spelled), np.nan)
    hidden = pa.array([" ".join(MASK * n) for n in range(1, _LONGEST + 1)])
    blank = np.isin(pinyin, tokens.texts(hidden, "pinyin").to_numpy()) | np.array([not one for one in spelled], bool)
    same = tokens.surnames(pa.array(spelled, pa.string())).to_numpy(zero_copy_only=False) == surname
    _settle(result, ~blank, spelled, pinyin, _few)
    _settle(result, ~blank & np.isnan(result) & same, spelled, pinyin, _many)
    left = np.isnan(result)
    result[left] = np.where(same[left], names.SURNAME_ONLY, names.UNLIKE)
    result[blank] = names.UNLIKE
    return result, blank


def _settle(
    result: npt.NDArray[np.float64], open_: npt.NDArray[np.bool_], spelled: Sequence[str], pinyin: npt.NDArray[np.int64],
    spellings: Callable[[str], Spelled],
) -> None:  # fmt: skip
    """Write the agreement of the open rows that one of the spellings of their known name explains."""
    rows: dict[str, list[int]] = {}
    for row in np.flatnonzero(open_):
        rows.setdefault(spelled[int(row)], []).append(int(row))
    distinct = sorted(rows)
    for start in range(0, len(distinct), _CHUNK):
        found, worth, bounds = _tokens(tuple(distinct[start : start + _CHUNK]), spellings)
        for place, name in enumerate(distinct[start : start + _CHUNK]):
            low, high = int(bounds[place]), int(bounds[place + 1])
            wanted = {int(pinyin[row]) for row in rows[name]}
            hits = np.flatnonzero(np.isin(found[low:high], list(wanted)))
            best: dict[int, float] = {}
            for hit in hits:
                token = int(found[low + int(hit)])
                best[token] = max(best.get(token, 0.0), worth[low + int(hit)])
            for at in rows[name]:
                if int(pinyin[at]) in best:
                    result[at] = best[int(pinyin[at])]


@lru_cache(maxsize=2)
def _tokens(
    known: tuple[str, ...], spellings: Callable[[str], Spelled]
) -> tuple[npt.NDArray[np.int64], tuple[float, ...], npt.NDArray[np.int64]]:
    """Tokens and worth of all spellings of some names, and where those of each begin. The last ones are kept: the invented
    people of a batch check are the same at every source."""
    made = [(place, *one) for place, name in enumerate(known) for one in spellings(name)]
    places, texts, worth = zip(*made, strict=True) if made else ((), (), ())
    found = tokens.texts(pa.array(texts, pa.string()), "pinyin").to_numpy(zero_copy_only=False)
    return found, worth, np.searchsorted(np.array(places, dtype=np.int64), np.arange(len(known) + 1))


def _few(name: str) -> Spelled:
    """Same sound, masks of equal length or cut off behind (王*), near sounds."""
    yield names.pinyin(name), names.MASKED if MASK in name else names.HOMOPHONE
    sounds = names.pinyin(name).split(" ")
    for masked in _masks(name):
        yield names.pinyin(masked), names.MASKED
    if MASK in name:
        return
    for near in product(*(_like(one) for one in sounds)):
        yield " ".join(near), names.NEAR


def _masks(name: str) -> Iterable[str]:
    for count in range(1, len(name)):
        yield name[:count] + MASK
    if len(name) <= _LONGEST:
        for count in range(1, len(name)):
            for hidden in combinations(range(len(name)), count):
                yield "".join(MASK if place in hidden else one for place, one in enumerate(name))


def _many(name: str) -> Spelled:
    """One character missing, another or too many (with every syllable there is); the surname is known to be the same."""
    every = characters.syllables()[0]
    sounds = names.pinyin(name).split(" ")
    if MASK in name:
        if name.count(MASK) == 1 and len(name) > 1:
            yield from ((text, names.MASKED) for text in _at(sounds, name.index(MASK), every))
        return
    if len(sounds) > 2:
        for place in range(1, len(sounds)):
            worth = names.SIBLING if len(sounds) == 3 and place == 2 else names.ONE_OTHER
            yield from ((text, worth) for text in _at(sounds, place, every))
            yield " ".join([*sounds[:place], *sounds[place + 1 :]]), names.ONE_MISSING
    if len(sounds) > 1:
        for place in range(1, len(sounds) + 1):
            yield from ((text, names.ONE_MISSING) for text in _at([*sounds[:place], "", *sounds[place:]], place, every))


def _at(sounds: Sequence[str], place: int, every: Sequence[str]) -> Iterator[str]:
    before = "".join(f"{one} " for one in sounds[:place])
    after = "".join(f" {one}" for one in sounds[place + 1 :])
    return (before + one + after for one in every)


def _like(sound: str) -> list[str]:
    """Every syllable that many regions say in the same way."""
    return _alike().get(names.near(sound), [sound])


def _alike() -> dict[str, list[str]]:
    if not _NEAR:
        for one in characters.syllables()[0]:
            _NEAR.setdefault(names.near(one), []).append(one)
    return _NEAR


_NEAR: dict[str, list[str]] = {}
