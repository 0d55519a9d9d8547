"""指标 of this benefit: see `datacenter/indicators/benefits.py`."""

from minzheng.datacenter.indicators.benefits import benefit, standard

benefit("disability.two_subsidies", "残疾人两项补贴", line="disability", basis="国发〔2015〕52号")
standard(
    "disability.living.standard_1",
    "困难残疾人生活补贴标准（一级）",
    "两补_生活_一级",
    line="disability",
    basis="国发〔2015〕52号",
)
standard(
    "disability.living.standard_2",
    "困难残疾人生活补贴标准（二级）",
    "两补_生活_二级",
    line="disability",
    basis="国发〔2015〕52号",
)
standard(
    "disability.living.standard_3",
    "困难残疾人生活补贴标准（三级）",
    "两补_生活_三级",
    line="disability",
    basis="国发〔2015〕52号",
)
standard(
    "disability.nursing.standard_1",
    "重度残疾人护理补贴标准（一级）",
    "两补_护理_一级",
    line="disability",
    basis="国发〔2015〕52号",
)
standard(
    "disability.nursing.standard_2",
    "重度残疾人护理补贴标准（二级）",
    "两补_护理_二级",
    line="disability",
    basis="国发〔2015〕52号",
)
