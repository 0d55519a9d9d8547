"""One Django app: the models of the capability folders are gathered here."""

from minzheng.datacenter.exchange.models import (
    ExchangeEvent,
    ExchangeMessage,
    ExchangePartner,
    ExchangePerson,
    ExchangeQuarantine,
    ExchangeRequest,
    PushRow,
    PushRun,
)
from minzheng.datacenter.funding.models import FundForecast
from minzheng.datacenter.indicators.models import IndicatorFreeze, IndicatorMonth, IndicatorValue, ManualFigure
from minzheng.datacenter.lake.models import LakeBatch, LakeLink
from minzheng.datacenter.matching.bulk.models import MatchAlert, MatchFamily, MatchLeftOut, MatchReview, MatchRun
from minzheng.datacenter.matching.models import MatchInquiry, MatchRequest
from minzheng.datacenter.monitoring.models import Alert, AlertAct, Lead, MonitorRun, MonitorSwitch
from minzheng.datacenter.people.models import DuplicatePair, HouseholdChange, LowIncomeEntry, PersonMerge, PersonTag
from minzheng.datacenter.sampling.models import Sample, SampleUnit
from minzheng.datacenter.simulation.models import SimulationRun
from minzheng.datacenter.statistics.models import StatAct, StatCorrection, StatEdition, StatReport

__all__ = [
    "Alert",
    "AlertAct",
    "DuplicatePair",
    "ExchangeEvent",
    "ExchangeMessage",
    "ExchangePartner",
    "ExchangePerson",
    "ExchangeQuarantine",
    "ExchangeRequest",
    "FundForecast",
    "HouseholdChange",
    "IndicatorFreeze",
    "IndicatorMonth",
    "IndicatorValue",
    "LakeBatch",
    "LakeLink",
    "Lead",
    "LowIncomeEntry",
    "ManualFigure",
    "MatchAlert",
    "MatchFamily",
    "MatchInquiry",
    "MatchLeftOut",
    "MatchRequest",
    "MatchReview",
    "MatchRun",
    "MonitorRun",
    "MonitorSwitch",
    "PersonMerge",
    "PersonTag",
    "PushRow",
    "PushRun",
    "Sample",
    "SampleUnit",
    "SimulationRun",
    "StatAct",
    "StatCorrection",
    "StatEdition",
    "StatReport",
]
