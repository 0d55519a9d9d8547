"""Bank files in the vault, for backups, proofs and changing the key."""

from __future__ import annotations

from collections.abc import Iterator

from minzheng.kernel.documents.sealed_files import SealedFile, declare
from minzheng.kernel.payruns.bank_models import BankFile
from minzheng.kernel.payruns.safe import bound, key_of


@declare
def bank_files() -> Iterator[SealedFile]:
    rows = BankFile.objects.values_list("direction", "batch_id", "sha", "parts")
    for direction, batch, sha, parts in rows.iterator(chunk_size=500):
        for number, part in enumerate(parts):
            yield SealedFile(part["path"], bound(key_of(direction, batch, sha), number))
