"""指标 of this benefit: see `datacenter/indicators/benefits.py`."""

from minzheng.datacenter.indicators.benefits import benefit

benefit("elderly.home_care", "政府购买居家养老服务", line="elderly", basis="老年人权益保障法 第三十七条", cash=False)
