"""What becomes of goods when two files of one person become one: what is under way follows, what was handed out stays.

Two rows of one campaign are not doubled: the one under the survivor counts."""

from __future__ import annotations

from django.db.models import Q

from minzheng.kernel.subjects.merging import Reference, declare

declare(
    Reference("assistance.Receiver", "person", live=~Q(campaign__state="closed"), alone=("campaign_id",)),
    Reference(
        "assistance.Issue", "person", live=Q(voided=False) & ~Q(campaign__state="closed"), alone=("campaign_id",)
    ),
)
