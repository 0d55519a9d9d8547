"""All declared parameters: those the rules compute with, and sets that a benefit registers (deadlines of its procedure).

The rule engine stays pure: it is given rows, it never asks a database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from minzheng.kernel.discovery import import_all
from minzheng.policy import load_ruleset
from minzheng.policy.params import Declaration, ParamSet

Load = Callable[[], ParamSet]


@dataclass(frozen=True)
class NamedSet:
    """`file` is the name of its region file in an export ("" = one file per benefit)."""

    code: str
    title: str
    load: Load
    file: str = ""


def _rules() -> ParamSet:
    return load_ruleset().params


_sets: dict[str, NamedSet] = {"rules": NamedSet("rules", "计算标准", _rules)}


def register(code: str, title: str, load: Load, *, file: str) -> None:
    """Make a further set of parameters known (called when the benefit's folder is imported)."""
    _sets[code] = NamedSet(code, title, load, file)


def all_sets() -> list[NamedSet]:
    """Every set, also those that the items' folders and the declared numbers (kernel/terms) register on import."""
    from minzheng.kernel.items import registry
    from minzheng.kernel.standards import signed_terms
    from minzheng.kernel.standards.average import reckon  # noqa: F401  registers itself

    registry.all_items()
    for name in ("limits", "terms", "retention", "monitors"):  # modules in which a folder declares its numbers
        import_all(name)
    signed_terms.register_all()
    return list(_sets.values())


def find(name: str) -> tuple[NamedSet, Declaration] | None:
    """The set and declaration of a parameter; None for an unknown name."""
    for one in all_sets():
        declaration = one.load().declarations.get(name)
        if declaration is not None:
            return one, declaration
    return None
