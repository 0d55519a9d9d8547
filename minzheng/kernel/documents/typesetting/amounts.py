"""Two ways to write an amount: figures (thousands, two decimals) and capital numerals (人民币大写)."""

from __future__ import annotations

import cn2an

#: The largest amount written in capitals: under a trillion yuan. Anything above is a mistaken unit (yuan taken for fen,
#: or a year's total in a monthly amount).
LARGEST_FEN = 100_000_000_000_000


def yuan(fen: int) -> str:
    """Whole fen as ``1,419.70`` (without “元”)."""
    sign = "-" if fen < 0 else ""
    whole, cents = divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{cents:02d}"


def capitals(fen: int) -> str:
    """Whole fen in capitals, ``壹仟肆佰壹拾玖元柒角``; even yuan end in “整” (《支付结算办法》附件一).

    cn2an is given text, not a float, so not one fen is off. ValueError for negative or excessive amounts.
    """
    if not 0 <= fen < LARGEST_FEN:
        raise ValueError(f"金额 {yuan(fen)} 元不能写成大写：应在 0 元与一万亿元之间，请核对单位。")
    whole, cents = divmod(fen, 100)
    return str(cn2an.an2cn(f"{whole}.{cents:02d}", "rmb"))
