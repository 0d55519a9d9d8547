"""Sums over one block of a population by NumPy: rows of ``figures`` for all households at once, added up by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from minzheng.policy.figures import BANDS, FIELDS, Figures, Frame, Result, words_of
from minzheng.policy.measuring import COUNTED, LINE, RECEIVES

if TYPE_CHECKING:
    from minzheng.policy.bulk.blocks import Block

AT = {name: i for i, name in enumerate(FIELDS)}
OLD, ADULT, LARGEST = 60, 18, 6


@dataclass
class Month:
    """One block, month and side: 分 of the household, who is paid, households or persons and 分 of each word."""

    paid: Any
    people: Any
    words: dict[str, tuple[Any, Any]]
    values: dict[str, Any]


class Adder:
    """Adds blocks to ``sums``. ``places``: code of each region of the population; ``texts``: number of a choice → its text."""

    def __init__(self, frame: Frame, sums: Figures, places: list[str], texts: Mapping[int, str]) -> None:
        self.frame, self.sums, self.places, self.texts = frame, sums, places, texts

    def add(self, block: Block, off: Any, months: list[tuple[Month, Month]], deciles: Any) -> None:
        import numpy as np

        n, frame = len(off) - 1, self.frame
        rows = [self._rows(pair, off) for pair in months]
        for i, row in enumerate(rows):
            self.sums.take("months", i, _ints(row.sum(axis=0)))
            for result in frame.results:
                self._word(i, result, months[i])
        main = rows[frame.compare]
        main[:, AT["base_horizon_fen"]] = sum(row[:, AT["base_fen"]] for row in rows)
        main[:, AT["reform_horizon_fen"]] = sum(row[:, AT["reform_fen"]] for row in rows)
        self.sums.take("total", "", _ints(main.sum(axis=0)))
        codes = np.array(self.places, dtype=object)
        self._by("places", block.groups, main, lambda at: str(codes[at]).ljust(12, "0"))
        self._by("deciles", deciles[block.first_household : block.first_household + n], main, int)
        for place, (keys, name) in enumerate(self._groups(block, off)):
            self._by("groups", keys, main, lambda at, place=place, name=name: (place, name(at)))
        before, after = months[frame.compare]
        for side, month in enumerate((before, after)):
            self._near(side, month)
        self._received(block, before)

    def _rows(self, pair: tuple[Month, Month], off: Any) -> Any:
        import numpy as np

        before, after = pair
        row = np.zeros((len(off) - 1, len(FIELDS)), np.int64)

        def put(name: str, values: Any) -> None:
            row[:, AT[name]] = values

        def heads(flags: Any) -> Any:
            return np.add.reduceat(flags.astype(np.int64), off[:-1])

        put("families", 1)
        put("members", np.diff(off))
        for name, month in (("base", before), ("reform", after)):
            put(f"{name}_households", month.paid > 0)
            put(f"{name}_persons", heads(month.people))
            put(f"{name}_fen", month.paid)
        was, now = before.paid > 0, after.paid > 0
        put("entered", now & ~was)
        put("left", was & ~now)
        put("raised", was & now & (after.paid > before.paid))
        put("lowered", was & now & (after.paid < before.paid))
        put("same", was & now & (after.paid == before.paid))
        put("entered_persons", heads(after.people & ~before.people))
        put("left_persons", heads(before.people & ~after.people))
        put("more_fen", np.maximum(after.paid - before.paid, 0))
        put("less_fen", np.maximum(before.paid - after.paid, 0))
        return row

    def _word(self, month: int, result: Result, pair: tuple[Month, Month]) -> None:
        import numpy as np

        nothing = np.zeros(len(pair[0].paid), np.int64)
        (n0, f0), (n1, f1) = (one.words.get(result.word, (nothing, nothing)) for one in pair)
        told = ((n0 > 0), n0, f0, (n1 > 0), n1, f1, (n1 > 0) & (n0 == 0), (n0 > 0) & (n1 == 0))
        self.sums.take_word(month, result.word, [int(one.sum()) for one in told])

    def _by(self, table: str, keys: Any, rows: Any, name: Any) -> None:
        import numpy as np

        found, at = np.unique(keys, return_inverse=True)
        sums = np.zeros((len(found), rows.shape[1]), np.int64)
        np.add.at(sums, at, rows)
        for key, row in zip(found.tolist(), sums, strict=True):
            self.sums.take(table, name(key), _ints(row))

    def _groups(self, block: Block, off: Any) -> list[tuple[Any, Any]]:
        """(keys, key → group) of each of ``DIMENSIONS``."""
        import numpy as np

        from minzheng.policy.bulk.columns import days

        values, month = block.values, self.frame.months[self.frame.compare]
        nobody = np.zeros(off[-1], bool)

        def have(flags: Any) -> Any:
            return np.logical_or.reduceat(flags, off[:-1])

        born = values.get("出生日期")
        young = born > days(month.replace(year=month.year - ADULT)) if born is not None else nobody
        aged = born <= days(month.replace(year=month.year - OLD)) if born is not None else nobody
        level, ill = values.get("残疾等级"), values.get("重病")
        urban = values.get("城乡", np.full(len(off) - 1, -1))
        told = [(urban, lambda at: self.texts.get(at, "没有记"))]
        told.append(
            (np.minimum(np.diff(off), LARGEST), lambda at: f"{at} 人" if at < LARGEST else f"{LARGEST} 人及以上")
        )
        for label, flags in (
            ("未成年人", young), ("老年人", aged), ("残疾人", level > 0 if level is not None else nobody),
            ("重病患者", ill if ill is not None else nobody),
        ):  # fmt: skip
            told.append((have(flags), {True: f"有{label}", False: f"没有{label}"}.__getitem__))
        return told

    def _near(self, side: int, month: Month) -> None:
        """Families over the line within the frame's reach; sums of a file are whole 分, so the line is too."""
        import numpy as np

        values = month.values
        if any(word not in values for word in (LINE.kept, LINE.income, LINE.line, COUNTED)):
            return
        counted, line = values[COUNTED], values[LINE.line]
        over = ~values[LINE.kept].astype(bool) & (counted > 0) & (line > 0)
        gap = (values[LINE.income] - line)[over]
        each = -(-gap // counted[over])
        share = -(-(gap * 10_000) // line[over])
        reach = (each <= self.frame.near_fen) | (share <= self.frame.near_share)
        only = np.ones(len(gap), bool)
        for word in LINE.others:
            if word in values:
                only &= values[word].astype(bool)[over]
        band = np.searchsorted(np.array(BANDS), each, side="left")
        for i in range(len(BANDS) + 1):
            mine = reach & (band == i)
            self.sums.take_near(side, i, int(mine.sum()), int((mine & only).sum()))

    def _received(self, block: Block, before: Month) -> None:
        """Files say of one benefit whether it is received (在保), and what the family had before (原月保障金)."""
        import numpy as np

        paid = block.values.get(RECEIVES)
        words = [w for w in words_of(self.frame.results, LINE.benefit) if w.word in before.words]
        if paid is None or not words:
            return
        due = np.logical_or.reduce([before.words[w.word][0] > 0 for w in words])
        fen = sum(before.words[w.word][1] for w in words if w.kind == "cash")
        had = np.where(paid, block.values.get("原月保障金", np.zeros(len(paid), np.int64)), 0)
        both, more = paid & due, fen - had
        self.sums.take_received(LINE.benefit, {
            "paid_households": int(paid.sum()), "paid_fen": int(had.sum()), "due_households": int(due.sum()),
            "due_fen": int(fen[due].sum()), "agree": int((both & (more == 0)).sum()), "more_due": int((both & (more > 0)).sum()),
            "more_due_fen": int(more[both & (more > 0)].sum()), "less_due": int((both & (more < 0)).sum()),
            "less_due_fen": int(-more[both & (more < 0)].sum()), "not_due": int((paid & ~due).sum()),
            "not_due_fen": int(had[paid & ~due].sum()), "not_paid": int((due & ~paid).sum()),
            "not_paid_fen": int(fen[due & ~paid].sum()),
        })  # fmt: skip


def _ints(row: Any) -> list[int]:
    return [int(number) for number in row]
