"""项目库: the list with totals that tie, a project with plan, money, pictures and timeline, its forms, the problems."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from minzheng.business.bureau.projects import act_forms, forms, papers, scoring, selectors, showing, stages
from minzheng.business.bureau.projects.models import (
    Project,
    ProjectMilestone,
    ProjectPhoto,
    ProjectProblem,
    ProjectScore,
)
from minzheng.business.bureau.projects.money import Wan
from minzheng.business.bureau.projects.selectors import CONFIRM, MANAGE, READ
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.audit import services as audit
from minzheng.kernel.documents import selectors as document_selectors
from minzheng.kernel.documents import services as documents
from minzheng.kernel.pages.views.export import disposition
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Date, Link, Number, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import LongText
from minzheng.kernel.parts.filters import ByChoice, ByRegion, Search
from minzheng.kernel.parts.page import ActionBody, Custom, DetailBody, ExportBody, FormBody, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Drawn, Facts, Table, Timeline

GROUP = "计划"
STATES = (("under_way", "在建"), ("built", "建成"), ("waiting", "前期"), ("ended", "终止"))


def _libraries(drawing: Drawing) -> list[tuple[str, str]]:
    return [
        (str(pk), name)
        for pk, name in selectors.libraries(drawing.actor).order_by("-first_year", "pk").values_list("pk", "name")[:100]
    ]


def _classes(drawing: Drawing) -> list[tuple[str, str]]:
    rows = (
        selectors.projects(drawing.actor).order_by("category__name").values_list("category__name", flat=True).distinct()
    )
    return [(name, name) for name in rows[:60]]


def _by_state(rows: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
    if value == "waiting":
        return rows.exclude(stage__in=(*stages.UNDER_WAY, *stages.BUILT, stages.ENDED))
    return rows.filter(
        stage__in={"under_way": stages.UNDER_WAY, "built": stages.BUILT, "ended": (stages.ENDED,)}[value]
    )


def _by_counted(rows: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
    return rows.filter(counted=value == "yes")


def _by_urban(rows: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
    return rows.filter(urban=value == "urban")


def _open(rows: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
    if value == "late":
        return rows.filter(state="open", due_on__lt=drawing.today)
    return rows.exclude(state="closed") if value == "unclosed" else rows.filter(state=value)


LIST = ListBody(
    selectors.projects, showing.COLUMNS, sort="no", link=("projects.show", {"pk": "pk"}), summary=showing.summary, export="projects.export",
    filters=(
        Search("q", "名称、编号或单位", by=lambda rows, text, drawing: rows.filter(selectors.by_words(text))),
        ByChoice("library", "项目库", choices=_libraries, field="library_id"), ByRegion("region", "地区", permission=READ),
        ByChoice("category", "大类", choices=_classes, field="category__name"), ByChoice("state", "状态", choices=STATES, by=_by_state),
        ByChoice("stage", "阶段", choices=tuple(stages.STAGES)), ByChoice("urban", "城乡", choices=(("urban", "城镇"), ("rural", "农村")), by=_by_urban),
        ByChoice("counted", "计入合计", choices=(("yes", "计入"), ("no", "待纳入或已调出")), by=_by_counted),
    ),
    actions=(Action("项目库", "projects.libraries"), Action("排名", "projects.ranking"), Action("提醒", "projects.reminders"), Action("问题", "projects.problems")),
    lead="每个项目的投资计划、资金、进度、照片和问题；表格上方是所列项目的合计。",
    empty="没有项目。先在“项目库”里新建一个项目库，再由表格导入，或逐个录入。",
)  # fmt: skip


def _milestones(project: Project, drawing: Drawing) -> list[ProjectMilestone]:
    rows, may = list(project.milestones.all()), bool(drawing.actor.can(MANAGE, project.region_code))
    for row in rows:
        row.says, row.tone = showing.milestone_state(row, drawing.today)  # type: ignore[attr-defined]
        row.open_pk = row.pk if may and row.done_on is None else None  # type: ignore[attr-defined]
    return rows


def _sum(key: str, label: str) -> Wan:
    return Wan(lambda row: row[key], label)


def _button(label: str, page: str, permission: str, **more: Any) -> Action:
    return Action(
        label, page, args={"pk": "pk"}, offered=lambda actor, row: bool(actor.can(permission, row.region_code)), **more
    )


def _may_move(actor: Any, row: Project) -> bool:
    return bool(stages.targets(row.stage)) and bool(
        actor.can(MANAGE, row.region_code) or actor.can(CONFIRM, row.region_code)
    )


DETAIL = DetailBody(
    selectors.project,
    (
        Table("提醒", rows=showing.warned, when=lambda row: row.stage != stages.ENDED, columns=(Badge("title", "提醒", tones=lambda row: row.tone), Text("sentence", "说明")),
              empty="没有要提醒的：支出、进度、填报都正常。"),
        Table("投资和资金（按年，万元）", rows=showing.years, empty="还没有年度计划和完成投资。",
              columns=(Number(lambda row: row["year"], "年度"), _sum("planned", "计划"), _sum("done", "完成"), Text(lambda row: row["rate"], "完成率", css="num"), _sum("issued", "下达"),
                       _sum("paid", "支付"), Text(lambda row: row["spent"], "支出进度", css="num"), _sum("left", "结转"))),
        Table("资金来源（万元）", rows=showing.money, empty="还没有登记资金来源。",
              columns=(Text(lambda row: row["source"], "来源"), _sum("planned", "计划"), _sum("issued", "下达"), _sum("paid", "支付"), _sum("left", "未支付"))),
        Drawn("照片和材料", template="projects/photos.html", context=showing.photos),
        Table("问题和整改", rows=lambda row, drawing: row.problems.all(), empty="没有登记过问题。",
              columns=(Link("words", "问题", page="projects.problem", args={"pk": "pk"}), Date("found_on", "发现"), Date("due_on", "期限"), Text("duty", "责任人"),
                       Badge("state", "状态", names=showing.PROBLEM_STATES, tones=showing.PROBLEM_TONES))),
        Timeline("办理记录", entries=showing.timeline),
    ),
    side=(
        Facts("项目", columns=1, items=(
            showing.STAGE, Date("stage_on", "进入阶段"), Wan("total_fen", "总投资（万元）"), Wan("invested_fen", "完成投资（万元）"),
            Text(lambda row: showing.share(row.invested_fen, row.total_fen), "完成率"), Wan("settled_fen", "决算（万元）"), Link("library.name", "项目库", page="projects.library", args={"pk": "library_id"}),
            Text("category.name", "大类"), Region("region_code", "所在地"), Text("get_nature_display", "建设性质"), Text("owner", "建设单位"), Text("leader", "负责人"),
            Text("content", "建设内容"), Number("beds", "床位（张）"), Number("area_m2", "建筑面积（平方米）"), Text(lambda row: "是" if row.public else "否", "政府投资"),
            Text(lambda row: "—".join(str(one) for one in (row.start_year, row.end_year) if one), "起止年"),
            Text(lambda row: f"{row.longitude}，{row.latitude}" if row.longitude is not None else "", "经纬度"),
            Text(lambda row: "计入" if row.counted else "不计入（待纳入或已调出）", "合计"), Text("note", "备注"))),
        Table("节点", rows=_milestones, empty="还没有节点。点“增加节点”。",
              columns=(Link("name", "节点", page="projects.milestone_done", args={"pk": "open_pk"}), Date("due_on", "计划"), Badge("says", "状态", tones=lambda row: row.tone))),
        Table("绩效", rows=lambda row, drawing: row.scores.exclude(state="withdrawn").order_by("-year"), empty="还没有绩效评价。",
              columns=(Link(lambda row: f"{row.year} 年", "年度", page="projects.score_confirm", args={"pk": "pk"}), Text(lambda row: f"{row.points / 100:g}", "得分", css="num"),
                       Badge("grade", "等次"), Badge("state", "状态", names={"draft": "待确认", "confirmed": "已确认"}, tones={"draft": "wait", "confirmed": "good"}))),
    ),
    template="projects/show.html", title=lambda row: row.name, subtitle=lambda row: f"{row.no}，{row.library.name}，{row.category.name}",
    actions=(
        _button("填报进度", "projects.report", MANAGE, primary=True, icon="check"),
        Action("转阶段", "projects.move", args={"pk": "pk"}, offered=_may_move), _button("登记资金", "projects.money", MANAGE), _button("上传照片", "projects.photos", MANAGE),
        _button("提出问题", "projects.problem_new", MANAGE), _button("增加节点", "projects.milestone", MANAGE), _button("绩效自评", "projects.score", MANAGE),
        _button("更正资料", "projects.edit", MANAGE), Action("投资计划", "projects.plan", args={"pk": "pk"}, offered=lambda actor, row: bool(actor.can(MANAGE, row.region_code)) and not (row.library.is_fixed and row.counted)),
        Action("打印", "projects.print", args={"pk": "pk"}, icon="print"),
    ),
    parent="projects.list",
)  # fmt: skip


def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """One photograph or paper, to whoever may read its project; logged."""
    actor = actor_in(request)
    row = selectors.photos(actor).filter(pk=pk).first()
    paper = document_selectors.loose_attachment(row.attachment_id, "project") if row else None  # type: ignore[attr-defined]
    if row is None or paper is None:
        raise Http404("没有找到。")
    small = documents.open_thumbnail(paper) if "small" in request.GET else None
    body, kind = (small, "image/jpeg") if small else documents.open_attachment(paper)
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(row.caption or '照片')}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def project_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_in(request)
    row = selectors.project(actor, pk)
    if row is None:
        raise Http404("没有找到。")
    audit.record(actor=actor, action="project.print", obj=row, region_code=row.region_code, detail={"project": row.no})
    response = HttpResponse(papers.project_sheet(actor, row), content_type="application/pdf")
    response["Content-Disposition"] = disposition(f"项目_{row.no}.pdf")
    return response


def _readable_problem(actor: Any, pk: int) -> ProjectProblem | None:
    return selectors.problems(actor).filter(pk=pk).first()


PROBLEM = DetailBody(
    _readable_problem,
    (
        Facts("问题", items=(Text("words", "问题"), Badge("state", "状态", names=showing.PROBLEM_STATES, tones=showing.PROBLEM_TONES), *showing.PROBLEM_COLUMNS[1:5], Date("found_on", "发现"),
                            Text("found_name", "发现人"), Text("duty", "责任人"), Date("due_on", "整改期限"))),
        Facts("整改", when=lambda row: bool(row.mending), items=(Text("mending", "整改情况"), Date("mended_on", "整改日期"), Text("mended_name", "填报人"), Text("opinion", "核查意见"),
                                                             Text("closed_name", "核查人"), Date("closed_on", "销号日期"))),
        Drawn("照片", template="projects/photos.html", when=lambda row: row.photos.filter(removed_at=None).exists(), context=lambda row, drawing: showing.photos(row, drawing)),
    ),
    template="projects/show.html", title=lambda row: f"问题：{row.project.name}", subtitle=lambda row: row.words,
    actions=(
        Action("填报整改", "projects.problem_mend", args={"pk": "pk"}, primary=True, offered=lambda actor, row: row.state == "open" and bool(actor.can(MANAGE, row.region_code))),
        Action("核查销号", "projects.problem_check", args={"pk": "pk"}, primary=True, offered=lambda actor, row: row.state == "mended" and bool(actor.can(CONFIRM, row.region_code))),
    ),
    parent="projects.problems",
)  # fmt: skip

_project = first_of(Project.objects.order_by("pk"))
_problem = first_of(ProjectProblem.objects.order_by("pk"))
_open_problem = first_of(ProjectProblem.objects.filter(state="open").order_by("pk"))
_mended = first_of(ProjectProblem.objects.filter(state="mended").order_by("pk"))
_photo = first_of(ProjectPhoto.objects.filter(removed_at=None).order_by("pk"))
_milestone = first_of(ProjectMilestone.objects.filter(done_on=None).order_by("pk"))
_score = first_of(ProjectScore.objects.order_by("pk"))


def _form(code: str, title: str, fields: Any, save: Any, **more: Any) -> Page:
    """A form about one project, under its address."""
    get = more.pop("get", forms.managed)
    permission, example = more.pop("permission", MANAGE), more.pop("example", _project)
    lead = more.pop("lead", lambda row: f"{row.no} {row.name}")
    body = FormBody(fields, save, get=get, parent="projects.list", lead=lead, **more)
    return Page(
        f"projects.{code}",
        f"console/projects/<int:pk>/{code.replace('_', '-')}/",
        title,
        permission,
        body,
        example=example,
    )


def _points(name: str, label: str) -> Text:
    return Text(lambda row: f"{getattr(row, name) / 100:g}", label)


def _about_problem(row: ProjectProblem) -> str:
    return f"{row.project.name}：{row.words}"


PAGES = [
    Page("projects.list", "console/projects/", "项目", READ, LIST, menu=Menu(GROUP, 40, "list"), impersonal=showing.NO_ONE),
    Page("projects.export", "console/projects/export/", "导出项目", READ, ExportBody("projects.list"), impersonal=showing.NO_ONE),
    Page("projects.show", "console/projects/<int:pk>/", "项目", READ, DETAIL, example=_project),
    Page("projects.print", "console/projects/<int:pk>/print.pdf", "打印项目", READ, Custom(project_pdf, methods=("GET",)), example=_project),
    _form("edit", "更正项目资料", forms.edit_fields, forms.save_edit, initial=forms.edit_initial),
    _form("plan", "投资计划", forms.plan_fields, forms.save_plan, initial=forms.plan_initial, lead="各来源之和等于总投资；各年计划之和不超过总投资。单位万元。"),
    _form("move", "转阶段", act_forms.move_fields, act_forms.save_move, initial=act_forms.today_initial("on"), get=forms.movable, permission=READ, submit="转阶段"),
    _form("report", "填报进度", act_forms.report_fields, act_forms.save_report, initial=act_forms.report_initial, submit="填报"),
    _form("money", "登记资金", act_forms.money_fields, act_forms.save_money, initial=lambda actor, row: {"form": "money"}, submit="登记", lead="支付不能超过同一来源的下达。单位万元。"),
    _form("milestone", "增加节点", act_forms.MILESTONE, act_forms.save_milestone),
    _form("photos", "上传照片", act_forms.PHOTOS, act_forms.save_photos, initial=act_forms.today_initial("taken_on"), submit="上传"),
    _form("problem_new", "提出问题", act_forms.PROBLEM, act_forms.save_problem, initial=act_forms.today_initial("found_on"), submit="登记"),
    _form("score", "绩效自评", act_forms.score_fields, act_forms.save_score, initial=act_forms.score_initial, submit="提交自评", lead="预算执行分由系统按支付 ÷（结转＋下达）算；自评由另一人确认后生效。"),
    Page("projects.photo", "console/projects/photos/<int:pk>/", "项目照片", READ, Custom(photo, methods=("GET",)), example=_photo),
    Page("projects.photo_remove", "console/projects/photos/<int:pk>/remove/", "移除照片", MANAGE, ActionBody(
        act_forms.managed_photo, act_forms.run_photo_remove, fields=(LongText("reason", "原因", required=True, max_length=200),), parent="projects.list",
        question=lambda row: f"移除“{row.caption}”？文件会删除，办理记录里留有一笔。", submit="移除", danger=True), example=_photo),
    Page("projects.milestone_done", "console/projects/milestones/<int:pk>/", "完成节点", MANAGE, FormBody(
        act_forms.REACHED, act_forms.save_reached, get=act_forms.managed_milestone, initial=act_forms.today_initial("done_on"), parent="projects.list",
        lead=lambda row: f"{row.project.name}：{row.name}，计划 {row.due_on}", submit="完成"), example=_milestone),
    Page("projects.problems", "console/projects/problems/", "项目问题", READ, ListBody(
        selectors.problems, showing.PROBLEM_COLUMNS, sort="due_on", link=("projects.problem", {"pk": "pk"}),
        filters=(Search("q", "问题或项目", by=lambda rows, text, drawing: rows.filter(words__icontains=text) | rows.filter(project__name__icontains=text)),
                 ByChoice("state", "状态", choices=(("unclosed", "未销号"), ("late", "逾期未整改"), *ProjectProblem.STATES), by=_open), ByChoice("kind", "类别", choices=tuple(ProjectProblem.KINDS)),
                 ByRegion("region", "地区", permission=READ)),
        lead="登记的问题由责任人整改，另一人核查后销号。", empty="没有问题。在项目页点“提出问题”登记检查、审计发现的问题。"), menu=Menu(GROUP, 43, "alert"), impersonal=showing.NO_ONE),
    Page("projects.problem", "console/projects/problems/<int:pk>/", "项目问题", READ, PROBLEM, example=_problem),
    Page("projects.problem_mend", "console/projects/problems/<int:pk>/mend/", "填报整改", MANAGE, FormBody(
        act_forms.MENDED, act_forms.save_mended, get=act_forms.problem_of(MANAGE), initial=act_forms.today_initial("mended_on"), parent="projects.problems", lead=_about_problem, submit="填报整改"), example=_open_problem),
    Page("projects.problem_check", "console/projects/problems/<int:pk>/check/", "核查销号", CONFIRM, FormBody(
        act_forms.CHECKED, act_forms.save_checked, get=act_forms.problem_of(CONFIRM), parent="projects.problems", lead=lambda row: f"{_about_problem(row)}。整改：{row.mending}", submit="提交"), example=_mended),
    Page("projects.score_confirm", "console/projects/scores/<int:pk>/", "绩效评价", READ, DetailBody(
        lambda actor, pk: selectors.scores(actor).filter(pk=pk).first(),
        (Facts("绩效评价", items=(Text("goal", "绩效目标"), Text("result", "自评情况"), Text("appraisal", "事前评估"), Text("monitoring", "绩效监控"), Text("use", "结果应用"),
                              Text(lambda row: f"{row.rate}%", "预算执行率"), *(_points(name, label) for name, label in scoring.TITLES.items()),
                              Text(lambda row: f"{row.points / 100:g}（{row.grade}）", "总分"), Text("entered_name", "自评人"), Text("confirmed_name", "确认人"), Date("published_on", "公开日期"))),),
        title=lambda row: f"{row.project.name}：{row.year} 年绩效", parent="projects.list",
        actions=(Action("确认", "projects.score_sign", args={"pk": "pk"}, primary=True, offered=lambda actor, row: row.state == "draft" and bool(actor.can(CONFIRM, row.region_code))),)), example=_score),
    Page("projects.score_sign", "console/projects/scores/<int:pk>/confirm/", "确认绩效评价", CONFIRM, ActionBody(
        act_forms.score_to_confirm, act_forms.run_score_confirm, fields=act_forms.PUBLISHED, parent="projects.list",
        question=lambda row: f"{row.project.name} {row.year} 年自评 {row.points / 100:g} 分（{row.grade}），确认后不能再改。"), example=_score),
]  # fmt: skip
