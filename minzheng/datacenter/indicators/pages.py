"""指标: the catalogue, one indicator, the months (frozen or live), reporting by hand and its confirmation."""

from __future__ import annotations

from minzheng.datacenter.indicators import catalogue_pages, month_pages, report_pages, show_pages
from minzheng.datacenter.indicators.models import IndicatorFreeze, ManualFigure
from minzheng.datacenter.indicators.selectors import CONFIRM, MANAGE, READ, REPORT
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.page import Custom, Menu, Page

NOBODY = "只有汇总数，没有个人"
_AT = "console/indicators/months/<str:county>/<str:month>/"
_FIGURE = first_of(ManualFigure.objects.order_by("pk"))

PAGES = [
    Page("indicators.list", "console/indicators/", "指标目录", READ, Custom(catalogue_pages.catalogue, methods=("GET",)),
         menu=Menu("统计", 20, "list"), impersonal=NOBODY),
    Page("indicators.months", "console/indicators/months/", "指标冻结", READ, Custom(month_pages.months, methods=("GET",)),
         menu=Menu("统计", 22, "clock"), impersonal=NOBODY),
    Page("indicators.compute", f"{_AT}compute/", "计算指标", MANAGE, month_pages.COMPUTE, example=month_pages.example),
    Page("indicators.freeze", f"{_AT}freeze/", "冻结指标", MANAGE, month_pages.FREEZE, example=month_pages.example),
    Page("indicators.restate", f"{_AT}restate/", "更正冻结", MANAGE, month_pages.RESTATE, example=month_pages.example),
    Page("indicators.version", "console/indicators/versions/<int:pk>/", "冻结的版本", READ, month_pages.VERSION,
         example=first_of(IndicatorFreeze.objects.order_by("-version", "pk")), impersonal=NOBODY),
    Page("indicators.due", "console/indicators/due/", "指标填报", REPORT, Custom(report_pages.due, methods=("GET",)),
         menu=Menu("统计", 24, "check"), impersonal=NOBODY),
    Page("indicators.report", "console/indicators/report/<str:code>/<str:month>/<str:region>/", "填报一个指标", REPORT,
         report_pages.REPORTING, example=report_pages.example),
    Page("indicators.reports", "console/indicators/reports/", "填报记录", READ, report_pages.REPORTS, impersonal=NOBODY),
    Page("indicators.figure", "console/indicators/reports/<int:pk>/", "一次填报", READ, report_pages.FIGURE, example=_FIGURE,
         impersonal=NOBODY),
    Page("indicators.confirm", "console/indicators/reports/<int:pk>/confirm/", "确认填报", CONFIRM, report_pages.CONFIRMING,
         example=_FIGURE),
    Page("indicators.send_back", "console/indicators/reports/<int:pk>/return/", "退回填报", CONFIRM, report_pages.RETURNING,
         example=_FIGURE),
    Page("indicators.show", "console/indicators/<str:code>/", "指标", READ,
         Custom(show_pages.show, methods=("GET",), parent="indicators.list"), example=show_pages.example, impersonal=NOBODY),
]  # fmt: skip
