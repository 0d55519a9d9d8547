"""Money shared among sources, exact to the fen: largest remainder, ties in the order of the sources."""

from __future__ import annotations

from collections.abc import Mapping

from minzheng.kernel.funds.sources import WHOLE, sources


def split(shares: Mapping[str, int], fen: int) -> dict[str, int]:
    """{source: fen} summing to `fen`, by parts of 10 000. Negative sums (corrections) are the mirror of positive ones."""
    if fen < 0:
        return {code: -part for code, part in split(shares, -fen).items()}
    order = {code: place for place, code in enumerate(sources())}
    whole = sum(shares.values())
    parts: dict[str, int] = {}
    rests: list[tuple[int, int, str]] = []
    for code in sorted(shares, key=lambda one: (order.get(one, len(order)), one)):
        parts[code], rest = divmod(fen * shares[code], whole)
        rests.append((-rest, len(rests), code))
    for _, _, code in sorted(rests)[: fen - sum(parts.values())]:
        parts[code] += 1
    return {code: part for code, part in parts.items() if part or shares[code]}


def problem(shares: Mapping[str, int]) -> str:
    """ "" or the sentence why these shares are none."""
    unknown = [code for code in shares if code not in sources()]
    if unknown:
        return f"没有“{'、'.join(unknown)}”这种资金来源，请从清单里选择。"
    if any(not sources()[code].pays and parts for code, parts in shares.items()):
        return "比例里有不能用于发放待遇的资金来源，请改正。"
    if any(parts < 0 for parts in shares.values()):
        return "比例不能是负数。"
    if sum(shares.values()) != WHOLE:
        return f"各来源的比例加起来应是 100%，现在是 {sum(shares.values()) / 100:g}%。"
    return ""


def shares_text(shares: Mapping[str, int]) -> str:
    """“中央财政 60%、省级财政 20%、县级财政 20%”."""
    return "、".join(f"{sources()[code].title if code in sources() else code} {parts / 100:g}%"
                    for code, parts in shares.items() if parts)  # fmt: skip
