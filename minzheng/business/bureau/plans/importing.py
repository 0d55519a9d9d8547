"""Reading a document into a plan. The text of a version is never changed; a text that differs from the last one becomes a
new version, into which corrections and links are carried where the words stand unchanged."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from minzheng.business.bureau.plans import linking
from minzheng.business.bureau.plans.models import Plan, PlanIndicator, PlanItem, PlanVersion
from minzheng.business.bureau.plans.parsing import Document, parse_text, reading
from minzheng.business.bureau.plans.parsing.document import body
from minzheng.business.bureau.plans.parsing.indicators import Indicator
from minzheng.business.bureau.plans.services import CHANGEABLE, require
from minzheng.kernel.audit.services import record
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.documents.errors import UploadRefused
from minzheng.kernel.documents.uploads import antivirus

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.orgs.models import Organization

YEAR = re.compile(r"20\d\d")


@dataclass(frozen=True)
class Imported:
    """``created``: a new version was made; False when this text is in the platform already."""

    version: PlanVersion
    created: bool
    carried: int = 0


def import_document(*, actor: Actor, org: Organization, year: int | None, content: bytes, name: str) -> Imported:
    """Read a document and keep it for this organisation and year (None: the year of its title). Raises UnreadableDocument, Refused, NotAllowed."""
    require(actor, org.region_code)
    try:
        antivirus.scan(content)
    except UploadRefused as error:
        raise Refused(str(error)) from error
    return import_text(actor=actor, org=org, year=year, text=reading.read_bytes(content, name), name=name)


@transaction.atomic
def import_text(*, actor: Actor, org: Organization, year: int | None, text: str, name: str) -> Imported:
    """The same text again gives the version that is there; another text under the same title a new version."""
    require(actor, org.region_code)
    if year is not None and not 2000 <= year <= 2100:
        raise Refused(f"年度 {year} 不对：请填 2000 到 2100 之间的年份。", {"year": "请填四位年份。"})
    document = parse_text(text)
    if not document.tree.items and not document.indicators:
        raise Refused("没有读到条目，也没有读到指标：请确认这是工作要点、总结或规划，条目有编号。")
    if year is None:
        found = YEAR.search(document.title)
        if found is None:
            raise Refused([], {"year": f"标题“{document.title[:40]}”里没有年份：请填年度。"})
        year = int(found[0])
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
