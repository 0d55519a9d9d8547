"""模拟对端: the other side of an exchange, answering well or badly on purpose. No real system is behind it.

By a seed each message meets its fate: ``good``; ``lost`` (the first time nothing is heard, the second time it is);
``delayed`` (202 first, the answer when asked for it later); ``repeated`` (the answer comes twice); ``corrupt`` (damaged
the first time). The same seed and id always meet the same fate.
"""

from __future__ import annotations

import csv
import datetime
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from minzheng.datacenter.exchange import envelopes, signing
from minzheng.datacenter.exchange.adapters import mapping
from minzheng.datacenter.exchange.adapters.mapping import Adapter
from minzheng.datacenter.exchange.carriers import files
from minzheng.datacenter.exchange.envelopes import Keys
from minzheng.datacenter.exchange.errors import Rejected
from minzheng.datacenter.exchange.models import ExchangePartner
from minzheng.datacenter.exchange.partners import keys_of, own_code
from minzheng.datacenter.sources import registry
from minzheng.datacenter.sources.responder import reply as respond
from minzheng.kernel import clock
from minzheng.kernel.crypto.keyring import write_private
from minzheng.kernel.notices.simulator import fate
from minzheng.kernel.subjects import idcard

DEFAULT_FATES = {"good": 60, "lost": 10, "delayed": 10, "repeated": 10, "corrupt": 10}
GOOD = {"good": 100}
_MOST = 16 * 1024 * 1024


@dataclass
class Simulator:
    """One partner. `code`, `own`: what it and we are called; `state`: what it has taken in, feed → key → [kind, fen]."""

    code: str
    own: str
    keys: Keys
    adapter: Adapter | None = None
    seed: int = 0
    fates: Mapping[str, int] = field(default_factory=lambda: DEFAULT_FATES)
    state: dict[str, dict[str, tuple[str, int]]] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    met: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def answer(self, raw: bytes) -> dict[str, Any]:
        """The signed answer to one of our messages; the same message gets the same answer. Raises Rejected."""
        envelope = envelopes.parsed(raw, _MOST)
        now, day = clock.now(), datetime.timedelta(days=1)
        envelopes.checked(
            envelope, self.keys, sender=self.own, receiver=self.code, now=now, skew=day, lifetime=400 * day
        )
        if envelope["id"] not in self.answers:
            kind, body = ("ack", self._ack(envelope)) if envelope["kind"] == "push" else ("reply", {})
            number = envelopes.new_id("S")
            if kind == "reply":
                body = self._reply(envelope, number)
            self.answers[envelope["id"]] = envelopes.make(
                self.keys, sender=self.code, receiver=self.own, kind=kind, body=body, now=now, expires=now + 7 * day,
                message_id=number, reply_to=envelope["id"], source=envelope["source"], purpose=envelope["purpose"],
                basis=envelope["basis"],
            )  # fmt: skip
        return self.answers[envelope["id"]]

    def fate(self, message_id: str) -> str:
        """What happens to this message now: bad luck strikes once."""
        self.met[message_id] += 1
        found = fate(self.seed, message_id, tuple(self.fates.items()))
        return found if self.met[message_id] == 1 or found == "repeated" else "good"

    # ---- what it remembers from one run of the program to the next

    def remember(self, path: Path) -> None:
        told = {"state": self.state, "answers": self.answers, "met": self.met}
        write_private(path, json.dumps(told, ensure_ascii=False).encode())

    def recall(self, path: Path) -> None:
        if path.exists():
            told = json.loads(path.read_text(encoding="utf-8"))
            self.state = {feed: {k: (v[0], v[1]) for k, v in rows.items()} for feed, rows in told["state"].items()}
            self.answers, self.met = told["answers"], Counter(told["met"])

    # ---- what it answers

    def _ack(self, envelope: Mapping[str, Any]) -> dict[str, Any]:
        body = envelope["body"]
        secret, feed = self.keys.secret(envelope["key_id"]), str(body["feed"])
        taken, rejected = self.state.setdefault(feed, {}), []
        for line in body["rows"]:
            fields = dict(line["fields"])
            if "sealed" in line:
                fields |= signing.unseal(secret, line["sealed"], f"{envelope['id']}:{line['key']}")
            why = self._why_not(feed, fields)
            if why:
                rejected.append({"key": line["key"], "reason": why})
            else:
                taken[line["key"]] = self._counted(feed, fields)
        counts: dict[str, list[int]] = {}
        for kind, fen in taken.values():
            total = counts.setdefault(kind, [0, 0])
            total[0], total[1] = total[0] + 1, total[1] + fen
        told = [{"key": key, "rows": rows, "fen": fen} for key, (rows, fen) in sorted(counts.items())]
        return {"feed": feed, "accepted": len(body["rows"]) - len(rejected), "rejected": rejected, "counts": told}

    def _why_not(self, feed: str, fields: Mapping[str, Any]) -> str:
        """The reason of the first rule of mapping.yaml that the row breaks; "" when it is taken."""
        for rule in self.adapter.simulator.get("rejects", ()) if self.adapter else ():
            value = str(fields.get(rule["field"]))
            meant = rule["feed"] == feed and all(fields.get(k) == v for k, v in rule.get("when", {}).items())
            broken = {
                "zero": value == "0",
                "invalid_id": not idcard.is_valid(value),
                "equals": value == rule.get("value"),
                "share": fate(self.seed, value, (("bad", int(rule.get("percent", 0))),)) == "bad",
            }[rule["rule"]]
            if meant and broken:
                return str(rule["reason"])
        return ""

    def _counted(self, feed: str, fields: Mapping[str, Any]) -> tuple[str, int]:
        """Kind and money of a row as this side counts it: an ended award pays nothing."""
        assert self.adapter is not None
        outs = self.adapter.feeds[feed].fields
        kind = next((str(fields[one.name]) for one in outs if one.codes == "items"), "")
        fen = next((int(fields[one.name]) for one in outs if one.source == "amount_fen"), 0)
        ended = any(one.codes == "states" and fields[one.name] == self.adapter.codes["states"]["ended"] for one in outs)
        return kind, 0 if ended else fen

    def _reply(self, envelope: Mapping[str, Any], number: str) -> dict[str, Any]:
        """Invented rows about the people who were asked about."""
        secret = self.keys.secret(envelope["key_id"])
        people = [
            (one["ref"], signing.unseal(secret, one["sealed"], f"{envelope['id']}:{one['ref']}"))
            for one in envelope["body"]["people"]
        ]
        found = self._rows(str(envelope["source"]), envelope["id"], [person for _ref, person in people])
        lines, total = [], 0
        for ref, person in people:
            own = [row for row in found if row.get("id_no") == person["id_no"]]
            total += len(own)
            lines.append({"ref": ref, "sealed": signing.seal(secret, {"rows": own}, f"{number}:{ref}")})
        return {"people": lines, "count": total}

    def _rows(self, source: str, request_no: str, people: list[dict[str, str]]) -> list[dict[str, str]]:
        spec = registry.get(source)
        names = {column.label: column.name for column in spec.columns}
        with tempfile.TemporaryDirectory() as place:
            asked, out = Path(place) / "asked.csv", Path(place) / "out.csv"
            with asked.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(["id_no", "name", "request_no"])
                writer.writerows([one["id_no"], one["name"], request_no] for one in people)
            respond(spec, asked, out, self.seed)
            with out.open(encoding="utf-8-sig", newline="") as file:
                return [
                    {names.get(key, key): value for key, value in row.items() if value} for row in csv.DictReader(file)
                ]


