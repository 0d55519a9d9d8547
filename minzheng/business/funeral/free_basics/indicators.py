"""指标 of this benefit: see `datacenter/indicators/benefits.py`."""

from minzheng.datacenter.indicators.benefits import benefit

benefit("funeral.free_basics", "惠民殡葬减免", line="funeral", basis="民发〔2012〕211号", once=True)
