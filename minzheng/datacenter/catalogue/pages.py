"""数据目录: the sources with their state, one source with its columns, facts, checks and users, template and sample."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from minzheng.datacenter.catalogue import board, sheet
from minzheng.datacenter.catalogue.state import READ
from minzheng.datacenter.sources import registry, template
from minzheng.datacenter.sources.errors import UnknownSource
from minzheng.datacenter.sources.spec import SourceSpec
from minzheng.kernel.pages.views.export import disposition
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.page import BoardBody, Custom, DetailBody, Menu, Page
from minzheng.kernel.parts.panels import Drawn, Figures

IMPERSONAL = "只有来源的说明和合计，没有个人"
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def _spec(code: str) -> SourceSpec:
    try:
        return registry.get(code)
    except UnknownSource as error:
        raise Http404(str(error)) from None


def _template(request: HttpRequest, code: str, suffix: str) -> HttpResponse:
    """The empty file that the department fills in."""
    spec = _spec(code)
    if suffix not in TYPES:
        raise Http404
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"template.{suffix}"
        template.write(spec, path)
        return _download(path.read_bytes(), suffix, f"{spec.title}模板.{suffix}")


def _sample(request: HttpRequest, code: str) -> HttpResponse:
    """The invented rows; with a mark at the start so that a spreadsheet reads the Chinese rightly."""
    spec = _spec(code)
    if not spec.fixture.is_file():
        raise Http404
    return _download(b"\xef\xbb\xbf" + spec.fixture.read_bytes(), "csv", f"{spec.title}样例（虚构）.csv")


def _download(content: bytes, suffix: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=TYPES[suffix])
    response["Content-Disposition"] = disposition(name)
    return response


def _example() -> dict[str, Any]:
    return {"code": "death"}


PAGES = [
    Page(
        "sources.list", "console/lake/sources/", "数据目录", READ,
        BoardBody(
            (
                Figures("概况", figures=board.figures),
                Drawn("数据来源", template="catalogue/list.html", context=board.listed, anchor="sources"),
            ),
            context=lambda drawing, kwargs: {"subtitle": board.LEAD},
        ),
        menu=Menu("大数据中心", 12, "book"), impersonal=IMPERSONAL,
    ),
    Page(
        "sources.detail", "console/lake/sources/<slug:code>/", "数据来源", READ,
        DetailBody(
            sheet.get, sheet.PANELS, title=lambda one: one.title,
            subtitle=lambda one: one.spec.scope, parent="sources.list",
            actions=(
                Action("下载模板（Excel）", "sources.template", args={"code": "code", "suffix": "xlsx"}, icon="download", primary=True),
                Action("下载模板（CSV）", "sources.template", args={"code": "code", "suffix": "csv"}, icon="download"),
                Action("下载样例", "sources.sample", args={"code": "code"}, icon="download", when=lambda one: one.spec.fixture.is_file()),
            ),
        ),
        example=_example, impersonal=IMPERSONAL,
    ),
    Page("sources.template", "console/lake/sources/<slug:code>/template.<slug:suffix>", "数据模板", READ,
         Custom(_template, methods=("GET",)), example=lambda: {"code": "death", "suffix": "csv"}, impersonal=IMPERSONAL),
    Page("sources.sample", "console/lake/sources/<slug:code>/sample.csv", "样例数据", READ,
         Custom(_sample, methods=("GET",)), example=_example, impersonal=IMPERSONAL),
]  # fmt: skip
