"""Trying a delivered file (试读) and bringing it into the lake (入湖): all of it, or nothing.

The order of what is written decides what a kill leaves behind: draft folder → renamed into place → manifest row in one
transaction. Readers go by the manifest, so they see the old state until the last step and the new one after it; files
nobody vouches for are swept away by the next run.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.db import transaction

from minzheng.datacenter.lake import (
    checking,
    engine,
    figures,
    locking,
    mart,
    pipes,
    points,
    raw,
    rejects,
    sealed,
    writing,
)
from minzheng.datacenter.lake.announcing import INGEST, acting, spec_of, twin_of
from minzheng.datacenter.lake.checking import Checker
from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.lake.models import LakeBatch
from minzheng.datacenter.lake.opening import Opened, opened
from minzheng.datacenter.lake.readers.csvs import StrayQuote
from minzheng.datacenter.linkage import normalise
from minzheng.datacenter.sources.facts_few import columns_looked_up
from minzheng.datacenter.sources.spec import SourceSpec
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.audit import services as audit

Progress = Callable[[int, str], None]
Fence = Callable[[], AbstractContextManager[Any]]
#: Words of a code column, and reasons, that the report shows.
_SHOWN = 20
#: Memory of the engine that sorts and counts a batch, beside what the checks still hold; the rest is spilled, encrypted.
SORTING = "512MB"


def quiet(rows: int, sentence: str) -> None:
    """A progress that tells nobody."""


def check(*, actor: Actor, pk: int, progress: Progress = quiet) -> LakeBatch:
    """试读: counts and reject file; not a row enters the lake. Raises LakeRefused (kept with the batch as well)."""
    with locking.of_batch(pk):
        batch = _get(pk, LakeBatch.UPLOADED, LakeBatch.CHECKING, LakeBatch.CHECKED, LakeBatch.FAILED)
        acting(actor, INGEST, batch.region_code)
        spec = spec_of(batch.source)
        try:
            checker, file, seconds = _read(batch, spec, None, progress)
        except LakeRefused as error:
            failed(pk=pk, sentence=str(error))
            raise
        _keep(batch, checker, _report(checker, file, seconds))
        batch.state, batch.message = LakeBatch.CHECKED, ""
        with transaction.atomic():
            batch.save()
            _record(actor, "lake.check", batch)
    return batch


def load(
    *, actor: Actor, pk: int, progress: Progress = quiet, fence: Fence = transaction.atomic,
) -> LakeBatch:  # fmt: skip
    """入湖. The same bytes of the same source and month give the batch that is there already. Safe to run again after a
    kill. A file without a single good row ends as 没有入湖 with its reject file. Raises LakeRefused."""
    with locking.of_batch(pk, wait=True):
        batch = LakeBatch.objects.get(pk=pk)
        if batch.state in (LakeBatch.HELD, LakeBatch.SUPERSEDED):
            return batch
        batch = _get(pk, LakeBatch.UPLOADED, LakeBatch.CHECKED, LakeBatch.LOADING)
        acting(actor, INGEST, batch.region_code)
        with locking.of_content(batch.source, batch.period, batch.file_sha, wait=True):
            twin = twin_of(batch)
            if twin is not None:
                discard(batch)
                return twin
            LakeBatch.objects.filter(pk=pk).update(state=LakeBatch.LOADING)
            try:
                return _load(actor, batch, spec_of(batch.source), progress, fence)
            except LakeRefused as error:
                failed(pk=pk, sentence=str(error))
                raise


def _load(actor: Actor, batch: LakeBatch, spec: SourceSpec, progress: Progress, fence: Fence) -> LakeBatch:
    with writing.Draft(batch.no, checking.schema(spec), columns_looked_up(spec.code)) as draft:
        checker, file, seconds = _read(batch, spec, draft, progress)
        report = _report(checker, file, seconds)
        points.reach("written")
        if not draft.rows:
            _keep(batch, checker, report)
            batch.state, batch.message = LakeBatch.FAILED, "没有一行合格，没有入湖：请看退回文件里的原因。"
            with fence():
                batch.save()
                _record(actor, "lake.refuse", batch)
            return batch
        progress(checker.rows, "正在排序、落盘")
        with engine.connect(memory=SORTING) as con:
            files = draft.finish(con)
            report |= figures.counted(con, spec, str(draft.folder / writing.PART), clock.today())
        draft.move(batch.source, batch.period, batch.no)
    report["seconds"] = round(seconds(), 2)
    _keep(batch, checker, report)
    batch.files = files
    _hold(actor, batch, fence)
    with contextlib.suppress(OSError):  # tables for indicators: the hourly sweep makes them again
        mart.refresh()
    return batch


def _hold(actor: Actor, batch: LakeBatch, fence: Fence) -> None:
    """The one step by which readers see the batch, and no longer see the one that it corrects."""
    now = clock.now()
    with fence():
        corrected = LakeBatch.objects.select_for_update().filter(pk=batch.supersedes_id or 0)
        old = corrected.first()
        if old is not None and old.state != LakeBatch.HELD:
            raise LakeRefused(f"要更正的批次 {old.no} 已经不是在用的了，这一批没有入湖：请重新上传，选对要更正的批次。")
        if old is not None:
            old.state, old.ended_at, old.ended_name = LakeBatch.SUPERSEDED, now, actor.name
            old.ended_reason = f"由批次 {batch.no} 更正"
            old.save(update_fields=["state", "ended_at", "ended_name", "ended_reason"])
        batch.state, batch.held_at, batch.message = LakeBatch.HELD, now, ""
        batch.save()
        _record(actor, "lake.hold", batch, supersedes=old.no if old else "")
    points.reach("held")


def _read(
    batch: LakeBatch, spec: SourceSpec, draft: writing.Draft | None, progress: Progress
) -> tuple[Checker, Opened, Callable[[], float]]:
    """Walk the file once; a stray quotation mark found on the way means walking it again without quoting."""
    began = time.monotonic()
    try:
        checker, file = _walk(batch, spec, draft, progress, quoting=True)
    except StrayQuote:
        if draft is not None:
            draft.restart()
        checker, file = _walk(batch, spec, draft, progress, quoting=False)
    return checker, file, lambda: time.monotonic() - began


def _walk(
    batch: LakeBatch, spec: SourceSpec, draft: writing.Draft | None, progress: Progress, *, quoting: bool
) -> tuple[Checker, Opened]:
    file = opened(batch, spec, quoting=quoting)
    checker = Checker(
        spec,
        file.mapping,
        rejects.Rejects(file.reader.headers, file.columns),
        sealed.Sealer(batch.key),
        dry=draft is None,
    )
    with pipes.Behind(draft.add if draft is not None else _nothing) as out:
        for block in pipes.ahead(file.reader.blocks()):
            clean = checker.check(block)
            if clean is not None:
                out.put(clean)
            _take_bad(checker, file)
            progress(checker.rows, f"已读 {checker.rows:,} 行，退回 {checker.rejects.count:,} 行")
    _take_bad(checker, file)
    if not checker.rows:
        raise LakeRefused("文件里只有表头，一行数据也没有。请核对导出的是不是这张表。")
    return checker, file


def _nothing(clean: checking.Clean) -> None:
    """A trial writes nothing."""


def _take_bad(checker: Checker, file: Opened) -> None:
    """Lines that could not be cut into columns count as rows too."""
    while file.reader.bad:
        bad = file.reader.bad.popleft()
        checker.rows += 1
        checker.rejects.add(bad.line, bad.texts, "", bad.reason, bad.fix)


def _report(checker: Checker, file: Opened, seconds: Callable[[], float]) -> dict[str, Any]:
    """Counts and sentences; values only of code columns that are not personal."""
    notes = file.reader.notes
    return {
        "encoding": notes.encoding, "head_line": file.reader.head_line,
        "sentences": [*notes.sentences, *file.mapping.sentences],
        "ids": {state: checker.states[state] for state in normalise.STATES},
        "reasons": [{"reason": why, "rows": count} for why, count in checker.rejects.reasons.most_common(_SHOWN)],
        "unknown": {
            checker.spec.column(name).label: dict(sorted(cells.unknown.items(), key=lambda one: -one[1])[:_SHOWN])
            for name, cells in checker.cells.items()
            if cells.unknown
        },
        "seconds": round(seconds(), 2),
    }  # fmt: skip


def _keep(batch: LakeBatch, checker: Checker, report: dict[str, Any]) -> None:
    """Counts into the row (saved by the caller), rejected rows into the vault."""
    batch.rows, batch.rejected = checker.rows, checker.rejects.count
    batch.accepted = batch.rows - batch.rejected
    batch.report = {"sniffed": batch.report["sniffed"]} | report
    batch.has_rejects = checker.rejects.count > 0
    if batch.has_rejects:
        rejects.keep(batch.pk, checker.rejects.content())
    else:
        rejects.drop(batch.pk)


def failed(*, pk: int, sentence: str) -> None:
    """A batch that did not come in: the reason is kept with it."""
    unfinished = (LakeBatch.UPLOADED, LakeBatch.CHECKING, LakeBatch.CHECKED, LakeBatch.LOADING, LakeBatch.FAILED)
    LakeBatch.objects.filter(pk=pk, state__in=unfinished).update(state=LakeBatch.FAILED, message=sentence[:300])


def discard(batch: LakeBatch) -> None:
    """An upload that brought nothing new leaves no trace but its audit line."""
    raw.drop(batch.pk, batch.raw_parts)
    rejects.drop(batch.pk)
    LakeBatch.objects.filter(pk=batch.pk).delete()


def _get(pk: int, *states: str) -> LakeBatch:
    batch = LakeBatch.objects.filter(pk=pk).first()
    if batch is None:
        raise LakeRefused("没有这一批，或不在您的办理范围内。")
    if batch.state not in states:
        raise LakeRefused(f"批次 {batch.no} 现在是“{batch.get_state_display()}”，不能办这一步，请刷新后再看。")
    return batch


def _record(actor: Actor, action: str, batch: LakeBatch, **more: Any) -> None:
    detail = {"no": batch.no, "rows": batch.rows, "accepted": batch.accepted, "rejected": batch.rejected, **more}
    audit.record(actor=acting(actor, INGEST, batch.region_code), action=action, obj=batch, detail=detail)
