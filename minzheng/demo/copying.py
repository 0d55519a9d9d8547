"""Bulk writing; the kernel's import of a caseload uses the same."""

from minzheng.kernel.crypto.copying import Row, copy, sealer

__all__ = ["Row", "copy", "sealer"]
