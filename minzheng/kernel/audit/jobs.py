"""Keeping the audit chain short of unsealed lines, and reads of jobs in the log."""

from __future__ import annotations

from minzheng.kernel.audit import chain, heads
from minzheng.kernel.audit.services import durable_reads
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import around_every_run, job, periodic

around_every_run(durable_reads)


@periodic(every_seconds=3)
@job("audit.seal", title="封存审计记录", atomic=False)
def seal(ctx: Context) -> int:
    """Link the lines of the last moments; every three seconds, so that hardly any line can vanish unseen."""
    return chain.seal_pending(thorough=False)


@periodic(every_seconds=3600)
@job("audit.seal_late", title="补封迟到的审计记录", atomic=False)
def seal_late(ctx: Context) -> int:
    """Link lines of transactions that stayed open for long."""
    return chain.seal_pending(thorough=True)


@periodic(every_seconds=600)
@job("audit.sign_head", title="签名并写出审计链头", atomic=False)
def sign_head(ctx: Context) -> str:
    """The file another machine fetches: whoever has it proves later that nothing before this link was touched."""
    return heads.keep_latest().name
