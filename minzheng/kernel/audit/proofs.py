"""Proof that the audit log is whole."""

from __future__ import annotations

from minzheng.kernel.audit import verification
from minzheng.kernel.proofs import Finding, proof


@proof("audit", title="审计链完好")
def audit() -> Finding:
    """Every line, every link and every anchored head."""
    report = verification.verify()
    return Finding(report.entries, tuple(report.errors), report.more)
