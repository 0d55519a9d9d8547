"""成批打印文书: the notices of the ticked cases put together in one PDF, in the list's order, ready for the printer."""

from __future__ import annotations

import io
from typing import Any

from django.http import HttpResponse
from pypdf import PdfReader, PdfWriter

from minzheng.kernel.audit import services as audit
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.models import Case
from minzheng.kernel.documents.models import IssuedDocument
from minzheng.kernel.documents.selectors import visible_documents
from minzheng.kernel.documents.services import pdf
from minzheng.kernel.oversight.papers import stamped
from minzheng.kernel.parts.fields import Choice
from minzheng.kernel.parts.page import BatchBody

UNSERVED, NEWEST, ALL = "unserved", "newest", "all"


def _papers(actor: Any, cases: list[Case], which: str) -> list[IssuedDocument]:
    """The notices to print, case by case in the given order, oldest first within a case."""
    rows = visible_documents(actor).filter(case_id__in=[case.pk for case in cases])
    if which == UNSERVED:
        rows = rows.filter(served_on=None)
    order = {case.pk: place for place, case in enumerate(cases)}
    found = sorted(rows, key=lambda one: (order[one.case_id or 0], one.issued_on, one.pk))
    if which == NEWEST:
        found = list({one.case_id: one for one in found}.values())
    return found


def print_papers(actor: Any, cases: list[Case], values: dict[str, Any]) -> HttpResponse:
    """One PDF, shown in the browser. Every notice opened is a read event of its case's file."""
    papers = _papers(actor, cases, values["which"])
    if not papers:
        raise Refused(["所勾选的办件没有符合条件的文书，请改选“全部文书”，或先制发文书。"])
    writer = PdfWriter()
    for paper in papers:
        audit.record_read(actor=actor, obj=paper, reason="成批打印文书")
        writer.append(PdfReader(io.BytesIO(pdf(paper))))
    out = io.BytesIO()
    writer.write(out)
    response = HttpResponse(stamped(out.getvalue(), actor), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="papers.pdf"'
    return response


BODY = BatchBody(
    "cases.list",
    print_papers,
    fields=(
        Choice(
            "which",
            "打印哪些文书",
            options=((UNSERVED, "尚未送达的文书"), (NEWEST, "每件最新一份"), (ALL, "全部文书")),
        ),
    ),
    initial={"which": UNSERVED},
    question="各办件的文书将按列表顺序合成一份 PDF，可直接打印。",
    submit="生成 PDF",
    icon="print",
)
