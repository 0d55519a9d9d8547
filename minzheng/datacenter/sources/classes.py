"""Classes of facts and the departments they come from: the words that sources, the check and the monitors share."""

from __future__ import annotations

#: Classes of facts: (title, word of the declaration it is compared with, how amounts of several facts join).
#: `kind`: income (元 a month), property (total), count (how many), yes (there is one), alarm (must be settled first),
#: info (shown and watched, never compared with the declaration).
#:
#: What two departments know of the same money is of one class only: wages come from the tax bureau, and the insured base,
#: the provident fund and the public payroll, which speak of the same wages, are `info`. A sale filed but not yet registered
#: is `info` too, because the same flat comes back as a `house`.
CLASSES: dict[str, tuple[str, str, str]] = {
    "wage": ("工资性收入", "wage", "income"),
    "business": ("经营净收入", "business", "income"),
    "property_income": ("财产净收入", "property_income", "income"),
    "transfer": ("转移净收入", "transfer", "income"),
    "pension": ("养老金", "transfer", "income"),
    "unemployment": ("失业保险金", "transfer", "income"),
    "subsidy": ("惠农补贴", "transfer", "income"),
    "deposit": ("金融资产", "deposits", "property"),
    "vehicle": ("机动车辆", "vehicles", "count"),
    "house": ("房屋", "houses", "count"),
    "market_entity": ("市场主体", "market_entity", "yes"),
    "death": ("死亡登记", "", "alarm"),
    "cremation": ("火化登记", "", "alarm"),
    "custody": ("服刑或强制隔离戒毒", "", "alarm"),
    "tekun": ("正在享受特困供养", "", "alarm"),
    "dibao": ("正在别处享受低保", "", "alarm"),
    "household": ("户籍", "", "info"),
    "marriage": ("婚姻登记", "", "info"),
    "insured": ("社会保险参保", "", "info"),
    "employment": ("就业登记", "", "info"),
    "jobless": ("失业登记", "", "info"),
    "fiscal_pay": ("财政供养", "", "info"),
    "provident_fund": ("住房公积金", "", "info"),
    "presale": ("商品房网签备案", "", "info"),
    "land": ("承包土地", "", "info"),
    "machinery": ("农业机械", "", "info"),
    "relief": ("财政发放的救助和福利补贴", "", "info"),
    "veteran": ("优抚待遇", "", "info"),
    "disability": ("残疾人证", "", "info"),
    "disability_lapsed": ("残疾人证失效", "", "info"),
    "serious_illness": ("大病", "", "info"),
    "medical_own": ("医疗费用个人负担", "", "info"),
    "school": ("学籍", "", "info"),
    "poverty_watch": ("防止返贫监测对象", "", "info"),
    "rescue": ("流浪乞讨人员救助", "", "info"),
    "missing": ("失踪、失联", "", "info"),
}

#: Ways in which amounts of one class join, with what people call them.
KINDS = {
    "income": "收入（元/月，与申报比）",
    "property": "财产（总额，与申报比）",
    "count": "件数（与申报比）",
    "yes": "有无（与申报比）",
    "alarm": "须先处理的情况",
    "info": "只显示和监测，不与申报比",
}

#: Departments of reference §2.3, in the order of the report.
DEPARTMENTS = (
    ("police", "公安"),
    ("civil", "民政"),
    ("hr", "人力资源社会保障"),
    ("tax", "税务"),
    ("realty", "自然资源和住房建设"),
    ("market", "市场监管"),
    ("bank", "银行、证券、保险"),
    ("medical", "医保和卫生健康"),
    ("disabled", "残联"),
    ("justice", "司法行政"),
    ("agriculture", "农业农村"),
    ("education", "教育"),
    ("veterans", "退役军人事务"),
    ("fiscal", "财政"),
)
DEPARTMENT_TITLES = dict(DEPARTMENTS)
