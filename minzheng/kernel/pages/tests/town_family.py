"""What hangs on 周桂兰's family in the kernel itself: papers, acts, standards, messages, an import, an export."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, Actor, actor_of
from minzheng.kernel.accounts.models import Leave, User
from minzheng.kernel.archives import services as archives
from minzheng.kernel.archives.models import DestructionEntry, DestructionList
from minzheng.kernel.awards.models import Award
from minzheng.kernel.awards.repricing.models import RepricingBatch, RepricingLine
from minzheng.kernel.cases.draws.models import SpotDraw, SpotTask
from minzheng.kernel.cases.models import Case, CaseAct, CaseMove, Escalation, Publicity
from minzheng.kernel.cases.objections.models import PublicObjection
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.documents import services as documents
from minzheng.kernel.documents import vault
from minzheng.kernel.documents.models import IssuedDocument
from minzheng.kernel.documents.tests.samples import FIELDS, picture
from minzheng.kernel.exchange.caseload import batches
from minzheng.kernel.exchange.models import ImportLink
from minzheng.kernel.exchange.tests import rolls
from minzheng.kernel.exports import services as exports
from minzheng.kernel.exports.models import ExportRequest
from minzheng.kernel.notices.models import OutboxMessage
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.oversight.models import GlassBreak, ReadQuestion
from minzheng.kernel.pages.tests.town_names import (
    ACCOUNT,
    COUNTY,
    HELPER,
    HELPER_PHONE,
    ID_NO,
    NAME,
    PHONE,
    TOKENS,
    TOWN_A,
    VERIFY_CODE,
    VILLAGE,
)
from minzheng.kernel.standards.models import ParameterValue, StandardSet
from minzheng.kernel.subjects.mandate_models import Mandate


def fill(family: dict[str, Any], staff: Callable[[str, str], User]) -> dict[str, Any]:
    """The family with everything of the kernel that can hang on it; adds ``owner`` (the citizen herself)."""
    clerk = actor_of(staff("town_clerk", TOWN_A))
    owner = User.objects.create_user(
        "c-zhou", None, name=NAME, kind="citizen", person=family["person"], phone=PHONE
    )  # fmt: skip
    Case.objects.filter(pk=family["case"].pk).update(assignee=clerk.user, due_on=clock.today())
    CaseAct.objects.filter(case=family["case"], seq=2).update(opinion=TOKENS["act_opinion"])
    _papers(family, clerk)
    found = family | {"owner": owner} | _of_case(family, clerk) | _of_county(family, staff, owner)
    found["simulation"] = _simulation(staff)
    found |= _monitoring(family, clerk)
    return found | _archive(family, clerk) | _messages(family) | _import(family, staff) | _export(clerk) | _own(found)


@cache
def notice() -> bytes:
    """A real notice about 周桂兰, typeset once for all tests."""
    row = IssuedDocument(
        code="N01", number=TOKENS["document_no"], title="受理通知书", verify_code=VERIFY_CODE,
        issued_on=datetime.date(2026, 11, 21), fields=_elements(),
    )  # fmt: skip
    return documents.printed_bytes(row)


def _elements(code: str = "N01", **changes: str) -> dict[str, Any]:
    """What is printed, as it is stored."""
    kept = documents.elements.stored(documents.catalogue.NOTICES[code], FIELDS[code] | {"id_no": ID_NO})
    return (
        kept | {"addressee": NAME, "case_no": TOKENS["case_no"], "agency": "测试民政局", "internal_no": "1"} | changes
    )


def _papers(family: dict[str, Any], clerk: Actor) -> None:
    """The papers that the small family only names: a sealed notice and a photograph that really open."""
    document = family["document"]
    document.path = vault.put(notice(), bound_to=f"document:{document.pk}", suffix="pdf")
    document.sha, document.pages, document.fields = sm3(notice()), 1, _elements()
    document.verify_code, document.number = VERIFY_CODE, TOKENS["document_no"]
    document.save()
    family["attachment"] = documents.store_attachment(
        case=family["case"], kind="identity", label="身份证", actor=clerk,
        upload=SimpleUploadedFile("a.jpg", picture()),
    )  # fmt: skip


def _of_case(family: dict[str, Any], clerk: Actor) -> dict[str, Any]:
    case, now, today = family["case"], clock.now(), clock.today()
    posted = Publicity.objects.filter(case=case).get()
    helper = User.objects.create_user("c-helper", None, name=HELPER, kind="citizen", phone=HELPER_PHONE)
    mandate = Mandate.objects.create(
        region_code=VILLAGE, kind="entrust", state="active", method="paper", principal=family["person"],
        principal_name=NAME, principal_id_no=ID_NO, agent_user=helper, agent_name=HELPER, agent_phone=HELPER_PHONE,
        relation="女儿", valid_from=datetime.date(2020, 1, 1), valid_to=today - datetime.timedelta(days=1),
        proof_id=family["attachment"].pk, is_demo=True,
    )  # fmt: skip
    objection = PublicObjection.objects.create(
        region_code=VILLAGE, code=TOKENS["objection_code"], case=case, publicity=posted, channel="page",
        content=TOKENS["objection"], content_sha="0" * 64, photos=[str(family["attachment"].pk)], received_at=now,
        is_demo=True,
    )  # fmt: skip
    escalation = Escalation.objects.create(
        region_code=VILLAGE, case=case, degree="red", due_on=today, state=case.state, told_at=now,
        answer=TOKENS["escalation"],
    )  # fmt: skip
    move = CaseMove.objects.create(
        region_code=VILLAGE, case=case, to_region=VILLAGE, moved_on=today, seq=3, reason=TOKENS["move_reason"]
    )
    colleague = User.objects.create_user("deputy.a", "x", name="丁宁")
    leave = Leave.objects.create(
        region_code=TOWN_A, user=clerk.user, deputy=colleague, starts_on=today, ends_on=today,
        reason=TOKENS["leave_reason"],
    )  # fmt: skip
    return {
        "posted": posted, "helper": helper, "mandate": mandate, "objection": objection, "escalation": escalation,
        "move": move, "leave": leave,
    }  # fmt: skip


def _of_county(family: dict[str, Any], staff: Callable[[str, str], User], owner: User) -> dict[str, Any]:
    case, now, today = family["case"], clock.now(), clock.today()
    rule = {"since": "2026-01-01", "until": "2026-11-01", "strata": []}
    common = {"region_code": COUNTY, "rule": rule, "population": [[str(case.pk), ""]], "population_sha": "0" * 64,
              "seed": "s", "seed_sha": "1" * 64, "published_at": now, "draw_after": now, "is_demo": True}  # fmt: skip
    draw = SpotDraw.objects.create(no="CC-2026-0001", title="十一月抽查", state="drawn", drawn_at=now, **common)
    waiting = SpotDraw.objects.create(no="CC-2026-0002", title="十二月抽查", **common)
    task = SpotTask.objects.create(
        region_code=VILLAGE, draw=draw, case=case, seq=1, stratum="", finding=TOKENS["spot_finding"]
    )
    glass = GlassBreak.objects.create(
        region_code=VILLAGE, person=family["person"], user=staff("matching_officer", COUNTY), user_name="核对员",
        role="matching_officer", reason_code="stray", text=TOKENS["glass_text"], opened_at=now,
        expires_at=now + datetime.timedelta(hours=9),  # as long as all posts may take to open every page
    )  # fmt: skip
    question = ReadQuestion.objects.create(
        region_code=VILLAGE, person=family["person"], asked_by=owner, text=TOKENS["question_text"], asked_at=now
    )
    value = ParameterValue.objects.create(
        region_code=COUNTY, name="补正工作日", value="10", valid_from=today, source="示范文件", drafted_at=now,
        drafted_by=staff("policy_officer", COUNTY),
    )  # fmt: skip
    organization = Organization.objects.create(
        code="T-QS", name="青石镇服务窗口", kind="township", region_code=TOWN_A, valid_from=datetime.date(2020, 1, 1)
    )
    return {
        "draw": draw, "waiting_draw": waiting, "task": task, "glass": glass, "question": question, "value": value,
        "organization": organization,
    } | _standards(family, staff)  # fmt: skip


def _standards(family: dict[str, Any], staff: Callable[[str, str], User]) -> dict[str, Any]:
    """A dated set of values, and what it makes of the family's award."""
    now, today = clock.now(), clock.today()
    drafted = {"drafted_at": now, "drafted_by": staff("policy_officer", COUNTY), "source": "示范文件"}
    standard_set = StandardSet.objects.create(
        region_code=COUNTY, title="示范标准", valid_from=today, attachment=family["attachment"], **drafted
    )
    set_value = ParameterValue.objects.create(
        region_code=COUNTY, name="公示天数", value="7", valid_from=today, standard_set=standard_set, **drafted
    )
    batch = RepricingBatch.objects.create(
        region_code=COUNTY, title="示范标准", standard_set=standard_set, effective_on=today, made_at=now, state="computed",
        from_month=today.replace(day=1),
    )  # fmt: skip
    line = RepricingLine.objects.create(
        region_code=VILLAGE, batch=batch, award=family["award"], item_code=family["award"].item_code, kind="reduce",
        before_fen=100, after_fen=50, basis_sha="0" * 64,
    )  # fmt: skip
    return {"standard_set": standard_set, "set_value": set_value, "repricing": batch, "repriced": line}


