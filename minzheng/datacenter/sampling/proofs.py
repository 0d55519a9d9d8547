"""What a restored backup has to show about samples."""

from __future__ import annotations

from minzheng.datacenter.sampling.models import Sample
from minzheng.datacenter.sampling.proof import replay
from minzheng.kernel.proofs import Finding, found, proof


@proof("samples", title="抽样可由种子复算")
def samples() -> Finding:
    rows = Sample.objects.order_by("pk").iterator(5)
    return found((one.no, [step.problem for step in replay(one) if step.problem]) for one in rows)
