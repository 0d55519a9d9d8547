"""办件 pages: workbench, list, detail, acts, window registration, export. How they are drawn: ``kernel/pages/casework``."""

from __future__ import annotations

from minzheng.kernel.cases.models import Case
from minzheng.kernel.items.guarded import guarded_case
from minzheng.kernel.pages.casework import lists, many, print_papers
from minzheng.kernel.pages.casework.acts import act_fields, perform
from minzheng.kernel.pages.casework.case_page import case_page
from minzheng.kernel.pages.casework.intake import entry, start
from minzheng.kernel.pages.casework.workbench import workbench
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.page import STAFF, Custom, ExportBody, Menu, Page

_example = first_of(Case.objects.exclude(state="DRAFT").order_by("pk"))


def _act_example() -> dict[str, object] | None:
    found = _example()
    return {**found, "act": "accept"} if found else None


_draft_example = first_of(Case.objects.filter(state="DRAFT", created_by__kind="staff").order_by("pk"))


PAGES = [
    Page("cases.workbench", "console/", "工作台", STAFF, Custom(workbench, kind="board"), menu=Menu("办理", 1, "desk")),
    Page("cases.list", "console/cases/", "办件列表", "case.read", lists.BODY, menu=Menu("办理", 2, "list")),
    Page(
        "cases.export",
        "console/cases/export/",
        "导出办件",
        "case.read",
        ExportBody("cases.list", columns=lists.EXPORT_COLUMNS),
    ),
    Page(
        "cases.print_papers",
        "console/cases/print/",
        "打印文书",
        "document.read",
        print_papers.BODY,
        reads="成批打印文书",
    ),
    Page(
        "cases.detail",
        "console/cases/<int:pk>/",
        "办件详情",
        "case.read",
        Custom(case_page, kind="detail"),
        example=_example,
        reads="办理办件",
        step_up=guarded_case,
    ),
    Page(
        "cases.act",
        "console/cases/<int:pk>/acts/<slug:act>/",
        "办理动作",
        "case.read",
        Custom(perform, kind="action", fields=act_fields),
        example=_act_example,
    ),
    Page(
        "intake.start",
        "console/intake/",
        "窗口受理",
        "case.create",
        Custom(start, kind="form"),
        menu=Menu("办理", 3, "window"),
    ),
    Page(
        "intake.form",
        "console/intake/<int:pk>/",
        "窗口登记",
        "case.create",
        Custom(entry, kind="form"),
        example=_draft_example,
    ),
    *many.pages(),
]
