"""申请表: the questions of a means-tested benefit, in the order in which a family can answer them.

Nothing is asked that an office can look up: photos are all optional (57号第10条), income is what the family knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minzheng.kernel.items.forms import Form, Step
from minzheng.kernel.items.steps import ACCOUNT, APPLICANT, CONSENTS, DISABILITY_KINDS, LEVELS, REVIEW, SELF, papers
from minzheng.kernel.parts.fields import (
    Choice,
    Count,
    IdNumber,
    Money,
    Phone,
    Photo,
    Text,
    When,
    WhenRow,
    YesNo,
)

RELATIONS = (
    (SELF, "本人（申请人）"),
    ("配偶", "配偶"),
    ("子女", "子女"),
    ("父母", "父母"),
    ("祖父母", "祖父母、外祖父母"),
    ("孙子女", "孙子女、外孙子女"),
    ("兄弟姐妹", "兄弟姐妹"),
    ("儿媳女婿", "儿媳、女婿"),
    ("其他", "其他"),
)
# Situations in which 57号第6条 does not count a person, or which make us look again.
SITUATIONS = (
    ("home", "在家共同生活"),
    ("school", "在外住校读书"),
    ("prison", "在监狱服刑"),
    ("detox", "强制隔离戒毒"),
    ("missing", "已宣告失踪"),
    ("clergy", "宗教教职人员，离家独立生活满三年"),
    ("army", "义务兵"),
    ("probation", "监外执行、缓刑或保外就医（在家）"),
    ("apart", "已独立生活，不在一起住"),
)
STUDENT = (("no", "不是"), ("below", "全日制本科及以下"), ("above", "全日制研究生"))


def one_of_each(rows: list[Mapping[str, Any]], form: Mapping[str, Any]) -> dict[str, str]:
    """Two rows must not be the same person; exactly one row is the applicant, and is the person of the first step."""
    errors: dict[str, str] = {}
    seen: dict[str, int] = {}
    for i, row in enumerate(rows):
        number = row.get("id_no")
        if number and number in seen:
            errors[f"{i}.id_no"] = f"第 {i + 1} 位与第 {seen[number] + 1} 位的身份证号码相同，请核对或删去一行。"
        elif number:
            seen[number] = i
    selves = [i for i, row in enumerate(rows) if row.get("relation") == SELF]
    if len(selves) > 1:
        errors[f"{selves[1]}.relation"] = "只能有一位是申请人本人，请改选与申请人的关系。"
    own = (form.get("applicant") or {}).get("id_no")
    if rows and not selves:
        errors[""] = "家庭成员里要有申请人本人，请补上一行，关系选“本人”。"
    elif selves and own and rows[selves[0]].get("id_no") not in (None, "", own):
        errors[f"{selves[0]}.id_no"] = "申请人本人的身份证号码与第一步填写的不一致，请核对。"
    return errors


def may_apply_alone(row: Mapping[str, Any]) -> bool:
    """Whether 57号第8条 lets this person ask alone: 一二级重残、三级智力或精神残疾、患重大疾病. Takes texts and clean values."""
    level, kind = str(row.get("disability_level") or ""), row.get("disability_kind") or ""
    if kind and (level in ("1", "2") or (level == "3" and kind in ("智力", "精神"))):
        return True
    return row.get("serious_illness") in (True, "yes")


def applies_alone(row: Mapping[str, Any]) -> bool:
    """单人户: the family asks for this member only. An answer left from before a correction of the illness counts no more."""
    return row.get("single") in (True, "yes") and may_apply_alone(row)


def one_alone(rows: list[Mapping[str, Any]], form: Mapping[str, Any]) -> dict[str, str]:
    """One application asks for one person alone: each gets an own decision."""
    alone = [i for i, row in enumerate(rows) if row.get("single")]
    if len(alone) < 2:
        return {}
    return {f"{alone[1]}.single": "一份申请只能为一位家人单独申请；另一位请由本人或别的家人另交一份申请。"}


MEMBERS = Step(
    "members",
    "一起生活的家人",
    (
        Text("name", "姓名", required=True, max_length=30),
        Choice("relation", "与申请人的关系", required=True, options=RELATIONS),
        IdNumber("id_no", "身份证号码", required=True),
        Phone("phone", "手机号码", help="成年家人用自己的手机签授权书时使用，可不填。"),
        Choice("situation", "现在的情况", required=True, options=SITUATIONS),
        Choice("student", "是否在校学生", options=STUDENT),
        Choice("disability_kind", "残疾类别", options=DISABILITY_KINDS, help="有残疾证的才选。"),
        Choice("disability_level", "残疾等级", options=LEVELS, required=True, when=When("disability_kind")),
        YesNo("serious_illness", "是否患重大疾病"),
        YesNo("no_labour", "是否没有劳动能力"),
    ),
    repeat="members",
    min_rows=1,
    check=one_of_each,
    why="低保按共同生活的家庭计算：配偶、未成年子女、在读的成年子女，以及长期住在一起、有赡养抚养关系的亲属。",
)
INCOME = Step(
    "income",
    "每个人的收入",
    (
        Money("wage", "工资、打工收入（每月）", help="近 12 个月的月平均数，没有就填 0。"),
        Money(
            "employment_cost", "为工作花的必要费用（每月）", help="如交通费；不填的按本地规定计算。", when=When("wage")
        ),
        Money("business", "种养、经营净收入（每月）"),
        Money("property_income", "租金、利息、分红（每月）"),
        Money("transfer", "养老金、赡养费等（每月）", help="不住在一起的子女给的钱写在后面，这里不用写。"),
        Money(
            "not_counted",
            "其中国家规定不计入的（每月）",
            help="如基础养老金、优抚金、奖学金、各类救助金。",
            when=When("transfer"),
        ),
        YesNo(
            "single",
            "只为这一位单独申请低保",
            help="全家收入比低保标准高一些、不能全家享受，但这一位重残或重病的，可以只为他一人申请（单人户）。"
            "全家收入低于标准的请选“否”，全家一起申请。",
            when=WhenRow(test=may_apply_alone),
        ),
    ),
    repeat="members",
    fixed_rows=True,
    check=one_alone,
    why="低保金等于保障标准乘以人数，再减去家庭收入；没有的项目不用填。",
)
HOME = Step(
    "home",
    "住房和财产",
    (
        Choice("urban", "按城市还是农村低保申请", required=True, options=(("农村", "农村"), ("城市", "城市"))),
        Money("deposits", "存款、股票、保险等合计", required=True, help="全家合计，没有就填 0。", unit="元"),
        Count("houses", "房屋套数", required=True, maximum=99, unit="套"),
        Count("vehicles", "机动车辆数", required=True, maximum=99, unit="辆", help="残疾人代步车不算。"),
        YesNo("market_entity", "是否有人开公司、当股东或高管", required=True),
        Money("rigid_annual", "近 12 个月看病、上学、康复自付的钱", help="用来判断能否申请别的救助，可不填。"),
        YesNo(
            "near_relative",
            "家里有没有近亲属是经办低保的工作人员或村（居）干部",
            required=True,
            help="有也不影响申请，只是由县里再上门看一次。",
        ),
        Text(
            "near_relative_detail",
            "他的姓名、单位和与您的关系",
            required=True,
            max_length=80,
            when=When("near_relative", (True,)),
        ),
    ),
    section="property",
    why="低保还要看家庭财产是否在规定限额以内。",
)
# Whoever is one of these is taken to be unable to support anybody (reference §1.3.4).
UNABLE = (
    ("none", "都不是"),
    ("dibao", "正在享受低保"),
    ("tekun", "特困人员"),
    ("edge", "低保边缘家庭"),
    ("disabled", "重度残疾"),
    ("prison", "正在服刑"),
    ("missing", "失踪"),
)
BASIS = (("none", "没有说定"), ("agreed", "家里说好了"), ("judged", "法院判决或调解"))
ABLE = When("status", ("none",))


def others_only(rows: list[Mapping[str, Any]], form: Mapping[str, Any]) -> dict[str, str]:
    """An obligor is not a member of the family, is named once, and cannot support more people here than altogether."""
    errors: dict[str, str] = {}
    seen = {row.get("id_no") for row in form.get("members") or [] if row.get("id_no")}
    for i, row in enumerate(rows):
        for number in ("id_no", "spouse_id_no"):
            if row.get(number) in seen:
                errors[f"{i}.{number}"] = "这个身份证号码已经填过：一起生活的家人不在这里填，同一个人只填一次。"
            if row.get(number):
                seen.add(row[number])
        if (row.get("supports_here") or 0) > (row.get("supports") or 0):
            errors[f"{i}.supports_here"] = "在您家的人数不能比他一共要赡养的人数多。"
    return errors


OBLIGORS = Step(
    "obligors",
    "不住在一起的子女等",
    (
        Text("name", "姓名", required=True, max_length=30),
        Choice(
            "relation",
            "是申请家庭的什么人",
            required=True,
            radio_up_to=0,
            options=(
                ("子女", "子女"),
                ("父母", "父母"),
                ("配偶", "分居的配偶"),
                ("孙子女", "孙子女、外孙子女"),
                ("祖父母", "祖父母、外祖父母"),
                ("兄弟姐妹", "兄弟姐妹"),
            ),
        ),
        IdNumber("id_no", "身份证号码", help="不知道可以不填；填了并且本人同意，才会核对。"),
        Phone("phone", "手机号码", help="他愿意用自己的手机签授权书时使用，可不填。"),
        Text("spouse_name", "他的爱人的姓名", max_length=30, help="没有成家就不填。爱人的收入也算在他家里。"),
        IdNumber(
            "spouse_id_no",
            "爱人的身份证号码",
            help="不知道可以不填；填了并且爱人本人同意，才会核对。",
            when=When("spouse_name"),
        ),
        Phone("spouse_phone", "爱人的手机号码", help="用自己的手机签授权书时使用，可不填。", when=When("spouse_name")),
        Choice("status", "他自己的情况", required=True, radio_up_to=0, options=UNABLE),
        Count("family_size", "他家里一共几口人", required=True, minimum=1, maximum=30, unit="人"),
        Money("family_income", "他全家每月收入", required=True, help="不清楚的填大概的数。", when=ABLE),
        Count(
            "supports",
            "他一共要赡养几位老人",
            required=True,
            minimum=1,
            maximum=8,
            unit="位",
            help="自己的和爱人的父母都算。",
        ),
        Count("supports_here", "其中几位在您家", required=True, minimum=1, maximum=8, unit="位"),
        Choice("basis", "赡养费怎么定的", required=True, options=BASIS),
        Money("agreed", "说定每位老人每月给多少", required=True, when=When("basis", ("agreed", "judged"))),
        Money("paid", "实际每位老人每月给多少", help="没有给就不填。"),
    ),
    repeat="obligors",
    joins=True,
    add_title="添加一位不住在一起的子女等",
    check=others_only,
    why="有赡养、抚养、扶养义务但不住在一起的人（多半是成家的子女）才填，没有就跳过。给的钱写在这里，不再算进老人的收入。",
)
PAPERS = papers(
    Photo("photo_income", "收入证明", kind="income", help="如工资单、征地补偿协议。"),
    Photo("photo_illness", "看病、残疾的材料", kind="illness", help="如诊断书、住院结算单。"),
)

MEANS_TEST_FORM = Form((APPLICANT, MEMBERS, INCOME, HOME, OBLIGORS, ACCOUNT, PAPERS, CONSENTS, REVIEW))
