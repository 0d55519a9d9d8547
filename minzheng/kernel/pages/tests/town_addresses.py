"""Which object each page of the kernel is opened with, and the row numbers that a stranger's page must not carry."""

from __future__ import annotations

from typing import Any

from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.publicity import public_lists
from minzheng.kernel.pages.tests.town_names import (
    TOWN_A,
    VERIFY_CODE,
    VILLAGE,
)


def addresses(f: dict[str, Any]) -> dict[str, dict[str, Any]]:
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


def keys(f: dict[str, Any]) -> list[str]:
    """Row numbers of what belongs to the family: a link with one of them tells that there is something."""
    own = (
        "person", "household", "case", "draft", "award", "attachment", "document", "mandate", "objection", "escalation",
        "move", "task", "glass", "question", "closed", "volume", "message", "letter", "batch", "imported", "export",
        "asked", "leave", "offered", "running", "own_draft", "supplement", "decided", "decision", "repriced",
        "alert", "visit_photo",
    )  # fmt: skip
    return [str(f[name].pk) for name in own]
