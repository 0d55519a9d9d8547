"""What whoever arranged the funeral is asked: about the one who died, and what the basic services cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minzheng.kernel import clock
from minzheng.kernel.items.forms import Form, Step
from minzheng.kernel.items.steps import ACCOUNT, APPLICANT, CONSENTS, REVIEW, papers
from minzheng.kernel.parts.fields import Choice, Count, Date, IdNumber, Money, Photo, Text, When, YesNo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BURIALS = ("骨灰撒海", "树葬", "花坛葬", "草坪葬", "格位存放", "墓位安葬", "其他")
WHO = (
    Text("deceased_name", "逝者姓名", required=True, max_length=30),
    IdNumber("deceased_id", "逝者身份证号码", required=True),
)
#: What the clerk may put right after looking at the papers.
CHECKED = (
    Choice(
        "kinship",
        "您是逝者的",
        required=True,
        radio_up_to=6,
        options=(
            ("child", "子女"),
            ("spouse", "配偶"),
            ("parent", "父母"),
            ("relative", "其他亲属"),
            ("other", "单位、村（居）委会或其他办理丧事的人"),
        ),
    ),
    Date("died_on", "逝者去世的日期", required=True, not_after=clock.today),
    Choice(
        "deceased_home",
        "逝者的户口",
        required=True,
        options=(("here", "在本县（区）"), ("lived", "不在，但持居住证或常住本县（区）"), ("away", "不在，也不常住")),
    ),
    YesNo(
        "waived",
        "这些费用有没有减免过、报销过",
        required=True,
        help="殡仪馆结账时已经减掉、在别处领过的，都算；单位发的丧葬费不算。",
    ),
)
COSTS = (
    Money("transport_fee", "遗体接运费"),
    Money("keeping_fee", "遗体存放（冷藏）费"),
    Count("keeping_days", "存放了几天", required=True, maximum=3650, unit="天", when=When("keeping_fee")),
    Money("cremation_fee", "遗体火化费"),
    Money("ashes_fee", "骨灰寄存费"),
    Choice("burial", "怎样安葬的", options=tuple((b, b) for b in BURIALS), radio_up_to=7),
)
FACTS = (*CHECKED, *COSTS)
PHOTOS = (
    Photo("photo_death", "死亡证明或火化证明", kind="death", help="部门查得到的不用拍。"),
    Photo("photo_invoice", "殡仪馆的收费票据", kind="invoice", help="写着各项收费的那一张。"),
)


def _apart(rows: Sequence[Mapping[str, Any]], form: Mapping[str, Any]) -> dict[str, str]:
    """The one who applies is not the one who died."""
    mine = (form.get("applicant") or {}).get("id_no")
    if rows and mine and rows[0].get("deceased_id") == mine:
        return {"0.deceased_id": "这里填逝者的身份证号码，不是办理人的。"}
    return {}


FORM = Form(
    (
        APPLICANT,
        Step(
            "deceased",
            "逝者情况",
            (*WHO, *CHECKED),
            repeat="members",
            fixed_rows=True,
            why="用来核对逝者在不在减免范围内；一位逝者只减免一次。",
            check=_apart,
        ),
        Step(
            "facts",
            "丧葬费用",
            COSTS,
            repeat="members",
            fixed_rows=True,
            why="照殡仪馆的票据填；豪华炉、鲜花、骨灰盒等不在减免范围，不用填。",
        ),
        ACCOUNT,
        papers(*PHOTOS),
        CONSENTS,
        REVIEW,
    )
)
