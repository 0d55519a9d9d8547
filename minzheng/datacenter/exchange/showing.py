"""What the pages of the exchange share: who sees which rows, words, the mark of simulated partners."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from minzheng.datacenter.exchange import partners
from minzheng.datacenter.exchange.adapters import mapping
from minzheng.datacenter.exchange.models import (
    ExchangeMessage,
    ExchangePartner,
    ExchangeQuarantine,
    ExchangeRequest,
    PushRow,
    PushRun,
)
from minzheng.datacenter.sources import registry
from minzheng.kernel.parts.columns import Badge, Link
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.panels import Drawn

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor

READ = partners.READ
DIRECTIONS, MESSAGE_STATES, KINDS = (
    dict(ExchangeMessage.DIRECTIONS),
    dict(ExchangeMessage.STATES),
    dict(ExchangeMessage.KINDS),
)
REQUEST_STATES, RUN_STATES, ROW_STATES = dict(ExchangeRequest.STATES), dict(PushRun.STATES), dict(PushRow.STATES)
TONES = {
    "asked": "wait", "answered": "good", "refused": "warn", "expired": "bad", "failed": "bad", "queued": "wait", "sent": "info",
    "received": "wait", "done": "good", "sending": "wait", "acked": "good", "rejects": "warn", "accepted": "good",
    "rejected": "bad", "held": "warn", "again": "good", "dropped": "plain",
}  # fmt: skip


def requests(actor: Actor, permission: str = READ) -> QuerySet[ExchangeRequest]:
    """交换记录 of the places of one post with the permission."""
    rows = ExchangeRequest.objects.select_related("partner", "message")
    return rows if actor.is_system else rows.filter(actor.scope_q(permission))


def messages_of(actor: Actor, permission: str = READ) -> QuerySet[ExchangeMessage]:
    rows = ExchangeMessage.objects.select_related("partner").defer("envelope")
    return rows if actor.is_system else rows.filter(actor.scope_q(permission))


def runs(actor: Actor) -> QuerySet[PushRun]:
    rows = PushRun.objects.select_related("partner")
    return rows if actor.is_system else rows.filter(actor.scope_q(READ))


def rejects(actor: Actor) -> QuerySet[PushRow]:
    rows = PushRow.objects.filter(state="rejected").select_related("partner", "run")
    return rows if actor.is_system else rows.filter(actor.scope_q(READ))


def held(actor: Actor, permission: str = READ) -> QuerySet[ExchangeQuarantine]:
    rows = ExchangeQuarantine.objects.select_related("partner")
    return rows if actor.is_system else rows.filter(actor.scope_q(permission))


# ---- words


def mark(partner: ExchangePartner) -> str:
    return "模拟" if partner.simulated else ""


@dataclass(frozen=True)
class Todo(Link):
    """A link only where its text says that there is something to do."""

    def cell(self, row: Any, drawing: Drawing) -> str:
        return super().cell(row, drawing) if self.text(row, drawing) else "—"


SIMULATED = Badge(lambda row: mark(row.partner), "性质", names=lambda row: mark(row.partner), tones=lambda row: "warn")


def source_title(row: Any) -> str:
    return "受托核对" if row.source == "entrusted" else registry.title(row.source)


def sources_line(partner: ExchangePartner) -> str:
    known = registry.all()
    return "、".join(known[code].title if code in known else code for code in partner.sources)


def feed_title(partner: ExchangePartner, feed: str) -> str:
    adapter = mapping.all().get(partner.adapter)
    return adapter.feeds[feed].title if adapter and feed in adapter.feeds else feed


def feeds_of(partner: ExchangePartner) -> list[tuple[str, str]]:
    adapter = mapping.all().get(partner.adapter)
    return [(code, feed.title) for code, feed in adapter.feeds.items()] if adapter else []


def partner_choices(drawing: Drawing) -> list[tuple[str, str]]:
    return [(str(one.pk), one.title) for one in partners.visible_to(drawing.actor).order_by("title")]


def _notice(obj: Any, drawing: Drawing) -> dict[str, Any]:
    return {"partner": obj if isinstance(obj, ExchangePartner) else obj.partner}


def _simulated(obj: Any) -> bool:
    return (obj if isinstance(obj, ExchangePartner) else obj.partner).simulated


WARNING = Drawn("模拟单位", template="exchange/simulated.html", context=_notice, when=_simulated)
