"""The decision in plain words: yes or no, how much a month, from which month, why, how computed, on what law, what to
do if one disagrees.

Taken from the elements of the notice sent to the applicant (N06 confirmed, N07 refused, N03 not accepted, N14 ended),
word for word as in the PDF.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.cases import selectors
from minzheng.kernel.documents import selectors as documents
from minzheng.online.portal import words
from minzheng.online.portal.journey import RESULT_CODES

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case
    from minzheng.kernel.documents.models import IssuedDocument

HEADS = {
    "N06": ("同意给您家", True),
    "N07": ("这次没有通过", False),
    "N03": ("这次没有受理", False),
    "N14": ("审核已经终止", False),
}


@dataclass(frozen=True)
class Decision:
    """One page of decision. Amounts are “1,234.56 元”, dates “2026年11月26日”."""

    good: bool
    head: str
    title: str
    number: str
    agency: str
    date: str
    pdf: str
    facts: str = ""
    amount: str = ""
    persons: str = ""
    first_month: str = ""
    account: str = ""
    reasons: list[str] = field(default_factory=list)
    calculation: list[tuple[str, str, bool]] = field(default_factory=list)
    basis: list[str] = field(default_factory=list)
    remedy: str = ""


def of(case: Case, actor: Actor) -> Decision | None:
    """The latest decision notice; None while there is none."""
    paper = (
        documents.visible_documents(actor)
        .filter(case=case, code__in=RESULT_CODES)
        .order_by("-issued_on", "-pk")
        .first()
    )
    return _decision(paper) if paper else None


def _decision(paper: IssuedDocument) -> Decision:
    said: dict[str, Any] = paper.fields
    head, good = HEADS[paper.code]
    rows = [(str(r.get("label", "")), str(r.get("value", ""))) for r in said.get("calculation") or []]
    return Decision(
        good=good,
        head=head,
        title=paper.title,
        number=paper.number,
        agency=str(said.get("agency", "")),
        date=words.date_words(paper.issued_on),
        pdf=reverse("portal.document", kwargs={"pk": paper.pk}),
        facts=str(said.get("facts") or ""),
        amount=words.yuan(said.get("amount_fen")),
        persons=str(said.get("persons") or ""),
        first_month=_month(said.get("first_month")),
        account=str(said.get("account") or ""),
        reasons=[str(r.get("sentence", "")) for r in said.get("reasons") or []],
        calculation=[(label, value, "合计" in label) for label, value in rows],
        basis=[str(b) for b in said.get("basis") or []],
        remedy=str(said.get("remedy") or ""),
    )


@dataclass(frozen=True)
class Other:
    """The other benefit suggested when this one was refused; ``url`` carries it over, or leads to the case once carried
    over.
    """

    title: str
    sentence: str
    figures: list[tuple[str, str]]
    url: str
    moved: Case | None = None


def others(case: Case) -> list[Other]:
    """Suggested only when it was computed by that benefit's own rules and fits."""
    if case.state != "REJECTED":
        return []
    moved = selectors.followups(case)
    found = []
    for row in case.evidence.filter(kind="proposal").order_by("at", "pk"):
        said = row.data
        if said.get("eligible"):
            code = str(said["item_code"])
            url = reverse("portal.follow", kwargs={"pk": case.pk, "item": code})
            figures = [(str(a), str(b)) for a, b in said.get("figures") or []]
            found.append(Other(str(said["title"]), str(said["sentence"]), figures, url, moved.get(code)))
    return found


def _month(value: Any) -> str:
    """The first month stored in the notice, “2026-12-01” → “2026年12月”."""
    text = str(value or "")
    return f"{text[:4]}年{int(text[5:7])}月" if len(text) >= 7 else ""