# ---- as an HTTP application


def serve(simulator: Simulator, port: int = 0) -> ThreadingHTTPServer:
    """The simulator on the loopback address; the caller runs and closes it."""
    return ThreadingHTTPServer(("127.0.0.1", port), _handler(simulator))


def _handler(simulator: Simulator) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), _MOST))
            try:
                told = simulator.answer(raw)
            except Rejected as error:
                return self._send(error.status, {"error": str(error), "code": error.code})
            luck = simulator.fate(told["reply_to"])
            if luck == "lost":  # taken in, but nothing comes back
                self.close_connection = True
                return None
            if luck == "delayed":
                return self._send(202, {"state": "later"})
            if luck == "corrupt":
                return self._raw(200, signing.canonical(told)[:-40] + b"\xff\xfe")
            return self._send(200, told)

        def do_GET(self) -> None:
            told = simulator.answers.get(self.path.rpartition("/")[2])
            self._send(200, told) if told else self._send(404, {"error": "没有这份报文的答复"})

        def _send(self, status: int, told: Mapping[str, Any]) -> None:
            self._raw(status, json.dumps(told, ensure_ascii=False).encode())

        def _raw(self, status: int, raw: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    return Handler


# ---- as somebody who empties the outbox folder


def of_partner(partner: ExchangePartner, seed: int = 1, *, well: bool = False) -> Simulator:
    """The simulator that plays a registered partner, with the bad luck that its mapping names."""
    adapter = mapping.get(partner.adapter) if partner.adapter else None
    told = adapter.simulator.get("fates", DEFAULT_FATES) if adapter else DEFAULT_FATES
    return Simulator(partner.code, own_code(), keys_of(partner), adapter, seed, GOOD if well else told)


def play(other: Simulator, say: Callable[[str], None] = lambda text: None) -> int:
    """One look into the outbox, going on from the last one."""
    memory = files.folder(other.code) / "simulated.json"
    other.recall(memory)
    done = answer_files(other, say)
    other.remember(memory)
    return done


def answer_files(simulator: Simulator, say: Callable[[str], None] = lambda text: None) -> int:
    """Take what lies in our outbox for this partner and put answers into our inbox, with the same bad luck."""
    root, done = files.folder(simulator.code), 0
    for path in sorted((root / "outbox").glob("*.json")):
        raw = path.read_bytes()
        try:
            told = simulator.answer(raw)
        except Rejected as error:
            write_private(path.with_name(path.name + ".ack"), json.dumps({"ok": False, "why": str(error)}).encode())
            continue
        luck = simulator.fate(told["reply_to"])
        say(f"{path.name}：{luck}")
        if luck in ("lost", "delayed"):
            continue  # the next look finds it again
        content = signing.canonical(told)
        name = f"{told['id']}.json"
        if luck == "corrupt":
            write_private(root / "inbox" / f"broken-{name}", content[: len(content) // 2])
        if luck == "repeated":
            write_private(root / "inbox" / f"again-{name}", content)
        write_private(root / "inbox" / name, content)
        write_private(path.with_name(path.name + ".ack"), b'{"ok": true}')
        done += 1
    return done
