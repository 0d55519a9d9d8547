"""The forms of a batch check: whom and what to ask about, and the judgement of a doubtful row."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from minzheng.datacenter.matching import scopes
from minzheng.datacenter.matching.bulk import services
from minzheng.datacenter.matching.bulk.models import MatchReview
from minzheng.datacenter.matching.bulk.selectors import RUN
from minzheng.kernel import clock
from minzheng.kernel.items import registry
from minzheng.kernel.parts.fields import Choice, Field, LongText
from minzheng.kernel.parts.fields import Text as Line
from minzheng.kernel.parts.page import Done
from minzheng.kernel.parts.places import places_below
from minzheng.kernel.regions.selectors import region_names

BASIS = "《社会救助暂行办法》第五十八条；家庭成员签署的核对授权书（N16）"
PURPOSE = "在享家庭经济状况定期核对"


def new_fields(actor: Any, obj: Any) -> list[Field]:
    own = actor.scopes(RUN)
    names = region_names(own)
    places = [(code, names.get(code, code)) for code in own]
    places += [(code, f"　{name}") for code, name in places_below(own) if code not in names]
    items = tuple((item.code, item.title) for item in registry.all_items())
    return [
        Line("title", "名称", max_length=80, help=f"不填的写成“{clock.today():%Y年%m月}批量核对”。"),
        Choice("region", "核对哪里的家庭", required=True, options=tuple(places)),
        Choice("benefits", "核对哪些待遇", options=items, many=True, help="在享的家庭。不选的为全部待遇。"),
        Choice("items", "核对内容", required=True, many=True, options=tuple((code, title) for code, (title, _) in scopes.ITEMS.items()),
               help="一个来源给的内容全部选上了才查询它；授权书没有包括所选内容的人不核对，列在“未核对的人”里。"),
        Line("purpose", "用途", required=True, max_length=200, help="记入查阅记录。"),
        Line("basis", "依据", required=True, max_length=200),
    ]  # fmt: skip


def initial(actor: Any, obj: Any) -> dict[str, Any]:
    scopes_of = actor.scopes(RUN)
    return {
        "region": scopes_of[0] if scopes_of else "", "items": list(scopes.ITEMS), "purpose": PURPOSE, "basis": BASIS,
    }  # fmt: skip


def save(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    wanted = services.Wanted(
        values["region"], tuple(values.get("items") or ()), values["purpose"], values["basis"],
        tuple(values.get("benefits") or ()), values.get("title") or "",
    )  # fmt: skip
    run = services.ask(actor=actor, wanted=wanted)
    return Done(f"已开始核对，编号 {run.no}。", reverse("matching.batch.detail", kwargs={"pk": run.pk}))


JUDGEMENT = (
    Choice("same", "是不是本人", required=True, options=(("yes", "是本人"), ("no", "不是本人"))),
    LongText("reason", "怎样核实的", required=True, max_length=200, help="例如：入户看了行驶证，所有人就是本人。"),
)


def judge(actor: Any, obj: MatchReview, values: dict[str, Any]) -> Done:
    review = services.judge(actor=actor, pk=obj.pk, accept=values["same"] == "yes", reason=values["reason"])
    target = reverse("matching.batch.reviews") + f"?run={review.run_id}&state=open"
    return Done(f"{review.person_name}的这条数据已认定为“{review.get_state_display()}”。", target)
