"""One delivered file into the lake, start to end: what the command line, the demo and tests call."""

from __future__ import annotations

from pathlib import Path

from minzheng.datacenter.lake import announcing, loading, sweeping
from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.lake.loading import Progress, quiet
from minzheng.datacenter.lake.models import LakeBatch
from minzheng.kernel.accounts.actors import Actor


def ingest(
    actor: Actor, source: str, path: str | Path, period: str, *, basis: str | None = None,
    supersedes: str | LakeBatch | None = None, region: str = "", progress: Progress = quiet,
) -> LakeBatch:  # fmt: skip
    """Deliver a file (CSV, Excel, Parquet) of a source for a month (2026-11) and bring it in.

    The same bytes again give the batch that is there. `basis`: legal basis, by default the source's own. `supersedes`: the
    batch that this one corrects. `region`: the place the data is about, by default the actor's. The answer is in force
    (state held), or failed when not one row was good. Raises LakeRefused for a file that cannot be read at all.
    """
    file = Path(path)
    sweeping.sweep()
    try:
        content = file.open("rb")
    except OSError as error:
        raise LakeRefused(f"文件 {file} 读不出来（{error.strerror}），请检查路径和权限。") from None
    with content:
        batch = announcing.announce(
            actor=actor, source=source, period=period, name=file.name, region_code=region, basis=basis,
            supersedes=supersedes,
        )  # fmt: skip
        announcing.store(actor=actor, batch=batch, content=content)
    return loading.load(actor=actor, pk=batch.pk, progress=progress)
