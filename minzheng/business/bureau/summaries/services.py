"""What people do with summaries: generate, edit, submit, return, sign, issue.

Each act needs its permission over the summary's place, is one transaction and leaves one audit line. Versions are only
ever added. Who submits does not sign; what is signed is not changed any more."""

from __future__ import annotations

import copy
import datetime
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.business.bureau.summaries import declaring, editing, periods, writing
from minzheng.business.bureau.summaries.documents import MARK, Body, Tokens, sentences, used
from minzheng.business.bureau.summaries.models import Summary, SummaryVersion
from minzheng.business.bureau.summaries.selectors import ISSUE, WRITE
from minzheng.kernel import clock
from minzheng.kernel.audit.services import record
from minzheng.kernel.cases.errors import NotAllowed, Refused
from minzheng.kernel.crypto.sealing import sm3

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.orgs.models import Organization

#: 发文字号: 机关代字〔年〕序号号, without 第 and leading zeros (registries §9.7).
_NUMBER = re.compile(r"[\u4e00-\u9fa5]+〔20\d{2}〕[1-9]\d*号")


def _require(actor: Actor, permission: str, region_code: str) -> None:
    if not actor.is_system and actor.can(permission, region_code) is None:
        raise NotAllowed("您的岗位不能办理这个单位的工作总结：起草由政策科人员，签发由局领导办理。")


def _locked(actor: Actor, one: Summary, permission: str, *states: str) -> Summary:
    row = Summary.objects.select_for_update().get(pk=one.pk)
    _require(actor, permission, row.region_code)
    if row.state not in states:
        raise Refused(f"这份总结现在是“{row.get_state_display()}”，不能这样办理。")
    return row


def compose(*, actor: Actor, org: Organization, period: str) -> Body:
    """The document as the numbers now have it, nothing saved. Raises Refused for a period without a form."""
    term = periods.parse(period)
    form = declaring.for_period(term.kind)
    if form is None:
        raise Refused(f"时期“{period}”没有对应的总结体例。")
    return writing.body(writing.Writing(actor, org, term, form))


@transaction.atomic
def generate(*, actor: Actor, org: Organization, period: str, anew: bool = False) -> SummaryVersion:
    """A new version with the present numbers. Sentences that a person has edited stay as they are, with their indicator
    numbers renewed; the others are written anew. ``anew``: edits are left behind in the earlier version. Returns the
    version that is there when nothing has changed. Raises Refused when it is signed, NotAllowed."""
    _require(actor, WRITE, org.region_code)
    fresh = compose(actor=actor, org=org, period=period)
    form = declaring.for_period(periods.parse(period).kind)
    assert form is not None
    title = "".join(MARK.sub(lambda match: fresh["tokens"][match[1]]["words"], fresh["title"])).replace("\n", "")
    one, made = Summary.objects.select_for_update().get_or_create(
        org=org, form=form.code, period=fresh["period"],
        defaults={"region_code": org.region_code, "org_name": org.name, "title": title[:120]},
    )  # fmt: skip
    if one.state != "draft":
        raise Refused(f"“{one.title}”现在是“{one.get_state_display()}”，不能重新生成：请先退回到草稿。")
    before = None if made else one.versions.order_by("-number").first()
    if before is not None:
        fresh = fresh if anew else _keep_edits(before.body, fresh)
        fresh["tokens"] = {key: fresh["tokens"][key] for key in used(fresh)}
        if before.sha == _sha(fresh):
            return before
    return _add(actor, one, fresh, "generated", "由指标生成" if before is None else "按现在的指标更新")


def _sha(body: Body) -> str:
    return sm3(json.dumps(body, ensure_ascii=False, sort_keys=True).encode())


def _add(actor: Actor, one: Summary, body: Body, how: str, note: str) -> SummaryVersion:
    last = one.versions.order_by("-number").values_list("number", flat=True).first() or 0
    shown = set(used(body))
    body["tokens"] = {key: token for key, token in body["tokens"].items() if key in shown}
    made = SummaryVersion.objects.create(
        summary=one, region_code=one.region_code, number=last + 1, body=body, sha=_sha(body), how=how, note=note[:200],
        made_by_id=actor.id, made_name=actor.name[:60],
    )  # fmt: skip
    record(
        actor=actor, action=f"summary.{how}", obj=one,
        detail={"version": made.number, "sha": made.sha, "tokens": len(body["tokens"])},
    )  # fmt: skip
    return made