def _simulation(staff: Callable[[str, str], User]) -> Any:
    """A simulation of the county. It stands above the kernel, so it is fetched by name."""
    services, asking = (import_module(f"minzheng.datacenter.simulation.{name}") for name in ("services", "asking"))
    officer = actor_of(staff("policy_officer", COUNTY))
    wanted = services.Wanted(
        COUNTY, "城市低保标准提高", "编制下一年度预算", [asking.as_change("保障标准_城市@990101=950")],
        asking.Options("2026-12", 1),
    )  # fmt: skip
    run = services.ask(actor=officer, wanted=wanted, queue=False)
    return services.carry_out(actor=officer, pk=run.pk)


def _monitoring(family: dict[str, Any], clerk: Actor) -> dict[str, Any]:
    """An alert about the family with a photograph of the visit, a run and a switch; fetched by name like the simulation."""
    models = import_module("minzheng.datacenter.monitoring.models")
    now, today = clock.now(), clock.today()
    alert = models.Alert.objects.create(
        no="YJ990101-2026-000001", region_code=VILLAGE, monitor="assistance.vehicle", title="新登记机动车", level="blue",
        item_code="assistance.dibao", person=family["person"], person_name=NAME, household=family["household"],
        case=family["case"], period=today.replace(day=1), content={"sentence": TOKENS["act_opinion"], "facts": []},
        town_code=TOWN_A, created_at=now, due_at=now, due_on=today,
    )  # fmt: skip
    photo = documents.store_attachment(
        case=None, kind="monitor", label="走访照片", upload=SimpleUploadedFile("v.jpg", picture()), actor=clerk
    )
    models.AlertAct.objects.create(
        alert=alert, seq=1, code="visit", from_state="NEW", to_state="VISITED", actor_name="测试", at=now,
        data={"visited_on": "2026-11-20", "way": "home", "met": "self", "findings": "属实", "photos": [str(photo.pk)]},
    )  # fmt: skip
    off = models.MonitorSwitch.objects.create(
        monitor="elderly.alone", region_code=COUNTY, since=today, reason="数据有误", by_name="测试", at=now
    )
    run = models.MonitorRun.objects.create(mode="delta", state="done", asked_at=now, done_at=now, seconds=1.0)
    return {"alert": alert, "visit_photo": photo, "switch": off, "monitor_run": run}


