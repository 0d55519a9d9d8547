"""Catalogue of notices (文书目录): name, word, required elements of each notice, and where the requirement comes from."""

from __future__ import annotations

from minzheng.kernel.documents.catalogue import first as catalogue_first
from minzheng.kernel.documents.catalogue import forms as catalogue_forms
from minzheng.kernel.documents.catalogue import general as catalogue_general
from minzheng.kernel.documents.catalogue import later as catalogue_later
from minzheng.kernel.documents.catalogue import money as catalogue_money
from minzheng.kernel.documents.catalogue.needs import REMEDY_LAW, Need, Notice
from minzheng.kernel.documents.errors import UnknownNotice

NOTICES: dict[str, Notice] = {
    notice.code: notice
    for notice in sorted(
        (
            *catalogue_first.NOTICES,
            *catalogue_later.NOTICES,
            *catalogue_money.NOTICES,
            *catalogue_general.NOTICES,
        ),
        key=lambda notice: (notice.code[0] != "N", notice.code),
    )
}

#: Forms that are only printed and carry no number.
FORMS: dict[str, Notice] = {notice.code: notice for notice in catalogue_forms.FORMS}

#: Codes of notices that must be served on somebody.
SERVED = tuple(code for code, notice in NOTICES.items() if notice.served)

#: Codes of papers between offices.
INTERNAL = tuple(code for code, notice in NOTICES.items() if notice.internal)


def notice(code: str) -> Notice:
    """The notice with this code."""
    found = NOTICES.get(code) or FORMS.get(code)
    if found is None:
        raise UnknownNotice(f"没有代码为“{code}”的文书；现有：{'、'.join([*NOTICES, *FORMS])}。")
    return found


__all__ = ["FORMS", "NOTICES", "REMEDY_LAW", "SERVED", "Need", "Notice", "notice"]
