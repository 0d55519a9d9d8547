"""What is shown beside a draft before anybody signs it: a trial on the families in payment, and whatever else a folder
above the kernel knows about the values. The kernel knows none of them by name.

    @summary
    def trial(rows: Sequence[ParameterValue], actor: Actor) -> Beside | None: ...

Modules named `beside.py` in any folder of an installed application are found by themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse

from minzheng.kernel.discovery import import_all

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.standards.models import ParameterValue

#: The page that runs a trial of a set, and its argument in the address.
TRIAL_PAGE, TRIAL_ARGUMENT = "simulation.new", "set"


@dataclass(frozen=True)
class Beside:
    """One box: a title, (label, text) lines and, where there is more to see, its address."""

    title: str
    lines: tuple[tuple[str, str], ...]
    url: str = ""


Summary = Callable[[Sequence["ParameterValue"], "Actor"], Beside | None]
_summaries: list[Summary] = []


def summary(function: Summary) -> Summary:
    """Register a function that says something about the values of a draft; None = nothing to say."""
    if function not in _summaries:
        _summaries.append(function)
    return function


def all_beside(rows: Sequence[ParameterValue], actor: Actor) -> list[Beside]:
    """Every box for these values, in the order of registration."""
    import_all("beside")
    found = [function(rows, actor) for function in _summaries] if rows else []
    return [one for one in found if one is not None]


def trial_url(set_id: int) -> str:
    """Where a trial of this set is started; "" in an installation without that page."""
    try:
        return f"{reverse(TRIAL_PAGE)}?{TRIAL_ARGUMENT}={set_id}"
    except NoReverseMatch:
        return ""
