"""What is reported by hand (``reported.yaml``), and the formulas and tables that documents of bureaus ask for.

Where a document names the level that a number should reach, the level stands beside the value as a reference that waits for
confirmation: the place's own goals come from its own plans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from minzheng.datacenter.indicators.declaring import (
    STOCK,
    Figure,
    Formula,
    Goal,
    Span,
    Term,
    formula,
    growth,
    indicator,
    manual,
    ratio,
)
from minzheng.kernel.regions import codes
from minzheng.policy import yamltext

FILE = Path(__file__).with_name("reported.yaml")
PLAN = "荆门市民政事业发展“十三五”规划"
#: Digits behind the point by unit; counts have none.
_DECIMALS = {"元": 2, "万元": 4, "亿元": 4, "%": 2, "万人": 4, "万人次": 4, "万条": 4, "小时": 1}
#: Who gives what no office of civil affairs counts itself; places that reported come together as the lowest or highest.
_EXTERNAL = ("population",)
_LEAST = (
    "assistance.ceiling_temporary",
    "population.consumption_urban",
    "population.consumption_rural",
    "population.poverty_line",
    "population.cpi",
)
_LONGEST = ("relief.report_hours", "relief.settle_hours")


def _reported(line: str, row: str) -> None:
    key, name, unit, period, every, better, definition = (part.strip() for part in row.split("|"))
    code = f"{line}.{key}"
    options: dict[str, Any] = {"least": None} if key == "cpi" else {}
    manual(
        code, name, unit, period=period, every=every, better=better, definition=definition, line=line,
        source="external" if line in _EXTERNAL else "manual", basis="民政事业统计调查制度；工作要点、规划和总结的指标",
        aggregate="min" if code in _LEAST else "max" if code in _LONGEST else "sum", decimals=_DECIMALS.get(unit, 0),
        **options,
    )  # fmt: skip


for _line, _rows in yamltext.load(FILE).items():
    for _row in _rows:
        _reported(_line, _row)


@indicator(
    "bureau.counties", "县（市、区）数", "个", period=STOCK, line="bureau", basis="行政区划",
    definition="县级行政区划的个数，一个县是 1",
)  # fmt: skip
def counties(span: Span) -> Iterable[Figure]:
    if codes.level(span.region_code) == 3:
        yield Figure(span.region_code, Decimal(1))


def share(
    code: str, name: str, of: str, among: str, *, line: str, basis: str, goal: Goal | None = None, scale: int = 100,
    unit: str = "%", period: str = STOCK, better: str = "up",
) -> None:  # fmt: skip
    """`of` in `among`, the usual shape."""
    ratio(
        code, name, unit, numerator=of, denominator=among, scale=scale, line=line, basis=basis, period=period, goal=goal,
        better=better, definition=f"按“{name}”的通用口径计算",
    )  # fmt: skip


def at_least(value: str, where: str) -> Goal:
    return Goal(">=", Decimal(value), where)


def _yearly(numbers: Sequence[Decimal]) -> Decimal:
    return numbers[0] * 12


def _yearly_share(numbers: Sequence[Decimal]) -> Decimal | None:
    return numbers[0] * 12 / numbers[1] * 100 if numbers[1] else None


def _of_consumption(code: str, name: str, standard: str, consumption: str, goal: Goal) -> None:
    """A monthly standard, twelve times, in last year's consumption."""
    how = Formula(
        (Term(standard), Term(consumption, 1)), _yearly_share, f"{{{standard}}} × 12 ÷ {{{consumption}@1}} × 100"
    )
    formula(code, name, "%", how, line="assistance", period=STOCK, better="up", basis=goal.source, goal=goal,
            definition="年标准占上年度居民人均消费支出的比例")  # fmt: skip


