"""Writing the project library: libraries, projects and their plan, progress by month, money by source.

Every function is one transaction with one act and one audit line. What breaks a rule raises Refused with the field."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Sum

from minzheng.business.bureau.projects import terms
from minzheng.business.bureau.projects.errors import Refused, require
from minzheng.business.bureau.projects.models import (
    Project,
    ProjectCategory,
    ProjectLibrary,
    ProjectProgress,
    ProjectSource,
    ProjectYear,
)
from minzheng.business.bureau.projects.money import wan
from minzheng.business.bureau.projects.recording import act, locked
from minzheng.business.bureau.projects.selectors import CONFIRM, MANAGE
from minzheng.business.bureau.projects.totals import ties
from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.regions import codes
from minzheng.kernel.registers.numbering import next_number

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

FIXED = "项目库已经确定，这一项只能通过调整批次改：请在项目库里新建调整批次。"
#: What an edit may set; sums and years of money go through `plan`.
FIELDS = (
    "name", "nature", "owner", "leader", "content", "beds", "area_m2", "start_year", "end_year", "public", "urban", "longitude",
    "latitude", "note",
)  # fmt: skip
Class = tuple[str, int | None, int | None]


@transaction.atomic
def save_library(
    *, actor: Actor, values: Mapping[str, Any], classes: Iterable[Class], library: ProjectLibrary | None = None
) -> ProjectLibrary:
    """Make a library or change one that is not fixed. `classes`: (name, stated count, stated fen). Raises Refused."""
    region = library.region_code if library else codes.full(values["region_code"])
    actor = require(actor, MANAGE, region)
    if library is not None and ProjectLibrary.objects.select_for_update().get(pk=library.pk).is_fixed:
        raise Refused(FIXED)
    if values["last_year"] < values["first_year"]:
        raise Refused([], {"last_year": "截止年不能早于起始年。"})
    row = library or ProjectLibrary(region_code=region, made_by=actor.user, made_name=actor.name[:60])
    for name in ("name", "first_year", "last_year", "stated_count", "stated_fen", "goal_fen", "document"):
        setattr(row, name, values.get(name))
    row.document = row.document or ""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused([], {"name": "本地已经有同名的项目库，请换一个名称或直接打开它。"}) from None
    _save_classes(row, list(classes))
    audit.record(actor=actor, action="project.library", obj=row, region_code=region, detail={"name": row.name})
    return row


def _save_classes(library: ProjectLibrary, classes: list[Class]) -> None:
    names = [name for name, _count, _fen in classes]
    if not names or len(set(names)) != len(names):
        raise Refused([], {"classes": "请写出大类，一行一个，名称不能重复。"})
    gone = library.categories.exclude(name__in=names)
    used = Project.objects.filter(category__in=gone).values_list("category__name", flat=True).first()
    if used:
        raise Refused([], {"classes": f"大类“{used}”里已经有项目，不能去掉。"})
    gone.delete()
    for seq, (name, count, fen) in enumerate(classes, start=1):
        ProjectCategory.objects.update_or_create(
            library=library, name=name[:60],
            defaults={"seq": seq, "stated_count": count, "stated_fen": fen, "region_code": library.region_code},
        )  # fmt: skip


@transaction.atomic
def fix(*, actor: Actor, library: ProjectLibrary) -> ProjectLibrary:
    """确定: from now on a sum changes only by an adjustment. By a second person, and only when the totals tie."""
    actor = require(actor, CONFIRM, library.region_code)
    row = ProjectLibrary.objects.select_for_update().get(pk=library.pk)
    if row.is_fixed:
        raise Refused("这个项目库已经确定。")
    if actor.id is not None and actor.id == row.made_by_id:  # type: ignore[attr-defined]
        raise Refused("建立项目库的人不能自己确定，请由局领导确定。")
    if not row.projects.exists():
        raise Refused("项目库里还没有项目，请先导入或录入。")
    loose = [one.sentence for one in ties(row) if not one.ok]
    if loose:
        raise Refused(["合计对不上，不能确定：", *loose[:10]])
    row.state, row.fixed_by, row.fixed_name, row.fixed_at = "fixed", actor.user, actor.name[:60], clock.now()
    row.save(update_fields=["state", "fixed_by", "fixed_name", "fixed_at"])
    audit.record(actor=actor, action="project.fix", obj=row, region_code=row.region_code, detail={"name": row.name})
    return row


@transaction.atomic
def create(
    *, actor: Actor, library: ProjectLibrary, values: Mapping[str, Any], years: Mapping[int, int] | None = None,
    money: Mapping[str, int] | None = None, kind: str = "create",
) -> Project:  # fmt: skip
    """A new project. `values`: FIELDS, `region_code`, `category` (a row), `total_fen`, `no` ("" = numbered here), `stage`.
    In a fixed library it is not counted until an adjustment takes it in. Raises Refused."""
    region = codes.full(values["region_code"])
    actor = require(actor, MANAGE, region)
    _check(library, region, values)
    check_sums(values["total_fen"], years or {}, money or {})
    stage = values.get("stage") or "reserve"
    row = Project(
        library=library, category=values["category"], region_code=region, total_fen=values["total_fen"], stage=stage,
        stage_on=clock.today(), counted=not library.is_fixed, no=(values.get("no") or "").strip() or _number(library),
        **{name: values[name] for name in FIELDS if name in values},
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Refused([], {"no": f"编号 {row.no} 已经用过，请换一个或留空。"}) from None
    write_plan(row, years or {}, money or {})
    act(actor, row, kind, to_stage=stage, data={"total_fen": row.total_fen})
    return row


def _number(library: ProjectLibrary) -> str:
    year = library.first_year
    serial = next_number("project", region_code=library.region_code, year=year)
    return f"XM{codes.prefix(library.region_code)}-{year}-{serial:04d}"


def _check(library: ProjectLibrary, region: str, values: Mapping[str, Any]) -> None:
    errors: dict[str, str] = {}
    if not codes.covers(library.region_code, region):
        errors["region_code"] = "项目所在地不在这个项目库的地区里。"
    category = values.get("category")
    if category is None or category.library_id != library.pk:
        errors["category"] = "请选择这个项目库的大类。"
    for name, title in (("name", "项目名称"), ("owner", "建设单位")):
        if not str(values.get(name) or "").strip():
            errors[name] = f"请填写{title}。"
    if (values.get("total_fen") or 0) <= 0:
        errors["total_fen"] = "总投资应大于 0。"
    start, end = values.get("start_year"), values.get("end_year")
    if start and end and end < start:
        errors["end_year"] = "完工年不能早于开工年。"
    if (values.get("longitude") is None) != (values.get("latitude") is None):
        errors["latitude"] = "经度和纬度要一起填。"
    if errors:
        raise Refused([], errors)


def check_sums(total: int, years: Mapping[int, int], money: Mapping[str, int]) -> None:
    """Σ sources = total; Σ years does not go beyond it (investment before the library is not in its years)."""
    slack = terms.tolerance_fen()
    if any(fen < 0 for fen in [*years.values(), *money.values()]):
        raise Refused("计划金额不能小于 0。")
    if money and abs(sum(money.values()) - total) > slack:
        raise Refused(
            f"资金来源合计 {wan(sum(money.values()))} 万元，总投资 {wan(total)} 万元，相差 {wan(abs(sum(money.values()) - total))} 万元：请核对。"
        )
    if sum(years.values()) > total + slack:
        raise Refused(f"年度计划合计 {wan(sum(years.values()))} 万元，超过总投资 {wan(total)} 万元：请核对。")


def write_plan(row: Project, years: Mapping[int, int], money: Mapping[str, int]) -> None:
    place = {"project": row, "region_code": row.region_code}
    row.years.all().delete()
    ProjectYear.objects.bulk_create([ProjectYear(**place, year=y, planned_fen=f) for y, f in years.items() if f])
    row.sources.all().delete()
    ProjectSource.objects.bulk_create([ProjectSource(**place, source=s, planned_fen=f) for s, f in money.items() if f])


@transaction.atomic
def edit(*, actor: Actor, project: Project, values: Mapping[str, Any], kind: str = "edit") -> Project:
    """Correct what is known of a project (FIELDS, category). Raises Refused."""
    actor, row = require(actor, MANAGE, project.region_code), locked(project)
    wanted = {name: values[name] for name in FIELDS if name in values}
    _check(row.library, row.region_code, {"category": row.category, "total_fen": row.total_fen, **_now(row), **values})
    if "category" in values and values["category"].pk != row.category_id:
        if row.library.is_fixed:
            raise Refused([], {"category": FIXED})
        wanted["category"] = values["category"]
    before = {name: str(getattr(row, name)) for name in wanted if getattr(row, name) != wanted[name]}
    if not before:
        return row
    for name, value in wanted.items():
        setattr(row, name, value)
    row.save()
    act(actor, row, kind, data={"before": before})
    return row


def _now(row: Project) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}


def plans(row: Project) -> tuple[dict[int, int], dict[str, int]]:
    """({year: fen}, {source: fen}) as planned."""
    return (
        dict(row.years.values_list("year", "planned_fen")),
        dict(row.sources.order_by("pk").values_list("source", "planned_fen")),
    )


@transaction.atomic
def plan(
    *, actor: Actor, project: Project, total_fen: int, years: Mapping[int, int], money: Mapping[str, int]
) -> Project:
    """Set the sums of a project in a library that is not fixed (or of one that is not counted yet). Raises Refused."""
    actor, row = require(actor, MANAGE, project.region_code), locked(project)
    if row.library.is_fixed and row.counted:
        raise Refused(FIXED)
    if total_fen <= 0:
        raise Refused([], {"total_fen": "总投资应大于 0。"})
    check_sums(total_fen, years, money)
    before_years, before_money = plans(row)
    before = {"total_fen": row.total_fen, "years": before_years, "sources": before_money}
    after = {"total_fen": total_fen, "years": {y: f for y, f in years.items() if f}, "sources": {s: f for s, f in money.items() if f}}  # fmt: skip
    if before == after:
        return row
    row.total_fen = total_fen
    row.save(update_fields=["total_fen"])
    write_plan(row, years, money)
    act(actor, row, "plan", data={"before": before, "after": after})
    return row


@transaction.atomic
def report(
    *, actor: Actor, project: Project, month: datetime.date, invested_fen: int, percent: int | None = None, words: str = "",
    whole_year: bool = False,
) -> ProjectProgress:  # fmt: skip
    """Investment done in a month; the same month again corrects it, and the act keeps what stood there. Raises Refused."""
    actor, row = require(actor, MANAGE, project.region_code), locked(project)
    month = month.replace(day=1)
    if month > clock.today():
        raise Refused([], {"month": "还没有到这个月，不能填报。"})
    if row.stage == "ended":
        raise Refused("项目已经终止，不再填报进度。")
    if invested_fen < 0:
        raise Refused([], {"invested_fen": "完成投资不能小于 0。"})
    others = row.progress.exclude(month=month)
    done = others.aggregate(fen=Sum("invested_fen"))["fen"] or 0
    if done + invested_fen > row.total_fen + terms.tolerance_fen():
        raise Refused(
            [], {"invested_fen": f"累计完成投资会是 {wan(done + invested_fen)} 万元，超过总投资 {wan(row.total_fen)} 万元；确实超了的，先调整总投资。"}
        )  # fmt: skip
    earlier = others.filter(month__lt=month).order_by("-month").values_list("percent", flat=True).first()
    if percent is not None and earlier is not None and percent < earlier and not words.strip():
        raise Refused([], {"words": f"形象进度比上次填报的 {earlier}% 小，请写明原因。"})
    old = row.progress.filter(month=month).values_list("invested_fen", flat=True).first()
    found, _made = ProjectProgress.objects.update_or_create(
        project=row, month=month,
        defaults={"region_code": row.region_code, "invested_fen": invested_fen, "percent": percent, "words": words.strip()[:300],
                  "whole_year": whole_year, "made_name": actor.name[:60]},
    )  # fmt: skip
    act(
        actor, row, "progress", words=words,
        data={"month": f"{month:%Y-%m}", "invested_fen": invested_fen, "percent": percent, "before_fen": old},
    )  # fmt: skip
    return found