def _archive(family: dict[str, Any], clerk: Actor) -> dict[str, Any]:
    now = clock.now()
    closed = Case.objects.create(
        no=TOKENS["closed_case_no"], item_code="assistance.dibao", state="TERMINATED", region_code=VILLAGE,
        applicant=family["person"], applicant_name=NAME, household=family["household"], submitted_at=now,
        accepted_at=now, form={"applicant": {"name": NAME, "id_no": ID_NO}}, is_demo=True,
    )  # fmt: skip
    CaseAct.objects.create(
        case=closed, seq=1, code="stop", from_state="IN_PAYMENT", to_state="TERMINATED", actor=clerk.user,
        actor_name=clerk.name, at=now,
    )  # fmt: skip
    volume = archives.close_case(case_id=closed.pk, actor=SYSTEM)
    listed = DestructionList.objects.create(
        region_code=COUNTY, no="XH-2026-1", year=2026, state="proposed", made_at=now, proposed_at=now
    )
    entry = DestructionEntry.objects.create(listed_in=listed, volume=volume, seq=1)
    return {"closed": closed, "volume": volume, "destruction": listed, "entry": entry}


def _messages(family: dict[str, Any]) -> dict[str, Any]:
    def message(channel: str, state: str) -> OutboxMessage:
        return OutboxMessage.objects.create(
            case=family["case"], channel=channel, recipient=family["person"], to=PHONE, body=TOKENS["message"],
            state=state, statutory=True,
        )  # fmt: skip

    return {"message": message("sms", "failed"), "letter": message("post", "queued")}


