"""The data centre's part of the test county: samples and the exchange with other departments, one object a page.

These stand above the kernel, so they are fetched by name."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from importlib import import_module
from typing import Any
from unittest.mock import patch

from django.core.files.uploadedfile import SimpleUploadedFile

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.documents import services as documents
from minzheng.kernel.documents.tests.samples import picture
from minzheng.kernel.subjects import idcard

COUNTY = "990101000000"
#: A valid number of the invented area that belongs to nobody in the town.
ID_OF_NOBODY = idcard.make("990101", datetime.date(1971, 4, 6), 951)


def _of(name: str) -> Any:
    return import_module(f"minzheng.datacenter.{name}")


#: Pages about a declared source: the same for everybody who may look.
CATALOGUE: dict[str, dict[str, Any]] = {
    "sources.detail": {"code": "death"},
    "sources.sample": {"code": "death"},
    "sources.template": {"code": "death", "suffix": "csv"},
}


def fill(family: dict[str, Any], staff: Callable[[str, str], User]) -> dict[str, Any]:
    """{"addresses", "keys"} of these pages."""
    samples, exchange = _samples(staff), _exchange(family)
    return {
        "addresses": samples["addresses"]
        | exchange["addresses"]
        | _lake()
        | _matching(staff)
        | _batch(family)
        | CATALOGUE,
        "keys": [*samples["keys"], *exchange["keys"]],
    }


def _lake() -> dict[str, dict[str, Any]]:
    """A batch that was in force for long, one that was tried, one left by a kill, and a link to another bureau's database."""
    models, given = _of("lake.models"), {"region_code": COUNTY, "source": "vehicle", "period": "2026-10", "kind": "csv"}
    batch = models.LakeBatch.objects.create
    counts = {"rows": 2, "accepted": 1, "rejected": 1, "has_rejects": True, "created_at": clock.now()}
    long_ago = clock.now() - datetime.timedelta(days=4000)
    held = batch(no="vehicle-202610-001", file_name="一.csv", state="held", held_at=long_ago, **given, **counts)
    tried = batch(no="vehicle-202610-002", file_name="二.csv", state="checked", **given, **counts)
    left = batch(
        no="vehicle-202610-003", file_name="三.csv", state="uploaded", raw_parts=1, created_at=clock.now(), **given
    )
    link = models.LakeLink.objects.create(
        region_code=COUNTY, title="车管库", source="vehicle", kind="postgresql", host="db.invalid", port=5432, database="police",
        username="reader", password="x", query="vehicles", made_at=clock.now(),
    )  # fmt: skip
    pages: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (held.pk, ("lake.detail", "lake.rejects", "lake.keep", "lake.drop")),
        (tried.pk, ("lake.load",)),
        (left.pk, ("lake.resume", "lake.discard")),
        (link.pk, ("lake.link", "lake.link_edit", "lake.link_read", "lake.link_switch")),
    )
    return {code: {"pk": pk} for pk, codes in pages for code in codes}


def _matching(staff: Callable[[str, str], User]) -> dict[str, dict[str, Any]]:
    """A request of the housing bureau, entered with its letter and answered; nobody has delivered anything yet."""
    outside, officer = _of("matching.outside"), actor_of(staff("matching_officer", COUNTY))
    letter = documents.store_attachment(
        case=None, kind="match_paper", label="来函", upload=SimpleUploadedFile("letter.jpg", picture()), actor=officer
    )
    day = clock.today()
    someone = outside.Person("郑有田", ID_OF_NOBODY, "本人", day, day + datetime.timedelta(days=300))
    wanted = outside.Wanted(
        "bureau", "示范县住房和城乡建设局", "住建函1号", "公租房资格审核", COUNTY, ["realty"], [someone], [letter.pk]
    )
    made = outside.enter(actor=officer, wanted=wanted)
    pages = ("matching.report", "matching.pdf", "matching.json", "matching.void")
    return {code: {"pk": made.pk} for code in pages} | {"matching.paper": {"pk": made.pk, "attachment": letter.pk}}


