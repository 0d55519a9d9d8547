"""指标 of this benefit: see `datacenter/indicators/benefits.py`."""

from minzheng.datacenter.indicators.benefits import benefit, standard

benefit("children.difficult", "困境儿童", line="children", basis="国发〔2016〕36号")
standard(
    "children.difficult.standard",
    "重点困境儿童基本生活费标准",
    "困境_重点标准",
    line="children",
    basis="国发〔2016〕36号",
)
