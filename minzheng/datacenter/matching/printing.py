"""The report on paper (F05): what the family, or the bureau that asked, can be handed; with the fingerprint of the stored one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils import timezone

from minzheng.datacenter.matching import asking, composing, items
from minzheng.datacenter.matching.models import MatchRequest
from minzheng.datacenter.matching.scopes import ITEMS
from minzheng.kernel.documents.catalogue import elements
from minzheng.kernel.documents.catalogue.notices import notice
from minzheng.kernel.documents.typesetting import rendering
from minzheng.kernel.items import registry
from minzheng.kernel.parts.fields import yuan_text

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.models import Evidence

CODE = "F05"


def pdf(request: MatchRequest, report: Evidence | None, actor: Actor) -> bytes:
    """One version of a report, or the answer to a request from outside. The same report gives the same bytes."""
    from minzheng.kernel.oversight.papers import stamped

    form = notice(CODE)
    kept = elements.stored(form, fields_of(request, report))
    form.check(kept)
    kept |= {"title": form.title(""), "addressee": kept["client"], "internal_no": request.no}
    if request.is_demo:
        kept["demo"] = True
    day = timezone.localdate(report.at if report is not None else request.issued_at)
    return stamped(rendering.render(form, kept, issued_on=day.isoformat()), actor)


def fields_of(request: MatchRequest, report: Evidence | None) -> dict[str, Any]:
    """The elements of F05."""
    data = report.data if report is not None else request.result
    until = report.valid_until if report is not None else request.valid_until
    people = data.get("people") or [{"name": m["name"], "relation": m["relation"]} for m in data.get("members", [])]
    return {
        "matter": request.purpose or (registry.get(request.item_code).title if request.item_code else "受托核对"),
        "no": f"{request.no}（第 {data.get('version', 1)} 版）",
        "client": request.client or (request.case.no if request.case is not None else ""),
        "client_no": request.client_no,
        "as_of": data.get("as_of"),
        "valid_until": until,
        "scope": [ITEMS[code][0] for code in request.scope if code in ITEMS],
        "people": people,
        "rows": [_line(one) for one in data.get("items", [])] or [_nothing()],
        "hits": [{"person": h["person"], "label": h["label"]} for h in data.get("hits", [])],
        "missing": data.get("missing_sources", []),
        "queries": [_query(line) for line in data.get("queries", [])],
        "statement": data.get("notice") or composing.NOTICE,
        "asked_by": request.asked_name,
        "signed_by": data.get("signed_by") or "",
        "sha": report.sha if report is not None else request.result_sha,
    }


def _nothing() -> dict[str, str]:
    return {"person": "全部对象", "title": "各项", "value": "没有查到", "result": ""}


def _line(line: dict[str, Any]) -> dict[str, str]:
    money = items.in_money(line)
    return {
        "person": line["person"],
        "title": line["title"],
        "source": "、".join(line["sources"]),
        "day": str(line["on"] or ""),
        "codes": "、".join(line["codes"]),
        "declared": _figure(line["declared"], money),
        "value": _figure(line["value"], money) or ("有" if line["facts"] else "没有查到"),
        "result": items.TITLES[line["result"]],
        "notes": "；".join([*(f["title"] for f in line["facts"] if f["title"]), *line["notes"]]),
    }


def _figure(value: int | None, money: bool) -> str:
    return "" if value is None else yuan_text(value) if money else str(value)


def _query(line: dict[str, Any]) -> dict[str, str]:
    return {
        "source": line["title"],
        "asked": line["asked_at"][:16].replace("T", " "),
        "answered": line["answered_at"][:16].replace("T", " "),
        "state": asking.STATES.get(line["state"], line["state"]),
    }


def stored(pk: int) -> Any:
    """The stored file of this id, if it has not been removed."""
    return apps.get_model("kernel", "Attachment").objects.filter(pk=pk, removed_at=None).first()
