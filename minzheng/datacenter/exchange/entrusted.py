"""受托核对 by the exchange: a letter that came as a message is accepted by a member of staff in their own name, looked up as
any letter is (datacenter/matching/outside), and answered as soon as the report is there.

Body of such a request: {"letter_no", "items": [codes of matching.scopes.ITEMS], "people": [{"ref", "sealed"}]}, each person
sealed as {"name", "id_no", "relation", "signed_on", "valid_until", "guardian"}."""

from __future__ import annotations

import datetime
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from minzheng.datacenter.exchange import incoming, services
from minzheng.datacenter.exchange.errors import ExchangeRefused
from minzheng.datacenter.exchange.models import ExchangeRequest
from minzheng.datacenter.matching import outside, scopes
from minzheng.datacenter.matching.models import MatchRequest
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.documents.services import store_attachment
from minzheng.kernel.documents.typesetting.rendering import one_at_a_time
from minzheng.kernel.subjects.masking import mask_id

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

PURPOSE = "entrusted_check"
SOURCE = "entrusted"
LAYOUTS = Path(__file__).resolve().parent / "typst"
ENDED = ("issued", "reissued", "upheld")


def accept(*, actor: Actor, request_id: int) -> MatchRequest:
    """Enter the letter as a 受托核对 and carry it out; the answer goes back by itself. Raises Refused with what is wrong."""
    asked = ExchangeRequest.objects.select_related("partner", "message").filter(pk=request_id, direction="in").first()
    if asked is None or actor.can(outside.PERMISSION, asked.region_code) is None:
        raise ExchangeRefused("没有这份来函，或者不在您的范围内。")
    if asked.state != "asked" or asked.batch_no:
        raise ExchangeRefused("这份来函已经登记或答复过。")
    people = _people(asked)
    body = asked.message.envelope["body"]
    items = [str(code) for code in body.get("items") or [] if str(code) in scopes.ITEMS]
    if not items:
        raise ExchangeRefused("来函没有写明可以查的内容，请退回对方补正。")
    letter_no = str(body.get("letter_no") or "").strip()[:60] or asked.no
    upload = SimpleUploadedFile("letter.pdf", letter(asked, people, letter_no, items), content_type="application/pdf")
    paper = store_attachment(case=None, kind="match_paper", label=f"电子来函 {letter_no}", upload=upload, actor=actor)
    wanted = outside.Wanted(
        MatchRequest.BUREAU, asked.partner.title, letter_no, asked.reason or f"{asked.partner.title}委托核对", asked.region_code,
        items, people, [paper.pk],
    )  # fmt: skip
    made = outside.enter(actor=actor, wanted=wanted)
    ExchangeRequest.objects.filter(pk=asked.pk).update(batch_no=made.no, asked_name=actor.name, asked_by_id=actor.id)
    answer_all()
    return made


def _people(asked: ExchangeRequest) -> list[outside.Person]:
    """As the letter names them. Raises ExchangeRefused naming what is missing."""
    found = []
    for ref, one in incoming.people_of(asked.partner, asked.message.envelope):
        try:
            signed, until = (datetime.date.fromisoformat(str(one.get(k) or "")) for k in ("signed_on", "valid_until"))
        except ValueError:
            raise ExchangeRefused(f"第 {ref} 人没有写明授权书的签署日期、到期日，请退回对方补正。") from None
        found.append(
            outside.Person(
                str(one.get("name") or "")[:60], str(one.get("id_no") or "").upper()[:30], str(one.get("relation") or "")[:20],
                signed, until, str(one.get("guardian") or "")[:60],
            )
        )  # fmt: skip
    return found


def answer_all() -> dict[str, int]:
    """Send what has been reported since; what was returned or withdrawn is declined with the reason."""
    done = {"entrusted_answered": 0, "entrusted_declined": 0}
    waiting = ExchangeRequest.objects.filter(direction="in", state="asked", purpose=PURPOSE).exclude(batch_no="")
    reports = {one.no: one for one in MatchRequest.objects.filter(no__in=waiting.values("batch_no"))}
    for asked in waiting:
        report = reports.get(asked.batch_no)
        if report is None:
            continue
        if report.state in ENDED:
            services.answer(actor=SYSTEM, request_id=asked.pk, rows=_rows(asked, report))
            done["entrusted_answered"] += 1
        elif report.state in ("returned", "void"):
            services.refuse(actor=SYSTEM, request_id=asked.pk, why=report.why or "核对请求已作废，不予提供。")
            done["entrusted_declined"] += 1
    return done


def _rows(asked: ExchangeRequest, report: MatchRequest) -> dict[str, list[dict[str, Any]]]:
    """The lines of the report by person, and what it says about them as a whole."""
    result = report.result or {}
    found: dict[str, list[dict[str, Any]]] = {}
    for seq, person in enumerate(asked.people.order_by("pk"), start=1):
        lines = [one for one in result.get("items", ()) if str(one.get("key", "")).startswith(f"{seq}.")]
        found[person.ref] = [
            {name: one.get(name) for name in ("title", "kind", "value", "on", "sources")} | {"report_no": report.no}
            for one in lines
        ]
    return found


def letter(asked: ExchangeRequest, people: list[outside.Person], letter_no: str, items: list[str]) -> bytes:
    """The message as a sheet of paper for the file."""
    envelope = asked.message.envelope
    data = {
        "from": asked.partner.title, "simulated": asked.partner.simulated, "hash": envelope["hash"],
        "scheme": envelope["scheme"], "key": envelope["key_id"], "signature": envelope["signature"],
        "facts": [
            ("来函单位", asked.partner.title), ("来函编号", letter_no), ("法律依据", asked.basis),
            ("可以查的内容", "、".join(scopes.ITEMS[code][0] for code in items)), ("发出时间", envelope["created"]),
            ("授权编号", "、".join(one["ref"] for one in asked.consents) or "—"),
        ],
        "people": [
            [p.name, mask_id(p.id_no), p.relation, p.signed_on.isoformat(), p.valid_until.isoformat(), p.guardian or "—"]
            for p in people
        ],
    }  # fmt: skip
    with one_at_a_time:
        made = _compiler().compile(
            input=str(LAYOUTS / "letter.typ"), format="pdf", sys_inputs={"d": json.dumps(data, ensure_ascii=False)}
        )
    return bytes(made)


@cache
def _compiler() -> Any:
    return typst.Compiler(root=str(LAYOUTS), font_paths=[str(settings.FONT_DIR)], ignore_system_fonts=True)
