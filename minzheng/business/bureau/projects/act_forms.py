"""Forms of what happens to a project: stages, progress, money, milestones, photographs, problems, points."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from minzheng.business.bureau.projects import (
    moving,
    problems,
    scoring,
    selectors,
    services,
    sources,
    spending,
    stages,
    terms,
)
from minzheng.business.bureau.projects.errors import Refused
from minzheng.business.bureau.projects.forms import done, places_above
from minzheng.business.bureau.projects.models import (
    Project,
    ProjectMilestone,
    ProjectMoney,
    ProjectPhoto,
    ProjectProblem,
    ProjectScore,
)
from minzheng.business.bureau.projects.money import WanField, wan
from minzheng.business.bureau.projects.selectors import CONFIRM, MANAGE
from minzheng.kernel import clock
from minzheng.kernel.funds.selectors import confirmed_allocations
from minzheng.kernel.months import month_after
from minzheng.kernel.parts.field_base import Field
from minzheng.kernel.parts.fields import Choice, Count, Date, LongText, Photo, Text, When
from minzheng.kernel.parts.page import Done

PHOTO_HELP = "照片会去掉位置等附带信息后加密保存，只有能看这个项目的人能打开。"


def move_fields(actor: Any, project: Project) -> list[Field]:
    return [
        Choice("to", "转到", required=True, options=stages.targets(project.stage), radio_up_to=3,
               help=f"现在是“{stages.TITLES[project.stage]}”，下一步通常是第一项；退回和终止由有确认权限的人办理。"),
        Date("on", "日期", required=True, not_after=clock.today), Text("document", "文号", max_length=80, help="批复、合同、验收意见等的文号；或在下面上传。"),
        WanField("settled_fen", "决算金额", when=When("to", ("settle",)), required=True),
        LongText("words", "说明", max_length=300, help="跳过阶段、退回、终止的必须写明原因。"), Photo("papers", "材料", kind="project", help=PHOTO_HELP),
    ]  # fmt: skip


def today_initial(*names: str) -> Any:
    return lambda actor, obj: dict.fromkeys(names, clock.today())


def save_move(actor: Any, values: dict[str, Any], project: Project) -> Done:
    row = moving.move(
        actor=actor, project=project, to=values["to"], on=values["on"], document=values.get("document") or "",
        words=values.get("words") or "", uploads=values.get("papers") or (), settled_fen=values.get("settled_fen"),
    )  # fmt: skip
    return done(row, f"项目已转到“{stages.TITLES[row.stage]}”。")


def report_fields(actor: Any, project: Project) -> list[Field]:
    return [
        Text("month", "月份", required=True, pattern=r"20\d\d-(0[1-9]|1[0-2])", hint="请写成 2026-06 的样子。", help="同一个月再填一次就是更正，原来填的留在办理记录里。"),
        WanField("invested_fen", "本月完成投资", required=True), Count("percent", "形象进度", maximum=100, unit="%", help="到月底累计。"),
        LongText("words", "进展情况", max_length=300), Photo("photos", "现场照片", kind="project", help=PHOTO_HELP),
    ]  # fmt: skip


def report_initial(actor: Any, project: Project) -> dict[str, Any]:
    return {"month": f"{month_after(clock.today(), -1):%Y-%m}"}


def save_report(actor: Any, values: dict[str, Any], project: Project) -> Done:
    month = datetime.date.fromisoformat(values["month"] + "-01")
    services.report(
        actor=actor, project=project, month=month, invested_fen=values["invested_fen"], percent=values.get("percent"),
        words=values.get("words") or "",
    )  # fmt: skip
    if values.get("photos"):
        moving.add_photos(
            actor=actor,
            project=project,
            uploads=values["photos"],
            caption=f"{month:%Y年%m月}现场",
            taken_on=clock.today(),
        )
    return done(project, f"{values['month']} 的进度已填报。")


def _confirmed(project: Project) -> Any:
    """Confirmed allocations over the project's place that a project's source may come from."""
    pots = {pot for one in sources.sources().values() for pot in one.pots}
    return confirmed_allocations(places_above(project.region_code), pots)


def _allocations(project: Project) -> list[tuple[str, str]]:
    return [
        (str(one.pk), f"{one.document_no}（{one.year}，{wan(one.amount_fen)} 万元）")
        for one in _confirmed(project)[:100]
    ]


def money_fields(actor: Any, project: Project) -> list[Field]:
    return [
        Choice("kind", "种类", required=True, options=ProjectMoney.KINDS), Choice("source", "资金来源", required=True, options=sources.choices(), radio_up_to=1),
        Choice("form", "投入形式", required=True, options=ProjectMoney.FORMS, help="社会力量以房产、设备、技术、信息投入的，按协议作价。"),
        WanField("amount_fen", "金额", required=True, least=-10**15, help="冲减以前登记的写负数，并在说明里写原因。"),
        Date("on", "日期", required=True, not_after=clock.today), Text("voucher", "文号或凭证号", required=True, max_length=80),
        Choice("allocation", "资金指标", options=(("", "不关联"), *_allocations(project)), radio_up_to=1, when=When("kind", ("issued",)), help="关联以后，同一条指标分解到各项目的合计不能超过指标。"),
        Text("note", "说明", max_length=200),
    ]  # fmt: skip


def save_money(actor: Any, values: dict[str, Any], project: Project) -> Done:
    chosen = values.get("allocation") or ""
    if chosen and chosen not in dict(_allocations(project)):
        raise Refused([], {"allocation": "请选择本地的资金指标。"})
    row = spending.enter_money(
        actor=actor, project=project, kind=values["kind"], source=values["source"], form=values.get("form") or "money", amount_fen=values["amount_fen"],
        on=values["on"], voucher=values["voucher"], note=values.get("note") or "", allocation=_confirmed(project).get(pk=int(chosen)) if chosen else None,
    )  # fmt: skip
    return done(project, f"已登记{row.get_kind_display()}。")  # type: ignore[attr-defined]


MILESTONE = (
    Text("name", "节点", required=True, max_length=60, help="例如：主体封顶、竣工验收。"),
    Date("due_on", "计划日期", required=True),
)
REACHED = (
    Date("done_on", "完成日期", required=True, not_after=clock.today),
    LongText("note", "说明", max_length=200, help="晚了的写明原因。"),
)


def save_milestone(actor: Any, values: dict[str, Any], project: Project) -> Done:
    moving.add_milestone(actor=actor, project=project, name=values["name"], due_on=values["due_on"])
    return done(project, "已增加节点。")


def managed_milestone(actor: Any, pk: int) -> ProjectMilestone | None:
    return selectors.milestones(actor, MANAGE).filter(pk=pk).first()


def save_reached(actor: Any, values: dict[str, Any], milestone: ProjectMilestone) -> Done:
    moving.reach_milestone(actor=actor, milestone=milestone, done_on=values["done_on"], note=values.get("note") or "")
    return done(milestone.project, f"节点“{milestone.name}”已完成。")


PHOTOS = (
    Photo("photos", "照片或材料", required=True, kind="project", max_files=9, help=PHOTO_HELP), Text("caption", "说明", required=True, max_length=80),
    Date("taken_on", "拍摄日期", required=True, not_after=clock.today),
)  # fmt: skip


def save_photos(actor: Any, values: dict[str, Any], project: Project) -> Done:
    kept = moving.add_photos(
        actor=actor, project=project, uploads=values["photos"], caption=values["caption"], taken_on=values["taken_on"]
    )
    return done(project, f"已上传 {len(kept)} 份。")


def managed_photo(actor: Any, pk: int) -> ProjectPhoto | None:
    return selectors.photos(actor, MANAGE).filter(pk=pk).first()


def run_photo_remove(actor: Any, photo: ProjectPhoto, values: dict[str, Any]) -> Done:
    moving.remove_photo(actor=actor, photo=photo, reason=values.get("reason") or "")
    return done(photo.project, "照片已移除，办理记录里留有一笔。")


PROBLEM = (
    LongText("words", "问题", required=True, max_length=300), Choice("kind", "类别", required=True, options=ProjectProblem.KINDS),
    Choice("grade", "程度", required=True, options=ProjectProblem.GRADES), Date("found_on", "发现日期", required=True, not_after=clock.today),
    Text("duty", "整改责任人", required=True, max_length=60), Date("due_on", "整改期限", required=True), Photo("photos", "照片", kind="project", help=PHOTO_HELP),
)  # fmt: skip


def save_problem(actor: Any, values: dict[str, Any], project: Project) -> Done:
    problems.find(actor=actor, project=project, values=values, uploads=values.get("photos") or ())
    return done(project, "问题已登记，到期没有整改会提醒。")


def problem_of(permission: str) -> Any:
    return lambda actor, pk: selectors.problems(actor, permission).filter(pk=pk).first()


MENDED = (
    LongText("mending", "整改情况", required=True, max_length=500), Date("mended_on", "整改日期", required=True, not_after=clock.today),
    Photo("photos", "整改照片", kind="project", help=PHOTO_HELP),
)  # fmt: skip


def save_mended(actor: Any, values: dict[str, Any], problem: ProjectProblem) -> Done:
    problems.mend(
        actor=actor,
        problem=problem,
        mending=values["mending"],
        mended_on=values["mended_on"],
        uploads=values.get("photos") or (),
    )
    return done(problem.project, "整改已填报，等另一人核查销号。")


CHECKED = (
    Choice("passed", "核查结果", required=True, options=(("yes", "整改到位，销号"), ("no", "没有到位，退回"))),
    LongText("opinion", "核查意见", max_length=200, help="退回的写明还差什么。"),
)  # fmt: skip


def save_checked(actor: Any, values: dict[str, Any], problem: ProjectProblem) -> Done:
    row = problems.check(
        actor=actor, problem=problem, passed=values["passed"] == "yes", opinion=values.get("opinion") or ""
    )
    return done(problem.project, "问题已销号。" if row.state == "closed" else "已退回，重新整改。")


def score_fields(actor: Any, project: Project) -> list[Field]:
    points = [
        Text(name, f"{scoring.TITLES[name]}（满分 {terms.number('part_' + name)}）", required=True, pattern=r"\d{1,3}(\.\d{1,2})?", hint="请填分数，最多两位小数。")
        for name in scoring.PARTS
    ]  # fmt: skip
    return [
        Count("year", "年度", required=True, minimum=project.library.first_year, maximum=clock.today().year),
        LongText("appraisal", "事前评估", max_length=300), LongText("goal", "绩效目标", required=True, max_length=300),
        LongText("monitoring", "绩效监控", max_length=300), LongText("result", "自评情况", required=True, max_length=500), *points,
        LongText("use", "结果应用", max_length=300, help="例如：与下年度安排挂钩、公开。"),
    ]  # fmt: skip


def score_initial(actor: Any, project: Project) -> dict[str, Any]:
    found = project.scores.filter(state="draft").order_by("-year").first()
    if found is None:
        return {"year": clock.today().year}
    words = {name: getattr(found, name) for name in ("year", "appraisal", "goal", "monitoring", "result", "use")}
    return words | {name: f"{getattr(found, name) / 100:g}" for name in scoring.PARTS}


def save_score(actor: Any, values: dict[str, Any], project: Project) -> Done:
    given = values | {name: int(Decimal(values[name]) * 100) for name in scoring.PARTS}
    row = scoring.evaluate(actor=actor, project=project, year=values["year"], values=given)
    return done(project, f"自评 {row.points / 100:g} 分（{row.grade}），等另一人确认。")


def score_to_confirm(actor: Any, pk: int) -> ProjectScore | None:
    return selectors.scores(actor, CONFIRM).filter(pk=pk).first()


def run_score_confirm(actor: Any, score: ProjectScore, values: dict[str, Any]) -> Done:
    scoring.confirm(actor=actor, score=score, published_on=values.get("published_on"))
    return done(score.project, "绩效评价已确认。")


PUBLISHED = (Date("published_on", "公开日期", help="评价结果随决算公开的，填公开的日期；还没有的不填。"),)
