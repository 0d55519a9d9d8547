"""Tables of the business line, gathered for its one migration series."""

from minzheng.business.bureau.plans.models import Plan, PlanIndicator, PlanItem, PlanVersion, TargetLink
from minzheng.business.bureau.summaries.models import Summary, SummaryVersion

__all__ = ["Plan", "PlanIndicator", "PlanItem", "PlanVersion", "Summary", "SummaryVersion", "TargetLink"]
