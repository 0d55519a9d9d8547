"""How a person wants to be told: channels in order, refusal of reminders, consent to electronic service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from minzheng.kernel import clock
from minzheng.kernel.notices.errors import MessageError
from minzheng.kernel.notices.models import ContactChoice, OutboxMessage

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.subjects.models import Person

#: Where nothing was chosen: a text message, then the letter for what the law requires to be told.
DEFAULT_ORDER = ("sms",)
OUTSIDE = ("sms", "wechat", "post")
CONSENT_WAYS = ("本人在线同意", "窗口签署同意书", "电话录音同意")


def of(person: Person | None) -> ContactChoice | None:
    return ContactChoice.objects.filter(person_id=person.pk).first() if person is not None else None


def order(person: Person, *, statutory: bool = False) -> list[str]:
    """Channels to try, best first. A statutory message ends with the post, so that it always has a last way out."""
    choice = of(person)
    wanted = [one for one in (choice.order.split(",") if choice else DEFAULT_ORDER) if one in OUTSIDE] or ["sms"]
    reachable = [one for one in wanted if address(person, one)]
    if statutory and "post" not in reachable and address(person, "post"):
        reachable.append("post")
    return reachable or wanted[:1]


def address(person: Person | None, channel: str) -> str:
    """Where a channel reaches this person; "" where nothing is registered."""
    if person is None:
        return ""
    if channel == "sms":
        return person.phone or ""
    if channel == "post":
        return person.address or ""
    choice = of(person) if channel == "wechat" else None
    return choice.wechat if choice else ""


def refuses_reminders(person: Person | None) -> bool:
    choice = of(person)
    return bool(choice and choice.no_reminders)


def electronic_consent(person: Person | None, on: date) -> str:
    """The record of consent to electronic service in force on a day (《行政处罚法》第六十一条), or ""."""
    choice = of(person)
    if choice is None or choice.electronic_since is None or choice.electronic_since > on:
        return ""
    if choice.electronic_until is not None and choice.electronic_until <= on:
        return ""
    return f"{choice.electronic_by}（{choice.electronic_since.isoformat()}）"


@transaction.atomic
def set_choice(
    *,
    person: Person,
    actor: Actor,
    order: Sequence[str] | None = None,
    wechat: str | None = None,
    no_reminders: bool | None = None,
    electronic: bool | None = None,
    consent_way: str = "",
) -> ContactChoice:
    """Record what the person chose; only what is given changes. Consent to electronic service needs the way it was
    given; withdrawing it is as easy as giving it and takes effect at once."""
    from minzheng.kernel.audit import services as audit

    unknown = [one for one in order or () if one not in OUTSIDE]
    if unknown:
        names = dict(OutboxMessage.CHANNELS)
        raise MessageError(f"没有“{unknown[0]}”这种渠道；可以选：{'、'.join(names[one] for one in OUTSIDE)}。")
    if electronic and consent_way not in CONSENT_WAYS:
        raise MessageError(f"同意电子送达要写明怎样同意的：{'、'.join(CONSENT_WAYS)}。")
    choice = ContactChoice.objects.select_for_update().filter(person_id=person.pk).first() or ContactChoice(
        person=person
    )
    if order is not None:
        choice.order = ",".join(dict.fromkeys(order))
    if wechat is not None:
        choice.wechat = wechat
    if no_reminders is not None:
        choice.no_reminders = no_reminders
    if electronic is True and not electronic_consent(person, clock.today()):
        choice.electronic_since, choice.electronic_by, choice.electronic_until = clock.today(), consent_way, None
    elif electronic is False and choice.electronic_since and choice.electronic_until is None:
        choice.electronic_until = clock.today()
    choice.changed_by = actor.user
    choice.save()
    audit.record(
        actor=actor,
        action="contact.choose",
        obj=person,
        detail={"order": choice.order, "no_reminders": choice.no_reminders, "electronic": electronic},
    )
    return choice
