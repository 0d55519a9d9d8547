"""The decision in plain words: yes or no, how much a month, from which month, why, how computed, on what law, what to
do if one disagrees.

Taken from the elements of the newest notice sent to the family (N06 confirmed, N07 refused, N03 not accepted, N14 ended,
N08 adjusted, N09 stopped, N12 tapering, G02 suspended, G03 resumed), word for word as in the PDF.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.cases import selectors
from minzheng.kernel.documents import selectors as documents
from minzheng.kernel.documents.catalogue import elements
from minzheng.kernel.documents.catalogue import notices as catalogue
from minzheng.kernel.documents.typesetting import easyread
from minzheng.kernel.items import registry
from minzheng.online.portal import words
from minzheng.online.portal.journey import RESULT_CODES

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case
    from minzheng.kernel.documents.models import IssuedDocument


@dataclass(frozen=True)
class Head:
    """The coloured part of the page. ``tone``: yes | no | wait (money goes on, but not as before); ``amount`` large,
    ``label`` above it, ``lines`` below; ``todo``: what brings the money back."""

    tone: str
    words: str
    amount: str = ""
    label: str = "每月"
    lines: tuple[str, ...] = ()
    todo: tuple[str, ...] = ()


def _confirmed(said: Mapping[str, Any], short: str) -> Head:
    if said.get("recognised"):
        line = f"从 {_month(said.get('first_month'))}起有效，涉及 {said.get('persons') or ''} 人。"
        return Head("yes", f"{short}通过了", lines=(line, _sentence(said["recognised"])))
    account = str(said.get("account") or "")
    into = f"，打到尾号 {account[-4:]} 的账户" if account else ""
    line = f"从 {_month(said.get('first_month'))}起发，保障 {said.get('persons') or ''} 人{into}。"
    return Head("yes", f"同意给您家{short}", words.yuan(said.get("amount_fen")), lines=(line,))


def _adjusted(said: Mapping[str, Any], short: str) -> Head:
    old, new = int(said.get("old_amount_fen") or 0), int(said.get("amount_fen") or 0)
    how = "增加了" if new > old else "减少了" if new < old else "有调整"
    lines = (
        f"原来每月 {words.yuan(old)}，从 {_month(said.get('from_month'))}起按新的发。",
        f"保障 {said.get('persons') or ''} 人。",
    )
    return Head("wait" if new < old else "yes", f"您家每月的钱{how}", words.yuan(new), "现在每月", lines)


def _stopped(said: Mapping[str, Any], short: str) -> Head:
    lines = (f"从 {_month(said.get('stop_month'))}起不再发，最后发的是 {_month(said.get('last_month'))}的。",)
    return Head("no", f"{short}停止发放", lines=lines, todo=("家里情况又有变化，可以再来申请。",))


def _tapering(said: Mapping[str, Any], short: str) -> Head:
    months = f"从 {_month(said.get('from_month'))}发到 {_month(said.get('to_month'))}。"
    todo = ("这几个月里收入又少了，请告诉乡镇（街道）。",)
    amount = words.yuan(said.get("amount_fen"))
    return Head("wait", f"再发 {said.get('months')} 个月，然后停发", amount, lines=(months,), todo=todo)


def _suspended(said: Mapping[str, Any], short: str) -> Head:
    line = f"从 {_month(said.get('from_month'))}起先停下，不是取消。"
    return Head("wait", f"{short}暂停发放", lines=(line,), todo=tuple(str(one) for one in said.get("to_do") or ()))


def _resumed(said: Mapping[str, Any], short: str) -> Head:
    lines = (f"从 {_month(said.get('from_month'))}起接着发。", _sentence(said.get("back_pay")))
    return Head("yes", f"{short}恢复发放", words.yuan(said.get("amount_fen")), lines=lines)


def _no(head: str) -> Callable[[Mapping[str, Any], str], Head]:
    return lambda said, short: Head("no", head)


#: What is a decision for the family, and how it is headed.
HEADS: dict[str, Callable[[Mapping[str, Any], str], Head]] = {
    "N06": _confirmed,
    "N07": _no("这次没有通过"),
    "N03": _no("这次没有受理"),
    "N14": _no("审核已经终止"),
    "N08": _adjusted,
    "N09": _stopped,
    "N12": _tapering,
    "G02": _suspended,
    "G03": _resumed,
}
#: Notices about money that a family receives or received: its payments are worth a look.
ABOUT_MONEY = ("N06", "N08", "N09", "N12", "G02", "G03")


@dataclass(frozen=True)
class Decision:
    """One page of decision. Amounts are “1,234.56 元”, dates “2026年11月26日”; ``easy``: address of the large-print PDF."""

    head: Head
    title: str
    number: str
    agency: str
    date: str
    pdf: str
    easy: str
    about_money: bool
    facts: str = ""
    reasons: list[str] = field(default_factory=list)
    calculation: list[tuple[str, str, bool]] = field(default_factory=list)
    basis: list[str] = field(default_factory=list)
    remedy: str = ""


def of(case: Case, actor: Actor) -> Decision | None:
    """The latest decision notice; None while there is none."""
    paper = (
        documents.visible_documents(actor)
        .filter(case=case, code__in=RESULT_CODES, destroyed_at=None)
        .order_by("-issued_on", "-pk")
        .first()
    )
    return _decision(paper, registry.get(case.item_code).short) if paper else None


def _decision(paper: IssuedDocument, short: str) -> Decision:
    said: dict[str, Any] = paper.fields
    rows = [(str(r.get("label", "")), str(r.get("value", ""))) for r in said.get("calculation") or []]
    printed = elements.printed(catalogue.notice(paper.code), said)
    reasons = [_sentence(r.get("sentence")) for r in printed.get("reasons") or []]
    facts = str(said.get("facts") or "")
    pdf = reverse("portal.document", kwargs={"pk": paper.pk})
    return Decision(
        head=HEADS[paper.code](said, short),
        title=paper.title,
        number=paper.number,
        agency=str(said.get("agency", "")),
        date=words.date_words(paper.issued_on),
        pdf=pdf,
        easy=f"{pdf}?version=easy" if paper.code in easyread.RETOLD else "",
        about_money=paper.code in ABOUT_MONEY and not said.get("recognised"),
        # A clerk's one sentence is both fact and reason: said once
        facts="" if _sentence(facts) in reasons else facts,
        reasons=reasons,
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
    invite: bool = False  # to be asked for in an application of one's own: the url explains it


def others(case: Case) -> list[Other]:
    """Suggested only when it was computed by that benefit's own rules and fits, or may be asked for separately."""
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
        elif said.get("invite"):
            url = reverse("portal.item", kwargs={"item": str(said["item_code"])})
            found.append(Other(str(said["title"]), str(said["sentence"]), [], url, invite=True))
    return found


def _month(value: Any) -> str:
    """The first month stored in the notice, “2026-12-01” → “2026年12月”."""
    text = str(value or "")
    return f"{text[:4]}年{int(text[5:7])}月" if len(text) >= 7 else ""


def _sentence(text: Any) -> str:
    said = str(text or "").strip()
    return said if not said or said[-1] in "。！？" else f"{said}。"
