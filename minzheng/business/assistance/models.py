"""Tables of the business line, gathered for its one migration series."""

from minzheng.business.assistance.relief_goods.models import (
    Campaign,
    CampaignGoods,
    Count,
    CountLine,
    Goods,
    Issue,
    Lot,
    Movement,
    Receiver,
    Store,
)

__all__ = [
    "Campaign",
    "CampaignGoods",
    "Count",
    "CountLine",
    "Goods",
    "Issue",
    "Lot",
    "Movement",
    "Receiver",
    "Store",
]
