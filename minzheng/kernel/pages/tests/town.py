"""One object of every kind that belongs to 周桂兰's family, so that every page of the register has something to open and
nobody else something to find. ``addresses`` is the list: page code → URL arguments.
"""

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
from minzheng.kernel.cases.publicity import public_lists
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
from minzheng.kernel.pages.tests import (
    town_centre,
    town_duty,
    town_funds,
    town_indicators,
    town_pay,
    town_people,
    town_plans,
    town_projects,
    town_registers,
    town_relief,
    town_stats,
    town_summaries,
)
from minzheng.kernel.regions.models import Region
from minzheng.kernel.regions.selectors import forget
from minzheng.kernel.standards.models import ParameterValue, StandardSet
from minzheng.kernel.subjects.mandate_models import Mandate

COUNTY, TOWN_A, VILLAGE = "990101000000", "990101001000", "990101001001"
#: The county next door with a township of its own (a wrong tenant), and the city above both.
OTHER_COUNTY, OTHER_TOWN, CITY = "990102000000", "990102001000", "990100000000"
NAME, ID_NO, PHONE, ACCOUNT = "周桂兰", "990101195803149022", "15401010001", "6217000012345678901"
HELPER, HELPER_PHONE = "李小梅", "15401010077"
#: What must never reach a stranger, in whatever form: people, numbers, words said about them.
VERIFY_CODE = "8K3M-Q7TR-2WXN-5H4P"
TOKENS = {
    "name": NAME,
    "id_no": ID_NO,
    "phone": PHONE,
    "account": ACCOUNT,
    "case_no": "990101-DB-2026-000001",
    "closed_case_no": "990101-DB-2025-000077",
    "award_no": "990101DB2026000001",
    "imported_award_no": "990101DB2024000009",
    "household_no": "H990101001",
    "document_no": "示民受〔2026〕7708号",
    "helper": HELPER,
    "helper_phone": HELPER_PHONE,
    "objection": "反映村口那辆灰色面包车",
    "objection_code": "YY-TEST-00000001",
    "glass_text": "老人走失急寻家属",
    "question_text": "为何有人深夜看我的档案",
    "file_name": "青石镇花名册终稿.csv",
    "export_no": "DC-TEST-000001",
    "purpose": "给石桥村核对名单",
    "leave_reason": "回老家探望母亲",
    "act_opinion": "经办意见含家庭隐情",
    "message": "您家的申请已经受理请留意",
    "escalation": "还差邻居走访记录",
    "move_reason": "随儿子搬到柳溪",
    "spot_finding": "抽查所见家中无人",
    "pay_reason": town_pay.REASON,
    "relief_store": town_relief.STORE,
    "relief_lot": town_relief.LOT,
    "relief_campaign": town_relief.CAMPAIGN,
    "stat_reason": town_stats.REASON,
    "summary_title": town_summaries.TITLE,
    "summary_number": town_summaries.NUMBER,
    "plan_title": town_plans.TITLE,
    "plan_subject": town_plans.SUBJECT,
    "duty_title": town_duty.TITLE,
    "duty_problem": town_duty.PROBLEM,
    "project_name": town_projects.NAME,
    "register_title": town_registers.TITLE,
}


def neighbours() -> None:
    """The city above and the county next door; the catalogue of goods, which all places share."""
    town_relief.load_catalogue()
    start = datetime.date(2020, 1, 1)
    rows = ((CITY, "示范市", 2, ""), (OTHER_COUNTY, "邻县", 3, CITY), (OTHER_TOWN, "东岭镇", 4, OTHER_COUNTY))
    for code, name, level, parent in rows:
        Region.objects.get_or_create(
            code=code,
            defaults={"name": name, "full_name": name, "level": level, "parent_code": parent, "valid_from": start,
                      "source": "测试"},
        )  # fmt: skip
    forget()


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


