"""整批撤销: everything a batch made is taken out again, as long as nobody has paid or acted on any of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models, transaction

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.awards.models import Award, AwardMember
from minzheng.kernel.exchange.caseload.batches import _acting, _locked, _record
from minzheng.kernel.exchange.caseload.errors import ImportRefused
from minzheng.kernel.exchange.models import ImportBatch, ImportLink
from minzheng.kernel.subjects.models import Household, HouseholdMember, Person, PersonNameChar

MADE = {"P": Person, "H": Household, "M": HouseholdMember, "A": Award}


@transaction.atomic
def undo(*, actor: Actor, pk: int, reason: str) -> ImportBatch:
    """Take a loaded batch out as a whole. Raises ImportRefused naming what hangs on it."""
    batch = _locked(pk, "loaded")
    acting = _acting(actor, "caseload.approve", batch.region_code)
    if not reason.strip():
        raise ImportRefused([], {"reason": "请写明撤销的原因。"})
    held = list(_hanging_on(batch))
    if held:
        raise ImportRefused([f"这一批已有后续办理，不能整批撤销：{'、'.join(held)}。请逐户更正或停发。"])
    removed = _remove(batch)
    batch.state, batch.undone_at, batch.message = "undone", clock.now(), reason.strip()[:300]
    batch.save(update_fields=["state", "undone_at", "message"])
    _record(acting, "caseload.undo", batch, removed, reason=reason.strip())
    return batch


def _made(batch: ImportBatch, kind: str) -> Any:
    return ImportLink.objects.filter(batch=batch, kind=kind).values("object_id")


def _hanging_on(batch: ImportBatch) -> Iterator[str]:
    """What points at rows of this batch and is not of it: found over all references, so that a table added tomorrow
    counts too."""
    if Award.objects.filter(pk__in=_made(batch, "A")).exclude(state="active").exists():
        yield "有待遇已经变动"
    if HouseholdMember.objects.filter(pk__in=_made(batch, "M")).exclude(superseded_at=None).exists():
        yield "有成员关系已经更正"
    own = {AwardMember, PersonNameChar, ImportLink}
    for model in apps.get_models():
        if model in own or not model._meta.managed:
            continue
        for key in model._meta.concrete_fields:
            kind = next((k for k, made in MADE.items() if key.is_relation and key.related_model is made), None)
            if kind is None:
                continue
            rows: Any = model._default_manager.filter(**{f"{key.name}__in": _made(batch, kind)})
            mine = next((k for k, made in MADE.items() if made is model), None)
            count = (rows.exclude(pk__in=_made(batch, mine)) if mine else rows).count()
            if count:
                yield f"{count} 条“{model._meta.verbose_name}”"


def _remove(batch: ImportBatch) -> dict[str, int]:
    """Children first; raw deletes, for the walk above has shown that nothing else points here."""
    steps: tuple[tuple[str, models.QuerySet[Any]], ...] = (
        ("covered", AwardMember.objects.filter(award_id__in=_made(batch, "A"))),
        ("awards", Award.objects.filter(pk__in=_made(batch, "A"))),
        ("members", HouseholdMember.objects.filter(pk__in=_made(batch, "M"))),
        ("households", Household.objects.filter(pk__in=_made(batch, "H"))),
        ("characters", PersonNameChar.objects.filter(person_id__in=_made(batch, "P"))),
        ("persons", Person.objects.filter(pk__in=_made(batch, "P"))),
        ("links", ImportLink.objects.filter(batch=batch)),
    )
    return {name: rows._raw_delete(rows.db) for name, rows in steps}
