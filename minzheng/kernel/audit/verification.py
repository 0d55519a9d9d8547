"""Proof that the audit log is whole: every MAC, every link, no gap, and every anchored head."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from minzheng.kernel.audit import anchor, chain
from minzheng.kernel.audit.canonical import COLUMNS, GENESIS, canonical, entry_mac, link_hash
from minzheng.kernel.audit.models import AuditEntry

#: More findings than these add nothing: the first one says where to look.
MOST_ERRORS = 20
_CHUNK = 5000


@dataclass
class Report:
    """`entries` links checked, `sealed` lines linked just now, `vouched` lines whose existence a later line vouches for,
    `anchors` heads compared (files and paper), `head` the last link, `errors` Chinese sentences."""

    entries: int = 0
    sealed: int = 0
    vouched: int = 0
    anchors: int = 0
    head: anchor.Head = field(default_factory=anchor.Head)
    errors: list[str] = field(default_factory=list)
    more: int = 0

    @property
    def ok(self) -> bool:
        return not self.errors

    def add(self, sentence: str) -> None:
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(sentence)
        else:
            self.more += 1

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "entries": self.entries,
            "sealed": self.sealed,
            "head": {"seq": self.head.seq, "hash": self.head.hash},
            "checked": self.checked(),
            "errors": self.errors,
            "more_errors": self.more,
        }

    def checked(self) -> list[str]:
        """What was looked at, in words."""
        return [
            f"逐条重算了 {self.entries} 条记录的校验码（内容有没有被改动或伪造）",
            f"逐环重算了 {self.entries} 环的 SM3（有没有删除、调换、插入）",
            f"核对了 {self.vouched} 处佐证（封存之前有没有被删除）",
            f"与 {self.anchors} 个数据库之外的链头比对（链尾有没有被截断、整体有没有被改写）",
        ]


def verify(extra: Mapping[int, str] | None = None) -> Report:
    """Link pending lines, then check everything in one pass over the chain (constant memory). `extra`: hashes by
    sequence number from elsewhere, such as a printed head."""
    report = Report()
    try:
        report.sealed = chain.seal_pending(thorough=True)
    except (chain.ChainCut, anchor.BrokenAnchor) as error:
        report.add(str(error))
    known = _anchored(report)
    for seq, made in (extra or {}).items():
        if known.setdefault(seq, made) != made:
            report.add(f"所给的链头（第 {seq} 环）与本机锚定文件不符：两者必有一个被改动，请与纸质链头逐字核对。")
            known[seq] = made
    report.anchors = len(known)
    _check_anchors(report, _check_chain(report, known))
    return report


def _anchored(report: Report) -> dict[int, str]:
    """Anchored hashes by sequence number."""
    known: dict[int, str] = {}
    try:
        for head in anchor.heads():
            if known.setdefault(head.seq, head.hash) != head.hash:
                report.add(f"审计锚定文件对第 {head.seq} 环记有两个不同的值：数据库曾被整体改写或恢复过。")
    except anchor.BrokenAnchor as error:
        if str(error) not in report.errors:
            report.add(str(error))
    return known


def _check_chain(report: Report, known: dict[int, str]) -> dict[int, str]:
    """Walk the links; returns the anchors that were not met on the way."""
    open_anchors = {seq: value for seq, value in known.items() if seq > 0}
    expected, previous = 1, GENESIS
    witnesses = _Witnesses(report)
    for seq, entry_id, prev_hash, made, values, mac in _links():
        if seq != expected:
            report.add(
                f"审计链缺第 {expected} 环{f'至第 {seq - 1} 环' if seq - expected > 1 else ''}：链条记录被删除。"
            )
        elif prev_hash != previous:
            report.add(f"审计链第 {seq} 环接不上前一环：链条次序被改动。")
        if values is None:
            report.add(f"第 {seq} 环所指的审计记录 {entry_id} 不见了：该记录被删除。")
        else:
            _check_entry(report, seq, prev_hash, made, values, mac)
            witnesses.heard(values[0], values[1], values[-1])
        anchored = open_anchors.pop(seq, None)
        if anchored is not None and anchored != made:
            report.add(f"审计链第 {seq} 环与锚定文件不符：该环之前的记录被整体改写。")
        expected, previous = seq + 1, made
        report.entries += 1
        report.head = anchor.Head(seq, made)
    witnesses.ask()
    return open_anchors


class _Witnesses:
    """Lines named by later lines must exist. Most are met on the way; the others are asked for, a portion at a time."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.met: set[int] = set()
        self.before: set[int] = set()
        self.named: dict[int, tuple[int, Any]] = {}

    def heard(self, entry_id: int, at: Any, names: list[int]) -> None:
        self.met.add(entry_id)
        self.named.update((one, (entry_id, at)) for one in names or ())
        self.report.vouched += len(names or ())
        if len(self.met) >= _CHUNK:
            self.ask()

    def ask(self) -> None:
        missing = self.named.keys() - self.met - self.before
        if missing:
            missing -= set(AuditEntry.objects.filter(pk__in=missing).values_list("pk", flat=True))
        for one in sorted(missing):
            witness, at = self.named[one]
            when = at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
            self.report.add(f"审计记录 {one} 在封存之前被删除：之后写下的记录 {witness}（{when}）证明它存在过。")
        self.before, self.met, self.named = self.met, set(), {}


def _check_entry(report: Report, seq: int, prev_hash: str, made: str, values: list[Any], mac: str) -> None:
    body = canonical(values)
    if entry_mac(body) != mac:
        when = values[1].astimezone().strftime("%Y-%m-%d %H:%M:%S")
        report.add(f"审计记录 {values[0]}（第 {seq} 环，{when}，{values[5]}）的内容被改动或系伪造：校验码不符。")
    elif link_hash(prev_hash, seq, body, mac) != made:
        report.add(f"审计链第 {seq} 环（审计记录 {values[0]}）与所封存的内容不符：记录被调换或链条被改动。")


def _check_anchors(report: Report, missing: dict[int, str]) -> None:
    if missing and not any("尾部被截断" in sentence for sentence in report.errors):
        last = max(missing)
        report.add(f"审计链尾部被截断：锚定文件记录到第 {last} 环，数据库中只到第 {report.head.seq} 环。")
    if report.head.seq and not anchor.current().exists() and anchor.missing_sentence() not in report.errors:
        report.add(anchor.missing_sentence())


def _links() -> Iterator[tuple[int, int, str, str, list[Any] | None, str]]:
    """(seq, entry id, previous hash, hash, entry values or None, mac) in chain order, streamed by the server."""
    columns = ", ".join(f'e."{name}"' for name in (*COLUMNS, "mac"))
    query = (  # column names are our own constants
        f"SELECT s.seq, s.entry_id, s.prev_hash, s.hash, {columns} FROM kernel_auditseal s "  # noqa: S608
        "LEFT JOIN kernel_auditentry e ON e.id = s.entry_id ORDER BY s.seq"
    )
    detail, vouches = COLUMNS.index("detail"), COLUMNS.index("vouches")
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(_CHUNK):
            for seq, entry_id, prev_hash, made, *values, mac in rows:
                if values[0] is None:
                    yield seq, entry_id, prev_hash, made, None, ""
                    continue
                raw = values[detail]
                values[detail] = {} if raw == "{}" else json.loads(raw) if isinstance(raw, str) else raw
                raw = values[vouches]
                values[vouches] = [] if raw == "[]" else json.loads(raw) if isinstance(raw, str) else raw
                yield seq, entry_id, prev_hash, made, values, mac
