"""指标 of this benefit: see `datacenter/indicators/benefits.py`."""

from minzheng.datacenter.indicators.benefits import benefit

benefit(
    "assistance.rigid_expense",
    "刚性支出困难家庭",
    line="assistance",
    basis="关于加强刚性支出困难家庭救助帮扶的意见",
    cash=False,
)
