"""保管期限: how long a volume is kept, by item and outcome. The classes stand in ``retention.yaml``, their years in ``years.yaml``
as numbers that the bureau settles (kernel/terms); ``VAR_DIR/retention.yaml`` puts rules of an installation before them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from minzheng.kernel.archives.errors import ArchiveError
from minzheng.kernel.terms import Terms

TERMS = Terms("archives.retention", "档案保管期限", Path(__file__).with_name("years.yaml"), prefix="保管期限")
SHIPPED = Path(__file__).with_name("retention.yaml")
LOCAL = "retention.yaml"


@dataclass(frozen=True)
class Rule:
    """``years`` None: for ever. ``evidence``: local, or needs_confirmation for what comes with the platform."""

    title: str
    items: tuple[str, ...]
    outcomes: tuple[str, ...]
    years: int | None
    valid_from: date
    basis: str
    evidence: str
    term: str = ""  # the number that gives the years, where the rule comes with the platform

    def on(self, day: date) -> Rule:
        """The rule with the years in force on a day."""
        if not self.term:
            return self
        told = TERMS.term(self.term, day)
        title = f"{self.title}{told.value}年" if told.value else "永久"
        return replace(self, title=title, years=told.value or None, basis=told.basis, evidence=told.evidence)

    def fits(self, item_code: str, outcome: str, on: date) -> bool:
        return (
            self.valid_from <= on
            and any(fnmatchcase(item_code, pattern) for pattern in self.items)
            and any(fnmatchcase(outcome, pattern) for pattern in self.outcomes)
        )

    def destroy_after(self, closed_on: date) -> date | None:
        """The last day of keeping: years are counted from the first of January after the case closed."""
        return None if self.years is None else date(closed_on.year + self.years, 12, 31)


def rule_for(item_code: str, outcome: str, on: date) -> Rule:
    """The first rule that fits. ArchiveError when none does: nothing is kept or destroyed by guessing."""
    for rule in rules():
        if rule.fits(item_code, outcome, on):
            return rule.on(on)
    raise ArchiveError(f"事项 {item_code}（{outcome}）没有保管期限的规定，请在 {LOCAL} 里补上以后再归档。")


def rules() -> tuple[Rule, ...]:
    """The bureau's own first, then those that come with the platform."""
    return _tables(_local(), _stamp())[0]


def biometric_kinds() -> frozenset[str]:
    """Kinds of attachments that are destroyed once their purpose is served."""
    return _tables(_local(), _stamp())[1]


def _local() -> Path:
    return Path(settings.VAR_DIR) / LOCAL


def _stamp() -> float:
    try:
        return _local().stat().st_mtime
    except OSError:
        return 0.0


@lru_cache(maxsize=4)
def _tables(local: Path, stamp: float) -> tuple[tuple[Rule, ...], frozenset[str]]:
    own = _read(local) if stamp else {}
    shipped = _read(SHIPPED)
    found = [_rule(row, local, "local") for row in own.get("rules", ())]
    found += [_rule(row, SHIPPED, "") for row in shipped["rules"]]  # their years are settled as numbers
    kinds = {str(one) for table in (own, shipped) for one in table.get("biometric_kinds", ())}
    return tuple(found), frozenset(kinds)


def _read(path: Path) -> dict[str, Any]:
    from minzheng.policy.errors import InputError
    from minzheng.policy.yamltext import load

    try:
        found = load(path)
    except (OSError, ValueError, InputError) as error:
        raise ArchiveError(f"保管期限文件 {path} 读不出来：{error}") from error
    if not isinstance(found, dict):
        raise ArchiveError(f"保管期限文件 {path} 应有 rules 一节，请对照平台自带的 retention.yaml 修改。")
    return found


def _rule(row: Any, path: Path, evidence: str) -> Rule:
    try:
        own = bool(evidence)
        years = str(row.get("years") or "")
        return Rule(
            title=str(row["class"]),
            items=tuple(str(one) for one in row["items"]),
            outcomes=tuple(str(one) for one in row["outcomes"]),
            years=int(years) if own and years else None,
            valid_from=date.fromisoformat(row["from"]),
            basis=str(row["basis"]) if own else "",
            evidence=evidence,
            term="" if own else years,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ArchiveError(
            f"{path} 里有一条规则写得不对（{error}）：要有 class、items、outcomes、years、from、basis。"
        ) from error
