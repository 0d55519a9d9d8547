"""Acting for others on a phone: what is asked when somebody gives a mandate, or says to have one."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from minzheng.kernel import clock
from minzheng.kernel.items import registry
from minzheng.kernel.items.forms import Step
from minzheng.kernel.months import same_day_after
from minzheng.kernel.parts.fields import Choice, IdNumber, Phone, Photo, Text, Tick

if TYPE_CHECKING:
    from minzheng.kernel.items.items import Item
    from minzheng.kernel.subjects.mandate_models import Mandate

RELATIONS = (
    ("女儿", "女儿"),
    ("儿子", "儿子"),
    ("配偶", "丈夫或妻子"),
    ("母亲", "母亲"),
    ("父亲", "父亲"),
    ("亲戚", "其他亲戚"),
    ("邻居朋友", "邻居、朋友"),
)
ALL = "all"


def _items() -> list[tuple[str, str]]:
    return [(item.code, item.title) for item in registry.portal_items()]


def _matters() -> list[tuple[str, str]]:
    return [(ALL, "所有能在手机上办的事"), *_items()]


def longest(item: Item, region: str) -> int:
    """Months that a mandate may hold at most, by the parameters of the place."""
    return item.flow.params(region or "0" * 12, clock.today()).mandate_months


def months(region: str) -> list[int]:
    """The periods offered: short ones and the longest that is allowed."""
    most = max((longest(item, region) for item in registry.portal_items()), default=12)
    return sorted({n for n in (1, 3, 6, most) if n <= most})


def give_step(region: str) -> Step:
    """What a principal fills in."""
    periods = [(str(n), f"{n} 个月") for n in months(region)]
    return Step(
        "give",
        "让别人替我办",
        (
            Text("agent_name", "替您办的人叫什么", required=True, max_length=30),
            Phone("agent_phone", "他的手机号", required=True, help="他用这个号码登录，就能替您办。"),
            Choice("relation", "他是您的", required=True, options=RELATIONS, radio_up_to=9),
            Choice("matter", "替您办什么", required=True, options=_matters, radio_up_to=12),
            Choice(
                "power",
                "可以做到哪一步",
                required=True,
                options=(("file", "填写、提交、看进度"), ("see", "只看进度")),
                help="授权书、撤回申请、换银行卡，始终要您自己办。",
            ),
            Choice("months", "管多久", required=True, options=periods),
            Tick("agree", "我委托他替我办上面的事，知道可以随时解除", required=True),
        ),
    )


def claim_step() -> Step:
    """What somebody fills in who acts for another without a mandate given on the phone."""
    return Step(
        "claim",
        "替家人办",
        (
            Choice(
                "kind",
                "您凭什么替他办",
                required=True,
                options=(
                    ("entrust", "他委托我（有签字的委托书）"),
                    ("guardian", "我是他的监护人（孩子，或没有行为能力的家人）"),
                ),
            ),
            Text("principal_name", "他叫什么", required=True, max_length=30),
            IdNumber("principal_id_no", "他的身份证号码", required=True),
            Choice("relation", "您是他的", required=True, options=RELATIONS, radio_up_to=9),
            Text("agent_name", "您叫什么", required=True, max_length=30),
            Choice("item", "替他办什么", required=True, options=_items, radio_up_to=12),
            Photo(
                "proof",
                "委托书或监护证明",
                kind="mandate",
                max_files=1,
                help="委托书写明谁委托谁、办什么、到哪天，本人签字。孩子登记在您户口上的，不用拍。",
            ),
        ),
        why="受理时工作人员会看委托书。核对以前，只能看到您自己填的内容。",
    )


def until(number: int) -> datetime.date:
    return same_day_after(clock.today(), number)


def item_titles(mandate: Mandate) -> str:
    """“最低生活保障” or “所有能在手机上办的事”."""
    if not mandate.items:
        return "所有能在手机上办的事"
    titles = dict(_items())
    return "、".join(titles.get(code, code) for code in mandate.items)
