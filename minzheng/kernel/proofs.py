"""Named proofs that the data is whole: what a restored backup has to pass before anybody trusts it.

    @proof("ledger", title="账目借贷相符")
    def ledger() -> Finding: ...

Modules named `proofs.py` in any folder of an installed application are found by `declared()`, so a capability adds its
own proof beside its own code. A proof reads only and finds out by recomputing, never by trusting a stored verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from minzheng.kernel.discovery import import_all

#: More problems than these add nothing to a report.
MOST = 5


@dataclass(frozen=True)
class Finding:
    """`checked` things were looked at; `problems` are Chinese sentences (all of them, or the first few and `more`)."""

    checked: int
    problems: tuple[str, ...] = ()
    more: int = 0

    @property
    def ok(self) -> bool:
        return not self.problems

    def detail(self) -> str:
        """One sentence for a report."""
        if self.ok:
            return f"核对 {self.checked} 项，全部相符"
        rest = len(self.problems) - MOST + self.more
        return "；".join(self.problems[:MOST]) + (f"；另有 {rest} 处" if rest > 0 else "")


@dataclass(frozen=True)
class Proof:
    """`run` takes nothing and raises nothing for bad data: it returns what it found."""

    name: str
    title: str
    run: Callable[[], Finding]


_proofs: dict[str, Proof] = {}


def proof(name: str, *, title: str) -> Callable[[Callable[[], Finding]], Callable[[], Finding]]:
    """Declare a proof. Names are unique."""

    def declare(function: Callable[[], Finding]) -> Callable[[], Finding]:
        known = _proofs.get(name)
        if known is not None and known.run.__module__ != function.__module__:
            raise ValueError(f"核对项 {name} 已被 {known.run.__module__} 使用，请换一个名字。")
        _proofs[name] = Proof(name, title, function)
        return function

    return declare


def found(results: Iterable[tuple[str, Iterable[str]]]) -> Finding:
    """A finding out of (name, problems) of one thing after the other."""
    problems: list[str] = []
    checked = more = 0
    for name, sentences in results:
        checked += 1
        for sentence in sentences:
            if len(problems) < MOST:
                problems.append(f"{name}：{sentence}")
            else:
                more += 1
    return Finding(checked, tuple(problems), more)


def declared() -> dict[str, Proof]:
    """Every proof of the installed applications, by name."""
    import_all("proofs")
    return dict(sorted(_proofs.items()))
