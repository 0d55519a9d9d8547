"""指标: the catalogue, one indicator, the months (frozen or live), reporting by hand and its confirmation."""

from __future__ import annotations

from minzheng.datacenter.indicators import catalogue_pages, show_pages
from minzheng.datacenter.indicators.selectors import READ
from minzheng.kernel.parts.page import Custom, Menu, Page

NOBODY = "只有汇总数，没有个人"

PAGES = [
    Page("indicators.list", "console/indicators/", "指标目录", READ, Custom(catalogue_pages.catalogue, methods=("GET",)),
         menu=Menu("统计", 20, "list"), impersonal=NOBODY),
    Page("indicators.show", "console/indicators/<str:code>/", "指标", READ, Custom(show_pages.show, methods=("GET",), parent="indicators.list"),
         example=show_pages.example, impersonal=NOBODY),
]  # fmt: skip
