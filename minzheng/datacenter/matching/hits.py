"""疑似记录 (E2, R1, Q1, Q2): found under another name, by a repaired number or by the name alone. A person accepts or refuses each with a reason;
until then it is in no sum, and it never stops anything by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from minzheng.datacenter.matching.interface import CLASSES, CODES, Fact
from minzheng.kernel.parts.fields import yuan_text

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import CaseMember


def key_of(member: CaseMember, fact: Fact) -> str:
    """Names a hit in every version of the report."""
    return f"{member.seq}.{fact.class_}.{fact.source}.{fact.batch}.{fact.row_no}"


def rows(
    members: Iterable[CaseMember], facts: Mapping[int, Sequence[Fact]], titles: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The list 待复核 of a report."""
    return [_row(m, f, titles) for m in members for f in facts.get(m.pk, ()) if f.review]


def _row(member: CaseMember, fact: Fact, titles: Mapping[str, str]) -> dict[str, Any]:
    title = CLASSES.get(fact.class_, (fact.class_,))[0]
    amount = f"，{yuan_text(fact.amount_fen)} 元" if fact.amount_fen is not None else ""
    said = fact.title or fact.reference
    how = "：".join(filter(None, (CODES.get(fact.code, fact.code), fact.note)))
    return {
        "key": key_of(member, fact),
        "member": str(member.pk),
        "person": member.name,
        "class": fact.class_,
        "class_title": title,
        "source": fact.source,
        "source_title": titles.get(fact.source, fact.source),
        "code": fact.code,
        "how": how,
        "amount_fen": fact.amount_fen,
        "on": fact.on.isoformat(),
        "reference": fact.reference,
        "label": f"{member.name}疑似{title}：{said}{amount}（{how}）",
    }


def with_reviews(
    members: Iterable[CaseMember], facts: Mapping[int, Sequence[Fact]], reviews: Mapping[str, Mapping[str, Any]]
) -> dict[int, list[Fact]]:
    """Accepted hits count from now on, refused ones are gone, the others go on waiting."""
    kept: dict[int, list[Fact]] = {}
    for member in members:
        for fact in facts.get(member.pk, ()):
            said = reviews.get(key_of(member, fact)) if fact.review else None
            if said is not None and said["take"] == "refuse":
                continue
            kept.setdefault(member.pk, []).append(replace(fact, review=False) if said is not None else fact)
    return kept
