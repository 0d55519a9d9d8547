"""金额的两种写法：数字（千分位、两位小数）与人民币大写。"""

from __future__ import annotations

import cn2an

#: 大写所能写的最大金额：不足一万亿元。再大必是单位写错（把元当成分，或把年累计写进月金额）。
LARGEST_FEN = 100_000_000_000_000


def yuan(fen: int) -> str:
    """整数分写成 ``1,419.70``（不带“元”）。"""
    sign = "-" if fen < 0 else ""
    whole, cents = divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{cents:02d}"


def capitals(fen: int) -> str:
    """整数分写成人民币大写 ``壹仟肆佰壹拾玖元柒角``；只到元的加“整”（《支付结算办法》附件一）。

    文本传给 cn2an 而不是浮点数，所以一分不差。负数或过大的金额抛出 ValueError。
    """
    if not 0 <= fen < LARGEST_FEN:
        raise ValueError(f"金额 {yuan(fen)} 元不能写成大写：应在 0 元与一万亿元之间，请核对单位。")
    whole, cents = divmod(fen, 100)
    return str(cn2an.an2cn(f"{whole}.{cents:02d}", "rmb"))
