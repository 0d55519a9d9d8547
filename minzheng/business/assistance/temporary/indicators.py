"""指标 of this benefit: see `datacenter/indicators/benefits.py`."""

from minzheng.datacenter.indicators.benefits import benefit

benefit("assistance.temporary", "临时救助", line="assistance", basis="社会救助暂行办法 第九章", once=True)
