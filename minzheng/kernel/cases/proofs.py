"""Proofs that cases follow from their acts and amounts from their frozen basis."""

from __future__ import annotations

from minzheng.kernel.awards.models import Award
from minzheng.kernel.awards.proof import recompute
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.running.replay import replay
from minzheng.kernel.proofs import Finding, found, proof


@proof("cases", title="办件由动作重放得出")
def cases() -> Finding:
    """State and deadlines of every case, replayed from its acts."""
    rows = Case.objects.defer("form").iterator(chunk_size=500)
    return found((case.no or str(case.pk), replay(case).problems) for case in rows)


@proof("awards", title="待遇复算到分")
def awards() -> Finding:
    """Every amount, computed again from its frozen basis."""
    return found((award.no, recompute(award).problems) for award in Award.objects.iterator(chunk_size=500))
