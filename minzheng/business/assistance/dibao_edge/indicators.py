"""指标 of this benefit: see `datacenter/indicators/benefits.py`."""

from minzheng.datacenter.indicators.benefits import benefit

benefit(
    "assistance.dibao_edge",
    "低保边缘",
    line="assistance",
    basis="最低生活保障审核确认办法（民发〔2021〕57号）第八条",
    cash=False,
)
