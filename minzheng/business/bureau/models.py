"""Tables of the business line, gathered for its one migration series."""

from minzheng.business.bureau.plans.models import Plan, PlanIndicator, PlanItem, PlanVersion, TargetLink
from minzheng.business.bureau.projects.models import (
    Project,
    ProjectAct,
    ProjectCategory,
    ProjectChange,
    ProjectChangeLine,
    ProjectImport,
    ProjectLibrary,
    ProjectMilestone,
    ProjectMoney,
    ProjectPhoto,
    ProjectProblem,
    ProjectProgress,
    ProjectScore,
    ProjectSource,
    ProjectYear,
)
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
    "Project",
    "ProjectAct",
    "ProjectCategory",
    "ProjectChange",
    "ProjectChangeLine",
    "ProjectImport",
    "ProjectLibrary",
    "ProjectMilestone",
    "ProjectMoney",
    "ProjectPhoto",
    "ProjectProblem",
    "ProjectProgress",
    "ProjectScore",
    "ProjectSource",
    "ProjectYear",
    "RegisterChange",
    "RegisterEntry",
    "RegisterFile",
    "RegisterImport",
    "RegisterShape",
    "Summary",
    "SummaryVersion",
    "TargetLink",
]
