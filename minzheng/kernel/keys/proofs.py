"""Proof that sealed values open with the key ring at hand."""

from __future__ import annotations

from minzheng.kernel.crypto import keyring
from minzheng.kernel.keys.services import sample
from minzheng.kernel.proofs import Finding, found, proof


@proof("sealed", title="加密字段用密钥环打得开（各列抽样）")
def sealed() -> Finding:
    """Some values of every sealed column."""
    return found((where, [sentence] if sentence else []) for where, sentence in sample(keyring.ring()))
