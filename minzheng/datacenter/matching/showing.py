"""Drawing one report: a dense table with differences first, filters in the address, what waits for a person, the query log,
the versions; its print and the reply to whoever asked."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse

from minzheng.datacenter.matching import asking, items, outside, printing, selectors
from minzheng.datacenter.matching.interface import CODES
from minzheng.datacenter.matching.models import MatchRequest
from minzheng.datacenter.matching.scopes import ITEMS
from minzheng.kernel.audit import services as audit
from minzheng.kernel.documents import services as documents
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.regions.selectors import region_name

#: Order of the table: what must be looked at comes first.
RANK = {items.EXCEED: 0, items.UNKNOWN: 1, items.PASS: 2, "": 3}
TONES = {items.EXCEED: "bad", items.UNKNOWN: "warn", items.PASS: "good", "": "plain"}
SHOWN = (("differs", "有差异或待核实"), ("income", "收入"), ("property", "财产"), ("info", "其他情况"))
_KINDS = {"income": ("income",), "property": ("property", "count", "yes"), "info": ("alarm", "info")}


def report_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One report. ``?v=`` an earlier version, ``?person=`` and ``?show=`` narrow the table."""
    row, drawing = _found(request, pk, "查看核对报告"), drawing_of(request)
    versions = selectors.versions(row)
    chosen = _version(request, versions)
    data = chosen.data if chosen is not None else (row.result or {})
    judged, reviewed = selectors.judgements(row, chosen) if chosen is not None else ({}, {})
    lines = [_shown(line, judged, data) for line in data.get("items", _plain_items(data))]
    people = list(dict.fromkeys(line["person"] for line in lines))
    queries = data.get("queries") or row.queries
    wanted, show = request.GET.get("person", ""), request.GET.get("show", "")
    return draw(
        request, "matching/report.html", request.page,  # type: ignore[attr-defined]
        title=f"核对报告 {row.no}" if row.issued_at else f"核对请求 {row.no}", row=row, report=chosen, data=data,
        state=selectors.shown_state(row), states=dict(MatchRequest.STATES) | {"expired": "已过期"},
        place=region_name(row.region_code), versions=versions, newest=chosen is None or chosen == versions[-1],
        lines=[one for one in _sorted(lines) if _within(one, wanted, show)], total=len(lines), people=people,
        person=wanted, show=show, shows=SHOWN, hits=[_hit(one, reviewed) for one in data.get("hits", [])],
        queries=[_query(one, data, row) for one in queries if one["state"] != asking.SILENT],
        legend=[(code, words) for code, words in CODES.items() if any(code in line["codes"] for line in lines)],
        silent=[one["title"] for one in queries if one["state"] == asking.SILENT],
        objections=selectors.objections(row), scope=[ITEMS[code][0] for code in row.scope if code in ITEMS],
        inquiries=list(row.inquiries.order_by("pk")), papers=(row.known or {}).get("papers", []) if row.case_id is None else [],
        may_run=drawing.actor.can("match.run", row.region_code) is not None, tones=TONES,
        asked_people=row.people if row.case_id is None else [], audience=drawing.actor,
    )  # fmt: skip


def _found(request: HttpRequest, pk: int, reason: str) -> MatchRequest:
    actor = drawing_of(request).actor
    row = selectors.get(actor, pk)
    if row is None:
        raise Http404("没有找到。")
    audit.record_read(actor=actor, obj=row.case or row, reason=reason)
    return row


def _version(request: HttpRequest, versions: list[Any]) -> Any:
    if not versions:
        return None
    wanted = request.GET.get("v", "")
    return next((one for one in versions if str(one.data.get("version")) == wanted), versions[-1])


def _plain_items(data: dict[str, Any]) -> list[dict[str, Any]]:
    """A report made before there was a table: its differences, so that old cases still show something."""
    return [
        {
            "key": d["key"], "person": d["person"], "title": d["label"], "kind": "income" if d["money"] else "count",
            "sources": [], "on": None, "codes": [], "value": d["found"], "declared": d["declared"], "difference": None,
            "result": items.EXCEED if d["needs_explanation"] else items.PASS, "notes": [d["sentence"]], "facts": [],
        }
        for d in data.get("differences", [])
    ]  # fmt: skip