def _import(family: dict[str, Any], staff: Callable[[str, str], User]) -> dict[str, Any]:
    """A file of the bureau with one good row (hers) and one that is sent back."""
    officer = actor_of(staff("data_officer", COUNTY))
    good = ["青石镇", "石桥村", "H1", NAME, ID_NO, "户主", "女", PHONE, "农村", "365.5", "2024-05", "农商行", ACCOUNT]
    content = rolls.as_csv([good, [*good[:4], "123", *good[5:]]])
    batch = batches.upload(actor=officer, name=TOKENS["file_name"], content=content, region_code=COUNTY)
    batches.set_mapping(actor=officer, pk=batch.pk, told=rolls.MAPPING)
    batch = batches.check(actor=officer, pk=batch.pk)
    award = Award.objects.create(
        no=TOKENS["imported_award_no"], item_code="assistance.dibao", household=family["household"],
        payee=family["person"], payee_name=NAME, persons=1, account_no=ACCOUNT, amount_fen=36550,
        first_month=datetime.date(2024, 5, 1), decided_on=datetime.date(2024, 5, 1), frozen={"imported": {}},
        region_code=VILLAGE,
    )  # fmt: skip
    ImportLink.objects.create(batch=batch, kind="A", object_id=award.pk, line=2)
    return {"batch": batch, "imported": award}


def _export(clerk: Actor) -> dict[str, Any]:
    request = ExportRequest.objects.create(
        region_code=TOWN_A, no=TOKENS["export_no"], user=clerk.user, user_name=clerk.name, page="cases.list",
        title="办件", query=f"?q={NAME}", filters=NAME, rows=1, purpose=TOKENS["purpose"],
        state=ExportRequest.APPROVED, asked_at=clock.now(), decided_at=clock.now(), unmasked=True,
    )  # fmt: skip
    text = f"{NAME},{ID_NO},{ACCOUNT}".encode()
    return {"export": exports.keep(pk=request.pk, parts=[("办件.csv", text, 1)], suffix="csv"), "asked": _asked(clerk)}


def _asked(clerk: Actor) -> ExportRequest:
    return ExportRequest.objects.create(
        region_code=TOWN_A, no="DC-TEST-000002", user=clerk.user, user_name=clerk.name, page="cases.list",
        title="办件", query="", filters=NAME, rows=900, purpose=TOKENS["purpose"], asked_at=clock.now(),
    )  # fmt: skip


def _own(f: dict[str, Any]) -> dict[str, Any]:
    """What the family does on its own phone: a draft, an application to complete, one refused, a friend's mandate."""

    def case(state: str, item: str, **extra: Any) -> Case:
        return Case.objects.create(
            item_code=item, state=state, region_code=VILLAGE, applicant=f["person"], applicant_name=NAME,
            created_by=f["owner"], form={"applicant": {"name": NAME}}, **extra,
        )  # fmt: skip

    now = clock.now()
    decided = case("REJECTED", "assistance.dibao", no="990101-DB-2025-000078", submitted_at=now, accepted_at=now)
    friend = User.objects.create_user("c-friend", None, name="王秀英", kind="citizen", phone="15401010088")
    given: dict[str, Any] = {
        "region_code": VILLAGE, "kind": "entrust", "method": "own_phone", "principal": f["person"],
        "principal_name": NAME, "principal_id_no": ID_NO, "agent_name": "王秀英", "agent_phone": "15401010088",
        "relation": "邻居", "valid_from": datetime.date(2020, 1, 1), "is_demo": True,
    }  # fmt: skip
    return {
        "friend": friend,
        "offered": Mandate.objects.create(state="waiting", **given),
        "running": Mandate.objects.create(state="active", agent_user=friend, **given),
        "own_draft": case("DRAFT", "assistance.dibao_edge"),
        "supplement": case("SUPPLEMENT", "assistance.dibao_edge", no="990101-BY-2026-000079", submitted_at=now),
        "decided": decided,
        "decision": _decision(decided),
    }


def _decision(case: Case) -> IssuedDocument:
    return IssuedDocument.objects.create(
        code="N07", number="示民决〔2026〕2号", title="不予保障决定书", case=case, addressee_name=NAME, path="", sha="",
        verify_code="9K3M-Q7TR-2WXN-5H4P", issued_on=clock.today(), region_code=VILLAGE,
        fields=_elements("N07", internal_no="2"),
    )  # fmt: skip
