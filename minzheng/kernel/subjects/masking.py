"""脱敏: what is shown of a sensitive value until somebody asks for all of it with a reason."""

from __future__ import annotations


def mask_id(value: str) -> str:
    """`990101195203141527` → `990101********1527`; under 11 characters all but the last two are hidden."""
    text = value or ""
    if len(text) < 11:
        return "*" * max(len(text) - 2, 0) + text[-2:] if len(text) > 2 else "*" * len(text)
    return text[:6] + "*" * (len(text) - 10) + text[-4:]


def mask_name(value: str) -> str:
    """`周桂兰` → `周*兰`; two characters keep the first; names with a middle dot keep the part before it."""
    text = value or ""
    if "·" in text:
        head, _, _tail = text.partition("·")
        return f"{head}·**"
    if len(text) <= 1:
        return "*" * len(text)
    if len(text) == 2:
        return text[0] + "*"
    return text[0] + "*" * (len(text) - 2) + text[-1]


def mask_phone(value: str) -> str:
    """`15401010001` → `154****0001`."""
    text = value or ""
    if len(text) < 8:
        return "*" * len(text)
    return text[:3] + "*" * (len(text) - 7) + text[-4:]


def mask_account(value: str) -> str:
    """Bank account: the last four digits only."""
    text = value or ""
    if len(text) <= 4:
        return "*" * len(text)
    return "*" * (len(text) - 4) + text[-4:]


def mask_address(value: str) -> str:
    """An address down to the village or road; house number and room are hidden."""
    text = value or ""
    for mark in ("村", "社区", "居委会", "路", "街"):
        if mark in text:
            head, _, tail = text.partition(mark)
            return head + mark + ("***" if tail else "")
    return text[:6] + "***" if len(text) > 6 else "***"
