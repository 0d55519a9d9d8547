"""What a restored backup has to show about frozen indicators."""

from __future__ import annotations

from minzheng.datacenter.indicators import services
from minzheng.datacenter.indicators.models import IndicatorFreeze
from minzheng.kernel.proofs import Finding, found, proof


@proof("indicators", title="冻结的指标与当时的校验码一致")
def frozen() -> Finding:
    rows = IndicatorFreeze.objects.order_by("region_code", "month", "version").defer("diff").iterator(50)
    return found((f"{row.region_code} {row.month:%Y-%m} 第 {row.version} 版", services.problems(row)) for row in rows)