def complete(family: dict[str, Any], staff: Callable[[str, str], User]) -> dict[str, Any]:
    """The family with everything that can hang on it; adds ``addresses``, ``owner`` (the citizen herself) and ``keys`` (the
    row numbers that a stranger's page must not carry)."""
    neighbours()
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
    found |= _archive(family, clerk) | _messages(family) | _import(family, staff) | _export(clerk) | _own(found)
    centre = town_centre.fill(found, staff)
    people, pay = town_people.fill(found), town_pay.fill(found, staff)
    found |= {"people_rows": people["people_rows"], "pay_rows": pay["pay_rows"]}
    funds, relief = town_funds.fill(), town_relief.fill(found, staff)
    found["relief_rows"] = relief["relief_rows"]
    plans = town_plans.fill(staff)
    found["plan_rows"] = plans["plan_rows"]
    duty = town_duty.fill(staff, plans["plan_rows"]["plan"])
    found["duty_rows"] = duty["duty_rows"]
    projects = town_projects.fill(staff)
    stats = town_stats.fill(staff)
    summaries = town_summaries.fill(staff)
    found["summary_rows"] = summaries["summary_rows"]
    found["stat_rows"] = stats["stat_rows"]
    found["project_rows"] = projects["project_rows"]
    indicators = town_indicators.fill(staff)
    found["indicator_rows"] = indicators["indicator_rows"]
    registers = town_registers.fill(staff)
    found["register_rows"] = registers["register_rows"]
    found["addresses"] = (
        _addresses(found)
        | centre["addresses"]
        | people["addresses"]
        | pay["addresses"]
        | funds["addresses"]
        | relief["addresses"]
        | plans["addresses"]
        | summaries["addresses"]
        | duty["addresses"]
        | projects["addresses"]
        | stats["addresses"]
        | registers["addresses"]
        | indicators["addresses"]
        | {f"dashboards.{view}": {"code": "leadership"} for view in ("show", "print", "wall")}
    )
    found["keys"] = (
        _keys(found)
        + centre["keys"]
        + people["keys"]
        + pay["keys"]
        + funds["keys"]
        + relief["keys"]
        + plans["keys"]
        + summaries["keys"]
        + duty["keys"]
        + projects["keys"]
        + stats["keys"]
        + registers["keys"]
        + indicators["keys"]
    )
    return found


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
        expires_at=now + datetime.timedelta(minutes=30),
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


