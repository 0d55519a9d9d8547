"""The source of recorded facts: rows of RecordedFact, one adapter per department named in them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from minzheng.datacenter.matching.interface import Asked, Fact

#: Departments of reference §2.3, in the order of the report.
DEPARTMENTS = (
    ("police", "公安"),
    ("civil", "民政"),
    ("hr", "人力资源社会保障"),
    ("tax", "税务"),
    ("realty", "自然资源和住房建设"),
    ("market", "市场监管"),
    ("bank", "银行、证券、保险"),
    ("medical", "医保和卫生健康"),
    ("disabled", "残联"),
    ("justice", "司法行政"),
    ("agriculture", "农业农村"),
)
DEPARTMENT_TITLES = dict(DEPARTMENTS)


@dataclass(frozen=True)
class RecordedSource:
    """What one department is recorded to answer. One query for the whole family."""

    code: str
    title: str

    def facts(self, people: Sequence[Asked], on: datetime.date) -> dict[int, list[Fact]]:
        from django.db.models import Q

        from minzheng.datacenter.matching.models import RecordedFact

        members = {p.id_key: p.member_id for p in people}
        rows = RecordedFact.objects.filter(
            Q(valid_to=None) | Q(valid_to__gte=on), source=self.code, id_key__in=list(members), on__lte=on
        )
        found: dict[int, list[Fact]] = {}
        for row in rows.order_by("on", "id"):
            content = row.content
            fact = Fact(
                self.code,
                content.get("kind", ""),
                row.class_code,
                row.amount_fen,
                row.on,
                content.get("reference", ""),
                content.get("matched_by", "证件号码"),
                content.get("title", ""),
            )
            found.setdefault(members[bytes(row.id_key)], []).append(fact)
        return found


def sources() -> list[RecordedSource]:
    """Every department; a live adapter takes its recorded one's place by code (see `services.SOURCES`)."""
    return [RecordedSource(code, title) for code, title in DEPARTMENTS]
