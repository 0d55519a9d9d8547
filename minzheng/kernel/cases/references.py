"""What becomes of cases when two files of one person become one: a case under way follows, a closed one is history."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.states import OPEN, TERMINAL
from minzheng.kernel.items import registry
from minzheng.kernel.subjects.merging import Obstacle, Reference, declare, obstacle
from minzheng.kernel.subjects.models import Person

declare(
    Reference("kernel.Case", "applicant", live=~Q(state__in=TERMINAL)),
    # The member's name, number and declared facts stay as frozen; consents hang on the member and come along.
    Reference("kernel.CaseMember", "person", live=~Q(case__state__in=TERMINAL)),
)


@obstacle
def open_twice(survivor: Person, absorbed: Person) -> Iterable[Obstacle]:
    """One open case per applicant and item."""
    rows = Case.objects.filter(applicant__in=(survivor, absorbed), state__in=OPEN).order_by("item_code", "pk")
    by_item: dict[str, list[Case]] = {}
    for case in rows.defer("form"):
        by_item.setdefault(case.item_code, []).append(case)
    for item, cases in by_item.items():
        if len({case.applicant_id for case in cases}) > 1:
            title = registry.get(item).short
            for case in cases:
                yield Obstacle(
                    f"两份档案各有一个没有办结的“{title}”办件，请先办结、撤回或停发其中一个。", "cases.detail",
                    {"pk": case.pk}, f"办件 {case.no}",
                )  # fmt: skip
