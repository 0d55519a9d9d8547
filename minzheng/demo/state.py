"""Whether demo data is there, and where it came from."""

from __future__ import annotations

from typing import Any

from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.models import Award, Case, Household, Person
from minzheng.kernel.subjects.selectors import demo_loaded

is_loaded = demo_loaded


def status() -> dict[str, Any]:
    """{"loaded": bool} and, when loaded, arguments of the generation and what is there now."""
    if not demo_loaded():
        return {"loaded": False}
    last = AuditEntry.objects.filter(action="demo.load").order_by("-at").values_list("detail", flat=True).first() or {}
    return {
        "loaded": True,
        **{name: last.get(name) for name in ("persons", "seed", "as_of")},
        "now": {
            "persons": Person.objects.filter(is_demo=True).count(),
            "households": Household.objects.filter(is_demo=True).count(),
            "awards": Award.objects.filter(is_demo=True).count(),
            "cases": Case.objects.filter(is_demo=True).count(),
        },
    }
