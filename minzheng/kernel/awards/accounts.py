"""发放账户: frozen versions of where money goes. A change makes a new version; a batch keeps the version it was built with.

Awards made in bulk (an import, a repricing) have no version yet: `ensure` makes the missing ones, before a batch is built.
Law: 财办〔2020〕37号 (补贴发到本人或家庭成员的“一卡通”账户; 监护、代管 need papers)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.kernel.awards.models import Award, PayeeAccount
from minzheng.kernel.crypto.copying import copy, sealer
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.ids import new_id
from minzheng.kernel.regions.codes import bounds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet

_PORTION = 2000
Key = tuple[int | None, bytes, str, str]  # person, blind index of the number, holder, bank


def version_for(
    award: Award, *, holder: str, number: str, bank: str, kind: str = "", relation: str = ""
) -> PayeeAccount | None:
    """The version of this account for the award's payee, made if there is none; None for an empty number. Without `kind`
    the one on file is kept, or a guardian's is recognised by the mandate in force."""
    if not number:
        return None
    same = PayeeAccount.objects.filter(
        person=award.payee_id, number_index=BlindIndex.of_value("account", number), holder=holder, bank=bank
    ).order_by("-created_at", "-pk")
    if kind:
        same = same.filter(kind=kind, relation=relation)
    found = same.first()
    if found is not None:
        return found
    if not kind:
        kind, relation = _guardian(award, holder)
    return PayeeAccount.objects.create(
        region_code=award.region_code,
        person_id=award.payee_id,
        holder=holder,
        number=number,
        tail=number[-4:],
        bank=bank,
        kind=kind,
        relation=relation[:40],
        is_demo=award.is_demo,
    )


def _guardian(award: Award, holder: str) -> tuple[str, str]:
    """("guardian", relation) where somebody of this name is the payee's guardian on file."""
    from minzheng.kernel.subjects.mandate_models import Mandate

    if award.payee_id is None or award.payee is None or holder == award.payee.name:
        return "own", ""
    row = Mandate.objects.filter(
        principal_id=award.payee_id, kind="guardian", state="active", agent_name=holder
    ).first()
    return ("guardian", row.relation) if row is not None else ("own", "")


def ensure(region_code: str, *, item_code: str = "") -> int:
    """A version for every award of a place that pays money and has none; returns how many awards got one. Numbers are
    opened and sealed anew one by one, so this is slow the first time (about 20 µs an award) and nothing afterwards."""
    low, high = bounds(region_code)
    rows = Award.objects.filter(
        account=None, account_no__isnull=False, region_code__gte=low, region_code__lte=high, amount_fen__gt=0
    ).exclude(cycle="quota")
    if item_code:
        rows = rows.filter(item_code=item_code)
    done = 0
    for portion in _portions(rows.defer("frozen")):
        done += _ensure_portion(portion)
    return done


def _portions(rows: QuerySet[Award]) -> Iterator[Sequence[Award]]:
    last = 0
    while portion := list(rows.filter(pk__gt=last).select_related("payee").order_by("pk")[:_PORTION]):
        yield portion
        last = portion[-1].pk


def _ensure_portion(portion: Sequence[Award]) -> int:
    known: dict[Key, int] = {
        (row.person_id, bytes(row.number_index or b""), row.holder, row.bank): row.pk
        for row in PayeeAccount.objects.filter(person_id__in={one.payee_id for one in portion})
        .only("person_id", "number_index", "holder", "bank")
        .order_by("created_at", "pk")
    }
    seal, new, links = sealer(PayeeAccount, "number"), [], []
    for award in portion:
        number = award.account_no
        index = BlindIndex.of_value("account", number)
        key = (award.payee_id, index, award.payee_name, award.account_bank)
        pk = known.get(key)
        if pk is None:
            pk = known[key] = new_id()
            kind, relation = _guardian(award, award.payee_name)
            new.append((
                pk, award.region_code, award.payee_id, award.payee_name, seal(pk, number), index, number[-4:],
                award.account_bank, kind, relation[:40], "", award.is_demo, award.created_at,
            ))  # fmt: skip
        links.append((award.pk, pk))
    copy(
        PayeeAccount,
        ("id", "region_code", "person", "holder", "number", "number_index", "tail", "bank", "kind", "relation", "flag",
         "is_demo", "created_at"),
        new,
    )  # fmt: skip
    _link(links)
    return len(links)


def _link(links: Sequence[tuple[int, int]]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_award a SET account_id = given.account FROM unnest(%s::bigint[], %s::bigint[]) "
            "AS given (award, account) WHERE a.id = given.award AND a.account_id IS NULL",
            [[award for award, _ in links], [account for _, account in links]],
        )
