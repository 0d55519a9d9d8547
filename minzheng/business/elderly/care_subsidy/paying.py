"""What a place gives: money every month, or a monthly quota of services (`养老补贴_发放方式`)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

from minzheng.kernel.items.items import Answer
from minzheng.kernel.items.personal import PersonalBenefit
from minzheng.kernel.items.reckoning import Family

QUOTA = "养老服务补贴额度"


@dataclass(frozen=True)
class CareSubsidy(PersonalBenefit):
    """Granted without cash: the place gives the same amount as services, so the award is a quota."""

    def _answer(
        self, family: Family, region: str, on: datetime.date, payable_on: datetime.date, notes: list[str]
    ) -> Answer:
        answer = super()._answer(family, region, on, payable_on, notes)
        if answer.amount_fen or not answer.eligible:
            return answer
        as_services = replace(self, cash=(QUOTA,), cycle="quota")
        return PersonalBenefit._answer(as_services, family, region, on, payable_on, notes)