_of_consumption(
    "assistance.dibao.share_urban", "城市低保标准占上年度城镇居民消费支出比例", "assistance.dibao.standard_urban",
    "population.consumption_urban", at_least("30", f"{PLAN} 三(一)"),
)  # fmt: skip
_of_consumption(
    "assistance.dibao.share_rural", "农村低保标准占上年度农村居民消费支出比例", "assistance.dibao.standard_rural",
    "population.consumption_rural", at_least("40", f"{PLAN} 三(一)"),
)  # fmt: skip
_of_consumption(
    "assistance.tekun.share_rural", "农村特困（五保）供养标准占上年度农村居民消费支出比例", "assistance.tekun.standard_rural",
    "population.consumption_rural", at_least("80", f"{PLAN} 三(一)"),
)  # fmt: skip
formula(
    "assistance.dibao.standard_rural_year", "农村低保年保障标准", "元/人·年",
    Formula((Term("assistance.dibao.standard_rural"),), _yearly, "{assistance.dibao.standard_rural} × 12"),
    line="assistance", period=STOCK, better="up", basis=f"{PLAN} 表2", definition="农村低保月标准的 12 倍",
)  # fmt: skip
share("assistance.dibao.two_lines", "农村低保标准与扶贫线之比", "assistance.dibao.standard_rural_year", "population.poverty_line",
      line="assistance", basis=f"{PLAN} 三(一)：两线合一", goal=at_least("100", f"{PLAN} 三(一)"))  # fmt: skip
share("assistance.dibao.by_standard", "农村低保按标施保县覆盖率", "assistance.counties_by_standard", "bureau.counties", line="assistance",
      basis=f"{PLAN} 三(一)", goal=at_least("100", f"{PLAN} 三(一)：全面推行"))  # fmt: skip
share("assistance.dibao.by_gap", "精准差额救助县覆盖率", "assistance.counties_by_gap", "bureau.counties", line="assistance",
      basis="湖南省民政工作要点 第10条", goal=at_least("60", "湖南省民政工作要点 第10条"))  # fmt: skip
share("assistance.medical_rate", "医疗救助政策范围内住院自付费用救助比例", "assistance.medical_paid", "assistance.medical_own",
      line="assistance", period="flow", basis=f"{PLAN} 表1-2", goal=at_least("70", f"{PLAN} 二(三)"))  # fmt: skip
share("assistance.insured_rate", "资助重点救助对象参保覆盖率", "assistance.insured_helped", "assistance.insured_due", line="assistance",
      basis=f"{PLAN} 一(一)", goal=at_least("100", f"{PLAN} 一(一)"))  # fmt: skip
share("assistance.tekun.collective_rate", "生活不能自理特困人员集中供养率", "assistance.dependent_unable_in", "assistance.dependent_unable",
      line="assistance", basis="湖南省民政工作要点", goal=at_least("50", "湖南省民政工作要点"))  # fmt: skip
share("assistance.tekun.capacity", "农村五保供养服务机构集中供养能力", "assistance.dependent_beds", "assistance.dependent_wishing",
      line="assistance", basis=f"{PLAN} 表2-4", goal=at_least("100", f"{PLAN} 表2-4"))  # fmt: skip
share("assistance.three_nots_rate", "城市“三无”老人集中供养率", "assistance.urban_three_nots_in", "assistance.urban_three_nots",
      line="assistance", basis=f"{PLAN} 一(一)", goal=at_least("100", f"{PLAN} 一(一)"))  # fmt: skip
for _years in (1, 5):
    for _where, _name in (("urban", "城市"), ("rural", "农村")):
        for _simple, _how in ((False, "复合增长"), (True, "简单平均")):
            if _years > 1 or not _simple:
                growth(
                    f"assistance.dibao.growth_{_where}_{_years}{'_mean' if _simple else ''}",
                    f"{_name}低保标准{'年均' if _years > 1 else ''}增长率（{f'{_years}年{_how}' if _years > 1 else '比上年'}）",
                    of=f"assistance.dibao.standard_{_where}", years=_years, simple=_simple, line="assistance", period=STOCK,
                    better="up", basis=f"{PLAN} 二(三)", definition="低保标准的增长；同一规划的两张表用了两种算法，名称里写明",
                    goal=at_least("10" if _where == "urban" else "7.5", f"{PLAN} 二(三)、表2") if _years > 1 else None,
                )  # fmt: skip
share("elderly.beds_per_thousand", "每千名老人拥有各类养老床位数", "elderly.beds", "elderly.population_60", line="elderly", unit="张",
      scale=1000, basis=f"{PLAN} 表1-3、表2-1", goal=at_least("35", f"{PLAN} 表2-1"))  # fmt: skip
share("elderly.beds_per_hundred", "每百名老人拥有社会养老床位数", "elderly.beds_social", "elderly.population_60", line="elderly", unit="张",
      basis="宁波市民政工作要点 第9条", goal=at_least("5", "宁波市民政工作要点 第9条"))  # fmt: skip
