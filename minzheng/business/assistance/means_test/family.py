"""一家人的事实 → 规则引擎的词. Verified values stand over declared ones; what is absent takes the vocabulary's default.

| 词 | from the case |
|---|---|
| 城乡 金融资产 房屋套数 机动车辆 市场主体 刚性支出年额 | form["property"]: urban deposits houses vehicles market_entity rigid_annual |
| 医疗／教育／康复／其他刚性支出年额 已获救助捐助年额 | form["expenses"]: medical_ education_ rehab_ other_ aid_annual |
| 机动车辆最高价 | form["property"]: vehicle_price |
| 工资性收入 经营净收入 财产净收入 转移净收入 不计入收入 就业成本 | member: wage business property_income transfer not_counted employment_cost |
| 残疾类别 残疾等级 重病 无劳动能力 在校 学历层次 | member: disability_kind disability_level serious_illness no_labour student |
| 不计入情形 长期共同居住 | member: situation |
| 已确认特困 | an award of 特困供养 in force |
| 单人户申请 | member: single (and still one of those who may, form.applies_alone) |
| 赡养义务人 | rows of form["obligors"], see support_words |
| 户籍在本地 | form["applicant"]["hukou"] |
| 在保 原月保障金 | the award in force of this case |

After acceptance only the members counted on that day are given: composition is frozen (reference 1.2.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.timezone import localdate

from minzheng.business.assistance.means_test.form import applies_alone
from minzheng.kernel import clock
from minzheng.kernel.items.personal import TEKUN, holding
from minzheng.kernel.standards.values import ruleset as load_ruleset
from minzheng.policy import InputError, Unconfigured

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case, CaseMember

SITUATIONS = {
    "prison": "服刑在押",
    "detox": "强制隔离戒毒",
    "missing": "宣告失踪",
    "clergy": "宗教教职人员",
    "army": "省定其他",
}
WHY_NOT = {
    "prison": "在监狱服刑",
    "detox": "强制隔离戒毒",
    "missing": "宣告失踪",
    "clergy": "宗教教职人员离家独立生活满三年",
    "army": "义务兵",
    "apart": "不长期共同居住",
}
MONEY = {
    "工资性收入": "wage",
    "经营净收入": "business",
    "财产净收入": "property_income",
    "转移净收入": "transfer",
    "不计入收入": "not_counted",
    "就业成本": "employment_cost",
}
PROPERTY_COUNTS = {"房屋套数": "houses", "机动车辆": "vehicles"}
PROPERTY_MONEY = {
    "金融资产": "deposits",
    "刚性支出年额": "rigid_annual",
    "医疗支出年额": "medical_annual",
    "教育支出年额": "education_annual",
    "康复支出年额": "rehab_annual",
    "其他刚性支出年额": "other_annual",
    "已获救助捐助年额": "aid_annual",
    "机动车辆最高价": "vehicle_price",
}
#: Sections of the form that speak of the whole household.
HOUSEHOLD_SECTIONS = ("property", "expenses")

Family = dict[str, Any]


def policy_family(case: Case, members: Sequence[CaseMember] | None = None) -> tuple[Family, list[str]]:
    """(the family in policy words, notes on what was taken from where). `members`: default the case's rows."""
    everybody = list(members if members is not None else case.members.all())
    rows = [m for m in everybody if not m.is_obligor]
    notes: list[str] = []
    frozen = case.event_date is not None
    people = [m for m in rows if m.in_count] if frozen else rows
    destitute = holding(people, TEKUN.items)
    family = {
        "家庭": _household(case, rows, notes),
        "成员": [_member(case, m, frozen, notes, one) for m, one in zip(people, destitute, strict=True)],
    }
    owing = [support_words(m, notes) for m in everybody if m.is_obligor and not m.is_obligor_spouse]
    return {**family, **({"赡养义务人": owing} if owing else {})}, notes


def support_words(m: CaseMember, notes: list[str]) -> Family:
    """One household that owes support (reference §1.3.4), as declared and, where the investigator settled it, verified."""
    verified = {k: v for k, v in (m.verified or {}).items() if v is not None}
    values = {**m.declared, **verified}
    # An income that the investigator settled says that the person can support, whatever was declared.
    unable = values.get("status", "none") != "none" and not verified.get("family_income")
    notes += [f"{m.name}的{key}：按核定数 {verified[key]}" for key in verified]
    return {
        "称谓": m.name,
        "义务户月收入": yuan(values.get("family_income") or 0),
        "义务户人口": int(values.get("family_size") or 1),
        "被赡养人数": int(values.get("supports") or 1),
        "本户被赡养人数": int(values.get("supports_here") or 1),
        "无赡养能力": unable,
        "有判决或协议": values.get("basis") in ("agreed", "judged"),
        "约定月额": yuan(values.get("agreed") or 0),
        "实际月给付": yuan(values.get("paid") or 0),
    }


def yuan(fen: Any) -> Decimal:
    return Decimal(int(fen)) / 100


