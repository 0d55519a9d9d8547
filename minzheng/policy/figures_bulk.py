"""The report of ``figures`` for a population file: the compiled loop month by month, sums by NumPy, rows dropped at once.

Twice over the file: first every household's income a person (for the deciles, 17 bytes a household are kept), then all
months under both rule sets. Links to other households are not in such files, as in all bulk work.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minzheng.policy.figures import BANDS, FIELDS, Figures, Frame, Result, words_of
from minzheng.policy.measuring import COUNTED, LINE, MONTHS_OVER, RECEIVES, SHOWN_INCOME
from minzheng.policy.ruleset import Ruleset
from minzheng.policy.whole import NOTHING

if TYPE_CHECKING:
    from minzheng.policy.bulk.blocks import Block, BlockReader, Population, Span
    from minzheng.policy.bulk.engine import LoopEngine

AT = {name: i for i, name in enumerate(FIELDS)}
DIMENSIONS = ("城乡", "户规模", "有无未成年人", "有无老年人", "有无残疾人", "有无重病患者")
OLD, ADULT, LARGEST = 60, 18, 6
#: Words that groups and comparisons read, whether or not a rule does.
ALSO_READ = ("城乡", RECEIVES, MONTHS_OVER, "原月保障金", "出生日期", "残疾等级", "重病")


def with_outputs(ruleset: Ruleset, names: tuple[str, ...]) -> Ruleset:
    """The same rules with these intermediate values among the results, so that bulk engines hand them out."""
    changed = copy.copy(ruleset)
    changed.versions = {
        name: [copy.copy(rule) for rule in versions] if name in names else versions for name, versions in ruleset.versions.items()
    }  # fmt: skip
    for name in names:
        for rule in changed.versions.get(name, ()):
            rule.output = True
    changed._prepare_lookup()
    return changed


def figures_of(ruleset: Ruleset, reform: Ruleset, persons: Path, households: Path, frame: Frame) -> dict[str, Any]:
    """The report over two Parquet files. ``frame.dimensions`` must be ``DIMENSIONS``. Raises InputError, CompileError."""
    from minzheng.policy.bulk.run import in_order

    told = tuple(dict.fromkeys((*LINE.words, COUNTED, SHOWN_INCOME)))
    both = [with_outputs(one, told) for one in (ruleset, reform)]
    return in_order(both[0], persons, households, lambda population: _Pass(both, population, frame).report())


@dataclass
class _Month:
    """One block, month and side: 分 of the household, who is paid, households or persons and 分 of each word."""

    paid: Any
    people: Any
    words: dict[str, tuple[Any, Any]]
    values: dict[str, Any]


class _Pass:
    def __init__(self, rulesets: list[Ruleset], population: Population, frame: Frame):
        from minzheng.policy.bulk.engine import LoopEngine

        self.frame, self.population = frame, population
        self.engines = [[LoopEngine(one, population, month) for one in rulesets] for month in frame.months]
        self.readers = self._readers(population)
        self.sums = Figures(frame)
        self.codes = self.engines[0][0].codes

    def _readers(self, population: Population) -> list[BlockReader]:
        """What reads the words of every month's rules, and those that groups and comparisons need: one for both sides, or
        one each where other rules number their choices otherwise."""
        from minzheng.policy.bulk.blocks import BlockReader
        from minzheng.policy.bulk.columns import Decoder

        readers: list[BlockReader] = []
        sides = list(zip(*self.engines, strict=True))
        alike = sides[0][0].plan.codes == sides[1][0].plan.codes
        for engines in [sides[0] + sides[1]] if alike else sides:
            first, known = engines[0], engines[0].plan.ruleset.vocabulary.words
            words = {w.name: w for engine in engines for ws in engine.reader.words.values() for w in ws}
            words |= {name: known[name] for name in (*ALSO_READ, *known["出生日期"].child_when) if name in known}
            inputs = {e: [w for w in words.values() if w.entity == e] for e in ("户", "人")}
            files = (("户", population.households), ("人", population.persons))
            decoders = {e: Decoder(f.name, first.plan.codes, first.on) for e, f in files}
            readers.append(BlockReader(population, inputs, decoders))
        return readers

    def report(self) -> dict[str, Any]:
        """Both walks over the file."""
        base = self.engines[self.frame.compare][0]
        parts = list(base.each(lambda span: self._incomes(base, span)))
        deciles = self._deciles(parts)
        for part in base.each(lambda span: self._block(span)):
            self._add(*part, deciles)
        return self.sums.report()

    # ---- deciles
    def _incomes(self, engine: LoopEngine, span: Span) -> tuple[Any, Any]:
        block = self.readers[0].block(span)
        off = engine.offsets(block)
        results = engine.calculate(block, off, engine.rows)
        return block.household_ids.copy(), _value(engine, SHOWN_INCOME, results, block, NOTHING)

    def _deciles(self, parts: list[tuple[Any, Any]]) -> Any:
        """Decile of every household in the order of the file; 0 where there is no income a person."""
        import numpy as np

        ids, incomes = (np.concatenate([part[i] for part in parts]) for i in range(2))
        ranked = np.flatnonzero(incomes != NOTHING)
        order = ranked[np.lexsort((ids[ranked], incomes[ranked]))]
        deciles = np.zeros(len(ids), np.int8)
        deciles[order] = np.arange(len(order)) * 10 // max(len(order), 1) + 1
        spans = {}
        for decile in range(1, 11):
            mine = incomes[deciles == decile]
            if len(mine):
                spans[decile] = (int(mine.min()), int(mine.max()))
        self.sums.set_spans(spans)
        return deciles

    # ---- months
    def _block(self, span: Span) -> tuple[Block, Any, list[tuple[_Month, _Month]]]:
        import numpy as np

        first = self.engines[0][0]
        blocks = [reader.block(span) for reader in self.readers]
        block, off = blocks[0], first.offsets(blocks[0])
        over = [block.values.get(MONTHS_OVER)] * 2
        told: list[tuple[_Month, _Month]] = []
        for pair in self.engines:
            sides = []
            for side, engine in enumerate(pair):
                used = blocks[side % len(blocks)]
                if over[side] is not None:
                    used = replace(used, values=used.values | {MONTHS_OVER: over[side]})
                results = engine.calculate(used, off, engine.rows)
                month = self._month(engine, results, used, off)
                sides.append(month)
                if over[side] is not None:
                    stays = month.values[LINE.kept] if LINE.kept in month.values else np.ones(len(off) - 1, bool)
                    counting = used.values[RECEIVES] & ~stays if RECEIVES in used.values else ~stays
                    kept = np.asarray(over[side])
                    over[side] = np.where(counting, np.maximum(kept, 1) + 1, 0).astype(kept.dtype)
            told.append((sides[0], sides[1]))
        return block, off, told

    def _month(self, engine: LoopEngine, results: dict[str, Any], block: Block, off: Any) -> _Month:
        import numpy as np

        n = len(off) - 1
        paid, whole = np.zeros(n, np.int64), np.zeros(n, np.int64)
        people = np.zeros(len(block.person_ids), bool)
        words: dict[str, tuple[Any, Any]] = {}
        outputs = {o.word for o in engine.plan.outputs}
        for result in self.frame.results:
            if result.word not in outputs:
                continue
            values = _value(engine, result.word, results, block, 0)
            if result.entity == "户":
                count, fen = (values > 0).astype(np.int64), values.astype(np.int64)
                whole += fen if result.kind == "cash" else 0
            else:
                count = np.add.reduceat((values > 0).astype(np.int64), off[:-1])
                fen = np.add.reduceat(values.astype(np.int64), off[:-1])
                if result.kind == "cash":
                    people |= values > 0
            words[result.word] = (count, fen if result.kind != "status" else np.zeros(n, np.int64))
            paid += fen if result.kind == "cash" else 0
        people |= np.repeat(whole > 0, np.diff(off))
        told = {w: _value(engine, w, results, block, 0) for w in (*LINE.words, COUNTED) if w in outputs}
        return _Month(paid, people, words, told)

    # ---- adding up
    def _add(self, block: Block, off: Any, months: list[tuple[_Month, _Month]], deciles: Any) -> None:
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
        codes = np.array(self.codes, dtype=object)
        self._by("places", block.groups, main, lambda at: str(codes[at]).ljust(12, "0"))
        self._by("deciles", deciles[block.first_household : block.first_household + n], main, int)
        for place, (keys, name) in enumerate(self._groups(block, off)):
            self._by("groups", keys, main, lambda at, place=place, name=name: (place, name(at)))
        before, after = months[frame.compare]
        for side, month in enumerate((before, after)):
            self._near(side, month)
        self._received(block, before)

    def _rows(self, pair: tuple[_Month, _Month], off: Any) -> Any:
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

    def _word(self, month: int, result: Result, pair: tuple[_Month, _Month]) -> None:
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
        codes = {code: text for text, code in self.engines[0][0].plan.codes.items()}
        urban = values.get("城乡", np.full(len(off) - 1, -1))
        told = [(urban, lambda at: codes.get(at, "没有记"))]
        told.append(
            (np.minimum(np.diff(off), LARGEST), lambda at: f"{at} 人" if at < LARGEST else f"{LARGEST} 人及以上")
        )
        for label, flags in (
            ("未成年人", young), ("老年人", aged), ("残疾人", level > 0 if level is not None else nobody),
            ("重病患者", ill if ill is not None else nobody),
        ):  # fmt: skip
            told.append((have(flags), {True: f"有{label}", False: f"没有{label}"}.__getitem__))
        return told

    def _near(self, side: int, month: _Month) -> None:
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

    def _received(self, block: Block, before: _Month) -> None:
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


def _value(engine: LoopEngine, word: str, results: dict[str, Any], block: Block, missing: int) -> Any:
    """Values of a result word; ``missing`` where it cannot be computed in the place, 0 for "nothing" unless asked for."""
    import numpy as np

    output = next(o for o in engine.plan.outputs if o.word == word)
    people = output.entity == "人"
    if not output.step:
        return np.full(len(block.person_ids if people else block.household_ids), missing, np.int64)
    values = results[output.step]
    if any(output.missing):
        region = engine.rows.of_group[block.groups]
        if people:
            off = np.searchsorted(block.person_households, block.household_ids)
            region = np.repeat(region, np.diff([*off, len(block.person_ids)]))
        values = np.where(np.array(output.missing)[region], values.dtype.type(missing), values)
    if output.may_be_nothing and missing != NOTHING:
        values = np.where(values == NOTHING, 0, values)
    return values


def _ints(row: Any) -> list[int]:
    return [int(number) for number in row]