share("elderly.nursing_rate", "护理型床位比例", "elderly.beds_nursing", "elderly.beds", line="elderly", basis=f"{PLAN} 二(三)",
      goal=at_least("40", f"{PLAN} 二(三)"))  # fmt: skip
share("elderly.workers_per_60_beds", "每60张床位配备社会工作者", "elderly.institution_workers", "elderly.institution_beds", line="elderly",
      unit="名", scale=60, basis="宁波市民政工作要点 第10条", goal=at_least("1", "宁波市民政工作要点 第10条"))  # fmt: skip
share("elderly.staffed_rate", "按60张床位配1名社会工作者的养老机构比例", "elderly.institutions_staffed", "elderly.institutions",
      line="elderly", basis="宁波市民政工作要点 第10条", goal=at_least("33.33", "宁波市民政工作要点 第10条：三分之一"))  # fmt: skip
share("elderly.centre_in_each", "街道和中心镇老年照料服务中心覆盖率", "elderly.towns_with_care_centre", "elderly.streets_and_central_towns",
      line="elderly", basis="宁波市民政工作要点 第8条", goal=at_least("100", "宁波市民政工作要点 第8条：每个至少1家"))  # fmt: skip
share("elderly.towns_rate", "乡镇综合养老服务设施覆盖率", "elderly.towns_with_facility", "elderly.towns", line="elderly",
      basis=f"{PLAN} 三", goal=at_least("90", f"{PLAN} 三"))  # fmt: skip
share("elderly.urban_rate", "居家养老服务设施城市社区覆盖率", "elderly.urban_covered", "community.urban", line="elderly",
      basis=f"{PLAN} 一(一)", goal=at_least("100", f"{PLAN} 三"))  # fmt: skip
share("elderly.rural_rate", "互助照料设施行政村覆盖率", "elderly.rural_covered", "community.villages", line="elderly",
      basis=f"{PLAN} 一(一)", goal=at_least("60", f"{PLAN} 三"))  # fmt: skip
share("elderly.signed_rate", "养老机构与医疗机构签约率", "elderly.signed_institutions", "elderly.institutions", line="elderly",
      basis="湖南省民政工作要点", goal=at_least("100", "湖南省民政工作要点"))  # fmt: skip
share("elderly.linked_rate", "开展“家院互融”的养老机构比例", "elderly.linked_institutions", "elderly.institutions", line="elderly",
      basis="宁波市民政工作要点", goal=at_least("50", "宁波市民政工作要点"))  # fmt: skip
share("elderly.classroom_rate", "设立老年大学教学点的服务中心比例", "elderly.classrooms", "elderly.centres_all", line="elderly",
      basis="宁波市民政工作要点", goal=at_least("60", "宁波市民政工作要点"))  # fmt: skip
share("elderly.social_rate", "社区居家养老服务站社会化运营比例", "elderly.stations_social", "elderly.stations", line="elderly",
      basis="宁波市民政工作要点", goal=at_least("50", "宁波市民政工作要点"))  # fmt: skip
share("children.homes_rate", "村（居）儿童之家覆盖率", "children.homes", "community.places", line="children",
      basis="宁波市民政工作要点", goal=at_least("30", "宁波市民政工作要点"))  # fmt: skip
share("disability.mental_rate", "开展精神障碍社区康复服务的县比例", "disability.mental_counties", "bureau.counties", line="disability",
      basis="湖南省民政工作要点", goal=at_least("25", "湖南省民政工作要点"))  # fmt: skip
share("funeral.cremation_rate", "火化区遗体火化率", "funeral.cremations", "funeral.deaths", line="funeral", period="flow",
      basis=f"{PLAN} 表1-6、表2-5", goal=at_least("98", f"{PLAN} 表2-5"))  # fmt: skip
share("funeral.eco_rate", "节地生态安葬率", "funeral.eco_burials", "funeral.burials", line="funeral", period="flow",
      basis=f"{PLAN} 表2-6", goal=at_least("26", f"{PLAN} 表2-6（正文为25）"))  # fmt: skip
share("funeral.facility_rate", "公益性骨灰安放设施县级覆盖率", "funeral.counties_with_facility", "bureau.counties", line="funeral",
      basis=f"{PLAN} 二(三)、表2-7", goal=at_least("70", f"{PLAN} 表2-7"))  # fmt: skip