def _household(case: Case, rows: Sequence[CaseMember], notes: list[str]) -> Family:
    declared: Mapping[str, Any] = {}
    for section in HOUSEHOLD_SECTIONS:
        declared = {**declared, **(case.form.get(section) or {})}
    verified: Mapping[str, Any] = {}
    for m in rows:
        verified = {**verified, **((m.verified or {}).get("household") or {})}
    values = {**declared, **{k: v for k, v in verified.items() if v is not None}}
    words: Family = {"城乡": values.get("urban") or "农村"}
    for word, key in PROPERTY_MONEY.items():
        if values.get(key) is not None:
            words[word] = yuan(values[key])
    for word, key in PROPERTY_COUNTS.items():
        if values.get(key) is not None:
            words[word] = int(values[key])
    words["市场主体"] = bool(values.get("market_entity"))
    notes += [f"{key}：按核定数 {verified[key]}" for key in verified]
    running = case.awards.filter(state__in=("active", "tapering")).order_by("-decided_on") if case.pk else ()
    awards = list(running)
    if awards:
        months = _months_over(case, any(award.state == "tapering" for award in awards))
        words |= {"在保": True, "原月保障金": yuan(awards[0].amount_fen), "超标月数": months}
    return words


def _months_over(case: Case, tapering: bool) -> int:
    """Months over the line, this one included: since the taper that runs began, else the first."""
    began = case.acts.filter(code="taper").order_by("seq").last() if tapering else None
    if began is None:
        return 1
    today, start = clock.today(), localdate(began.at)
    return (today.year - start.year) * 12 + today.month - start.month + 1


def _member(case: Case, m: CaseMember, frozen: bool, notes: list[str], destitute: bool) -> Family:
    verified = {k: v for k, v in (m.verified or {}).items() if v is not None and k != "household"}
    values = {**m.declared, **verified}
    words: Family = {"姓名": m.name, "与户主关系": m.relation or "其他"}
    if m.birth_date:
        words["出生日期"] = m.birth_date
    for word, key in MONEY.items():
        if values.get(key) is not None:
            words[word] = yuan(values[key])
    words |= _condition(values)
    if applies_alone(values):
        words["单人户申请"] = True
    if destitute:
        words["已确认特困"] = True
    situation = values.get("situation") or "home"
    if not frozen:
        words["不计入情形"] = SITUATIONS.get(situation, "无")
        words["长期共同居住"] = situation != "apart"
    if values.get("died_on"):
        words["死亡日期"] = values["died_on"]
    words["户籍在本地"] = (case.form.get("applicant") or {}).get("hukou") not in ("permit", "away")
    notes += [f"{m.name}的{key}：按核定数 {verified[key]}" for key in verified]
    return words


def _condition(values: Mapping[str, Any]) -> Family:
    student = values.get("student") or "no"
    words: Family = {
        "在校": student != "no" or values.get("situation") == "school",
        "学历层次": "研究生" if student == "above" else "本科及以下",
        "重病": bool(values.get("serious_illness")),
        "无劳动能力": bool(values.get("no_labour")),
    }
    if values.get("disability_kind"):
        words["残疾类别"] = values["disability_kind"]
        words["残疾等级"] = int(values.get("disability_level") or 0)
    return words


def composition(case: Case, members: Sequence[CaseMember]) -> list[tuple[bool, str]]:
    """Who belongs to the family today, by the rule 计入人口; everybody, while the data does not yet allow to say. Whoever is
    provided for as 特困 lives in the family but is not counted again."""
    everybody = [(True, "") for _ in members]
    if not members or not case.region_code:
        return everybody
    family, _ = policy_family_unfrozen(case, members)
    try:
        outcome = load_ruleset().evaluate(family, region=case.region_code, on=clock.today(), targets=["保障人口"])
    except (InputError, Unconfigured):
        return everybody
    rows = outcome.rows["人"]
    other = case.item_code not in TEKUN.items
    provided = holding(members, TEKUN.items) if other else [False for _ in members]
    return [_counted(m, row, one) for m, row, one in zip(members, rows, provided, strict=True)]


def _counted(m: CaseMember, row: Mapping[str, Any], provided: bool) -> tuple[bool, str]:
    if not row.get("计入人口", True):
        return False, why_not(m)
    if provided:
        return False, "正在享受特困供养，另有保障"
    return True, ""


def policy_family_unfrozen(case: Case, members: Sequence[CaseMember]) -> tuple[Family, list[str]]:
    """Everybody with their situation, as on the day of acceptance, whatever was decided before."""
    notes: list[str] = []
    destitute = zip(members, holding(members, TEKUN.items), strict=True)
    people = [_member(case, m, False, notes, one) for m, one in destitute]
    return {"家庭": _household(case, members, notes), "成员": people}, notes


def why_not(m: CaseMember) -> str:
    return WHY_NOT.get(m.declared.get("situation") or "", "不属于共同生活的家庭成员（57号第五条）")
