"""Somebody on file beside the applicant who does not count: the one who died. Nobody signs for them, nothing is paid to
them; by their number another application about the same person is found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from minzheng.kernel.cases.drafting.members import birth_date
from minzheng.kernel.crypto.fields import BlindIndex

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case, CaseMember
    from minzheng.kernel.cases.running.context import Ctx


def put_beside(ctx: Ctx, *, name: str, id_no: str, relation: str, why_not: str, declared: dict[str, Any]) -> None:
    """Enter this person, or follow what was edited meanwhile. `why_not`: why the person does not count."""
    from minzheng.kernel.cases.models import CaseMember

    rows = list(ctx.case.members.all())
    member = next((m for m in rows if m.relation == relation), None)
    member = member or CaseMember(case=ctx.case, seq=max((m.seq for m in rows), default=0) + 1, relation=relation)
    member.name, member.id_no, member.birth_date = name, id_no, birth_date(id_no)
    member.in_count, member.exclude_reason, member.declared = False, why_not, declared
    member.save()
    ctx.forget()


def found_beside(case: Case, relation: str) -> CaseMember | None:
    """The person entered in this case under that relation."""
    return next((m for m in case.members.all() if m.relation == relation), None)


def others_about(case: Case, id_no: str, relation: str, states: Iterable[str]) -> bool:
    """Whether another case of the same item, in one of these states, is about the same person."""
    from minzheng.kernel.cases.models import CaseMember

    if not id_no:
        return False
    rows = CaseMember.objects.filter(
        id_index=BlindIndex.of_value("id_no", id_no),
        relation=relation,
        case__item_code=case.item_code,
        case__state__in=tuple(states),
    )
    return rows.exclude(case_id=case.pk).exists()
