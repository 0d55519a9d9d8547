"""Rounds of faults in a pay run: a batch goes from its making to the bank's answer, something is killed with -9 in the
middle of one of its steps, the same step is done again. In the end every fen is where the decisions want it, once.

A round is one batch of a village of its own. What is killed goes round: the command itself, the job worker, the database,
a worker of the web server and the web server (those rounds do the step by the console); the step and the moment follow
from the seed, the moment within the time that the step took last.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bench.faults.hands import PATIENCE, Console, Ended, Shell, until
from bench.faults.platform import Platform
from bench.faults.rounds import inside, load_county

TARGETS = ("command", "database", "jobs", "command", "web_worker", "database", "command", "web")
ITEM = "assistance.dibao"
#: (step, state of the batch after it); what is done again afterwards is refused, or is the same once more.
STEPS = (
    ("build", "CHECKED"), ("check", "REVIEWED"), ("approve", "APPROVED"), ("submit", "FIN_SUBMITTED"), ("fund", "FUNDED"),
    ("send", "SENT"), ("return", ""),
)  # fmt: skip
WHO = {"build": "fafang", "check": "fuhe", "approve": "juzhang"}
PAGES = {"check": "review", "return": "book"}
_BACK_SECONDS = 90.0
_AWARDS = 4
#: Anything but zero in one of these is a broken promise.
PROMISES = (
    "lost", "doubled", "altered", "sums_differ", "results_differ", "files_differ", "acts_doubled", "acts_missing",
    "messages_missing", "messages_doubled", "audit_differences",
)  # fmt: skip


@dataclass
class Seen:
    """What the rounds saw from outside."""

    killed: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    cut_off: int = 0
    already_done: int = 0
    unexpected: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


class Batch:
    """One batch on its way. `steps` are done by `hand`: the shell, or the console where the web server is to be hit."""

    def __init__(self, rounds: Rounds, given: dict[str, Any], *, by_console: bool) -> None:
        self.rounds, self.given, self.by_console = rounds, given, by_console
        self.no = ""
        self.pk = ""
        self.back = rounds.folder / f"{given['region']}.back"
        self.out = rounds.folder / f"{given['region']}.csv"

    def do(self, step: str) -> Ended:
        who = WHO.get(step, "caiwu")
        if step == "build":
            done = self.rounds.shell.run("payrun", "build", "--month", self.rounds.month, "--benefit", ITEM, "--region",
                                         self.given["region"], "--as", who, "--json")  # fmt: skip
            self.no = done.told.get("batch", self.no)
            return done
        if self.by_console:
            return self._by_console(step, who)
        more = {
            "fund": ("--voucher", f"V{self.given['region']}"),
            "send": ("--format", "fiscal_csv", "--out", str(self.out)),
            "return": (str(self.back),),
        }.get(step, ())
        return self.rounds.shell.run("payrun", step, self.no, *more, "--as", who, "--json")

    def _by_console(self, step: str, who: str) -> Ended:
        if not self.pk:
            self.pk = self.rounds.shell.run("@pay_key", self.no).told["pk"]
        form: dict[str, str] = {}
        if step == "fund":
            yuan = f"{sum(self.given['awards'].values()) / 100:.2f}"
            form = {"voucher": f"V{self.given['region']}", "voucher_fen": yuan, "on": self.rounds.today}
        elif step == "send":
            form = {"format": "fiscal_csv"}
        path = f"/console/payruns/{self.pk}/{PAGES.get(step, step)}/"
        return self.rounds.console.act(who, path, form, self.back if step == "return" else None)

    def state(self) -> str:
        """The state that the database knows, "" before there is a batch or while nobody can be asked."""
        if not self.no:
            return ""
        return str(self.rounds.shell.run("payrun", "show", self.no, "--json").told.get("state", ""))

    def has_done(self, step: str, wanted: str) -> bool:
        """Whether the step is through, told by the batch itself."""
        state = self.state()
        return state in ("PARTIAL_RETURN", "ALL_PAID") if step == "return" else state == wanted


class Rounds:
    """All rounds on one running platform whose villages are prepared."""

    def __init__(self, platform: Platform, folder: Path, villages: list[dict[str, Any]], known: dict[str, str]) -> None:
        self.platform, self.folder, self.villages = platform, folder, villages
        self.month, self.today = known["month"], known["today"]
        self.shell, self.console = Shell(platform, folder), Console(platform)
        self.took: dict[str, float] = {}
        self.seen = Seen()

    def run(self, seed: int, tell: Callable[[str], None]) -> None:
        chance = random.Random(seed)  # noqa: S311  # reproducible, not secret
        for number, village in enumerate(self.villages):
            target = TARGETS[number % len(TARGETS)]
            steps = STEPS[1:] if target.startswith("web") else STEPS
            hit = chance.choice(steps)[0]
            if target.startswith("web"):
                self._well("平台", lambda: self.platform.health()[0] == 200)
            begun = time.monotonic()
            self._life(village, target, hit, chance.random())
            self.seen.seconds.append(time.monotonic() - begun)
            if (number + 1) % 20 == 0:
                tell(f"{number + 1}／{len(self.villages)} 轮，每轮 {sum(self.seen.seconds) / (number + 1):.1f} 秒")
        self._well("平台", lambda: self.platform.health()[0] == 200)

    def _life(self, village: dict[str, Any], target: str, hit: str, moment: float) -> None:
        batch = Batch(self, village, by_console=target.startswith("web"))
        for step, wanted in STEPS:
            if step == "return":
                told = self._until_done(batch, "simulate-bank", "", lambda: self.shell.run(
                    "payrun", "simulate-bank", batch.no, "--out", str(batch.back), "--seed", village["region"],
                    "--returned", "0.25", "--unknown", "0", "--json"))  # fmt: skip
                if not told:
                    return
            key = f"{step} {batch.by_console}"
            self.seen.steps[step] += step == hit
            begun = time.monotonic()
            with self._killing(target, moment * 1.15 * self.took.get(key, 0.4), really=step == hit):
                done = batch.do(step)
            if done.done and step != hit:
                self.took[key] = time.monotonic() - begun
            if not done.done and not self._until_done(batch, step, wanted, partial(batch.do, step), done):
                return

    def _until_done(
        self, batch: Batch, step: str, wanted: str, act: Callable[[], Ended], done: Ended | None = None
    ) -> bool:
        """The same step again and again until it is through; only what a kill explains is patiently tried again."""
        deadline = time.monotonic() + PATIENCE
        done = done or act()
        while not done.done:
            if done.cut_off:
                self.seen.cut_off += 1
                until(_BACK_SECONDS, lambda: self.platform.health()[1].get("database") == "ok")
            elif step != "simulate-bank" and batch.has_done(step, wanted):
                self.seen.already_done += 1
                return True
            if time.monotonic() > deadline:
                self.seen.unexpected.append(f"{batch.given['region']} {step}：{done.said[-300:]}")
                return False
            if not done.cut_off:
                time.sleep(0.3)
            done = act()
        return True

    @contextmanager
    def _killing(self, target: str, after: float, *, really: bool) -> Iterator[None]:
        """Kill meanwhile, and see that the database is well again."""
        if not really:
            yield
            return
        hit: list[bool] = []
        killer = threading.Timer(after, lambda: hit.append(self._kill(target)))
        killer.start()
        try:
            yield
        finally:
            killer.join()
            self.seen.killed[target] += any(hit)
            if target == "database":
                self._well("数据库", lambda: self.platform.health()[1].get("database") == "ok")

    def _well(self, what: str, asked: Callable[[], bool]) -> None:
        """Web server and job worker come back while the next batches are paid; the console's rounds wait for them."""
        if not until(_BACK_SECONDS, asked):
            self.seen.unexpected.append(f"{what} {_BACK_SECONDS:.0f} 秒没有恢复")

    def _kill(self, target: str) -> bool:
        if target == "command":
            return self.shell.kill()
        return self.platform.kill_database() if target == "database" else self.platform.kill(target)


