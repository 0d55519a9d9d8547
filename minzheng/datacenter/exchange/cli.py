"""`minzheng exchange`: partners, sending, receiving, what is going on, and a simulated other side."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import click

from minzheng.datacenter.exchange import entrusted, incoming, jobs, messages, pushes, questions
from minzheng.datacenter.exchange.adapters import mapping
from minzheng.datacenter.exchange.errors import ExchangeRefused, Rejected, Unreachable
from minzheng.datacenter.exchange.models import (
    ExchangeMessage,
    ExchangePartner,
    ExchangeQuarantine,
    ExchangeRequest,
    PushRun,
)
from minzheng.datacenter.exchange.simulator import Simulator, of_partner, play, serve
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.command_line import tell

JSON = click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")


@click.group()
def exchange() -> None:
    """数据交换：单位、收发、报送、模拟对端。"""


def _partner(code: str) -> ExchangePartner:
    found = ExchangePartner.objects.filter(code=code).first()
    if found is None:
        raise ExchangeRefused(f"没有代码为“{code}”的交换单位，用 minzheng exchange partners 查看。")
    return found


@exchange.command("partners")
@JSON
def listing(as_json: bool) -> None:
    """登记的交换单位。"""
    rows = list(ExchangePartner.objects.order_by("code"))
    told = [
        {"code": p.code, "title": p.title, "kind": p.kind, "carrier": p.carrier, "simulated": p.simulated, "active": p.active,
         "sources": p.sources, "purposes": p.purposes, "adapter": p.adapter}
        for p in rows
    ]  # fmt: skip
    lines = [f"{p.code}  {p.title}{'（模拟）' if p.simulated else ''}  {p.get_carrier_display()}" for p in rows]
    tell({"partners": told}, as_json, lines or ["还没有登记交换单位。在“大数据中心—交换单位”里登记。"])


@exchange.command()
@click.option("--push", "feed", metavar="单位:内容", help="立即报送一项，例如 province:awards。")
@JSON
def send(feed: str, as_json: bool) -> None:
    """发出一户一查的问题和待发的报文；--push 立即报送。"""
    done: dict[str, Any] = {}
    if feed:
        code, _, name = feed.partition(":")
        run = pushes.push(actor=SYSTEM, partner=_partner(code), feed_code=name)
        done["push"] = {"no": run.no, "rows": run.rows, "rejected": run.rejected}
    done["questions"] = questions.send_all()
    sent: Counter[str] = Counter()
    for message in ExchangeMessage.objects.filter(direction="out", state="queued").select_related("partner"):
        try:
            sent[messages.deliver(message)] += 1
        except (Unreachable, Rejected) as error:
            sent["failed"] += 1
            click.echo(f"{message.message_id}：{error}", err=True)
    done["messages"] = dict(sent)
    tell(done, as_json, [f"发出 {sum(sent.values()) - sent['failed']} 份，没有发出 {sent['failed']} 份。"])


@exchange.command()
@JSON
def receive(as_json: bool) -> None:
    """收取文件和答复，并办理收到的报文。"""
    done: dict[str, Any] = jobs.receive_all()
    worked = 0
    for message in ExchangeMessage.objects.filter(direction="in", state="received").select_related("partner"):
        incoming.work(message)
        worked += 1
    done |= {"worked": worked} | entrusted.answer_all()
    tell(done, as_json, [f"收到 {done['taken']} 份，重复 {done['repeated']} 份，隔离 {done['quarantined']} 份。"])


@exchange.command()
@JSON
def status(as_json: bool) -> None:
    """待发、待答、失败、隔离各多少，各项报送的最近一次。"""
    counts = Counter(ExchangeMessage.objects.values_list("direction", "state"))
    told: dict[str, Any] = {
        "messages": {f"{direction}.{state}": count for (direction, state), count in sorted(counts.items())},
        "requests": dict(Counter(ExchangeRequest.objects.values_list("state", flat=True))),
        "quarantine": ExchangeQuarantine.objects.filter(state="held").count(), "pushes": [],
    }  # fmt: skip
    for partner in ExchangePartner.objects.exclude(adapter="").order_by("code"):
        for feed in mapping.get(partner.adapter).feeds.values():
            run = PushRun.objects.filter(partner=partner, feed=feed.code).order_by("-started_at").first()
            told["pushes"].append(
                {"partner": partner.code, "feed": feed.code, "simulated": partner.simulated, "no": run.no if run else "",
                 "state": run.state if run else "", "rows": run.rows if run else 0, "rejected": run.rejected if run else 0,
                 "settled": pushes.settled(run) if run else None}
            )  # fmt: skip
    lines = [f"{key}：{count}" for key, count in told["messages"].items()] + [f"隔离：{told['quarantine']}"]
    lines += [f"{p['partner']} {p['feed']}：{p['no'] or '没有报送过'}" for p in told["pushes"]]
    tell(told, as_json, lines)


@exchange.command()
@click.argument("code", metavar="PARTNER")
@click.option("--port", default=0, help="接口方式监听的端口，0 为自动。")
@click.option("--seed", default=1, show_default=True, help="决定哪些报文遇到什么事。")
@click.option("--well", is_flag=True, help="一切正常，不丢失、不迟到、不重复、不传坏。")
@click.option("--once", is_flag=True, help="文件方式：只看一遍就结束。")
@JSON
def simulate(code: str, port: int, seed: int, well: bool, once: bool, as_json: bool) -> None:
    """扮演 PARTNER 一方（模拟，没有真实系统）。接口方式监听本机端口，文件方式看它的 outbox。"""
    partner = _partner(code)
    if not partner.simulated:
        raise ExchangeRefused(f"{partner.title}不是模拟单位，不能由本机扮演。")
    other = of_partner(partner, seed, well=well)
    if partner.carrier == "files":
        _play_files(other, once, as_json)
        return
    server = serve(other, port)
    told = {"partner": code, "port": server.server_address[1], "url": f"http://127.0.0.1:{server.server_address[1]}"}
    tell(told, as_json, [f"模拟的{partner.title}在 {told['url']}，按 Ctrl+C 结束。接口地址要与登记的一致。"])
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def _play_files(other: Simulator, once: bool, as_json: bool) -> None:
    done = play(other, lambda text: click.echo(text, err=True))
    while not once:
        time.sleep(5)
        done += play(other, lambda text: click.echo(text, err=True))
    tell({"partner": other.code, "answered": done}, as_json, [f"答复 {done} 份。"])
