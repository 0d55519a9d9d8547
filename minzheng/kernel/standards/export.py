"""A place's signed values as the region files write them, so that they can be kept under version control."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from minzheng.kernel.standards.models import ParameterValue
from minzheng.kernel.standards.sets import find


def as_yaml(rows: Iterable[ParameterValue]) -> str:
    """`{name: [{since, until, value, unit, reference, evidence}]}`: what `policy.params.read_region_file` reads."""
    told: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda one: (one.name, one.valid_from)):
        if row.state != "signed" or find(row.name) is None:
            continue
        entry: dict[str, Any] = {"since": row.valid_from}
        if row.valid_until:
            entry["until"] = row.valid_until
        entry |= {"value": row.value, "unit": row.unit, "reference": row.source, "evidence": "verified"}
        told.setdefault(row.name, []).append({key: value for key, value in entry.items() if value != ""})
    return yaml.safe_dump(told, allow_unicode=True, sort_keys=False) if told else "{}\n"