def _addresses(f: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Page code → arguments. A page that is missing here and needs an object fails its test by name."""
    mark = public_lists.mark_of(f["posted"])
    case, photo, item = f["case"].pk, f["attachment"].pk, "assistance.dibao"
    sets: dict[str, tuple[Any, list[str]]] = {
        "clerk": (f["leave"].user_id, [
            "accounts.detail", "accounts.logins", "accounts.grant", "accounts.end_post", "accounts.reset_device",
            "accounts.reset_password", "accounts.unlock", "accounts.active", "handover.form"]),
        "leave": (f["leave"].pk, ["leave.detail"]),
        "destruction": (f["destruction"].pk, [
            "archives.list", "archives.approval", "archives.propose", "archives.decide"]),
        "entry": (f["entry"].pk, ["archives.appraise"]),
        "volume": (f["volume"].pk, [
            "archives.volume", "archives.use", "archives.return", "archives.hold", "archives.lift", "archives.export",
            "archives.zip", "archives.deletion"]),
        "award": (f["award"].pk, ["awards.detail"]),
        "imported": (f["imported"].pk, ["caseload.recheck"]),
        "mandate": (f["mandate"].pk, [
            "mandates.detail", "mandates.paper"]),
        "offered": (f["offered"].pk, ["portal.mandate_take"]),
        "running": (f["running"].pk, ["portal.mandate_revoke"]),
        "own_draft": (f["own_draft"].pk, ["portal.drop_draft"]),
        "supplement": (f["supplement"].pk, ["portal.supplement"]),
        "decided": (f["decided"].pk, ["portal.decision"]),
        "draft": (f["draft"].pk, ["intake.drop", "intake.form"]),
        "draw": (f["draw"].pk, ["draws.detail"]),
        "waiting_draw": (f["waiting_draw"].pk, ["draws.draw"]),
        "task": (f["task"].pk, ["draws.task"]),
        "objection": (f["objection"].pk, ["objections.detail"]),
        "case": (case, ["cases.entitled", "cases.detail", "portal.case", "portal.sent"]),
        "escalation": (f["escalation"].pk, ["cases.escalation"]),
        "move": (f["move"].pk, ["cases.moved_detail"]),
        "document": (f["document"].pk, [
            "documents.pdf", "documents.detail", "documents.serve", "documents.easy", "documents.receipt",
            "portal.document"]),
        "attachment": (photo, ["documents.attachment"]),
        "batch": (f["batch"].pk, [
            "caseload.mapping", "caseload.detail", "caseload.rejects", "caseload.submit", "caseload.approve",
            "caseload.return", "caseload.undo"]),
        "export": (f["export"].pk, ["exports.detail"]),
        "asked": (f["asked"].pk, ["exports.decide"]),
        "job": (f["job"].pk, ["jobs.detail"]),
        "message": (f["message"].pk, ["notices.message", "notices.resolve"]),
        "letter": (f["letter"].pk, ["notices.posted"]),
        "person": (f["person"].pk, [
            "notices.contact", "oversight.person_reads", "persons.file"]),
        "organization": (f["organization"].pk, ["orgs.detail", "orgs.change", "orgs.close"]),
        "glass": (f["glass"].pk, ["oversight.glass_detail", "oversight.glass_review", "oversight.glass_file"]),
        "question": (f["question"].pk, ["oversight.question", "oversight.answer"]),
        "value": (f["value"].pk, ["standards.sign", "standards.withdraw"]),
        "standard_set": (f["standard_set"].pk, [
            "standards.set", "standards.set_edit", "standards.set_values", "standards.set_file", "standards.set_attach",
            "standards.set_submit", "standards.set_sign", "standards.set_return", "standards.set_withdraw",
            "standards.set_discard", "repricing.open"]),
        "set_value": (f["set_value"].pk, ["standards.set_value", "standards.set_drop"]),
        "repricing": (f["repricing"].pk, [
            "repricing.detail", "repricing.print", "repricing.submit", "repricing.approve", "repricing.return",
            "repricing.again", "repricing.go_on", "repricing.cancel"]),
        "repriced": (f["repriced"].pk, ["repricing.line", "repricing.recheck"]),
        "household": (f["household"].pk, ["households.file"]),
        "simulation": (f["simulation"].pk, ["simulation.detail", "simulation.homes", "simulation.export"]),
        "alert": (f["alert"].pk, [
            "monitor.alert", "monitor.assign", "monitor.visit", "monitor.judge", "monitor.handle", "monitor.close"]),
        "switch": (f["switch"].pk, ["monitor.switch_on"]),
        "monitor_run": (f["monitor_run"].pk, ["monitor.run"]),
        "line": (_line_of(f), ["audit.detail"]),
    }  # fmt: skip
    found: dict[str, dict[str, Any]] = {code: {"pk": pk} for pk, codes in sets.values() for code in codes}
    return found | {
        "cases.act": {"pk": case, "act": "run_match"},
        "monitor.photo": {"pk": f["alert"].pk, "attachment": f["visit_photo"].pk},
        "monitor.measure": {"code": "common.death"},
        "monitor.switch_off": {"code": "common.death"},
        "archives.item": {"pk": f["volume"].pk, "seq": 1},
        "objections.photo": {"pk": f["objection"].pk, "attachment": photo},
        "documents.printout": {"pk": case, "code": "F01"},
        "exports.download": {"pk": f["export"].pk, "part": 0},
        "regions.detail": {"code": TOWN_A},
        "standards.draft": {"name": "补正工作日"},
        "standards.propose_one": {"code": "dibao_consumption"},
        "standards.average_list": {"area": "城市"},
        "standards.value": {"name": "补正工作日"},
        "standards.benefit": {"code": item},
        "portal.policy": {"code": item},
        "publicity.place": {"code": VILLAGE},
        "publicity.long_place": {"code": TOWN_A},
        "documents.verify_short": {"code": VERIFY_CODE},
        "documents.verify_code": {"code": VERIFY_CODE},
        "portal.objection": {"code": VILLAGE, "mark": mark},
        "portal.objection_step": {"code": VILLAGE, "mark": mark, "step": 1},
        "portal.objection_photo": {"mark": mark, "attachment": photo},
        "portal.item": {"item": item},
        "portal.start": {"item": item},
        "portal.whom": {"item": item},
        "portal.draft": {"pk": f["own_draft"].pk, "screen": 1},
        "portal.photo": {"pk": case, "attachment": photo},
        "portal.act": {"pk": case, "act": "withdraw"},
        "portal.follow": {"pk": case, "item": item},
        "portal.mandate_begin": {"pk": f["running"].pk, "item": item},
        "portal.consent_link": {"token": _token(f["case"])},
    }


def _line_of(f: dict[str, Any]) -> int:
    """The line of the log that says her photograph was taken in."""
    from minzheng.kernel.audit.models import AuditEntry

    return int(AuditEntry.objects.filter(object_type="attachment").exclude(region_code="").latest("pk").pk)


def _token(case: Case) -> str:
    """The address by which a member signs on her own phone; whoever has it may sign, so it is no stranger's."""
    from django.core import signing

    # Signed as the portal signs it; the portal stands above the kernel, so nothing of it is imported here.
    return signing.dumps(str(case.members.get(seq=1).pk), salt="portal.consent")


def _keys(f: dict[str, Any]) -> list[str]:
    """Row numbers of what belongs to the family: a link with one of them tells that there is something."""
    own = (
        "person", "household", "case", "draft", "award", "attachment", "document", "mandate", "objection", "escalation",
        "move", "task", "glass", "question", "closed", "volume", "message", "letter", "batch", "imported", "export",
        "asked", "leave", "offered", "running", "own_draft", "supplement", "decided", "decision", "repriced",
        "alert", "visit_photo",
    )  # fmt: skip
    return [str(f[name].pk) for name in own]