def _shown(line: dict[str, Any], judged: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """A line with its figures in words."""
    money = items.in_money(line)
    verdict = judged.get(line["key"])
    difference = next((d for d in data.get("differences", []) if d["key"] == line["key"]), None)
    return line | {
        "value_text": _figure(line["value"], money),
        "declared_text": _figure(line["declared"], money),
        "difference_text": _signed(line["difference"], money),
        "limit_text": _figure(line.get("limit"), money),
        "result_title": items.TITLES[line["result"]],
        "tone": TONES[line["result"]],
        "judged": str(verdict.get("reason") or "") if verdict else "",
        "judged_value": _figure(verdict.get("value"), money) if verdict else "",
        "waits": bool(difference and difference["needs_explanation"] and verdict is None),
        # a part of the reference that is empty leaves the next one's comma behind
        "facts": [
            f | {"amount_text": _amount(f, line["kind"]), "reference": f["reference"].lstrip("，")}
            for f in line["facts"]
        ],
    }


def _amount(fact: dict[str, Any], kind: str) -> str:
    """The sum of one record; of things that are counted, only where there is one (a price)."""
    return _figure(fact["amount_fen"], True) if fact["amount_fen"] or kind in ("income", "property") else ""


def _figure(value: int | None, money: bool) -> str:
    return "" if value is None else yuan_text(value) if money else str(value)


def _signed(value: int | None, money: bool) -> str:
    if not value:
        return ""
    return ("+" if value > 0 else "−") + (yuan_text(abs(value)) if money else str(abs(value)))


def _sorted(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What waits for a judgement first, then what exceeds, then what is unclear; within that, person by person."""
    return sorted(lines, key=lambda one: (not one["waits"], RANK[one["result"]], not one["difference"]))


def _within(line: dict[str, Any], person: str, show: str) -> bool:
    if person and line["person"] != person:
        return False
    if show == "differs":
        return line["result"] in (items.EXCEED, items.UNKNOWN) or bool(line["difference"])
    return not show or line["kind"] in _KINDS.get(show, ())


def _hit(hit: dict[str, Any], reviewed: dict[str, Any]) -> dict[str, Any]:
    said = reviewed.get(hit["key"])
    words = {"accept": "已认定是本人的", "refuse": "已认定不是本人的"}
    return hit | {"decided": words.get(str(said["take"]), "") if said else "", "reason": said["reason"] if said else ""}


def _query(line: dict[str, Any], data: dict[str, Any], row: MatchRequest) -> dict[str, Any]:
    names = {str(m["member"]): m["name"] for m in data.get("members", [])}
    names |= {str(p.get("seq") or p.get("member")): p["name"] for p in row.people or []}
    import datetime

    moment = datetime.datetime.fromisoformat
    return line | {
        "names": "、".join(names.get(pk, "") for pk in line["people"]),
        "state_title": asking.STATES.get(line["state"], line["state"]),
        "asked": moment(line["asked_at"]),
        "answered": moment(line["answered_at"]) if line["answered_at"] else None,
    }


def report_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    row = _found(request, pk, "打印核对报告")
    versions = selectors.versions(row)
    chosen = _version(request, versions)
    if chosen is None and not row.result:
        raise Http404("报告还没有出具。")
    body = printing.pdf(row, chosen, drawing_of(request).actor)
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(f'核对报告{row.no}.pdf')}"
    return response


def reply_file(request: HttpRequest, pk: int) -> HttpResponse:
    row = _found(request, pk, "答复委托单位")
    if row.case_id is not None:
        raise Http404("办件的核对报告不对外答复。")
    body = json.dumps(outside.reply_json(row), ensure_ascii=False, indent=1)
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{row.no}.json')}"
    return response


def paper(request: HttpRequest, pk: int, attachment: int) -> HttpResponse:
    """A letter or consent of a request from outside."""
    row = _found(request, pk, "查看来函和授权书")
    if str(attachment) not in (row.known or {}).get("papers", []):
        raise Http404("没有找到。")
    found = printing.stored(attachment)
    if found is None:
        raise Http404("没有找到。")
    body, kind = documents.open_attachment(found)
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(found.label or '来函')}"
    response["X-Content-Type-Options"] = "nosniff"
    return response
