"""The delivered files and rejected rows of the lake's batches in the vault."""

from __future__ import annotations

from collections.abc import Iterator

from minzheng.datacenter.lake import raw, rejects
from minzheng.datacenter.lake.models import LakeBatch
from minzheng.kernel.documents.sealed_files import SealedFile, declare


@declare
def delivered() -> Iterator[SealedFile]:
    """Every part of every delivered file that is still kept; a dropped batch has none."""
    rows = LakeBatch.objects.exclude(state=LakeBatch.DROPPED).values_list("pk", "raw_parts", "has_rejects")
    for pk, parts, has_rejects in rows.iterator(chunk_size=500):
        for part in range(parts):
            yield SealedFile(raw.name(pk, part), raw.bound_to(pk, part))
        if has_rejects:
            yield SealedFile(rejects.name(pk), rejects.bound_to(pk))
