"""数据交换 of the demo county: simulated partners, questions answered and unanswered, a letter, a push with rejects, a broken
file. Nothing real is on the other side, and every page says so."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from minzheng.datacenter.exchange import envelopes, incoming, messages, partners, pushes, services, signing
from minzheng.datacenter.exchange.carriers import files
from minzheng.datacenter.exchange.models import ExchangeMessage, ExchangePartner
from minzheng.datacenter.exchange.services import Whom
from minzheng.datacenter.exchange.simulator import of_partner, play
from minzheng.demo.places import AREA
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, staff_actor
from minzheng.kernel.cases.selectors import visible_to
from minzheng.kernel.crypto.keyring import write_private

if TYPE_CHECKING:
    from minzheng.demo.load import Loader

COUNTY = f"{AREA}000000"
WHO = "hedui"
#: (code, what is registered of it).
PARTNERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("demo-bank", {"title": "示范县银行业联合查询（模拟）", "department": "bank", "sources": ["deposit"], "purposes": ["aid_check", "monitoring"],
                   "basis": "社会救助暂行办法第五十八条；查询协议（示例）"}),
    ("demo-finance", {"title": "证券、保险联合查询（模拟）", "department": "bank", "sources": ["securities", "insurance"],
                      "purposes": ["aid_check"], "basis": "社会救助暂行办法第五十八条；查询协议（示例）"}),
    ("demo-housing", {"title": "示范县住房和城乡建设局（模拟）", "department": "realty", "purposes": ["entrusted_check"], "may_ask": True,
                      "basis": "公共租赁住房管理办法；数据交换协议（示例）"}),
    ("demo-province", {"title": "省社会救助信息系统（模拟）", "department": "civil", "kind": "province", "adapter": "province",
                       "purposes": ["report_up"], "basis": "社会救助信息报送要求（示例）"}),
    ("demo-jinmin", {"title": "金民工程社会救助信息系统（模拟）", "department": "civil", "kind": "ministry", "adapter": "jinmin",
                     "purposes": ["report_up"], "basis": "金民工程数据报送要求（示例）"}),
)  # fmt: skip
ANSWERED, ASKED = 4, 5


def load_exchange(loader: Loader) -> int:
    """Returns how many requests are on record. Everything happens now, by the platform's clock."""
    made = {code: _partner(code, told) for code, told in PARTNERS}
    count = _questions(made["demo-bank"])
    count += _letter(made["demo-housing"], loader)
    for code in ("demo-province", "demo-jinmin"):
        for name in ("awards", "cases") if code == "demo-province" else ("funds", "people"):
            pushes.push(actor=SYSTEM, partner=made[code], feed_code=name)
        _to_and_fro(made[code])
    _broken(made["demo-bank"])
    return count


def _partner(code: str, told: dict[str, Any]) -> ExchangePartner:
    """Registered anew; what an earlier demo left in its folder goes."""
    shutil.rmtree(Path(settings.EXCHANGE_ROOT) / code, ignore_errors=True)
    common = {
        "carrier": "files",
        "valid_from": datetime.date(2026, 1, 1),
        "contact_name": "信息科",
        "contact_phone": "0990-0000000",
    }
    made = partners.save(
        actor=SYSTEM, partner=None, code=code, values=common | told, region_code=COUNTY, simulated=True
    )
    made.is_demo = True
    made.save(update_fields=["is_demo"])
    return made


def _questions(bank: ExchangePartner) -> int:
    """Some cases whose families were asked about; the last question still waits."""
    actor = staff_actor(WHO) or SYSTEM
    count = 0
    for case in visible_to(SYSTEM).filter(is_demo=True, consents__isnull=False).distinct().order_by("pk")[:ASKED]:
        members = [m for m in case.members.all() if m.id_no]
        consents = [{"ref": str(one.pk), "until": one.valid_until.isoformat()} for one in case.consents.all()]
        if not members:
            continue
        services.ask(
            actor=actor, source="deposit", people=[Whom(m.name, m.id_no or "", m.person_id) for m in members], purpose="aid_check",
            consents=consents, region_code=case.region_code, case=case, reason=f"办理 {case.no or '申请'}", partner=bank,
        )  # fmt: skip
        count += 1
        if count == ANSWERED:
            _to_and_fro(bank)
    return count


def _to_and_fro(partner: ExchangePartner) -> None:
    """Send, let the other side answer without bad luck, take the answers in."""
    for message in partner.messages.filter(direction="out", state="queued"):
        messages.deliver(message)
    play(of_partner(partner, well=True))
    messages.look(partner)
    for message in ExchangeMessage.objects.filter(partner=partner, direction="in", state="received", kind="reply"):
        incoming.work(message)


def _letter(housing: ExchangePartner, loader: Loader) -> int:
    """A family that applies for public housing: the letter waits for a matching officer."""
    case = visible_to(SYSTEM).filter(is_demo=True, members__isnull=False).order_by("-pk").first()
    member = case.members.first() if case else None
    if member is None:
        return 0
    now, number, today = clock.now(), "DEMO-LETTER-0001", clock.today()
    told = {
        "name": member.name, "id_no": member.id_no, "relation": "本人", "signed_on": (today - datetime.timedelta(days=5)).isoformat(),
        "valid_until": (today + datetime.timedelta(days=200)).isoformat(),
    }  # fmt: skip
    body = {"letter_no": f"示住建函〔{today.year}〕118号", "items": ["realty", "vehicle", "insurance"],
            "people": [{"ref": "1", "sealed": signing.seal(housing.secret or "", told, f"{number}:1")}]}  # fmt: skip
    envelope = envelopes.make(
        partners.keys_of(housing), sender=housing.code, receiver=partners.own_code(), kind="request", body=body, now=now,
        expires=now + datetime.timedelta(days=20), message_id=number, source="entrusted", purpose="entrusted_check",
        basis="公共租赁住房管理办法第八条", consents=[{"ref": "示住建授权2026-0118", "until": told["valid_until"]}],
    )  # fmt: skip
    messages.accept(housing, signing.canonical(envelope))
    return 1


def _broken(bank: ExchangePartner) -> None:
    """A file that was cut off on its way."""
    write_private(
        files.folder(bank.code) / "inbox" / "broken-0001.json", b'{"v": 1, "id": "DEMO-CUT-OFF", "from": "demo-ba'
    )
    messages.look(bank)
