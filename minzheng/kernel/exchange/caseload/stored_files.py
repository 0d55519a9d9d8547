"""The uploaded files and rejects of import batches in the vault."""

from __future__ import annotations

from collections.abc import Iterator

from minzheng.kernel.documents.sealed_files import SealedFile, declare
from minzheng.kernel.exchange.caseload import store
from minzheng.kernel.exchange.models import ImportBatch


@declare
def batches() -> Iterator[SealedFile]:
    """A batch's file may be gone where its upload was refused half-way; rejects exist only where there were some."""
    for pk in ImportBatch.objects.values_list("pk", flat=True).iterator(chunk_size=500):
        for what in store.KINDS:
            if store.has(pk, what):
                yield SealedFile(store.name(pk, what), store.bound_to(pk, what), required=what == "file")
