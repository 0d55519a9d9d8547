"""指标 of this benefit: see `datacenter/indicators/benefits.py`."""

from minzheng.datacenter.indicators.benefits import benefit, standard

benefit("children.orphan", "孤儿", line="children", basis="国办发〔2010〕54号")
standard(
    "children.orphan.standard",
    "社会散居孤儿基本生活费标准",
    "孤儿_散居标准",
    line="children",
    basis="国办发〔2010〕54号",
)
