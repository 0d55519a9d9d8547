"""消息的后台任务：送出排队的短信。"""

from __future__ import annotations

from datetime import timedelta

from minzheng.kernel import clock
from minzheng.kernel.jobs import registry
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic
from minzheng.kernel.jobs.services import JobError, enqueue
from minzheng.kernel.notices import services
from minzheng.kernel.notices.models import OutboxMessage

#: 写进发件箱这么久还没人送的，由清扫补送（登录验证码不等清扫，写入时即排队）。
LEFT_BEHIND = timedelta(seconds=5)


@job("notices.deliver", title="发送短信", atomic=False)
def deliver(ctx: Context, message: str) -> dict[str, str]:
    """送一条。网关失败时由任务表退避重试；最后一次仍失败，消息记为失败，发件箱里看得见原因。"""
    last = ctx.attempt >= registry.get(ctx.name).max_attempts
    return {"state": services.deliver(message_id=int(message), last_try=last)}


@periodic(every_seconds=15)
@job("notices.sweep", title="补送遗留短信", atomic=False)
def sweep(ctx: Context) -> dict[str, int]:
    """给没有任务的排队消息补一个任务：直接写进发件箱的，和任务记录被清掉的。"""
    before = clock.now() - LEFT_BEHIND
    waiting = OutboxMessage.objects.filter(state="queued", created_at__lt=before).order_by("pk")
    queued = 0
    for pk in waiting.values_list("pk", flat=True)[:500]:
        run = enqueue("notices.deliver", args={"message": str(pk)}, key=f"notices.deliver:{pk}")
        if run.state in ("failed", "cancelled", "done"):
            # 那个任务已经了结而消息还在排队：直接送，送不出去下一轮再来
            try:
                services.deliver(message_id=pk)
            except JobError:
                ctx.check()
        queued += 1
    return {"queued": queued}
