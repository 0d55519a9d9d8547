"""Jobs of messages: send queued text messages."""

from __future__ import annotations

from datetime import timedelta

from minzheng.kernel import clock
from minzheng.kernel.jobs import registry
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic
from minzheng.kernel.jobs.services import JobError, enqueue
from minzheng.kernel.notices import services
from minzheng.kernel.notices.models import OutboxMessage

#: In the outbox this long without being sent: the sweep sends it (login codes do not wait for it: they are queued when
#: written).
LEFT_BEHIND = timedelta(seconds=5)


@job("notices.deliver", title="发送短信", atomic=False)
def deliver(ctx: Context, message: str) -> dict[str, str]:
    """Send one. When the gateway fails the job table retries with back-off; when the last try fails too the message is
    marked failed, and the outbox shows why.
    """
    last = ctx.attempt >= registry.get(ctx.name).max_attempts
    return {"state": services.deliver(message_id=int(message), last_try=last)}


@periodic(every_seconds=15)
@job("notices.sweep", title="补送遗留短信", atomic=False)
def sweep(ctx: Context) -> dict[str, int]:
    """Give a job to queued messages without one: written straight into the outbox, or whose job record was cleared."""
    before = clock.now() - LEFT_BEHIND
    waiting = OutboxMessage.objects.filter(state="queued", created_at__lt=before).order_by("pk")
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
