"""密钥: the state of the keys, and the one act that may be done from a screen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from minzheng.kernel.crypto import keyring
from minzheng.kernel.jobs.models import JobRun
from minzheng.kernel.keys import selectors, services
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.bodies import Done
from minzheng.kernel.parts.columns import Badge, Moment, Number, Text
from minzheng.kernel.parts.page import ActionBody, DetailBody, Menu, Page
from minzheng.kernel.parts.panels import Facts, Table

STATES = {"current": "使用中", "old": "旧，仍可解密", "retired": "已停用"}
TONES = {"current": "good", "old": "wait", "retired": "plain"}
_SAME = {"bad": "bad", "warn": "warn", "good": "good"}
RUNS = dict(JobRun.STATES)
#: A drill older than this proves little: people move, paper gets lost. Practice, not law: once a year.
DRILL_DAYS = 366


def _state(actor: Any) -> dict[str, Any]:
    found = selectors.status(fresh=False)
    for key in found["keys"]:
        key["created_at"] = _moment(key["created_at"])
    return {**found, "advice": advice(found)}


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def advice(found: dict[str, Any]) -> list[dict[str, str]]:
    """What is to be done now, most urgent first: {"tone", "what", "how"}."""
    todo = []
    job, escrow = found["job"], found["escrow"]
    if job and job["state"] == "failed":
        todo.append(_todo("bad", "重新加密的任务失败了", "到“后台任务”看原因并重试；旧密钥还在，数据都打得开。"))
    if escrow is None:
        todo.append(
            _todo(
                "bad",
                "密钥没有托管",
                "在服务器上执行 minzheng crypto escrow --shares 5 --threshold 3 --out 文件夹，打印后分给几个人。",
            )
        )
    else:
        todo += _about_escrow(escrow)
    if found["pending_reseal"] and not (job and job["state"] in ("queued", "running")):
        todo.append(
            _todo(
                "warn",
                f"还有 {found['pending_reseal']} 项用旧密钥加密",
                "每六小时自动续做一次；要马上做，执行 minzheng crypto reseal。",
            )
        )
    return todo or [_todo("good", "没有要办的事", "密钥文件与备份请分开存放。")]


def _about_escrow(escrow: dict[str, Any]) -> list[dict[str, str]]:
    how = "请几位保管人到场，在服务器上执行 minzheng crypto drill，逐份给出 --share。"
    drill = escrow["last_drill"]
    if not escrow["fresh"]:
        return [_todo("bad", "托管文件比密钥环旧", "查看 keys 文件夹的权限，再启用一次新密钥。")]
    if drill is None:
        return [_todo("warn", "托管还没有演练过", how)]
    if not drill["ok"]:
        return [_todo("bad", "上次演练没有通过", "请立即重新托管（minzheng crypto escrow），再演练一次。")]
    age = (datetime.now().astimezone() - datetime.fromisoformat(drill["at"])).days
    return [_todo("warn", f"上次演练已过 {age} 天", how)] if age > DRILL_DAYS else []


def _todo(tone: str, what: str, how: str) -> dict[str, str]:
    return {"tone": tone, "what": what, "how": how}


def _job_text(found: dict[str, Any]) -> str:
    job = found["job"]
    if not job:
        return "没有更换过"
    progress = f" {job['progress']}%" if job["state"] == "running" else ""
    return f"{RUNS[job['state']]}{progress}" + (f"：{job['message']}" if job["message"] else "")


def _escrow_text(found: dict[str, Any]) -> str:
    known = found["escrow"]
    return f"编号 {known['id']}，{known['shares']} 份中任意 {known['threshold']} 份" if known else "没有托管"


def _drill_text(found: dict[str, Any]) -> str:
    drill = (found["escrow"] or {}).get("last_drill")
    if not drill:
        return "没有演练过"
    day = datetime.fromisoformat(drill["at"]).strftime("%Y-%m-%d")
    shares = "、".join(f"{number}" for number in drill["shares"])
    return f"{day} {'通过' if drill['ok'] else '没有通过'}，第 {shares} 份到场，试开 {drill['opened']} 项"


def _rotate(actor: Any, obj: Any, values: dict[str, Any]) -> Done:
    services.rotate(actor=actor)
    number = keyring.ring().current
    return Done(f"已启用第 {number} 号密钥，正在后台把旧数据改用它。请另存密钥文件。", reverse("keys.status"))


PAGES = [
    Page(
        "keys.status",
        "console/keys/",
        "密钥",
        "crypto.manage",
        DetailBody(
            _state,
            (
                Table(
                    "现在要做的事",
                    rows=lambda found, drawing: found["advice"],
                    columns=(
                        Badge("tone", "程度", names={"bad": "要紧", "warn": "待办", "good": "正常"}, tones=_SAME),
                        Text("what", "情况"),
                        Text("how", "怎么办", css="wrap"),
                    ),
                ),
                Table(
                    "各把密钥",
                    rows=lambda found, drawing: found["keys"],
                    columns=(
                        Number("number", "编号"),
                        Badge("state", "状态", names=STATES, tones=TONES),
                        Moment("created_at", "启用时间"),
                        Number(lambda row: f"{row['values']:,}", "加密着多少项"),
                    ),
                ),
            ),
            side=(
                Facts(
                    "概况",
                    columns=1,
                    items=(
                        Number("pending_reseal", "待重新加密"),
                        Text(_job_text, "重新加密任务"),
                        Text(_escrow_text, "托管"),
                        Text(_drill_text, "最近演练"),
                        Text("signing_fingerprint", "签名公钥指纹"),
                    ),
                ),
            ),
            title=lambda found: "密钥",
            subtitle=lambda found: "保护身份证号、账号、健康情况与全部材料、文书的密钥；这里不显示密钥本身",
            actions=(Action("启用新密钥", "keys.rotate", icon="shield", primary=True),),
        ),
        menu=Menu("系统", 40, "shield"),
    ),
    Page(
        "keys.rotate",
        "console/keys/rotate/",
        "启用新密钥",
        "crypto.manage",
        ActionBody(
            lambda actor: {},
            _rotate,
            question=(
                "启用一把新密钥，此后都用它加密；旧数据由后台任务逐步改用新密钥，期间照常办公。"
                "旧密钥不再有用满一天后自动停用。启用后请立即另存密钥文件。"
            ),
            submit="启用新密钥",
            parent="keys.status",
        ),
        step_up=True,
    ),
]
