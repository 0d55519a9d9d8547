"""The interface for partners: ``POST /api/exchange/messages`` and ``GET /api/exchange/messages/<id>``.

Every call is signed (see carriers/rest.py); one partner sees only its own messages. An unknown partner, a wrong key and a
wrong signature get the same answer."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from minzheng.datacenter.exchange import messages, partners, terms
from minzheng.datacenter.exchange.carriers import rest
from minzheng.datacenter.exchange.errors import Rejected
from minzheng.datacenter.exchange.models import ExchangeMessage, ExchangePartner
from minzheng.kernel import clock

_WHO = Rejected("partner", "没有登记这个单位、已经停用，或者签名不对。", status=401)


@csrf_exempt
def take(request: HttpRequest) -> HttpResponse:
    """One envelope: 200 with the reply if there is one already, else 202."""
    try:
        body = request.read(messages.most_bytes() + 1)
        partner = _caller(request, body)
        partners.check_rate(partner)
        taken = messages.accept(partner, body)
    except Rejected as error:
        return _refused(error)
    answer = _reply(partner, taken.message.message_id)
    if answer is not None:
        return _json(answer.envelope, 200)
    return _json({"id": taken.message.message_id, "state": taken.message.state, "repeated": taken.repeated}, 202)


def give(request: HttpRequest, message_id: str) -> HttpResponse:
    """The reply to a message of this partner; 202 while there is none."""
    try:
        partner = _caller(request, b"")
        partners.check_rate(partner)
    except Rejected as error:
        return _refused(error)
    asked = ExchangeMessage.objects.filter(partner=partner, direction="in", message_id=message_id[:40]).first()
    if asked is None:
        return _json({"error": "没有这份报文。", "code": "unknown"}, 404)
    answer = _reply(partner, asked.message_id)
    return _json(answer.envelope, 200) if answer else _json({"id": asked.message_id, "state": asked.state}, 202)


def _caller(request: HttpRequest, body: bytes) -> ExchangePartner:
    """The partner whose key signed this call. Raises Rejected."""
    if len(body) > messages.most_bytes():
        raise Rejected("size", f"报文超过 {terms.number('most_kilobytes')} KB，请分开发送。", status=413)
    try:
        partner = partners.by_code(request.headers.get("X-Partner", ""))
        keys = partners.keys_of(partner)
        rest.genuine(keys, request.headers, request.method or "", request.path, body, terms.number("skew_seconds"))
    except Rejected as error:
        raise (error if error.code == "time" else _WHO) from None
    return partner


def _reply(partner: ExchangePartner, message_id: str) -> ExchangeMessage | None:
    """Our answer, noted as fetched."""
    with transaction.atomic():
        rows = ExchangeMessage.objects.select_for_update().filter(
            partner=partner, direction="out", kind="reply", reply_to=message_id
        )
        found = rows.first()
        if found is not None and found.state != "answered":
            found.state, found.answered_at = "answered", clock.now()
            found.save(update_fields=["state", "answered_at"])
            partners.note(partner, "taken", "对方已取走", found)
    return found


def _refused(error: Rejected) -> JsonResponse:
    return _json({"error": str(error), "code": error.code}, error.status)


def _json(told: dict[str, Any], status: int) -> JsonResponse:
    response = JsonResponse(told, status=status, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-store"
    return response
