"""银行回盘与重发: what the bank did is booked once; what came back is paid again, once."""

from minzheng.kernel.payruns.returns.services import Outcome, ReturnRefused, book, reissue

__all__ = ["Outcome", "ReturnRefused", "book", "reissue"]
