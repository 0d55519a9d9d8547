"""Jobs of messages: send queued ones, collect receipts."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q

from minzheng.kernel import clock
from minzheng.kernel.jobs import registry
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic
from minzheng.kernel.jobs.services import JobError, enqueue
from minzheng.kernel.notices import services
from minzheng.kernel.notices.models import OutboxMessage
from minzheng.kernel.notices.senders import sender
from minzheng.kernel.notices.simulator import SimulatorSender

#: In the outbox this long without being sent: the sweep sends it (login codes do not wait for it: they are queued when
#: written).
LEFT_BEHIND = timedelta(seconds=5)


@job("notices.deliver", title="发送消息", atomic=False)
def deliver(ctx: Context, message: str) -> dict[str, str]:
    """Send one. When the gateway fails the job table retries with back-off; when the last try fails too the message is
    marked failed, and the next channel takes over.
    """
    last = ctx.attempt >= registry.get(ctx.name).max_attempts
    return {"state": services.deliver(message_id=int(message), last_try=last)}


@periodic(every_seconds=15)
@job("notices.sweep", title="补送遗留消息", atomic=False)
def sweep(ctx: Context) -> dict[str, int]:
    """Give a job to queued messages without one: written straight into the outbox, or whose job record was cleared."""
    now = clock.now()
    waiting = (
        OutboxMessage.objects.filter(state="queued", created_at__lt=now - LEFT_BEHIND)
        .filter(Q(not_before=None) | Q(not_before__lte=now))
        .exclude(channel="post")
        .order_by("pk")
    )
    queued = 0
    for pk in waiting.values_list("pk", flat=True)[:500]:
        run = enqueue("notices.deliver", args={"message": str(pk)}, key=f"notices.deliver:{pk}")
        if run.state in ("failed", "cancelled", "done"):
            # That job is over and the message is still queued: send it here; failing that, the next round tries again
            try:
                services.deliver(message_id=pk)
            except JobError:
                ctx.check()
        queued += 1
    return {"queued": queued}


@periodic(every_seconds=600)
@job("notices.receipts", title="收取消息回执", atomic=False)
def receipts(ctx: Context) -> dict[str, int]:
    """Receipts of the simulator (a real gateway calls us), and messages whose receipt never came."""
    taken = 0
    for channel in ("sms", "wechat"):
        gateway = sender(channel)
        for row in gateway.due_receipts() if isinstance(gateway, SimulatorSender) else ():
            services.receive_receipt(
                key=str(row["key"]), delivered=bool(row["delivered"]), why=str(row.get("why") or "")
            )
            taken += 1
    return {"receipts": taken, "expired": services.expire_receipts()}
