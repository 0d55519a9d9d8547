"""`minzheng payrun`: pay runs from the server's command line. Whoever may use the shell names the person who acts (`--as`);
that person's post decides, and stands in the log. `--json` prints one object and nothing else on stdout."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.audit.services import durable_reads
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.command_line import staff
from minzheng.kernel.payruns import access, bank_cli, selectors, services
from minzheng.kernel.payruns.errors import PayInput, PayRefused
from minzheng.kernel.payruns.models import PayBatch, PayCheck
from minzheng.kernel.payruns.recomputing.cli import audit
from minzheng.kernel.payruns.words import CHECKS, SEVERITIES, STATES


@click.group()
def payrun() -> None:
    """发放批次：生成、复核、审批、报盘、回盘、关账。"""


def _acting(run: Callable[..., None]) -> Callable[..., None]:
    """Options of every act; refusals that carry no exit code of their own end with 1."""

    @wraps(run)
    def outer(*, as_user: str, as_json: bool, **given: Any) -> None:
        try:
            with durable_reads():
                run(actor=staff(as_user), as_json=as_json, **given)
        except Refused as error:
            if hasattr(error, "exit_code"):
                raise
            raise PayRefused(str(error)) from error

    outer = click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON。")(outer)
    return click.option("--as", "as_user", required=True, metavar="用户名", help="由谁办理。")(outer)


def _tell(batch: PayBatch, as_json: bool, **more: object) -> None:
    if as_json:
        click.echo(json.dumps({**selectors.batch_json(batch), **more}, ensure_ascii=False))
        return
    rest = "".join(f"，{name} {value}" for name, value in more.items() if value not in ("", None))
    click.echo(f"{batch.no} {STATES[batch.state]}：{batch.lines} 笔，{batch.total_fen / 100:.2f} 元{rest}")


@payrun.command()
@click.option("--month", required=True, metavar="YYYY-MM", help="发放月。")
@click.option("--benefit", required=True, metavar="事项代码", help="如 assistance.dibao。")
@click.option("--region", default="", metavar="区划代码", help="默认是办理人岗位所在的地区。")
@_acting
def build(*, actor: Actor, month: str, benefit: str, region: str, as_json: bool) -> None:
    """生成（或更新）一个月的发放批次，并校验。"""
    batch = services.build(actor=actor, month=month, item_code=benefit, region_code=region or _own(actor, "pay.build"))
    _tell(batch, as_json, checks=_counts(batch) if as_json else _told(batch))


def _own(actor: Actor, permission: str) -> str:
    places = actor.scopes(permission)
    if len(places) != 1:
        raise PayInput("请用 --region 写明区划代码：办理人没有这样的岗位，或不止在一个地区任职。")
    return places[0]


def _counts(batch: PayBatch) -> dict[str, int]:
    found: dict[str, int] = {}
    for code in PayCheck.objects.filter(batch=batch, cleared_at=None).values_list("code", flat=True):
        found[code] = found.get(code, 0) + 1
    return dict(sorted(found.items()))


def _told(batch: PayBatch) -> str:
    return "、".join(f"{CHECKS[code]} {count}" for code, count in _counts(batch).items())


@payrun.command()
@click.argument("batch")
@_acting
def recheck(*, actor: Actor, batch: str, as_json: bool) -> None:
    """按现在的应发、更正、账户更新批次，并重新校验。"""
    done = services.recheck(actor=actor, batch_id=access.find(actor, batch).pk)
    _tell(done, as_json, checks=_counts(done) if as_json else _told(done))


@payrun.command()
@click.argument("batch")
@click.option("--blocked", is_flag=True, help="剔除全部校验不通过的明细。")
@click.option("--line", "seq", type=int, help="剔除第几笔。")
@click.option("--reason", default="", help="剔除一笔的理由。")
@_acting
def exclude(*, actor: Actor, batch: str, blocked: bool, seq: int | None, reason: str, as_json: bool) -> None:
    """剔除明细：本批不发，应发不变。"""
    found = access.find(actor, batch)
    if blocked == (seq is not None):
        raise PayInput("请写 --blocked（全部校验不通过的）或 --line 序号，二选一。")
    if seq is None:
        _tell(services.exclude_blocked(actor=actor, batch_id=found.pk), as_json)
        return
    _tell(services.exclude_line(actor=actor, line_id=_line(found, seq), reason=reason), as_json)


def _line(batch: PayBatch, seq: int) -> int:
    pk = batch.pay_lines.filter(seq=seq).values_list("pk", flat=True).first()
    if pk is None:
        raise PayInput(f"批次 {batch.no} 没有第 {seq} 笔明细。")
    return int(pk)


@payrun.command()
@click.argument("batch")
@click.option("--code", required=True, metavar="C08", help="哪一项校验。")
@click.option("--reason", required=True, help="理由。")
@_acting
def explain(*, actor: Actor, batch: str, code: str, reason: str, as_json: bool) -> None:
    """为一项校验的全部提示写明理由（可以放行的）。"""
    found = access.find(actor, batch)
    done = services.clear_checks(actor=actor, batch_id=found.pk, code=code, reason=reason)
    _tell(found, as_json, explained=done)


@payrun.command()
@click.argument("batch")
@_acting
def check(*, actor: Actor, batch: str, as_json: bool) -> None:
    """复核（由业务股室负责人；制单人不得复核）。"""
    _tell(services.review(actor=actor, batch_id=access.find(actor, batch).pk), as_json)


@payrun.command()
@click.argument("batch")
@_acting
def approve(*, actor: Actor, batch: str, as_json: bool) -> None:
    """审批（由局领导；大额须第二名局领导再审批一次）。"""
    _tell(services.approve(actor=actor, batch_id=access.find(actor, batch).pk), as_json)


@payrun.command("send-back")
@click.argument("batch")
@click.option("--reason", required=True, help="退回的理由。")
@_acting
def send_back(*, actor: Actor, batch: str, reason: str, as_json: bool) -> None:
    """退回制单人；报财政以后由财务登记财政退回。"""
    _tell(services.send_back(actor=actor, batch_id=access.find(actor, batch).pk, reason=reason), as_json)


@payrun.command()
@click.argument("batch")
@click.option("--reason", required=True, help="作废的理由。")
@_acting
def void(*, actor: Actor, batch: str, reason: str, as_json: bool) -> None:
    """作废还没有报财政的批次。"""
    _tell(services.void(actor=actor, batch_id=access.find(actor, batch).pk, reason=reason), as_json)


@payrun.command()
@click.argument("batch")
@_acting
def submit(*, actor: Actor, batch: str, as_json: bool) -> None:
    """报财政。"""
    _tell(services.submit(actor=actor, batch_id=access.find(actor, batch).pk), as_json)


@payrun.command()
@click.argument("batch")
@click.option("--voucher", required=True, help="拨款凭证号。")
@click.option("--fen", type=int, help="凭证金额（分），默认等于批次合计。")
@_acting
def fund(*, actor: Actor, batch: str, voucher: str, fen: int | None, as_json: bool) -> None:
    """登记财政拨款凭证。"""
    found = access.find(actor, batch)
    _tell(services.fund(actor=actor, batch_id=found.pk, voucher=voucher, voucher_fen=fen), as_json)


@payrun.command()
@click.argument("batch")
@click.option("--line", "seq", type=int, required=True, help="第几笔。")
@click.option("--reason", required=True, help="止付的理由。")
@_acting
def withhold(*, actor: Actor, batch: str, seq: int, reason: str, as_json: bool) -> None:
    """止付：审批以后、报盘以前不再发的一笔。"""
    found = access.find(actor, batch)
    services.withhold_line(actor=actor, line_id=_line(found, seq), reason=reason)
    found.refresh_from_db()
    _tell(found, as_json, withheld_lines=found.withheld_lines, withheld_fen=found.withheld_fen)


@payrun.command()
@click.argument("batch")
@click.option("--format", "code", default="", help="文件格式，默认用本单位设定的。")
@click.option("--out", type=click.Path(path_type=Path), help="另存一份明文文件到这里。")
@click.option("--voucher", default="", help="已审批的批次直接报盘时登记的凭证号，默认用批次号。")
@_acting
def send(*, actor: Actor, batch: str, code: str, out: Path | None, voucher: str, as_json: bool) -> None:
    """报盘：生成银行文件。已审批的批次同时登记报财政和拨款凭证。"""
    found = access.find(actor, batch)
    if found.state == "APPROVED":
        found = services.submit(actor=actor, batch_id=found.pk)
    if found.state == "FIN_SUBMITTED":
        found = services.fund(actor=actor, batch_id=found.pk, voucher=voucher or found.no)
    done = services.send(actor=actor, batch_id=found.pk, format_code=code, out=out)
    _tell(
        done, as_json, file=done.file_name, file_lines=done.file_lines, file_fen=done.file_fen, file_sha=done.file_sha
    )


@payrun.command()
@click.option("--month", required=True, metavar="YYYY-MM", help="月份。")
@click.option("--region", default="", metavar="区划代码", help="默认是办理人岗位所在的县。")
@_acting
def close(*, actor: Actor, month: str, region: str, as_json: bool) -> None:
    """按月关账：还有没着落的明细时不能关。"""
    done = services.close_month(actor=actor, month=month, region_code=region or _own(actor, "pay.close"))
    totals = done.report["totals"]
    told = {
        "batch": f"{done.region_code[:6]}-{done.month:%Y%m}", "state": "CLOSED", "lines": totals["lines"],
        "total_fen": totals["paid_fen"], "sha": done.sha, "month": f"{done.month:%Y-%m}", "report": done.report,
    }  # fmt: skip
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(
        f"{done.month:%Y-%m} 已关账：{totals['lines']} 笔，已发 {totals['paid_fen'] / 100:.2f} 元，报表 SM3 {done.sha}"
    )


@payrun.command()
@click.argument("batch")
@click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON。")
def show(batch: str, as_json: bool) -> None:
    """看一个批次：合计、校验结果、经过。"""
    from minzheng.kernel.accounts.actors import SYSTEM

    found = access.find(SYSTEM, batch)
    checks = PayCheck.objects.filter(batch=found).order_by("severity", "code", "pk")
    events = found.events.all()
    if as_json:
        listed = [{"code": c.code, "severity": c.severity, "sentence": c.sentence, "reason": c.reason} for c in checks]
        steps = [
            {"act": e.act, "to": e.to_state, "by": e.actor_name, "at": e.at.isoformat(), "reason": e.reason}
            for e in events
        ]
        _tell(found, True, checks=listed, events=steps)
        return
    _tell(found, False)
    for one in checks[:50]:
        done = f"（已说明：{one.reason}）" if one.cleared_at else ""
        click.echo(f"  {one.code} {CHECKS[one.code]}［{SEVERITIES[one.severity]}］{one.sentence}{done}")
    for step in events:
        click.echo(f"  {step.at:%Y-%m-%d %H:%M} {step.actor_name} {step.act} {step.reason}")


@payrun.command()
@click.option("--lines", type=click.IntRange(1, 5_000_000), default=100_000, show_default=True, help="多少笔。")
@click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON。")
def bench(lines: int, as_json: bool) -> None:
    """在单独的临时数据库里量一遍：生成、校验、报盘，与只查询并导出同样明细的 SQL 相比。"""
    from minzheng.kernel.payruns.benching import measure

    told = measure(lines)
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else told.pop("sentence"))


for one in (*bank_cli.commands, audit):
    payrun.add_command(one)
