"""主动发现: people on file who neither draw a benefit nor have asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from minzheng.kernel.awards.models import AwardMember
from minzheng.kernel.cases.models import Case, CaseMember
from minzheng.kernel.cases.states import OPEN

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.subjects.models import Person


def without(people: QuerySet[Person], item_code: str) -> QuerySet[Person]:
    """Those of `people` who are alive and have no award of this item, no application under way and none begun for them."""
    asked = CaseMember.objects.filter(
        person=OuterRef("pk"), in_count=True, case__item_code=item_code, case__state__in=OPEN
    )
    begun = Case.objects.filter(applicant=OuterRef("pk"), item_code=item_code, state__in=("DRAFT", *OPEN))
    drawing = AwardMember.objects.filter(person=OuterRef("pk"), award__item_code=item_code).exclude(
        award__state="ended"
    )
    return people.filter(death_date=None).exclude(Exists(asked) | Exists(begun) | Exists(drawing))