_SAME = ("kind", "code", "region", "period", "dims", "source")


def _keep_edits(old: Body, fresh: Body) -> Body:
    """The fresh document with the sentences that people wrote: in the place of the one with the same key, added ones
    behind the last of their point. Numbers of theirs that are indicators' are the fresh ones."""
    kept = copy.deepcopy(fresh)
    tokens = Tokens(kept["tokens"])
    renewed = {_identity(token): token for token in fresh["tokens"].values() if "code" in token}

    def carried(sentence: Mapping[str, Any]) -> dict[str, Any]:
        def mark(match: re.Match[str]) -> str:
            token = old["tokens"][match[1]]
            newer = renewed.get(_identity(token)) if "override" not in token else None
            return tokens.put(dict(newer or token))

        return {**sentence, "text": MARK.sub(mark, sentence["text"])}

    edited = {one["key"]: carried(one) for one in sentences(old) if one.get("edited")}
    gone = set(old.get("removed", ()))
    kept["preamble"] = _merged(kept["preamble"], edited, gone)
    for part in kept["parts"]:
        for item in part["items"]:
            item["points"] = [merged for point in item["points"] if (merged := _merged(point, edited, gone))]
    kept["removed"] = sorted(gone)
    _readd(old, kept, edited)
    kept["tokens"] = tokens.found
    return kept


def _identity(token: Mapping[str, Any]) -> str:
    return json.dumps([token.get(name) for name in _SAME], ensure_ascii=False, sort_keys=True)


def _merged(point: list[dict[str, Any]], edited: dict[str, dict[str, Any]], gone: set[str]) -> list[dict[str, Any]]:
    return [edited.pop(one["key"], one) for one in point if one["key"] not in gone]


def _readd(old: Body, kept: Body, edited: dict[str, dict[str, Any]]) -> None:
    """Sentences that exist only because a person added them: back into the item they stood in."""
    for number, part in enumerate(old["parts"]):
        for item in part["items"]:
            mine = [edited[one["key"]] for point in item["points"] for one in point if one["key"] in edited]
            if not mine or number >= len(kept["parts"]):
                continue
            same = [known for known in kept["parts"][number]["items"] if known["title"] == item["title"]]
            if same:
                same[0]["points"] += [[one] for one in mine]
            else:
                kept["parts"][number]["items"].append({"title": item["title"], "points": [[one] for one in mine]})


@transaction.atomic
def edit(
    *, actor: Actor, summary: Summary, base: int, texts: Mapping[str, str], added: Mapping[str, str], note: str = ""
) -> SummaryVersion:
    """A new version with other words. ``base``: the version that was on the screen (a newer one is not overwritten);
    ``texts``: {sentence key: text as the editor shows it, empty to leave it out}; ``added``: {"part.item": a new point}.
    Raises Refused with every sentence that cannot stand."""
    one = _locked(actor, summary, WRITE, "draft")
    last = one.versions.order_by("-number").first()
    assert last is not None
    if last.number != base:
        raise Refused(f"{last.made_name or '别人'}刚刚存了第 {last.number} 版：请先看那一版，再把您的修改写进去。")
    body = copy.deepcopy(last.body)
    tokens = Tokens(body["tokens"])
    refusals: list[str] = []

    def taken(text: str, own: list[str]) -> str:
        try:
            return editing.read(text, own=own, tokens=tokens, who=actor.name, on=f"{clock.today():%Y-%m-%d}")
        except Refused as error:
            refusals.extend(error.sentences)
            return ""

    changed = _rewrite(body, texts, taken) + _append(body, added, taken)
    if refusals:
        raise Refused(refusals)
    if not body["preamble"] and not body["parts"]:
        raise Refused("正文一句也没有了，没有保存：至少留一句；想从头写，请点“更新数字”并选“全部重写”。")
    if not changed:
        return last
    body["tokens"] = tokens.found
    return _add(actor, one, body, "edited", note or f"改了 {changed} 句")


