"""惠民殡葬减免：事项声明。办丧事的人事后申领，一次发给；逝者登记在册，一位逝者一次。"""

from __future__ import annotations

from pathlib import Path

from minzheng.business.funeral.free_basics.deceased import FreeBasics, on_approve, on_submit, one_funeral
from minzheng.business.funeral.free_basics.form import FACTS, FORM
from minzheng.kernel.cases.flow import Flow
from minzheng.kernel.cases.lifecycle.personal import personal
from minzheng.kernel.cases.procedure import Procedure
from minzheng.kernel.items.items import Item, Material, Notice
from minzheng.kernel.parts.fields import YesNo

LAW = "《殡葬管理条例》（2026年修订）；《关于全面推行惠民殡葬政策的指导意见》（民发〔2012〕211号）"
REASONS = (
    ("R01", "不在当地减免的范围"),
    ("R06", "没有基本殡葬服务的费用"),
    ("R07", "已经减免过"),
    ("R08", "超过申领期限"),
    ("R09", "没有死亡日期，或死亡情况不实"),
    ("R10", "材料不符，或其他"),
)
#: What the clerk alone records: the standing of the deceased, where the register lacks it.
CLERKS = (
    YesNo("was_dibao", "逝者生前是低保家庭成员（本系统查不到时填）"),
    YesNo("was_edge", "逝者生前是低保边缘家庭成员（本系统查不到时填）"),
    YesNo("was_tekun", "逝者生前是特困人员（本系统查不到时填）"),
)
BENEFIT = FreeBasics(
    "funeral.free_basics",
    "惠民殡葬减免",
    ("惠民殡葬资格",),
    ("基本殡葬减免额", "生态安葬奖补"),
    shown=(("逝者", "姓名"), ("各项减免合计（元）", "分项减免合计")),
    cycle="once",
)
procedure = Procedure("funeral.free_basics", "惠民殡葬减免", Path(__file__).parent, short="惠民殡葬")


def flow() -> Flow:
    """The common one-off flow; handing in enters the deceased, the decision enters the death."""
    common = personal(reasons=REASONS, params=procedure, facts=(*FACTS, *CLERKS), cycle="once")

    def added(code: str, **more: tuple) -> dict[str, tuple]:  # type: ignore[type-arg]
        act = common.act(code)
        return {name: (*getattr(act, name), *values) for name, values in more.items()}

    return common.changed(
        submit=added("submit", guards=(one_funeral,), effects=(on_submit,)),
        resubmit=added("resubmit", guards=(one_funeral,), effects=(on_submit,)),
        approve=added("approve", effects=(on_approve,)),
    )


ITEM = Item(
    "funeral.free_basics",
    "惠民殡葬减免",
    short="殡葬减免",
    number_code="HMBZ",
    form=FORM,
    flow=flow(),
    intro="遗体接运、存放、火化、骨灰寄存等基本殡葬服务的费用，在限额以内由政府承担；已经付了的可以申领回来。",
    who=("逝者的户口在本地（有的地方也包括常住居民）", "一位逝者只减免一次", "谁办的丧事谁申领，去世后一年以内"),
    bring=(
        Material("invoice", "殡仪馆的收费票据"),
        Material("death", "死亡证明、火化证明", obtainable=True),
        Material("identity", "您和逝者的身份证、户口簿", obtainable=True),
        Material("other", "其他材料"),
    ),
    notices={
        **{code: Notice(LAW) for code in ("N01", "N02", "N06", "N13", "N18")},
        **{code: Notice(LAW, reason_required=True) for code in ("N03", "N07", "N08", "N09", "N10", "N14")},
    },
    reasons=REASONS,
    law=LAW,
    assess=BENEFIT.assess,
    recompute=BENEFIT.recompute,
)
