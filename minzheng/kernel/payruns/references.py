"""What becomes of payments when two files of one person become one: what was paid to whom is history; what will be paid is
made anew from the award, which follows."""

from __future__ import annotations

from minzheng.kernel.subjects.merging import Reference, declare

declare(Reference("kernel.PayLine", "person"), Reference("kernel.PayeeAccount", "person"))
