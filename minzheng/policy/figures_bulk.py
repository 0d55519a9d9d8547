"""The report of ``figures`` for a population file: the compiled loop month by month, sums by NumPy, rows dropped at once.

Twice over the file: first every household's income a person (for the deciles, 17 bytes a household are kept), then all
months under both rule sets. Links to other households are not in such files, as in all bulk work.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minzheng.policy.figures import Figures, Frame
from minzheng.policy.figures_vectors import Adder, Month
from minzheng.policy.measuring import COUNTED, LINE, MONTHS_OVER, RECEIVES, SHOWN_INCOME
from minzheng.policy.ruleset import Ruleset
from minzheng.policy.whole import NOTHING

if TYPE_CHECKING:
    from minzheng.policy.bulk.blocks import Block, BlockReader, Population, Span
    from minzheng.policy.bulk.engine import LoopEngine

DIMENSIONS = ("城乡", "户规模", "有无未成年人", "有无老年人", "有无残疾人", "有无重病患者")
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


class _Pass:
    def __init__(self, rulesets: list[Ruleset], population: Population, frame: Frame):
        from minzheng.policy.bulk.engine import LoopEngine

        self.frame, self.population = frame, population
        self.engines = [[LoopEngine(one, population, month) for one in rulesets] for month in frame.months]
        self.readers = self._readers(population)
        self.sums = Figures(frame)

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
        texts = {code: text for text, code in base.plan.codes.items()}
        adder = Adder(self.frame, self.sums, base.codes, texts)
        for part in base.each(lambda span: self._block(span)):
            adder.add(*part, deciles)
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
    def _block(self, span: Span) -> tuple[Block, Any, list[tuple[Month, Month]]]:
        import numpy as np

        first = self.engines[0][0]
        blocks = [reader.block(span) for reader in self.readers]
        block, off = blocks[0], first.offsets(blocks[0])
        over = [block.values.get(MONTHS_OVER)] * 2
        told: list[tuple[Month, Month]] = []
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

    def _month(self, engine: LoopEngine, results: dict[str, Any], block: Block, off: Any) -> Month:
        import numpy as np

        n = len(off) - 1
        paid, whole = np.zeros(n, np.int64), np.zeros(n, np.int64)
        people = np.zeros(len(block.person_households), bool)
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
        return Month(paid, people, words, told)


def _value(engine: LoopEngine, word: str, results: dict[str, Any], block: Block, missing: int) -> Any:
    """Values of a result word; ``missing`` where it cannot be computed in the place, 0 for "nothing" unless asked for."""
    import numpy as np

    output = next(o for o in engine.plan.outputs if o.word == word)
    people = output.entity == "人"
    if not output.step:
        return np.full(len(block.person_households if people else block.household_ids), missing, np.int64)
    values = results[output.step]
    if any(output.missing):
        region = engine.rows.of_group[block.groups]
        if people:
            off = np.searchsorted(block.person_households, block.household_ids)
            region = np.repeat(region, np.diff([*off, len(block.person_households)]))
        values = np.where(np.array(output.missing)[region], values.dtype.type(missing), values)
    if output.may_be_nothing and missing != NOTHING:
        values = np.where(values == NOTHING, 0, values)
    return values
