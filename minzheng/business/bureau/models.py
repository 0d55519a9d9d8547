"""Tables of the business line, gathered for its one migration series."""

from minzheng.business.bureau.plans.models import Plan, PlanIndicator, PlanItem, PlanVersion

__all__ = ["Plan", "PlanIndicator", "PlanItem", "PlanVersion"]
