"""Tables of the business line, gathered for its one migration series."""

from minzheng.business.bureau.plans.models import Plan, PlanIndicator, PlanItem, PlanVersion, TargetLink
from minzheng.business.bureau.registers.models import (
    RegisterChange,
    RegisterEntry,
    RegisterFile,
    RegisterImport,
    RegisterShape,
)
from minzheng.business.bureau.summaries.models import Summary, SummaryVersion

__all__ = [
    "Plan",
    "PlanIndicator",
    "PlanItem",
    "PlanVersion",
    "RegisterChange",
    "RegisterEntry",
    "RegisterFile",
    "RegisterImport",
    "RegisterShape",
    "Summary",
    "SummaryVersion",
    "TargetLink",
]
