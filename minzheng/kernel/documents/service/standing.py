"""Whether an issued document still stands: what public verification says besides “it is genuine”. Derived from what was
issued later in the same case; no reason and nobody's name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from minzheng.kernel import clock

if TYPE_CHECKING:
    from minzheng.kernel.documents.models import IssuedDocument

#: Which later notices of the same case take the place of one; a later one of the same code always does.
REPLACED_BY: dict[str, tuple[str, ...]] = {
    "N06": ("N08", "N12"),
    "N08": ("N12",),
    "N07": ("N06",),
    "N03": ("N01",),
}
#: Which later notices end what one grants.
ENDED_BY: dict[str, tuple[str, ...]] = {"N06": ("N09",), "N08": ("N09",), "N12": ("N09",)}
#: Dates among a document's own elements after which it is past: element → what to say.
PAST = {"N05": ("ends_on", "公示期已经结束。")}
_APPLICATION_OVER = ("N14", "N03")


@dataclass(frozen=True)
class Standing:
    """``tone``: good | warn | bad; ``title`` a few words; ``sentence`` what to do."""

    tone: str
    title: str
    sentence: str = ""


def standing(document: IssuedDocument) -> Standing:
    """How this document stands today. One query."""
    later = _later_codes(document)
    if later & set(ENDED_BY.get(document.code, ())):
        return Standing("bad", "已经失效", "这份文书所说的待遇已经停止，不能再凭它办事。")
    if later & {document.code, *REPLACED_BY.get(document.code, ())}:
        return Standing("warn", "已有新文书代替", "同一件事后来又制发了新的文书，以新的为准。")
    if document.code == "N01" and later & set(_APPLICATION_OVER):
        return Standing("warn", "这次申请已经终止", "受理过，后来终止了审核，以终止的文书为准。")
    element, sentence = PAST.get(document.code, ("", ""))
    until = str(document.fields.get(element) or "") if element else ""
    if until and until < clock.today().isoformat():
        return Standing("warn", "已经到期", sentence)
    return Standing("good", "有效")


def _later_codes(document: IssuedDocument) -> set[str]:
    from minzheng.kernel.documents.models import IssuedDocument

    if document.case_id is None:
        return set()
    rows = IssuedDocument.objects.filter(case_id=document.case_id, pk__gt=document.pk)
    return set(rows.order_by().values_list("code", flat=True))