def _rewrite(body: Body, texts: Mapping[str, str], taken: Any) -> int:
    changed, removed = 0, set(body.get("removed", ()))
    for one in sentences(body):
        text = texts.get(one["key"])
        if text is None or " ".join(text.split()) == " ".join(editing.shown(one["text"], body["tokens"]).split()):
            continue
        changed += 1
        one["text"] = taken(text, MARK.findall(one["text"])) if text.strip() else ""
        one["edited"] = True
        if not text.strip():
            removed.add(one["key"])
    body["preamble"] = [one for one in body["preamble"] if one["text"]]
    for part in body["parts"]:
        for item in part["items"]:
            points = [[one for one in point if one["text"]] for point in item["points"]]
            item["points"] = [point for point in points if point]
        part["items"] = [item for item in part["items"] if item["points"]]
    body["parts"] = [part for part in body["parts"] if part["items"] or part.get("tables")]
    body["removed"] = sorted(removed)
    return changed


def _append(body: Body, added: Mapping[str, str], taken: Any) -> int:
    """New points; their places are as the editor showed them, so this comes with items that may have emptied since."""
    done = 0
    known = {one["key"] for one in sentences(body)}
    for place, text in added.items():
        if not text.strip():
            continue
        part, item = (int(number) for number in place.split("."))
        if part >= len(body["parts"]) or item >= len(body["parts"][part]["items"]):
            raise Refused("要补充的那一项已经没有句子了：请先存下现在的修改，再补充。")
        number = 1 + max((int(key.split(".")[1]) for key in known if key.startswith("added.")), default=0)
        key = f"added.{number}"
        known.add(key)
        body["parts"][part]["items"][item]["points"].append(
            [{"key": key, "case": "always", "text": taken(text, []), "edited": True}]
        )
        done += 1
    return done


@transaction.atomic
def submit(*, actor: Actor, summary: Summary) -> None:
    """To the leader for signature."""
    one = _locked(actor, summary, WRITE, "draft")
    one.state, one.returned_reason = "submitted", ""
    one.submitted_by_id, one.submitted_name = actor.id, actor.name[:60]
    one.save()
    record(actor=actor, action="summary.submit", obj=one)


@transaction.atomic
def give_back(*, actor: Actor, summary: Summary, reason: str) -> None:
    """Back to the draft, with what is to be changed."""
    one = _locked(actor, summary, ISSUE, "submitted", "signed")
    one.state, one.returned_reason, one.signed_version, one.signed_at = "draft", reason[:200], None, None
    one.signed_by_id, one.signed_name = None, ""
    one.save()
    record(actor=actor, action="summary.return", obj=one, reason=reason)


@transaction.atomic
def sign(*, actor: Actor, summary: Summary) -> None:
    """The newest version is the one that will be issued. Who submitted it or wrote in it cannot sign."""
    one = _locked(actor, summary, ISSUE, "submitted")
    last = one.versions.order_by("-number").first()
    assert last is not None
    if not actor.is_system and actor.id in (one.submitted_by_id, last.made_by_id):
        raise Refused("起草或送签的人不能签发：请另一位局领导签发。")
    one.state, one.signed_version, one.signed_at = "signed", last.number, clock.now()
    one.signed_by_id, one.signed_name = actor.id, actor.name[:60]
    one.save()
    record(actor=actor, action="summary.sign", obj=one, detail={"version": last.number, "sha": last.sha})


@transaction.atomic
def issue(*, actor: Actor, summary: Summary, number: str, on: datetime.date) -> None:
    """Print number and day on it; from then on it never changes."""
    one = _locked(actor, summary, ISSUE, "signed")
    number = number.strip()
    if not _NUMBER.fullmatch(number):
        raise Refused(
            f"发文字号“{number}”不合格式。", {"number": "请照“示民发〔2026〕15号”填写，年份用六角括号，不编虚位。"}
        )
    if Summary.objects.filter(org=one.org_id, number=number).exists():
        raise Refused(f"发文字号“{number}”已经用过。", {"number": "请换一个号。"})
    if on > clock.today():
        raise Refused("印发日期不能在今天以后。", {"issued_on": "请填今天或以前的日期。"})
    one.state, one.number, one.issued_on = "issued", number, on
    one.save()
    record(actor=actor, action="summary.issue", obj=one, detail={"number": number, "version": one.signed_version})
