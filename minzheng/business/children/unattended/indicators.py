"""指标 of this benefit: see `datacenter/indicators/benefits.py`."""

from minzheng.datacenter.indicators.benefits import benefit

benefit("children.unattended", "事实无人抚养儿童", line="children", basis="民发〔2019〕62号")
