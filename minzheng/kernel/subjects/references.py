"""What becomes of rows of persons and households, mandates and logins when two files become one."""

from __future__ import annotations

from django.db.models import Q

from minzheng.kernel.subjects.mandates import LIVE
from minzheng.kernel.subjects.merging import Reference, declare

declare(
    # handled by merging itself: the pointer, the search index, membership in force and heads of households
    Reference("kernel.Person", "merged_into"),
    Reference("kernel.PersonNameChar", "person"),
    Reference("kernel.HouseholdMember", "person"),
    Reference("kernel.Household", "head"),
    Reference("kernel.Mandate", "principal", live=Q(state__in=LIVE)),
    Reference("kernel.Mandate", "agent", live=Q(state__in=LIVE)),
    # Whoever signed in with the absorbed file goes on with the survivor's.
    Reference("kernel.User", "person", live=Q()),
)
