"""The county of the funds' tests."""

from minzheng.kernel.funds.tests.conftest import (
    _today,
    allot,
    browse,
    bureau,
    cashier,
    head,
    places,
    share,
    staff,
)

__all__ = ["_today", "allot", "browse", "bureau", "cashier", "head", "places", "share", "staff"]
