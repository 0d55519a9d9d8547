"""Background work of the exchange: send, look for what came, follow up, push."""

from __future__ import annotations

from minzheng.datacenter.exchange import entrusted, incoming, messages, partners, pushes, questions
from minzheng.datacenter.exchange.errors import Rejected, Unreachable
from minzheng.datacenter.exchange.models import ExchangeMessage, ExchangeRequest
from minzheng.datacenter.exchange.simulator import of_partner, play
from minzheng.kernel import clock
from minzheng.kernel.jobs import registry
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic
from minzheng.kernel.jobs.services import JobError

#: Replies of partners with an interface are asked for this many at a time.
_AT_ONCE = 200


@job(messages.SEND, title="发送交换报文", max_attempts=8, atomic=False)
def send(ctx: Context, message: str) -> dict[str, str]:
    """Send one; a partner that cannot be reached is tried again with growing pauses, then the message waits for a person."""
    found = ExchangeMessage.objects.select_related("partner").get(pk=int(message))
    try:
        return {"state": messages.deliver(found)}
    except Unreachable as error:
        if ctx.attempt >= registry.get(ctx.name).max_attempts:
            messages.fail(found, str(error))
        raise JobError(str(error)) from None
    except Rejected as error:
        messages.fail(found, str(error))
        raise JobError(str(error), retry=False) from None


@job(incoming.WORK, title="办理收到的报文", max_attempts=5, atomic=False)
def work(ctx: Context, message: str) -> dict[str, str]:
    """Answer a request, or bring a reply into the lake."""
    found = ExchangeMessage.objects.select_related("partner").get(pk=int(message))
    return {"state": incoming.work(found)}


@periodic(every_seconds=60)
@job("exchange.receive", title="收取交换报文", atomic=False)
def receive(ctx: Context) -> dict[str, int]:
    """Inboxes, replies to fetch, questions to send, requests past their time."""
    done = receive_all(ctx.check)
    return done | {f"question_{name}": count for name, count in questions.send_all().items()} | entrusted.answer_all()


def receive_all(check: object = None) -> dict[str, int]:
    """One look at every partner; see `receive`."""
    counts = {"taken": 0, "repeated": 0, "quarantined": 0, "left": 0, "fetched": 0, "expired": 0}
    for partner in partners.in_force().order_by("code"):
        if callable(check):
            check()
        if partner.carrier == "files":
            if partner.simulated and partner.is_demo:
                play(of_partner(partner))  # the demo county's other sides answer by themselves
            for name, count in messages.look(partner).as_json().items():
                counts[name] += count
    counts["fetched"] = _fetch()
    counts["expired"] = _expire()
    return counts


def _fetch() -> int:
    """Replies of partners with an interface. One that cannot be reached is left for the next time, with all its messages."""
    waiting = ExchangeMessage.objects.filter(
        direction="out", state="sent", partner__carrier="rest", kind__in=("request", "push")
    )
    down: set[int] = set()
    fetched = 0
    for message in waiting.select_related("partner").order_by("sent_at")[:_AT_ONCE]:
        if message.partner_id in down:
            continue
        try:
            fetched += messages.fetch(message)
        except (Unreachable, Rejected) as error:
            down.add(message.partner_id)
            ExchangeMessage.objects.filter(pk=message.pk).update(error=str(error)[:300])
    return fetched


def _expire() -> int:
    """Questions that nobody answered in time: the matching office is told by its own limit."""
    over = ExchangeMessage.objects.filter(
        direction="out", kind="request", state__in=("queued", "sent"), expires_at__lt=clock.now()
    )
    ids = list(over.values_list("pk", flat=True))
    ExchangeMessage.objects.filter(pk__in=ids).update(state="expired")
    ExchangeRequest.objects.filter(message_id__in=ids, state="asked").update(state="expired")
    return len(ids)


@periodic(every_seconds=600)
@job("exchange.sweep", title="补办遗留的报文", atomic=False)
def sweep(ctx: Context) -> dict[str, int]:
    """Messages whose job was lost: queued ones are sent, received ones worked on."""
    done = {"sent": 0, "worked": 0}
    for message in ExchangeMessage.objects.filter(direction="out", state="queued").select_related("partner"):
        ctx.check()
        try:
            messages.deliver(message)
            done["sent"] += 1
        except (Unreachable, Rejected):
            continue
    for message in ExchangeMessage.objects.filter(direction="in", state="received").select_related("partner"):
        ctx.check()
        incoming.work(message)
        done["worked"] += 1
    return done


@periodic(every_seconds=3600)
@job("exchange.push", title="向上级系统报送", max_attempts=3, atomic=False)
def push(ctx: Context) -> dict[str, int]:
    """Feeds that are due: daily once a day, monthly once a month; what was not acknowledged is sent again."""
    return pushes.push_due(ctx.check)
