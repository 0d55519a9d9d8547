"""指标 of this benefit: see `datacenter/indicators/benefits.py`."""

from minzheng.datacenter.indicators.benefits import benefit

benefit("elderly.care_subsidy", "养老服务补贴", line="elderly", basis="财社〔2014〕113号")