share("community.urban_rate", "城市社区综合服务设施覆盖率", "community.urban_served", "community.urban", line="community",
      basis=f"{PLAN} 表2-8", goal=at_least("100", f"{PLAN} 表2-8"))  # fmt: skip
share("community.rural_rate", "农村社区综合服务设施覆盖率", "community.rural_served", "community.villages", line="community",
      basis=f"{PLAN} 表2-9", goal=at_least("100", f"{PLAN} 表2-9"))  # fmt: skip
share("community.rate_600", "公共服务站达到600平方米的城市社区比例", "community.urban_600", "community.urban", line="community",
      basis=f"{PLAN} 二(三)", goal=at_least("50", f"{PLAN} 二(三)"))  # fmt: skip
share("community.model_rate", "农村社区建设示范点比例", "community.villages_model", "community.villages", line="community",
      basis=f"{PLAN} 二(三)", goal=at_least("25", f"{PLAN} 二(三)"))  # fmt: skip
share("community.standard_rate", "社区基础设施达标率", "community.urban_standard", "community.urban", line="community",
      basis=f"{PLAN} 一(一)")  # fmt: skip
share("community.peaceful_rate", "市级平安边界创建率", "community.boundary_peaceful", "community.boundary_city_all", line="community",
      basis=f"{PLAN} 一(一)", goal=at_least("100", f"{PLAN} 一(一)"))  # fmt: skip
formula(
    "community.places", "城乡社区数", "个",
    Formula((Term("community.urban"), Term("community.villages")), lambda n: n[0] + n[1], "{community.urban} ＋ {community.villages}"),
    decimals=0, line="community", period=STOCK, basis="村民委员会组织法、城市居民委员会组织法", definition="城市社区与行政村之和",
)  # fmt: skip
share("community.open_rate", "村（居）务公开率", "community.open_affairs", "community.places", line="community", basis=f"{PLAN} 一(一)",
      goal=at_least("100", f"{PLAN} 一(一)"))  # fmt: skip
share("relief.informant_rate", "城乡社区灾害信息员配备率", "relief.informants", "community.places", line="relief",
      basis=f"{PLAN} 三(二)", goal=at_least("100", f"{PLAN} 三(二)：每个社区1名"))  # fmt: skip
share("relief.model_rate", "防灾减灾示范社区创建面", "relief.model_share", "community.places", line="relief", basis=f"{PLAN} 二(三)",
      goal=at_least("90", f"{PLAN} 二(三)"))  # fmt: skip
share("relief.drill_rate", "应急救助演练达标率", "relief.drills_passed", "relief.drills", line="relief", period="flow",
      basis=f"{PLAN} 三(二)", goal=at_least("100", f"{PLAN} 三(二)"))  # fmt: skip
share("charity.volunteer_rate", "注册志愿者人数占居民人口的比例", "charity.volunteers", "population.residents", line="charity",
      basis=f"{PLAN} 表2-12", goal=at_least("10", f"{PLAN} 表2-12"))  # fmt: skip
share("charity.per_head", "人均慈善公益捐赠额", "charity.donations", "population.residents", line="charity", unit="元", scale=10000,
      period="flow", basis=f"{PLAN} 二(三)", goal=at_least("15", f"{PLAN} 二(三)"))  # fmt: skip
share("marriage.qualified_rate", "婚姻、收养登记合格率", "marriage.qualified", "marriage.checked", line="marriage", period="flow",
      basis=f"{PLAN} 一(一)", goal=at_least("100", f"{PLAN} 一(一)"))  # fmt: skip
share("marriage.rate_3a", "国家3A级婚姻登记机关比例", "marriage.offices_3a", "marriage.offices", line="marriage", basis=f"{PLAN} 二(三)",
      goal=at_least("80", f"{PLAN} 二(三)"))  # fmt: skip
share("organisations.report_rate", "社会组织年报率", "organisations.reporting", "organisations.to_report", line="organisations",
      basis="社会团体登记管理条例 第二十八条")  # fmt: skip
share("organisations.incubation_rate", "镇（街道）社会组织孵化平台覆盖率", "organisations.towns_incubating", "elderly.towns",
      line="organisations", basis="东营市河口区民政局半年总结")  # fmt: skip
share("veterans.job_rate", "退役士兵推荐就业和自主就业率", "veterans.recommended", "veterans.trained", line="veterans", period="flow",
      basis=f"{PLAN} 二(三)", goal=at_least("90", f"{PLAN} 二(三)"))  # fmt: skip
