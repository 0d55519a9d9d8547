"""检索: one box for ID number, name, case number and award number; at most three queries, whatever is typed.

An ID number is found by its blind index, exactly. A name is found by any part of it through the (character, person)
side table, which serves two-character names where trigrams do not. Only files in the scope of person.search appear,
and outside it nothing tells whether a file exists.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet

from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.subjects import idcard
from minzheng.kernel.subjects.models import Person, PersonNameChar
from minzheng.kernel.subjects.names import name_characters

_ID_LIKE = re.compile(r"[0-9]{14,18}[0-9X]?")
#: Numbered papers of the capabilities above this one, by table and the permission that shows them: the search box knows
#: their names, their modules may import this one.
_CASE, _AWARD = ("Case", "case.read"), ("Award", "award.read")


@dataclass(frozen=True)
class SearchResult:
    """`kind` is how the text was understood: id, name, number or nothing; `hint` is a sentence for the page.

    `more`: there are further hits beyond the limit."""

    kind: str
    persons: list[Person] = field(default_factory=list)
    cases: list[Any] = field(default_factory=list)
    awards: list[Any] = field(default_factory=list)
    more: bool = False
    hint: str = ""

    @property
    def empty(self) -> bool:
        return not (self.persons or self.cases or self.awards)


def search(actor: Actor, text: str, limit: int = 20) -> SearchResult:
    """Search what the actor may find. Never raises for what was typed: the hint says what to change."""
    wanted = text.strip()
    number = idcard.clean(wanted)
    if not number:
        return SearchResult("nothing", hint="请输入姓名、身份证号码、办件编号或证号。")
    if _ID_LIKE.fullmatch(number):
        return _by_id(actor, number)
    if re.search(r"[\u3400-\u9fff\U00020000-\U0003134f]", wanted) and not re.search(r"\d", wanted):
        return _by_name(actor, "".join(wanted.split()), limit)
    return _by_number(actor, wanted, limit)


def _findable(actor: Actor) -> QuerySet[Person]:
    if actor.is_system:
        return Person.objects.all()
    return Person.objects.filter(actor.scope_q("person.search"))


def person_by_id_no(actor: Actor, id_no: str) -> Person | None:
    card = idcard.check(id_no)
    found = _findable(actor).filter(id_index=BlindIndex.of_value("id_no", card.normalised)).first()
    found = next(iter(_speaking(actor, [found])), None) if found is not None else None
    audit.record(actor=actor, action="person.search_id", obj=found, detail={"hits": int(found is not None)})
    return found


def _speaking(actor: Actor, found: list[Person]) -> list[Person]:
    """Files that were merged give way to the one that speaks for them, where this actor may find that one."""
    merged = {p.merged_into_id for p in found if p.merged_into_id}
    survivors = _findable(actor).in_bulk(list(merged)) if merged else {}
    rows: dict[int, Person] = {}
    for person in found:
        one = survivors.get(person.merged_into_id, person) if person.merged_into_id else person
        rows.setdefault(one.pk, one)
    return list(rows.values())


def _by_id(actor: Actor, number: str) -> SearchResult:
    try:
        person = person_by_id_no(actor, number)
    except idcard.InvalidIdNumber as error:
        if len(number) > 15:
            # A long row of digits may also be a case or award number.
            other = _by_number(actor, number, 20)
            if not other.empty:
                return other
        return SearchResult("id", hint=str(error))
    if person is None:
        return SearchResult("id", hint="您的数据范围内没有这个身份证号码的档案。请核对号码；新申请人可直接登记申请。")
    return SearchResult("id", persons=[person])


def _by_name(actor: Actor, name: str, limit: int) -> SearchResult:
    """First the files with exactly this name, then those whose name contains it."""
    people = _findable(actor)
    exact = list(people.filter(name=name).order_by("pk")[: limit + 1])
    if len(exact) > limit:
        return SearchResult("name", persons=_speaking(actor, exact)[:limit], more=True)
    containing = people.filter(name__contains=name).exclude(name=name)
    for char in name_characters(name)[:4]:
        chars = PersonNameChar.objects.filter(char=char)
        if not actor.is_system:
            chars = chars.filter(actor.scope_q("person.search"))
        containing = containing.filter(pk__in=chars.values("person_id"))
    rest = list(containing.order_by("pk")[: limit + 1 - len(exact)])
    found = _speaking(actor, exact + rest)
    hint = "" if found else f"您的数据范围内没有姓名含“{name}”的档案。可改用身份证号码检索，或检查是否有同音字。"
    return SearchResult("name", persons=found[:limit], more=len(found) > limit, hint=hint)


def _by_number(actor: Actor, text: str, limit: int) -> SearchResult:
    number = text.strip().upper()
    found_cases, found_awards = (_numbered(actor, *paper, number)[:limit] for paper in (_CASE, _AWARD))
    hint = "" if found_cases or found_awards else "没有找到这个编号。请核对编号，或改用姓名、身份证号码检索。"
    return SearchResult("number", cases=found_cases, awards=found_awards, hint=hint)


def _numbered(actor: Actor, table: str, permission: str, number: str) -> list[Model]:
    rows = apps.get_model("kernel", table)._default_manager.filter(no=number)
    return list(rows if actor.is_system else rows.filter(actor.scope_q(permission)))
