"""What becomes of messages when two files of one person become one: the inbox follows, what was sent elsewhere is history."""

from __future__ import annotations

from django.db.models import Q

from minzheng.kernel.subjects.merging import Reference, declare

declare(
    Reference("kernel.OutboxMessage", "recipient", live=Q(channel="inapp")),
    Reference("kernel.ContactChoice", "person", live=Q(), alone=()),
)
