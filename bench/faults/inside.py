"""What is done inside the platform's own process environment: ``python -m bench.faults.inside prepare|verify|pay_… IN OUT``."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

ACT, NOTICE = "accept", "N01"
_DRAIN_SECONDS = 240.0


def prepare(wanted: dict[str, Any]) -> dict[str, Any]:
    """``{"cases": n}`` submitted applications, each with the account that may accept it and its version."""
    from bench import applications
    from minzheng.kernel.cases.models import Case

    found = []
    for draft in applications.drafts(wanted["cases"]):
        applications.submit(draft)
        case = Case.objects.get(pk=draft.case_id)
        assert draft.actor.user is not None
        found.append({"case": str(case.pk), "version": case.version, "username": draft.actor.user.username})
    return {"cases": found}


def verify(known: dict[str, Any]) -> dict[str, Any]:
    """Count what became of the acts in ``{"done": {case: number}}``, the acknowledged ones."""
    drained = _drain()
    done = {int(case): number for case, number in known["done"].items()}
    return {"drained": drained, **_acts(done), **_documents(set(done)), **_messages(), **_files(), **_proofs()}


def _drain() -> bool:
    """Wait until no message and no notice is on its way any more: leases of killed workers run out first."""
    from django.db.models import Q

    from minzheng.kernel import clock
    from minzheng.kernel.documents.models import IssuedDocument
    from minzheng.kernel.jobs.models import JobRun
    from minzheng.kernel.notices.models import OutboxMessage

    names = ("documents.render", "notices.deliver", "payruns.tell_returned")

    def waiting() -> bool:
        now = clock.now()  # a text that may not go out at night waits until the morning
        return (
            OutboxMessage.objects.filter(Q(not_before=None) | Q(not_before__lte=now), state="queued").exists()
            or IssuedDocument.objects.filter(path="").exists()
            or JobRun.objects.filter(
                Q(state="running") | Q(state="queued", run_after__lte=now), name__in=names
            ).exists()
        )  # fmt: skip

    deadline = time.monotonic() + _DRAIN_SECONDS
    while waiting():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True


def _acts(done: dict[int, str]) -> dict[str, Any]:
    from minzheng.kernel.cases.models import CaseAct

    rows = CaseAct.objects.filter(code=ACT, case_id__in=done).values_list("case_id", "opinion")
    counts = Counter(case for case, _ in rows)
    said = dict(rows)
    return {
        "acknowledged": len(done),
        "lost": sum(counts[case] == 0 for case in done),
        "doubled": sum(counts[case] > 1 for case in done),
        "altered": sum(case in said and number not in said[case] for case, number in done.items()),
    }


def _documents(cases: set[int]) -> dict[str, Any]:
    from minzheng.kernel.documents.models import IssuedDocument

    found = Counter(
        IssuedDocument.objects.filter(case_id__in=cases, code=NOTICE).exclude(path="").values_list("case_id", flat=True)
    )
    return {
        "documents_missing": sum(found[case] == 0 for case in cases),
        "documents_doubled": sum(found[case] > 1 for case in cases),
    }


def _messages() -> dict[str, Any]:
    """The simulated gateway's own record against the outbox: each key once."""
    from django.conf import settings

    from minzheng.kernel import clock
    from minzheng.kernel.notices.models import OutboxMessage

    lines = Counter(
        json.loads(line)["key"]
        for path in (Path(settings.VAR_DIR) / "outbox").glob("*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
    )
    sms = OutboxMessage.objects.filter(channel="sms")
    sent = {str(pk) for pk in sms.filter(state="sent").values_list("pk", flat=True)}
    return {
        "messages": len(lines),
        "messages_doubled": sum(count > 1 for count in lines.values()),
        "messages_missing": sum(not any(pk in key for key in lines) for pk in sent) if len(sent) != len(lines) else 0,
        "messages_unsent": sms.exclude(state="sent").exclude(state="queued", not_before__gt=clock.now()).count(),
    }


def _files() -> dict[str, Any]:
    """Files in the vault against the rows that name them. An unnamed one is left by a kill between file and row; the
    daily sweep deletes it.
    """
    from django.conf import settings

    from minzheng.kernel.documents.models import IssuedDocument

    named = set(IssuedDocument.objects.exclude(path="").values_list("path", flat=True))
    missing = [path for path in named if not (Path(settings.MEDIA_ROOT) / path).is_file()]
    return {"files_missing": len(missing)}


def _proofs() -> dict[str, Any]:
    from minzheng.kernel.audit.verification import verify as verified
    from minzheng.kernel.cases.models import Case
    from minzheng.kernel.cases.running.replay import replay

    return {
        "replay_problems": sum(bool(replay(case).problems) for case in Case.objects.iterator(chunk_size=500)),
        "audit_errors": verified().errors,
    }


def main(what: str, given: str, out: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "minzheng.site.settings"
    os.environ["MINZHENG_LOG_LEVEL"] = "ERROR"
    import django

    django.setup()
    from bench.faults import paying_inside as paying
    from minzheng.site import database

    acts = {
        "prepare": prepare, "verify": verify, "pay_prepare": paying.prepare, "pay_verify": paying.verify,
    }  # fmt: skip
    with database.available():
        found = acts[what](json.loads(Path(given).read_text()))
    Path(out).write_text(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main(*sys.argv[1:4])
