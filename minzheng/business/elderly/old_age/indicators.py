"""指标 of this benefit: see `datacenter/indicators/benefits.py`."""

from minzheng.datacenter.indicators.benefits import benefit

benefit("elderly.old_age", "高龄津贴", line="elderly", basis="老年人权益保障法 第三十三条")
