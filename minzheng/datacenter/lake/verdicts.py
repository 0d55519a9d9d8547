"""Which rows of a block are rejected, and why: the first reason counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minzheng.datacenter.lake.readers.blocks import Block
from minzheng.datacenter.lake.rejects import Rejects


@dataclass(frozen=True)
class Reason:
    """`column`: label of the column, "" for the whole row. No value of a row appears in any of the three."""

    column: str
    text: str
    fix: str


class Verdict:
    """One per block: number of the reason of each row, 0 for good ones."""

    def __init__(self, rows: int) -> None:
        self._why = np.zeros(rows, np.int16)
        self._reasons: list[Reason] = []

    def against(self, mask: np.ndarray | pa.Array | None, reason: Reason) -> None:
        """Reject the rows of a mask that are not rejected yet (null counts as no)."""
        if mask is None:
            return
        if isinstance(mask, pa.Array):
            mask = np.asarray(pc.fill_null(mask, False))
        hit = mask & (self._why == 0)
        if hit.any():
            self._reasons.append(reason)
            self._why[hit] = len(self._reasons)

    @property
    def good(self) -> np.ndarray:
        return self._why == 0

    def hand_over(self, block: Block, rejects: Rejects) -> None:
        """Put every rejected row into the reject file; the only loop over rows there is."""
        bad = np.flatnonzero(self._why)
        written = bad[: max(rejects.room, 0)]
        if len(written):
            texts = zip(*(column.take(pa.array(written)).to_pylist() for column in block.columns), strict=True)
            for place, row in zip(written, texts, strict=True):
                reason = self._reasons[self._why[place] - 1]
                rejects.add(int(block.lines[place]), row, reason.column, reason.text, reason.fix)
        counted = np.bincount(self._why[bad[len(written) :]], minlength=len(self._reasons) + 1)
        for reason, count in zip(self._reasons, counted[1:], strict=True):
            if count:
                rejects.tally(reason.column, reason.text, int(count))
