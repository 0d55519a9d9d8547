"""数据库链接: the list, a new one, one link with a try of its connection, reading it once, taking it out of use."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.datacenter.lake import announcing, desk, links, selectors, showing
from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.lake.models import LakeBatch, LakeLink
from minzheng.datacenter.lake.pages import GROUP, TONES
from minzheng.datacenter.sources import registry
from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.pages.people.me import Secret
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Moment, Text
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Choice, LongText
from minzheng.kernel.parts.fields import Text as TextField
from minzheng.kernel.parts.page import ActionBody, Custom, Done, FormBody, ListBody, Menu, Page
from minzheng.kernel.regions.selectors import region_names

NO_ONE = "只有链接的设置，没有任何人的信息"
_STATE = {"True": "在用", "False": "停用"}


def _fields(actor: Any, obj: LakeLink | None) -> tuple[Any, ...]:
    places = sorted(region_names(actor.scopes(announcing.INGEST)).items())
    return (
        TextField("title", "名称", required=True, max_length=60, help="例如：市公安局车管库视图"),
        Choice("source", "是哪个来源的数据", required=True, options=[(c, s.title) for c, s in registry.all().items()], radio_up_to=0),
        Choice("region", "数据是哪里的", required=True, options=places, radio_up_to=0),
        Choice("kind", "数据库", required=True, options=LakeLink.KINDS),
        TextField("host", "主机", required=True, max_length=255, help="主机名或地址"),
        TextField("port", "端口", max_length=5, help="空着用常规端口：PostgreSQL 5432，MySQL 3306"),
        TextField("database", "库名", required=True, max_length=64),
        TextField("username", "只读账号", required=True, max_length=64, help="请对方只给查询权限"),
        Secret("password", "口令", max_length=128, autocomplete="new-password", help="封存保管，不再显示；空着不改" if obj else "封存保管，不再显示"),
        LongText("query", "读取什么", required=True, max_length=4000, rows=4,
                 help="一个表或视图的名字，或一条 SELECT；列名用来源模板里的列名或表头"),
        TextField("basis", "依据", max_length=300, help="空着用来源自己声明的依据"),
    )  # fmt: skip


def _save(actor: Any, values: dict[str, Any], obj: LakeLink | None) -> Done:
    link = links.save(actor=actor, region_code=values["region"], given=values, pk=obj.pk if obj else None)
    return Done("链接已保存，请试连一次。", reverse("lake.link", kwargs={"pk": link.pk}))


def _initial(actor: Any, obj: LakeLink | None) -> dict[str, Any]:
    if obj is None:
        return {}
    kept = ("title", "source", "kind", "host", "database", "username", "query", "basis")
    return {name: getattr(obj, name) for name in kept} | {"port": str(obj.port), "region": obj.region_code}


def _mine(actor: Any, pk: int) -> LakeLink | None:
    return selectors.link(actor, pk, announcing.INGEST)


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One link; a POST tries the connection and shows which column is which."""
    actor = actor_in(request)
    link = selectors.link(actor, pk)
    if link is None:
        raise Http404
    may = bool(actor.can(announcing.INGEST, link.region_code))
    context: dict[str, Any] = {"refusals": [], "names": None}
    if request.method == "POST":
        if not may:
            raise Http404
        try:
            names, mapping = links.trial(actor=actor, pk=pk)
            owner = {place: name for name, places in mapping.places.items() for place in places}
            columns = {one.name: one.label for one in registry.get(link.source).columns}
            context["names"] = [(name, columns.get(owner.get(place, ""), "没有用")) for place, name in enumerate(names)]
            context["sentences"] = mapping.sentences
        except LakeRefused as error:
            context["refusals"] = [*error.sentences, *error.fields.values()]
    batches = LakeBatch.objects.filter(via=link).defer("key", "files").order_by("-created_at")[:10]
    return draw(
        request, "lake/link.html", request.page, 422 if context["refusals"] else 200, link=link, may=may,  # type: ignore[attr-defined]
        title=registry.title(link.source), place=region_names([link.region_code]).get(link.region_code),
        batches=[(one, TONES[one.state]) for one in batches], **context,
    )  # fmt: skip


def _readable(actor: Any, pk: int) -> LakeLink | None:
    link = _mine(actor, pk)
    return link if link is not None and link.active else None


def _read(actor: Any, link: LakeLink, values: dict[str, Any]) -> Done:
    announcing.check_period(values["period"].strip())
    desk.read_link(actor=actor, pk=link.pk, region_code=link.region_code, period=values["period"].strip())
    return Done("已排队读取，读完这里和批次列表里会出现新的一批。", reverse("lake.link", kwargs={"pk": link.pk}))


def _switch(actor: Any, link: LakeLink, values: dict[str, Any]) -> Done:
    links.switch(actor=actor, pk=link.pk, active=not link.active, reason=values["reason"])
    return Done("已恢复使用。" if not link.active else "已停用。", reverse("lake.link", kwargs={"pk": link.pk}))


_example = first_of(LakeLink.objects.order_by("pk"))
PAGES = [
    Page(
        "lake.links", "console/lake/links/", "数据库链接", selectors.READ,
        ListBody(
            selectors.links,
            (
                Text("title", "名称"),
                Text(lambda row: registry.title(row.source), "来源"),
                Badge("kind", "数据库", names=dict(LakeLink.KINDS)),
                Badge("active", "状态", names=_STATE, tones={"True": "good", "False": "plain"}),
                Moment("read_at", "最近读取", sort="read_at"),
                Text("message", "最近结果", narrow=False),
            ),
            sort="title",
            link=("lake.link", {"pk": "pk"}),
            actions=(Action("登记一个链接", "lake.link_new", icon="plus", primary=True),),
            lead="在只读事务里读取别的部门的表，先整份取来、封存，再像文件一样检查入湖；从不直接连着用。",
            empty="还没有数据库链接。对方给了只读账号的，由数据管理员按“登记一个链接”；没有的请对方交文件。",
        ),
        menu=Menu(GROUP, 14, "list"), impersonal=NO_ONE,
    ),
    Page("lake.link_new", "console/lake/links/new/", "登记数据库链接", announcing.INGEST,
         FormBody(_fields, _save, submit="保存", parent="lake.links")),
    Page("lake.link", "console/lake/links/<int:pk>/", "数据库链接", selectors.READ, Custom(detail, kind="detail"), example=_example,
         impersonal=NO_ONE),
    Page("lake.link_edit", "console/lake/links/<int:pk>/edit/", "修改数据库链接", announcing.INGEST,
         FormBody(_fields, _save, get=_mine, initial=_initial, submit="保存", parent="lake.links"), example=_example),
    Page(
        "lake.link_read", "console/lake/links/<int:pk>/read/", "读取一次", announcing.INGEST,
        ActionBody(
            _readable, _read, submit="读取", parent="lake.links",
            fields=lambda actor, obj: (TextField("period", "数据所属的月份", required=True, max_length=7,
                                                 help=f"写成 {showing.last_month(clock.today())} 的样子"),),
            question="在后台读取整张表并入湖；内容和上次一样的不会多出一批。",
        ),
        example=_example,
    ),
    Page(
        "lake.link_switch", "console/lake/links/<int:pk>/switch/", "停用或恢复链接", announcing.INGEST,
        ActionBody(_mine, _switch, fields=(LongText("reason", "原因", required=True, max_length=200, rows=2),), submit="确定",
                   parent="lake.links", question="停用后不再读取，已入湖的批次不受影响；停用的链接再办一次即恢复。"),
        example=_example,
    ),
]  # fmt: skip
