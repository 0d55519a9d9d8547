"""What the forms of a pay run call, and which of them a person is offered. Whether an act is allowed is asked by the
services; here only what would certainly be refused is not offered."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.parts.bodies import Done
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.payruns import reading
from minzheng.kernel.payruns.console.panels import lines_url
from minzheng.kernel.payruns.console.words import month_of
from minzheng.kernel.payruns.models import PayBatch, PayCheck, PayLine
from minzheng.kernel.regions.selectors import region_names

Values = dict[str, Any]


def url(batch: PayBatch) -> str:
    return reverse("payruns.detail", kwargs={"pk": batch.pk})


def mine(permission: str) -> Callable[..., PayBatch | None]:
    """The batch, for whoever holds the permission over its place."""

    def get(actor: Actor, pk: int) -> PayBatch | None:
        found = reading.batch(actor, pk)
        return found if found and actor.can(permission, found.region_code) else None

    return get


def my_line(actor: Actor, pk: int) -> PayLine | None:
    found = reading.line(actor, pk)
    return found if found and actor.can("pay.build", found.batch.region_code) else None


def my_check(actor: Actor, pk: int) -> PayCheck | None:
    found = reading.check(actor, pk)
    return found if found and actor.can("pay.build", found.batch.region_code) else None


def when(*states: str) -> Callable[[PayBatch], bool]:
    return lambda batch: batch.state in states


def offered(permission: str, *, but: tuple[str, ...] = ()) -> Callable[[Actor, PayBatch], bool]:
    """To holders of the permission over the batch's place who had none of these hands in it (maker ≠ checker ≠ approver)."""

    def ask(actor: Actor, batch: PayBatch) -> bool:
        hands = {getattr(batch, f"{name}_id") for name in but}
        return bool(actor.can(permission, batch.region_code)) and actor.id not in hands

    return ask


def act(name: str, said: str | Callable[[PayBatch], str]) -> Callable[[Actor, PayBatch, Values], Done]:
    """One act on a batch by the service of this name."""

    def run(actor: Actor, batch: PayBatch, values: Values) -> Done:
        from minzheng.kernel.payruns import services

        done = getattr(services, name)(actor=actor, batch_id=batch.pk, **values)
        return Done(said(done) if callable(said) else said, url(batch))

    return run


@dataclass(frozen=True)
class Wanted:
    """A month and a benefit that the address names, for a form that begins with them."""

    month: str
    item: str = ""


def wanted(_actor: Actor, month: str, item: str = "") -> Wanted:
    return Wanted(f"{month_of(month):%Y-%m}", item)


def begin(permission: str) -> Callable[[Actor, Wanted], Values]:
    """What the form begins with: month, benefit, and the place of the post."""

    def initial(actor: Actor, about: Wanted) -> Values:
        places = actor.scopes(permission)
        return {"month": about.month, "item": about.item, "region": places[0] if places else ""}

    return initial


def places(permission: str) -> Callable[[Actor, Any], list[tuple[str, str]]]:
    """(code, name) of the places over which the permission is held."""

    def options(actor: Actor, _obj: Any = None) -> list[tuple[str, str]]:
        held = actor.scopes(permission)
        names = region_names(held)
        return [(code, names.get(code, code)) for code in held]

    return options


def build(actor: Actor, values: Values, _obj: Any) -> Done:
    from minzheng.kernel.payruns import services

    batch = services.build(
        actor=actor, month=month_of(values["month"]), item_code=values["item"], region_code=values["region"]
    )
    return Done(
        f"批次 {batch.no} 已生成：{batch.lines} 笔，{yuan_text(batch.total_fen)} 元。请处理校验结果。", url(batch)
    )


def exclude(actor: Actor, line: PayLine, values: Values) -> Done:
    from minzheng.kernel.payruns import services

    services.exclude_line(actor=actor, line_id=line.pk, **values)
    return Done(f"{line.award.payee_name} 的这一笔已剔除，本批次不发；原因消除后可以恢复。", lines_url(line.batch))


def include(actor: Actor, line: PayLine, values: Values) -> Done:
    from minzheng.kernel.payruns import services

    services.include_line(actor=actor, line_id=line.pk, **values)
    return Done(f"{line.award.payee_name} 的这一笔已恢复。", lines_url(line.batch))


def clear(actor: Actor, check: PayCheck, values: Values) -> Done:
    from minzheng.kernel.payruns import services

    services.clear_check(actor=actor, check_id=check.pk, **values)
    return Done("理由已登记，这一条不再拦住批次。", f"{reverse('payruns.checks')}?batch={check.batch.no}&handled=open")


def book(actor: Actor, batch: PayBatch, values: Values) -> Done:
    """A return file as it came, put aside for as long as it is read."""
    from minzheng.kernel.payruns import returns

    upload = values["file"][0]
    with _laid_down(upload) as path:
        outcome = returns.book(actor=actor, batch=batch, path=path, name=upload.name)
    return Done(outcome.sentence, url(batch))


def reissue(actor: Actor, batch: PayBatch, values: Values) -> Done:
    from minzheng.kernel.payruns import returns

    made = returns.reissue(actor=actor, batch=batch)
    return Done(f"重发批次 {made.no} 已生成：{made.lines} 笔，{yuan_text(made.total_fen)} 元。", url(made))


def close(actor: Actor, values: Values, _obj: Any) -> Done:
    from minzheng.kernel.payruns import services

    closed = services.close_month(actor=actor, month=month_of(values["month"]), region_code=values["region"])
    return Done(f"{closed.month:%Y-%m} 已关账，报表校验码 {closed.sha[:16]}。", reverse("payruns.board"))


@contextlib.contextmanager
def _laid_down(upload: Any) -> Iterator[str]:
    """The upload as a file of its own, gone afterwards. Large ones lie in one already."""
    handle, path = tempfile.mkstemp(prefix="return-")
    try:
        with os.fdopen(handle, "wb") as out:
            for piece in upload.chunks():
                out.write(piece)
        yield path
    finally:
        os.unlink(path)


def approved(batch: PayBatch) -> str:
    """What to say after a signature: the batch may still wait for the second one."""
    return "已审批，可以报财政。" if batch.state == "APPROVED" else "已签署，金额较大，还要第二名局领导审批。"


def sent(batch: PayBatch) -> str:
    return f"报盘文件已生成：{batch.file_lines} 笔，{yuan_text(batch.file_fen or 0)} 元，与批次、凭证一致。"


def sender_back(actor: Actor, pk: int) -> PayBatch | None:
    """Whoever holds it now, or made it, may give it back."""
    found = reading.batch(actor, pk)
    hands = ("pay.review", "pay.approve", "pay.finance", "pay.build")
    return found if found and any(actor.can(one, found.region_code) for one in hands) else None
