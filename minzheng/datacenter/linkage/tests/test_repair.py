"""Candidates of an invalid number, against trying everything."""

from __future__ import annotations

import datetime
import random

import pyarrow as pa

from minzheng.datacenter.linkage import invented, normalise, repair
from minzheng.kernel.subjects import idcard

ALPHABET = "0123456789X"


def everything_one_slip_away(text: str) -> list[str]:
    """By trial: every text one slip away, of which the valid ones are kept."""
    tried: set[str] = set()
    if len(text) == 18:
        tried |= {text[:p] + c + text[p + 1 :] for p in range(18) for c in ALPHABET}
        tried |= {text[:p] + text[p + 1] + text[p] + text[p + 2 :] for p in range(17)}
    elif len(text) == 17:
        tried |= {text[:p] + c + text[p:] for p in range(18) for c in ALPHABET}
    elif len(text) == 19:
        tried |= {text[:p] + text[p + 1 :] for p in range(19)}
    return sorted(number for number in tried if len(number) == 18 and idcard.is_valid(number))


def wrong_numbers(count: int) -> list[tuple[str, str]]:
    random_ = random.Random(5)
    made = []
    while len(made) < count:
        day = datetime.date(1930, 1, 1) + datetime.timedelta(random_.randrange(33_000))
        number = idcard.make("990101", day, random_.randrange(1, 995))
        wrong, fault = invented.spoil_number(number, random_)
        if fault not in ("", "15位", "字母", "书写", "无号码") and normalise.normal_id(wrong).state == "invalid":
            made.append((number, wrong))
    return made


def test_候选正是试遍一处之差得到的那些_真号码总在其中() -> None:
    pairs = [(n, w) for n, w in wrong_numbers(400) if not w.endswith("000")]
    found = repair.candidates(pa.array([wrong for _, wrong in pairs]))
    by_row: dict[int, list[str]] = {}
    for row, number in zip(found["row"].to_pylist(), found["id18"].to_pylist(), strict=True):
        by_row.setdefault(row, []).append(number)
    hit = 0
    for row, (number, wrong) in enumerate(pairs):
        assert by_row.get(row, []) == everything_one_slip_away(wrong)
        hit += number in by_row.get(row, [])
    assert hit > 0.75 * len(pairs), "错两位的找不回，其余都找得回"


def test_字母和星号只错一处时也补得回() -> None:
    number = idcard.make("990101", datetime.date(1962, 3, 4), 101)
    for place in (0, 9, 16, 17):
        wrong = number[:place] + "*" + number[place + 1 :]
        assert repair.candidates(pa.array([wrong]))["id18"].to_pylist() == [number]


def test_好号码_空号码_15位_截断的号码没有候选() -> None:
    number = idcard.make("990101", datetime.date(1962, 3, 4), 101)
    column = pa.array([number, None, "", number[:6] + "991301101", number[:15] + "000", "无", number[:14]])
    assert repair.candidates(column).num_rows == 0
    assert repair.candidates(pa.array([], pa.string())).column_names == ["row", "id18"]
