"""Forms of the exchange: a partner, a file in quarantine."""

from __future__ import annotations

from typing import Any

from minzheng.datacenter.exchange import handling, purposes
from minzheng.datacenter.exchange.adapters import mapping
from minzheng.datacenter.exchange.models import ExchangePartner
from minzheng.datacenter.exchange.partners import MANAGE
from minzheng.datacenter.sources import registry
from minzheng.datacenter.sources.classes import DEPARTMENTS
from minzheng.kernel import clock
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.parts.fields import Choice, Count, Date, Field, LongText, Text, YesNo

_MANY = ("sources", "purposes")
_TEXT = ("url", "department", "adapter", "basis", "contact_name", "contact_phone")
SETTLE = (
    Choice(
        "do",
        "怎么处理",
        required=True,
        options=((handling.AGAIN, "重新办理（密钥或登记改正以后）"), (handling.DROP, "作废")),
    ),
    LongText("note", "处理说明", required=True, max_length=200, help="例如：对方密钥已改正，重新收；已请对方重发。"),
)
INITIAL = {
    "kind": "bureau",
    "carrier": "files",
    "per_minute": 60,
    "most_people": 500,
    "purposes": ["aid_check"],
    "active": "yes",
}


def place_of(actor: Any) -> str:
    held = actor.scopes(MANAGE)
    if not held:
        raise Refused("您的岗位不能管理数据交换。")
    return str(held[0])


def partner_fields(actor: Any, obj: ExchangePartner | None) -> list[Field]:
    sources = tuple((code, spec.title) for code, spec in registry.all().items())
    uses = tuple((code, one.title) for code, one in purposes.all().items())
    adapters = tuple((code, one.title) for code, one in mapping.all().items())
    first: list[Field] = [] if obj else [
        Text("code", "代码", required=True, max_length=40, pattern=r"[a-z0-9][a-z0-9-]{1,39}", hint="用小写字母、数字和短横线。",
             help="双方报文里用的代码，例如 county-housing；以后不能改。"),
        YesNo("simulated", "模拟单位", help="没有真实系统，只用来演练；所有页面都会标明“模拟”。"),
    ]  # fmt: skip
    return [
        *first,
        Text("title", "名称", required=True, max_length=80),
        Choice("department", "部门", options=DEPARTMENTS),
        Choice("kind", "类别", required=True, options=tuple(ExchangePartner.KINDS)),
        Choice("carrier", "方式", required=True, options=tuple(ExchangePartner.CARRIERS)),
        Text("url", "接口地址", max_length=200, help="用接口交换、由我们发起的填写，以 https:// 开头。"),
        Choice("adapter", "报送接口", options=adapters, help="上级系统选这一项，按映射报送。"),
        Choice("sources", "可查询的数据", options=sources, many=True, help="我们可以向对方查的。"),
        Choice("purposes", "允许的用途", options=uses, many=True, required=True),
        YesNo("may_ask", "对方可以来查询"),
        Text("basis", "交换依据", required=True, max_length=200, help="文件或协议的名称和文号。"),
        Date("valid_from", "起用日期", required=True),
        Date("valid_to", "停用日期"),
        Count("per_minute", "每分钟最多次数", required=True, minimum=1, maximum=6000),
        Count("most_people", "一次最多人数", required=True, minimum=1, maximum=100_000),
        Text("contact_name", "联系人", max_length=60),
        Text("contact_phone", "联系电话", max_length=30),
        YesNo("active", "在用", required=True),
    ]


def initial_of(actor: Any, obj: ExchangePartner) -> dict[str, Any]:
    told = {name: getattr(obj, name) for name in (*_TEXT, *_MANY, "title", "kind", "carrier", "valid_from", "valid_to",
                                                  "per_minute", "most_people")}  # fmt: skip
    return told | {"may_ask": "yes" if obj.may_ask else "no", "active": "yes" if obj.active else "no"}


def values_of(values: dict[str, Any]) -> dict[str, Any]:
    """The form's values as the partner's row wants them."""
    told = {k: v for k, v in values.items() if k not in ("code", "simulated")}
    told |= {name: list(values.get(name) or ()) for name in _MANY} | {name: values.get(name) or "" for name in _TEXT}
    told |= {name: bool(values.get(name)) for name in ("may_ask", "active")}
    told["valid_from"] = values.get("valid_from") or clock.today()
    return told
