"""What becomes of oversight when two files of one person become one: open questions follow; who opened what is history."""

from __future__ import annotations

from django.db.models import Q

from minzheng.kernel.subjects.merging import Reference, declare

declare(
    Reference("kernel.GlassBreak", "person"),
    Reference("kernel.ReadQuestion", "person", live=Q(state="open")),
)
