"""One Django app: the models of the capability folders are gathered here."""

from minzheng.datacenter.matching.models import RecordedFact
from minzheng.datacenter.people.models import DuplicatePair, HouseholdChange, LowIncomeEntry, PersonMerge, PersonTag
from minzheng.datacenter.simulation.models import SimulationRun

__all__ = [
    "DuplicatePair",
    "HouseholdChange",
    "LowIncomeEntry",
    "PersonMerge",
    "PersonTag",
    "RecordedFact",
    "SimulationRun",
]
