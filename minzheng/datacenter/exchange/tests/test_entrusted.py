"""受托核对 from a letter that came as a message to the answer that goes back; questions of the matching office going out."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from minzheng.datacenter.exchange import entrusted, incoming, messages, partners, questions, signing
from minzheng.datacenter.exchange.errors import ExchangeRefused
from minzheng.datacenter.exchange.models import ExchangeMessage, ExchangePartner, ExchangeRequest
from minzheng.datacenter.exchange.tests.conftest import COUNTY, other_side
from minzheng.datacenter.exchange.tests.test_messages import ID_NO, envelope, raw
from minzheng.datacenter.lake import tokens
from minzheng.datacenter.matching.models import MatchInquiry, MatchRequest
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.documents.models import Attachment

pytestmark = pytest.mark.django_db


def letter(one: ExchangePartner, **person: Any) -> dict[str, Any]:
    number = f"T-letter-{len(person):04d}"
    until = (clock.today() + datetime.timedelta(days=300)).isoformat()
    told = {
        "name": "周桂兰",
        "id_no": ID_NO,
        "relation": "本人",
        "signed_on": clock.today().isoformat(),
        "valid_until": until,
    } | person
    sealed = [{"ref": "1", "sealed": signing.seal(one.secret or "", told, f"{number}:1")}]
    return envelope(
        one,
        message_id=number,
        body={"people": sealed, "items": ["vehicle", "realty"], "letter_no": "示住建函〔2026〕8号"},
    )


def test_来函登记成受托核对_出结果自动答复_授权不对的退回(
    partner: Callable[..., ExchangePartner], family: dict[str, Any], staff: Callable[[str, str], User]
) -> None:  # fmt: skip
    housing = partner("housing", may_ask=True, purposes=["entrusted_check"])
    officer = actor_of(staff("matching_officer", COUNTY))
    message = messages.accept(housing, raw(letter(housing))).message
    assert incoming.work(message) == "received"
    asked = ExchangeRequest.objects.get()
    with pytest.raises(ExchangeRefused, match="不在您的范围内"):
        entrusted.accept(actor=actor_of(staff("matching_officer", "990102000000")), request_id=asked.pk)
    made = entrusted.accept(actor=officer, request_id=asked.pk)
    assert (made.client, made.client_no, made.scope) == (
        "housing（模拟）",
        "示住建函〔2026〕8号",
        ["realty", "vehicle"],
    )
    assert Attachment.objects.filter(kind="match_paper").count() == 1
    asked.refresh_from_db()
    assert asked.batch_no == made.no
    MatchRequest.objects.filter(pk=made.pk).update(state="issued")
    entrusted.answer_all()
    asked.refresh_from_db()
    assert asked.state == "answered"
    reply = ExchangeMessage.objects.get(direction="out", kind="reply")
    opened = signing.unseal(
        housing.secret or "", reply.envelope["body"]["people"][0]["sealed"], f"{reply.message_id}:1"
    )
    assert isinstance(opened["rows"], list)
    with pytest.raises(ExchangeRefused, match="已经登记或答复"):
        entrusted.accept(actor=officer, request_id=asked.pk)
    late = messages.accept(housing, raw(letter(housing, valid_until="2026-01-02", signed_on="2026-01-01"))).message
    second = ExchangeRequest.objects.get(message=late)
    assert entrusted.accept(actor=officer, request_id=second.pk).state == "returned"
    second.refresh_from_db()
    assert second.state == "refused"
    assert "到期" in second.refusal


def test_核对请求的一户一查_发给登记的单位_只发一次_答复后告诉核对(
    partner: Callable[..., ExchangePartner], family: dict[str, Any]
) -> None:  # fmt: skip
    bank = partner("bank", sources=["deposit"])
    case = family["case"]
    request = MatchRequest.objects.create(
        no="990101-HD-2026-000009", region_code=case.region_code, case_id=case.pk, asked_at=clock.now(), as_of=clock.today(),
        people=[], known={}, result={}, purpose="办理最低生活保障",
    )  # fmt: skip
    due = clock.today() + datetime.timedelta(days=10)
    given = {
        "request": request,
        "region_code": case.region_code,
        "asked_at": clock.now(),
        "due_on": due,
        "yellow_on": due,
    }
    question = MatchInquiry.objects.create(no=f"{request.no}-01", source="deposit", tokens=[tokens.of(ID_NO)], **given)
    MatchInquiry.objects.create(no=f"{request.no}-02", source="securities", tokens=[tokens.of(ID_NO)], **given)
    assert questions.send_all() == {"sent": 1, "nobody": 1, "refused": 0}
    assert questions.send_all() == {"sent": 0, "nobody": 1, "refused": 0}
    asked = ExchangeRequest.objects.select_related("message").get()
    assert (asked.case_id, asked.count, asked.region_code) == (case.pk, 1, case.region_code)
    assert asked.consents[0]["until"] == "2027-12-31"
    assert partners.for_source("deposit", "990102000000") is None
    messages.deliver(asked.message)
    other = other_side(bank)
    messages.accept(bank, signing.canonical(other.answer(signing.canonical(asked.message.envelope))))
    incoming.work(ExchangeMessage.objects.get(direction="in"))
    question.refresh_from_db()
    asked.refresh_from_db()
    assert (question.state, question.reply_ref) == ("answered", asked.batch_no)
