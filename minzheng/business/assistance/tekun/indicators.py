"""指标 of this benefit: see `datacenter/indicators/benefits.py`."""

from minzheng.datacenter.indicators.benefits import benefit, standard

benefit("assistance.tekun", "特困供养", line="assistance", basis="特困人员认定办法（民发〔2021〕43号）")
standard(
    "assistance.tekun.standard_urban",
    "城市特困人员基本生活标准",
    "特困_基本生活_城市",
    line="assistance",
    basis="特困人员认定办法（民发〔2021〕43号）",
)
standard(
    "assistance.tekun.standard_rural",
    "农村特困人员基本生活标准",
    "特困_基本生活_农村",
    line="assistance",
    basis="特困人员认定办法（民发〔2021〕43号）",
)
