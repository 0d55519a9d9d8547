"""指标 of this benefit: see `datacenter/indicators/benefits.py`."""

from minzheng.datacenter.indicators.benefits import benefit, standard

benefit("assistance.dibao", "低保", line="assistance", basis="社会救助暂行办法 第二章")
standard(
    "assistance.dibao.standard_urban",
    "城市低保标准",
    "保障标准_城市",
    line="assistance",
    basis="社会救助暂行办法 第二章",
)
standard(
    "assistance.dibao.standard_rural",
    "农村低保标准",
    "保障标准_农村",
    line="assistance",
    basis="社会救助暂行办法 第二章",
)
