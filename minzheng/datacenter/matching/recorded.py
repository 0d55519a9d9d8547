"""The source of recorded facts: rows of RecordedFact, one adapter per department named in them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from minzheng.datacenter.matching.interface import Asked, Fact
from minzheng.datacenter.sources.classes import DEPARTMENT_TITLES, DEPARTMENTS

__all__ = ["DEPARTMENTS", "DEPARTMENT_TITLES", "RecordedSource", "sources"]


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
