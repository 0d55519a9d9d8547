"""Loading tables and printing lists: pages that the generic views do not draw."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.business.assistance.relief_goods import importing, papers, selectors
from minzheng.business.assistance.relief_goods.importing import Imported
from minzheng.business.assistance.relief_goods.models import Campaign
from minzheng.business.assistance.relief_goods.selectors import MANAGE, READ
from minzheng.business.assistance.relief_goods.store.errors import Refused
from minzheng.business.assistance.relief_goods.store.forms import store_choices
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.audit import services as audit
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.pages.views.export import disposition
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.page import Custom, Page
from minzheng.kernel.parts.places import places_below

#: Bad rows shown on the page; the rest are counted.
SHOWN = 300
MOST_BYTES = 20 * 1024 * 1024


def _file(request: HttpRequest) -> tuple[str, bytes]:
    given = request.FILES.get("file")
    if given is None:
        raise Refused("请选择要导入的文件。")
    if (given.size or 0) > MOST_BYTES:
        raise Refused("文件超过 20 MB，请分成几个文件。")
    return given.name or "", given.read()


def _drawn(request: HttpRequest, done: Imported | None, refusals: list[str], **context: Any) -> HttpResponse:
    bad = done.bad if done else []
    return draw(
        request, "relief/import.html", request.page, 422 if refusals else 200, done=done, refusals=refusals,  # type: ignore[attr-defined]
        bad=bad[:SHOWN], left_out=max(len(bad) - SHOWN, 0), **context,
    )  # fmt: skip


def lots(request: HttpRequest) -> HttpResponse:
    """Lots of one store out of a table."""
    actor, done, refusals = actor_in(request), None, []
    chosen = request.POST.get("store", "")
    if request.method == "POST":
        try:
            store = selectors.stores(actor, MANAGE).filter(pk=int(chosen) if chosen.isdigit() else 0).first()
            if store is None:
                raise Refused("请选择您负责的库点；还没有的先新建。")
            name, content = _file(request)
            done = importing.lots(actor=actor, store=store, name=name, content=content)
        except Refused as error:
            refusals = [*error.sentences, *error.fields.values()]
    return _drawn(
        request, done, refusals, stores=store_choices(actor), store=chosen, back=reverse("relief.stock"), back_label="查看库存",
        columns="、".join(importing.LOT_COLUMNS), needed="、".join(importing.LOT_NEEDED),
        lead="一行一批。物资代码按目录填写，来源写采购、捐赠或上级调拨。好的行逐批入库，有问题的行列在下面。",
    )  # fmt: skip


def _campaign(actor: Any, pk: int, permission: str = READ) -> Campaign:
    found = selectors.campaigns(actor, permission).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def people(request: HttpRequest, pk: int) -> HttpResponse:
    """People of a list onto a campaign."""
    actor, done, refusals = actor_in(request), None, []
    campaign = _campaign(actor, pk, MANAGE)
    if request.method == "POST":
        try:
            name, content = _file(request)
            done = importing.people(actor=actor, campaign=campaign, name=name, content=content)
        except Refused as error:
            refusals = [*error.sentences, *error.fields.values()]
    return _drawn(
        request, done, refusals, back=reverse("relief.campaign", kwargs={"pk": pk}), back_label="查看这一批",
        columns="、".join(importing.PEOPLE_COLUMNS), needed="、".join(importing.PEOPLE_NEEDED),
        lead="一行一人，按身份证号和姓名与档案核对；没有档案的先建档。已在名单上的不重复。",
    )  # fmt: skip


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = disposition(name)
    return response


def stock_pdf(request: HttpRequest) -> HttpResponse:
    return _pdf(papers.stock_list(actor_in(request), request.GET.get("store", "")), "物资库存表.pdf")


def issue_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of a campaign, of one place if asked for; printing it is a line in the log."""
    actor = actor_in(request)
    campaign = _campaign(actor, pk)
    region = request.GET.get("region", "")
    region = region if region in dict(places_below(actor.scopes(READ))) else ""
    content = papers.issue_list(actor, campaign, region)
    audit.record_listing(
        actor=actor, page="relief.issue_pdf", rows=campaign.receivers.count(), region_code=campaign.region_code,
        detail={"campaign": campaign.no},
    )  # fmt: skip
    return _pdf(content, f"物资发放名单_{campaign.no}.pdf")


_example = first_of(Campaign.objects.order_by("pk"))

PAGES = [
    Page("relief.import", "console/relief/import/", "由表格入库", MANAGE, Custom(lots)),
    Page("relief.stock_pdf", "console/relief/stock.pdf", "打印库存表", READ, Custom(stock_pdf, methods=("GET",))),
    Page("relief.people_import", "console/relief/campaigns/<int:pk>/import/", "由名单加入", MANAGE, Custom(people), example=_example),
    Page("relief.issue_pdf", "console/relief/campaigns/<int:pk>/list.pdf", "打印发放名单", READ,
         Custom(issue_pdf, methods=("GET",)), example=_example),
]  # fmt: skip
