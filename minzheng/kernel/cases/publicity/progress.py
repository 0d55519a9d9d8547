"""凭编号查进度: case number and the last four of the ID number, nothing else; slow to guess, silent about what exists."""

from __future__ import annotations

import datetime
import hmac
from dataclasses import dataclass

from django.utils.timezone import localdate

from minzheng.kernel import clock
from minzheng.kernel.cases.deadlines.words import DeadlineView, deadline
from minzheng.kernel.cases.errors import NotFound, TooMany
from minzheng.kernel.cases.models import Case, PublicTry
from minzheng.kernel.crypto import sealing
from minzheng.kernel.items import registry

WINDOW = datetime.timedelta(minutes=15)
MISSES_PER_ADDRESS = 10  # wrong pairs from one address within the window
MISSES_PER_NUMBER = 5  # wrong tails for one number within the window, from anywhere
STAGES = ("申请", "调查", "初审", "公示", "确认", "结果", "待遇")
SAME_ANSWER = "没有查到：请核对办件编号和申请人身份证号码后四位。"


@dataclass(frozen=True)
class Progress:
    """What the public query answers: no address, no amounts, no names."""

    no: str
    item_title: str
    state_title: str
    public_text: str
    submitted_on: datetime.date | None
    deadline: DeadlineView
    steps: list[tuple[str, str]]  # (stage, "done" | "now" | "next")


def progress(*, no: str, id_tail: str, address: str) -> Progress:
    """By case number and the last four characters of the applicant's ID number (X in either case).

    Raises NotFound with one and the same sentence for "no such number" and "wrong tail"; TooMany after a few misses."""
    number, tail = no.strip().upper(), id_tail.strip().upper()
    keys = [sealing.blind_index("progress_address", address), sealing.blind_index("progress_number", number)]
    since = clock.now() - WINDOW
    misses = [PublicTry.objects.filter(address=key, at__gte=since, found=False).count() for key in keys]
    if misses[0] >= MISSES_PER_ADDRESS or misses[1] >= MISSES_PER_NUMBER:
        raise TooMany("查询次数过多，请 15 分钟后再试，或拨打受理窗口电话查询。")
    case = Case.objects.select_related("applicant").filter(no=number).exclude(state="DRAFT").first()
    known = (case.applicant.id_no if case is not None and case.applicant_id and case.applicant else "")[-4:].upper()
    matched = len(tail) == 4 and hmac.compare_digest(known.encode(), tail.encode())
    PublicTry.objects.bulk_create([PublicTry(address=key, at=clock.now(), found=matched) for key in keys])
    if case is None or not matched:
        raise NotFound(SAME_ANSWER)
    return _answer(case)


def _answer(case: Case) -> Progress:
    item = registry.get(case.item_code)
    state = item.flow.state(case.state)
    here = STAGES.index(state.stage) if state.stage in STAGES else 0
    steps = [(stage, "done" if i < here else "now" if i == here else "next") for i, stage in enumerate(STAGES)]
    submitted = localdate(case.submitted_at) if case.submitted_at else None
    # Before acceptance nothing but the examination of the papers runs; the whole procedure starts with 受理.
    shown = deadline(case, total=case.total_due_on is not None)
    return Progress(case.no or "", item.title, state.title, state.public, submitted, shown, steps)