def _batch(family: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A check of the village's caseload that found a family, warned of it and doubts one row."""
    models, village = _of("matching.bulk.models"), family["award"].region_code
    until = clock.today() + datetime.timedelta(days=90)
    run = models.MatchRun.objects.create(
        no="PH990101001001-2026-0001", region_code=village, title="批量核对", purpose="定期核对", basis="核对授权书",
        state="done", asked_name="核对员", asked_at=clock.now(), families=1, persons=1, expires_on=until,
    )  # fmt: skip
    home = models.MatchFamily.objects.create(
        run=run, region_code=village, payee_name="郑有田", persons=1, valid_until=until,
        content={"members": [], "sums": {}, "differences": []},
    )  # fmt: skip
    models.MatchAlert.objects.create(
        run=run, family=home, region_code=village, person_name="郑有田", code="custody", title="服刑或强制隔离戒毒", level="blue",
        on=clock.today(), content={"sentence": "在监狱服刑"},
    )  # fmt: skip
    fact = {"class": "vehicle", "title": "小型轿车", "on_date": "2026-09-09"}
    doubt = models.MatchReview.objects.create(
        run=run, family=home, region_code=village, person_name="郑有田", source="vehicle", batch="1", row_no=1, code="R1",
        content={"facts": [fact]},
    )  # fmt: skip
    models.MatchLeftOut.objects.create(run=run, region_code=village, person_name="钱某", why="no_consent")
    pages = (("matching.batch.detail", run), ("matching.batch.home", home), ("matching.batch.review", doubt))
    return {code: {"pk": row.pk} for code, row in pages}


def _samples(staff: Callable[[str, str], User]) -> dict[str, Any]:
    services, scope = _of("sampling.services"), _of("sampling.population").Scope()
    reviewer = actor_of(staff("county_reviewer", COUNTY))
    design = services.Design(confidence=90, tolerable=50, expected=0, strata=())
    given = {"actor": reviewer, "region_code": COUNTY, "subject": "award", "scope": scope, "design": design}
    drawn = services.publish(title="十一月抽样", **given)
    later = clock.now() + datetime.timedelta(days=2)
    with patch.object(clock, "now", lambda: later):
        services.draw(actor=reviewer, pk=drawn.pk)
    drawn.refresh_from_db()
    waiting = services.publish(title="待抽的", **given)
    unit = drawn.units.get(award__no="990101DB2026000001")
    pages: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (drawn.pk, ("sampling.detail", "sampling.pdf", "sampling.workbook")),
        (waiting.pk, ("sampling.draw",)),
        (unit.pk, ("sampling.unit", "sampling.record")),
    )
    addresses = {code: {"pk": pk} for pk, codes in pages for code in codes}
    addresses |= {code: {"no": drawn.no} for code in ("sampling.public_one", "sampling.population")}
    return {"addresses": addresses, "keys": [str(unit.pk), str(unit.unit_id)]}


def _exchange(family: dict[str, Any]) -> dict[str, Any]:
    """A bank that was asked about her, a housing bureau that asks about her, a province that got her award."""
    services, partners, pushes, models = (_of(f"exchange.{n}") for n in ("services", "partners", "pushes", "models"))
    common = {
        "valid_from": datetime.date(2026, 1, 1),
        "basis": "测试协议",
        "carrier": "files",
        "purposes": ["aid_check", "report_up"],
    }

    def partner(code: str, **more: Any) -> Any:
        told = common | {"title": f"{code}（模拟）"} | more
        return partners.save(actor=SYSTEM, partner=None, code=code, values=told, region_code=COUNTY, simulated=True)

    bank, province = partner("bank", sources=["deposit"]), partner("province", adapter="province", kind="province")
    person = family["person"]
    asked = services.ask(
        actor=SYSTEM, source="deposit", people=[services.Whom(person.name, person.id_no)], purpose="aid_check",
        consents=[{"ref": "C1", "until": ""}], region_code=COUNTY,
    )  # fmt: skip
    letter = _letter(partner("housing", may_ask=True, purposes=["entrusted_check"]), person)
    run = pushes.push(actor=SYSTEM, partner=province, feed_code="awards")
    models.PushRow.objects.filter(run=run).update(state="rejected", reason="类别不对")
    failed = run.partner.messages.get(kind="push")
    models.ExchangeMessage.objects.filter(pk=failed.pk).update(state="failed", error="连不上")
    held = models.ExchangeQuarantine.objects.create(
        region_code=COUNTY, partner=bank, name="broken.json", sha="0" * 64, reason="签名不对", at=clock.now()
    )
    pages: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (asked.pk, ("exchange.detail",)),
        (letter.pk, ("exchange.accept", "exchange.refuse")),
        (province.pk, ("exchange.partner", "exchange.partner_edit", "exchange.key", "exchange.push_now")),
        (failed.pk, ("exchange.again",)),
        (run.pk, ("exchange.push",)),
        (held.pk, ("exchange.settle",)),
    )
    addresses = {code: {"pk": pk} for pk, codes in pages for code in codes}
    addresses["exchange.api_give"] = {"message_id": letter.message.message_id}
    return {"addresses": addresses, "keys": [str(asked.pk), str(letter.pk)]}


def _letter(housing: Any, person: Any) -> Any:
    """A request of the housing bureau about her, as it would come in."""
    envelopes, messages, partners, signing, models = (
        _of(f"exchange.{n}") for n in ("envelopes", "messages", "partners", "signing", "models")
    )
    now, number = clock.now(), "T-housing-0001"
    told = {
        "name": person.name,
        "id_no": person.id_no,
        "relation": "本人",
        "signed_on": "2026-11-01",
        "valid_until": "2027-11-01",
    }
    body = {
        "items": ["vehicle"],
        "letter_no": "示住建函1号",
        "people": [{"ref": "1", "sealed": signing.seal(housing.secret, told, f"{number}:1")}],
    }
    envelope = envelopes.make(
        partners.keys_of(housing), sender="housing", receiver=partners.own_code(), kind="request", body=body, now=now,
        expires=now + datetime.timedelta(days=2), message_id=number, source="entrusted", purpose="entrusted_check",
        basis="公租房管理办法", consents=[{"ref": "C9", "until": "2027-11-01"}],
    )  # fmt: skip
    messages.accept(housing, signing.canonical(envelope))
    return models.ExchangeRequest.objects.get(partner=housing)
