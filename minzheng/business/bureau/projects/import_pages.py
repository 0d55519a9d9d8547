"""Importing a table of projects: the file, what it would do, taking it in, the rows that go back, the template."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.business.bureau.projects import importing, library_forms, reading, selectors
from minzheng.business.bureau.projects.errors import Refused
from minzheng.business.bureau.projects.models import ProjectImport, ProjectLibrary
from minzheng.business.bureau.projects.money import wan
from minzheng.business.bureau.projects.selectors import MANAGE
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.documents.errors import UploadRefused
from minzheng.kernel.documents.uploads import antivirus
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.pages.views.export import disposition
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Upload
from minzheng.kernel.parts.page import ActionBody, Custom, Done, Page

SHOWN = 300
MOST_BYTES = 20 * 1024 * 1024
DOES = {"new": "新增", "changed": "更正", "same": "不变"}


def _library(actor: Any, pk: int) -> ProjectLibrary:
    row: ProjectLibrary | None = library_forms.libraries_of(MANAGE)(actor, pk)
    if row is None:
        raise Http404("没有找到。")
    return row


def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """A file → a dry run, which is shown on its own page."""
    actor, refusals = actor_in(request), []
    library = _library(actor, pk)
    if request.method == "POST":
        try:
            name, data = _file(request)
            run = importing.check(actor=actor, library=library, data=data, name=name)
            return HttpResponseRedirect(reverse("projects.run", kwargs={"pk": run.pk}))
        except Refused as error:
            refusals = [*error.sentences, *error.fields.values()]
    return draw(
        request, "projects/import.html", request.page, 422 if refusals else 200, refusals=refusals, library=library,  # type: ignore[attr-defined]
        needed="、".join(reading.HEADS[key][0] for key in reading.NEEDED),
    )  # fmt: skip


def _file(request: HttpRequest) -> tuple[str, bytes]:
    given = request.FILES.get("file")
    if given is None:
        raise Refused("请选择要导入的文件。")
    if (given.size or 0) > MOST_BYTES:
        raise Refused("文件超过 20 MB，请去掉图片或分成几个文件。")
    data = given.read()
    try:
        antivirus.scan(data)
    except UploadRefused as error:
        raise Refused(str(error)) from error
    return given.name or "项目", data


def _run(actor: Any, pk: int) -> ProjectImport | None:
    return selectors.imports(actor).filter(pk=pk).first()


def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What the file does, row by row; what is wrong; how its own totals compare."""
    row = _run(actor_in(request), pk)
    if row is None:
        raise Http404("没有找到。")
    changes = [
        (one["line"], one["name"], one["category"], wan(one["total_fen"]), DOES[one["does"]], one["says"])
        for one in row.rows
        if one["does"] != "same"
    ]
    ties = [(one["line"], one["name"], wan(one["stated_fen"]), wan(one["fen"]), one["ok"]) for one in row.ties]
    return draw(
        request, "projects/run.html", request.page, run=row, changes=changes[:SHOWN], more=max(len(changes) - SHOWN, 0), ties=ties,  # type: ignore[attr-defined]
        bad=row.bad[:SHOWN], more_bad=max(len(row.bad) - SHOWN, 0), total=wan(row.counts["fen"]),
    )  # fmt: skip


def _take(actor: Any, run: ProjectImport, values: dict[str, Any]) -> Done:
    found = importing.apply(actor=actor, run=run)
    counts = found.counts
    said = f"入库完成：新增 {counts['new']} 个，更正 {counts['changed']} 个，不变 {counts['same']} 个，退回 {counts['bad']} 行。"
    return Done(said, reverse("projects.run", kwargs={"pk": found.pk}))


def rejects(request: HttpRequest, pk: int) -> HttpResponse:
    row = _run(actor_in(request), pk)
    if row is None:
        raise Http404("没有找到。")
    return _csv(importing.rejects(row), f"退回_{row.file_name.rpartition('.')[0]}.csv")


def template(request: HttpRequest, pk: int) -> HttpResponse:
    library = _library(actor_in(request), pk)
    return _csv(importing.template(library), "项目导入模板.csv")


def _csv(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = disposition(name)
    return response


_example = first_of(ProjectLibrary.objects.order_by("pk"))
_example_run = first_of(ProjectImport.objects.order_by("pk"))
_waiting_run = first_of(ProjectImport.objects.filter(state="checked").order_by("pk"))

PAGES = [
    Page("projects.import", "console/projects/libraries/<int:pk>/import/", "由表格导入项目", MANAGE,
         Custom(upload, fields=(Upload("file", "文件", required=True),), parent="projects.libraries"), example=_example),
    Page("projects.template", "console/projects/libraries/<int:pk>/template.csv", "项目导入模板", MANAGE, Custom(template, methods=("GET",)), example=_example),
    Page("projects.run", "console/projects/imports/<int:pk>/", "项目导入", MANAGE, Custom(run_page, methods=("GET",), parent="projects.libraries"), example=_example_run),
    Page("projects.run_take", "console/projects/imports/<int:pk>/take/", "入库", MANAGE, ActionBody(
        _run, _take, question=lambda row: f"把“{row.file_name}”里的好行写入“{row.library.name}”：新增 {row.counts['new']} 个，更正 {row.counts['changed']} 个；退回的 {row.counts['bad']} 行不写。",
        submit="入库", parent="projects.libraries"), example=_waiting_run),
    Page("projects.rejects", "console/projects/imports/<int:pk>/rejects.csv", "退回的行", MANAGE, Custom(rejects, methods=("GET",)), example=_example_run),
]  # fmt: skip