def measure(
    platform: Platform, folder: Path, *, rounds: int, seed: int, loaded: bool = False,
    tell: Callable[[str], None] = lambda said: None,
) -> dict[str, Any]:  # fmt: skip
    """The platform is started here and stopped at the end; ``loaded``: its county is there already."""
    if not loaded:
        load_county(platform, persons=400)
    prepared = inside(platform, "pay_prepare", {"villages": rounds, "awards": _AWARDS, "item": ITEM})
    platform.start()
    try:
        course = Rounds(platform, folder, prepared["villages"], prepared)
        course.run(seed, tell)
        found = inside(platform, "pay_verify", {"villages": prepared["villages"], "folder": str(folder)})
        ledger = course.shell.run("ledger", "verify", "--json")
        audit = course.shell.run("payrun", "audit", "--month", course.month, "--region", prepared["town"], "--json")
        course.shell.close()
    finally:
        platform.stop()
    seen = course.seen
    return {
        "rounds": rounds, "seed": seed, "killed": dict(seen.killed), "steps_hit": dict(seen.steps),
        "cut_off": seen.cut_off, "found_done_when_tried_again": seen.already_done, "unexpected": seen.unexpected,
        "seconds_a_round": round(sum(seen.seconds) / max(rounds, 1), 2), **found,
        "ledger_ok": ledger.told.get("ok", False), "ledger_transactions": ledger.told.get("transactions", 0),
        "ledger_errors": ledger.told.get("errors", [ledger.said]),
        "audit_awards": audit.told.get("awards", 0), "audit_owed_fen": audit.told.get("owed_fen", -1),
        "audit_differences": len(audit.told.get("differences", [audit.said])),
    }  # fmt: skip


def kept(found: dict[str, Any]) -> bool:
    """Whether every promise was kept, and the independent recomputation saw every award."""
    return (
        found["finished"] == found["rounds"]
        and found["drained"]
        and found["ledger_ok"]
        and found["audit_awards"] == found["awards"]
        and found["audit_owed_fen"] == found["owed_fen"] == found["file_fen"] == found["voucher_fen"]
        and found["paid_fen"] + found["returned_fen"] == found["file_fen"]
        and not found["unexpected"]
        and not found["audit_chain_errors"]
        and all(found[name] == 0 for name in PROMISES)
    )
