"""What people do with plans: import a document, correct, split, merge, add and strike what was read from it.

Every act needs plan.manage over the plan's place, is one transaction and leaves one audit line. The text of a version is
never changed; a text that differs from the last one becomes a new version, into which corrections are carried where the
words stand unchanged."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from minzheng.business.bureau.plans import linking
from minzheng.business.bureau.plans.models import Plan, PlanIndicator, PlanItem, PlanVersion
from minzheng.business.bureau.plans.parsing import Document, parse_text, reading
from minzheng.business.bureau.plans.parsing.document import body
from minzheng.business.bureau.plans.parsing.indicators import Indicator
from minzheng.business.bureau.plans.parsing.numerals import plain
from minzheng.business.bureau.plans.selectors import MANAGE
from minzheng.kernel import clock
from minzheng.kernel.audit.services import record
from minzheng.kernel.cases.errors import NotAllowed, Refused
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.documents.errors import UploadRefused
from minzheng.kernel.documents.uploads import antivirus

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.orgs.models import Organization

#: What a person may change of an indicator.
CHANGEABLE = (
    "subject",
    "comparator",
    "value",
    "value_max",
    "unit",
    "kind",
    "scope",
    "deadline",
    "body",
    "strive",
    "item",
)


@dataclass(frozen=True)
class Imported:
    """``created``: a new version was made; False when this text is in the platform already."""

    version: PlanVersion
    created: bool
    carried: int = 0


def _require(actor: Actor, region_code: str) -> None:
    if not actor.is_system and actor.can(MANAGE, region_code) is None:
        raise NotAllowed("您的岗位不能管理这个单位的工作计划，请由本单位的局领导或政策科人员办理。")


def import_document(*, actor: Actor, org: Organization, year: int, content: bytes, name: str) -> Imported:
    """Read a document and keep it for this organisation and year. Raises UnreadableDocument, Refused, NotAllowed."""
    _require(actor, org.region_code)
    try:
        antivirus.scan(content)
    except UploadRefused as error:
        raise Refused(str(error)) from error
    return import_text(actor=actor, org=org, year=year, text=reading.read_bytes(content, name), name=name)


@transaction.atomic
def import_text(*, actor: Actor, org: Organization, year: int, text: str, name: str) -> Imported:
    """The same text again gives the version that is there; another text under the same title a new version."""
    _require(actor, org.region_code)
    if not 2000 <= year <= 2100:
        raise Refused(f"年度 {year} 不对：请填 2000 到 2100 之间的年份。", {"year": "请填四位年份。"})
    document = parse_text(text)
    if not document.tree.items and not document.indicators:
        raise Refused("没有读到条目，也没有读到指标：请确认这是工作要点、总结或规划，条目有编号。")
    plan, _ = Plan.objects.select_for_update().get_or_create(
        org=org,
        year=year,
        title=document.title[:120],
        defaults={"region_code": org.region_code, "org_name": org.name, "kind": _kind(document.title)},
    )
    sha = sm3(text.encode())
    same = plan.versions.filter(sha=sha).first()
    if same is not None:
        return Imported(same, created=False)
    before = plan.versions.order_by("-number").first()
    version = PlanVersion.objects.create(
        plan=plan,
        region_code=plan.region_code,
        number=before.number + 1 if before else 1,
        text=text,
        sha=sha,
        file_name=name[-120:],
        publisher=document.publisher[:80],
        findings=[finding.as_json() for finding in document.findings],
        made_by_id=actor.id,
        made_name=actor.name[:60],
    )
    items = _write_items(version, document)
    _write_indicators(version, document, items)
    carried = _carry(before, version) if before else 0
    record(
        actor=actor,
        action="plan.import",
        obj=version,
        detail={
            "plan": plan.pk,
            "version": version.number,
            "items": len(items),
            "indicators": len(document.indicators),
            "carried": carried,
        },
    )
    return Imported(version, created=True, carried=carried)


def _kind(title: str) -> str:
    for kind, pattern in (
        ("summary", "总结|报告"),
        ("outline", "规划|纲要"),
        ("points", "要点|计划|安排|打算|目标|任务|方案"),
    ):
        if re.search(pattern, title):
            return kind
    return "other"


def _write_items(version: PlanVersion, document: Document) -> dict[str, PlanItem]:
    sentences: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for task in document.tasks:
        sentences[task.item].append({"text": task.text, "span": list(task.span)})
    rows = [
        PlanItem(
            version=version,
            region_code=version.region_code,
            seq=seq,
            no=node.no[:40],
            path=list(node.path),
            title=node.title[:200],
            text=body(node),
            sentences=sentences[node.no],
            is_part=not node.leaf,
            body=document.charged[node.no].lead[:120],
            assisting=document.charged[node.no].assisting[:200],
        )
        for seq, node in enumerate(document.tree.nodes)
    ]
    PlanItem.objects.bulk_create(rows)
    return {row.no: row for row in rows}


def _write_indicators(version: PlanVersion, document: Document, items: Mapping[str, PlanItem]) -> None:
    PlanIndicator.objects.bulk_create(
        [_row(version, seq, found, items.get(found.item)) for seq, found in enumerate(document.indicators)]
    )


def _row(version: PlanVersion, seq: int, found: Indicator, item: PlanItem | None) -> PlanIndicator:
    shown = found.as_json()
    more = {
        key: shown[key]
        for key in ("aggregates", "base", "base_value", "growth", "column", "columns", "approximate")
        if key in shown
    }
    return PlanIndicator(
        version=version,
        region_code=version.region_code,
        item=item,
        seq=seq,
        start=found.span[0],
        end=found.span[1],
        words=found.words[:200],
        sentence=found.text,
        subject=found.subject[:120],
        comparator=found.comparator,
        value=found.value,
        value_max=found.value_max,
        unit=found.unit[:30],
        value_norm=found.value_norm,
        unit_norm=found.unit_norm[:30],
        strive=found.strive,
        kind=found.kind,
        scope=found.scope[:60],
        deadline=found.deadline[:40],
        body=found.body[:120],
        why=found.why[:200],
        more=more,
        original={key: shown[key] for key in ("subject", "comparator", "value", "value_max", "unit", "kind", "item")},
    )


def _carry(before: PlanVersion, version: PlanVersion) -> int:
    """Corrections and links of the version before, where sentence and words are the same. Returns how many corrections."""
    fresh: dict[tuple[str, str], list[PlanIndicator]] = defaultdict(list)
    for one in version.indicators.order_by("start", "seq"):
        fresh[(one.sentence, one.words)].append(one)
    carried = 0
    kept = Q(state__in=("corrected", "struck")) | Q(target_link__isnull=False)
    for old in before.indicators.filter(kept).order_by("start", "seq"):
        waiting = fresh.get((old.sentence, old.words))
        if not waiting:
            continue
        one = waiting.pop(0)
        linking.carry(old, one)
        if old.state not in ("corrected", "struck"):
            continue
        for name in (*CHANGEABLE, "value_norm", "unit_norm", "state", "changed_name", "changed_at"):
            if name != "item":
                setattr(one, name, getattr(old, name))
        one.save()
        carried += 1
    return carried


@transaction.atomic
def correct(*, actor: Actor, indicator: PlanIndicator, values: Mapping[str, Any]) -> PlanIndicator:
    """Set what a person knows better; `values` hold names of CHANGEABLE. Raises Refused for a figure that cannot be."""
    one = _locked(actor, indicator)
    before = {name: str(getattr(one, name)) for name in CHANGEABLE if name in values and name != "item"}
    for name in CHANGEABLE:
        if name in values:
            setattr(one, name, values[name])
    _check(one)
    one.value_norm, one.unit_norm = _norm(one)
    _touch(one, actor, "added" if one.state == "added" else "corrected")
    record(actor=actor, action="plan.correct", obj=one, detail={"before": before})
    return one


def _check(one: PlanIndicator) -> None:
    if not one.subject.strip():
        raise Refused("请写明这是什么指标。", {"subject": "请填写。"})
    if one.comparator == "range" and (one.value_max is None or one.value_max <= one.value):
        raise Refused("区间的上限要大于下限。", {"value_max": "请填比数值大的数。"})
    if one.comparator != "range":
        one.value_max = None
    if one.item is not None and one.item.version_id != one.version_id:
        raise Refused("请选择本文件里的条目。", {"item": "请重选。"})


def _norm(one: PlanIndicator) -> tuple[Decimal, str]:
    from minzheng.business.bureau.plans.parsing.units import normalise

    scale = re.match(r"^(?:十万|百万|千万|十亿|百亿|千亿|万亿|[百千万亿])(?=.)", one.unit)
    head = scale[0] if scale else ""
    return normalise(one.value, head, one.unit[len(head) :])


@transaction.atomic
def split(*, actor: Actor, indicator: PlanIndicator) -> PlanIndicator:
    """A second indicator on the same words (城乡 under one figure); the copy is then corrected. Returns the copy."""
    one = _locked(actor, indicator)
    copy = PlanIndicator.objects.get(pk=one.pk)
    copy.pk, copy._state.adding = None, True
    copy.id = PlanIndicator._meta.pk.get_default()
    copy.seq = (one.version.indicators.order_by("-seq").values_list("seq", flat=True).first() or 0) + 1
    copy.original, copy.merged_into = {}, None
    _touch(copy, actor, "added")
    record(actor=actor, action="plan.split", obj=copy, detail={"from": one.pk})
    return copy


@transaction.atomic
def merge(*, actor: Actor, indicator: PlanIndicator, into: PlanIndicator) -> None:
    """Two mentions of one indicator: `into` stands for both. Raises Refused for another document or itself."""
    one, other = _locked(actor, indicator), _locked(actor, into)
    if one.pk == other.pk or one.version_id != other.version_id:
        raise Refused("请选择本文件里的另一个指标。", {"into": "请重选。"})
    if other.merged_into_id or one.mentions.exists():
        raise Refused("已经合并过的指标不能再并到别处：请并到那个代表指标，或先撤销合并。", {"into": "请重选。"})
    one.merged_into = other
    _touch(one, actor, one.state)
    record(actor=actor, action="plan.merge", obj=one, detail={"into": other.pk})


@transaction.atomic
def strike(*, actor: Actor, indicator: PlanIndicator, reason: str = "") -> None:
    """Not an indicator after all (a name, a slogan). It stays readable and can be restored."""
    one = _locked(actor, indicator)
    one.merged_into = None
    one.mentions.update(merged_into=None)
    _touch(one, actor, "struck")
    record(actor=actor, action="plan.strike", obj=one, reason=reason)


@transaction.atomic
def restore(*, actor: Actor, indicator: PlanIndicator) -> None:
    """Back to what was read: undoes strike, merge and corrections; one that was added by hand comes back as it was."""
    one = _locked(actor, indicator)
    one.merged_into = None
    if one.original:
        for name in ("subject", "comparator", "unit", "kind"):
            setattr(one, name, one.original[name])
        one.value = Decimal(str(one.original["value"]))
        most = one.original["value_max"]
        one.value_max = None if most is None else Decimal(str(most))
        one.value_norm, one.unit_norm = _norm(one)
    _touch(one, actor, "read" if one.original else "added")
    record(actor=actor, action="plan.restore", obj=one)


@transaction.atomic
def add(*, actor: Actor, item: PlanItem, words: str, values: Mapping[str, Any]) -> PlanIndicator:
    """An indicator that the reader missed; `words` must stand in the item word by word. Raises Refused."""
    _require(actor, item.region_code)
    version = PlanVersion.objects.select_for_update().get(pk=item.version_id)
    found = [
        (sentence["text"], sentence["span"][0] + sentence["text"].find(words))
        for sentence in item.sentences
        if words and words in sentence["text"]
    ]
    if not found:
        raise Refused("这几个字在本条原文里找不到：请从原文复制。", {"words": "请照原文填写。"})
    sentence, start = found[0]
    seq = (version.indicators.order_by("-seq").values_list("seq", flat=True).first() or 0) + 1
    one = PlanIndicator(
        version=version,
        region_code=version.region_code,
        item=item,
        seq=seq,
        start=start,
        end=start + len(words),
        words=words[:200],
        sentence=sentence,
        why="人工添加",
        value_norm=0,
    )
    for name in CHANGEABLE:
        if name in values and name != "item":
            setattr(one, name, values[name])
    _check(one)
    one.value_norm, one.unit_norm = _norm(one)
    _touch(one, actor, "added")
    record(actor=actor, action="plan.add", obj=one)
    return one


def _locked(actor: Actor, indicator: PlanIndicator) -> PlanIndicator:
    one = PlanIndicator.objects.select_for_update(of=("self",)).select_related("version", "item").get(pk=indicator.pk)
    _require(actor, one.region_code)
    return one


def _touch(one: PlanIndicator, actor: Actor, state: str) -> None:
    one.state, one.changed_name, one.changed_at = state, actor.name[:60], clock.now()
    one.save()


def as_json(imported: Imported) -> dict[str, Any]:
    """What the command prints."""
    version = imported.version
    return {
        "plan": version.plan_id,
        "title": version.plan.title,
        "year": version.plan.year,
        "org": version.plan.org_name,
        "version": version.number,
        "created": imported.created,
        "items": version.items.filter(is_part=False).count(),
        "indicators": version.indicators.exclude(state="struck").count(),
        "carried": imported.carried,
        "findings": version.findings,
    }


def figure(one: PlanIndicator) -> str:
    """``≥ 50 %``: comparator, value and unit for people."""
    sign = {"=": "", ">=": "≥", ">": "＞", "<=": "≤", "<": "＜", "range": ""}[one.comparator]
    top = f"—{plain(one.value_max)}" if one.value_max is not None else ""
    return f"{sign}{plain(one.value)}{top}{one.unit}"
