"""What becomes of awards when two files of one person become one: what is in force follows, what has ended is history."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from minzheng.kernel.awards.models import Award
from minzheng.kernel.items import registry
from minzheng.kernel.subjects.merging import Obstacle, Reference, declare, obstacle
from minzheng.kernel.subjects.models import Person

declare(
    Reference("kernel.Award", "payee", live=~Q(state="ended")),
    Reference("kernel.AwardMember", "person", live=~Q(award__state="ended")),
)


def in_force_of(person_id: int) -> list[Award]:
    """Awards in force that cover this person or are paid to this person."""
    rows = Award.objects.filter(Q(members__person_id=person_id) | Q(payee_id=person_id)).exclude(state="ended")
    return list(rows.exclude(cycle="once").distinct().defer("frozen").order_by("pk"))


def covered_by(person_id: int) -> list[Award]:
    rows = Award.objects.filter(members__person_id=person_id).exclude(state="ended").exclude(cycle="once")
    return list(rows.distinct().defer("frozen").order_by("pk"))


@obstacle
def drawn_twice(survivor: Person, absorbed: Person) -> Iterable[Obstacle]:
    """One person is covered once by a benefit: one of two awards (or one of two places in one award) must end first."""
    first, second = covered_by(survivor.pk), covered_by(absorbed.pk)
    twice = {a.item_code for a in first} & {a.item_code for a in second}
    seen = set()
    for award in (*first, *second):
        if award.item_code in twice and award.pk not in seen:
            seen.add(award.pk)
            title = registry.get(award.item_code).short
            page, args = (
                ("cases.detail", {"pk": award.case_id}) if award.case_id else ("awards.detail", {"pk": award.pk})
            )
            yield Obstacle(
                f"两份档案都在享受“{title}”：重复享受的，请先停发其中一份（或在复核中减去重复的成员），再合并。",
                page, args, f"{title} {award.no}",
            )  # fmt: skip
