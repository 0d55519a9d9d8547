"""What the applications for children ask alike, who may read them, and how the answers become words of the rules.

The child is the applicant; whoever looks after the child acts for it (替家人办: 监护、委托)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from minzheng.kernel.items.forms import Step
from minzheng.kernel.items.items import Material, Notice
from minzheng.kernel.items.personal import DIBAO, EDGE, TEKUN
from minzheng.kernel.items.publicity import PublicityRule
from minzheng.kernel.items.steps import APPLICANT, DISABILITY_KINDS, LEVELS
from minzheng.kernel.parts.fields import Choice, Count, Field, IdNumber, Money, Phone, Text, Tick, When, YesNo

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case

#: Whoever holds case.read alone does not see a child's case (未成年人保护法第四条、第一百零三条).
READER = "child.read"
LABELS = {
    "name": "孩子的姓名",
    "id_no": "孩子的身份证号码",
    "phone": "照顾孩子的人的手机号码",
    "region": "孩子现在住在哪个村（社区）",
    "hukou": "孩子的户口在哪里",
}
HUKOU = (("here", "就在本县（区）"), ("away", "不在本县（区）"))


def _about_the_child(one: Field) -> Field:
    if one.name == "hukou":
        return replace(one, label=LABELS["hukou"], options=HUKOU)  # type: ignore[call-arg]
    changed = replace(one, label=LABELS.get(one.name, one.label))
    return replace(changed, help="在户口簿上。") if isinstance(one, IdNumber) else changed


CHILD = replace(
    APPLICANT,
    title="孩子",
    fields=tuple(_about_the_child(one) for one in APPLICANT.fields),
    why="填孩子的情况。孩子没有手机的，写照顾孩子的人的号码；进度会发到这个号码。",
)
GUARDIAN = (
    Text("guardian", "现在谁在照顾孩子（姓名）", required=True, max_length=30),
    Choice(
        "guardian_relation",
        "是孩子的什么人",
        required=True,
        radio_up_to=8,
        options=(
            ("grandparent", "祖父母、外祖父母"),
            ("parent", "父亲或母亲"),
            ("kin", "其他亲属"),
            ("foster", "寄养家庭"),
            ("institution", "儿童福利机构"),
            ("village", "村（居）委会"),
            ("other", "其他人"),
        ),
    ),
    Phone("guardian_phone", "照顾孩子的人的电话", help="和上面的号码不一样时填。"),
)
#: A child cannot consent: whoever looks after it does, for this application alone (个人信息保护法第二十八条、第三十一条).
CONSENT = Tick(
    "agrees",
    "我照顾孩子，同意工作人员向有关部门查询孩子和父母的情况，只用于这次申请",
    required=True,
)
SCHOOL = Choice(
    "school",
    "孩子现在上学吗",
    required=True,
    radio_up_to=6,
    options=(
        ("none", "还没上学，或者已经不上学"),
        ("basic", "幼儿园、小学、初中、高中、中职"),
        ("college", "大专、高职、本科（全日制）"),
        ("graduate", "研究生"),
        ("part", "复读、自考、培训班等（不是全日制）"),
    ),
)
FINITE = ("服刑在押", "强制隔离戒毒", "其他限制人身自由", "失去联系")
CIRCUMSTANCES = (
    ("无特殊情形", "健在，能抚养孩子"),
    ("死亡", "去世"),
    ("宣告失踪", "法院宣告失踪"),
    ("查找不到", "不知道是谁，查找不到"),
    ("残疾", "持残疾人证"),
    ("重病", "患重病"),
    ("服刑在押", "在监狱服刑"),
    ("强制隔离戒毒", "强制隔离戒毒"),
    ("其他限制人身自由", "被执行其他限制人身自由的措施"),
    ("失去联系", "失去联系（已向公安报案）"),
    ("撤销监护资格", "被法院撤销监护资格"),
    ("遣送出境", "被遣送（驱逐）出境"),
)


def parent(key: str, title: str) -> tuple[Field, ...]:
    """The questions about one parent; `key` is put before every name."""
    state = f"{key}_state"
    return (
        Choice(state, f"{title}现在的情况", required=True, options=CIRCUMSTANCES, radio_up_to=0),
        Count(
            f"{key}_months",
            f"{title}：判决、决定的期限，或者报案以后已满几个月",
            required=True,
            when=When(state, FINITE),
            help="服刑看判几个月，不看还剩几个月；失去联系从公安受理报案那天算起，不满一个月的不算。",
        ),
        Choice(f"{key}_level", f"{title}的残疾等级", required=True, options=LEVELS, when=When(state, ("残疾",))),
        Choice(
            f"{key}_kind",
            f"{title}的残疾类别",
            required=True,
            options=DISABILITY_KINDS,
            radio_up_to=7,
            when=When(state, ("残疾",)),
        ),
    )


FATHER, MOTHER = parent("father", "父亲"), parent("mother", "母亲")
PARENTS = (*FATHER, *MOTHER)
_WHY = "父母的情况多半能向公安、法院、司法、残联查到，不用您去开证明；照实填就行。"
PARENT_STEPS = (
    Step("father", "父亲的情况", FATHER, repeat="members", fixed_rows=True, why=_WHY),
    Step("mother", "母亲的情况", MOTHER, repeat="members", fixed_rows=True, why=_WHY),
)
PARENT_WORDS = {
    "father_state": "父亲情形",
    "father_months": "父亲情形月数",
    "father_level": "父亲残疾等级",
    "father_kind": "父亲残疾类别",
    "mother_state": "母亲情形",
    "mother_months": "母亲情形月数",
    "mother_level": "母亲残疾等级",
    "mother_kind": "母亲残疾类别",
}
DISABILITY = (
    YesNo("has_certificate", "孩子有没有残疾人证", required=True),
    Choice(
        "disability_kind",
        "残疾类别",
        required=True,
        options=DISABILITY_KINDS,
        radio_up_to=7,
        when=When("has_certificate"),
    ),
    Choice("disability_level", "残疾等级", required=True, options=LEVELS, when=When("has_certificate")),
)
DISABILITY_WORDS = {"disability_kind": "残疾类别", "disability_level": "残疾等级"}
#: Established by the office alone: the register first, then what the clerk found.
STANDING = (
    YesNo("is_dibao", "孩子在登记在册的低保家庭里（本系统查不到时填）"),
    Money("dibao_fen", "全家每月低保金（元，不含分类施保金）", required=True, when=When("is_dibao")),
    Count("dibao_persons", "这笔低保金保障几个人", required=True, when=When("is_dibao")),
    YesNo("is_edge", "在登记在册的低保边缘家庭里（本系统查不到时填）"),
    YesNo("is_tekun", "孩子是登记在册的特困人员（本系统查不到时填）"),
    Money("tekun_fen", "特困供养金每月多少元（基本生活）", required=True, when=When("is_tekun")),
)
REGISTERED = (DIBAO, EDGE, TEKUN)
STANDING_WORDS = {"tekun_fen": "登记特困月额"}
HOME_WORDS = {"dibao_fen": "登记低保月额", "dibao_persons": "登记低保人数"}
NOT_POSTED = PublicityRule(False, why="未成年人保护法第四条：保护未成年人的隐私；儿童的待遇都不公示", columns=())
REASONS = (
    ("R04", "户籍不在本地"),
    ("R05", "隐瞒虚报"),
    ("R06", "拒绝配合核实"),
    ("R07", "已享受不能同时领的待遇"),
    ("R10", "年龄、父母情形等不符合规定"),
)
PAPERS = (
    Material("identity", "户口簿（孩子和照顾孩子的人）", obtainable=True),
    Material("parents", "父母死亡、失踪、服刑、患病等的文书", obtainable=True, help="手边有就拍；查不到时才请您补"),
    Material("account", "发放账户", help="孩子本人或者监护人的"),
    Material("other", "其他材料"),
)


def school_words(known: Mapping[str, Any]) -> dict[str, Any]:
    """Only full-time schools count, and which ones is for the rules to say."""
    school = known.get("school")
    return {
        "在校": school in ("basic", "college", "graduate"),
        "学历层次": "研究生" if school == "graduate" else "本科及以下",
    }


def dibao_words(known: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """What the family draws as 低保, from the award in force here; declared amounts count where there is none."""
    from minzheng.kernel.awards.selectors import drawn_by

    child = next(iter(m for m in case.members.all() if m.in_count), None)
    drawn = drawn_by(child, "assistance.dibao") if child is not None else None
    if drawn is None:
        return {}
    amount_fen, persons = drawn
    return {"登记低保月额": f"{amount_fen // 100}.{amount_fen % 100:02d}", "登记低保人数": persons}


def notices(law: str) -> dict[str, Notice]:
    """The papers of a child's benefit; none of them is posted."""
    return {
        **{code: Notice(law) for code in ("N01", "N02", "N06", "N13")},
        **{code: Notice(law, reason_required=True) for code in ("N03", "N07", "N08", "N09", "N10", "N14")},
    }
