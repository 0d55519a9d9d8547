"""What a notice is made of: its elements, the kinds of their values, and the checks before it is issued.

Values have general kinds: ``text``; ``date`` (date or ISO text); ``month`` (its first day); ``fen`` (whole fen);
``count`` (whole number); ``texts`` (list of text); ``rows`` (list of dicts, ``columns`` naming the keys every row must
have). Empty counts as missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from minzheng.kernel.documents.errors import MissingField

#: Time to seek remedy against an adverse decision: sixty days, 《行政复议法》第二十条; six months, 《行政诉讼法》第四十六条.
REMEDY_LAW = "《中华人民共和国行政复议法》第二十条、《中华人民共和国行政诉讼法》第四十六条"


@dataclass(frozen=True)
class Need:
    """One element. ``law`` says why it must be there; with ``required=False`` only the kind is registered and it may be
    left out.
    """

    key: str
    label: str
    kind: str = "text"
    law: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    required: bool = True


@dataclass(frozen=True)
class Notice:
    """One notice. ``suffix`` after the item's name makes the title; ``word`` is its word in the official number;
    ``adverse`` marks a decision against the person, which must give reasons and remedies; ``permission`` decides which
    appointment's agency issues it; ``public`` ones show title and date alone on the verification page, not the party.
    """

    code: str
    suffix: str
    word: str
    template: str
    needs: tuple[Need, ...]
    permission: str = "case.accept"
    adverse: bool = False
    remedy: bool = False
    public: bool = False
    law: str = ""
    #: What must fit together besides being there; each returns "" or one sentence.
    checks: tuple[Callable[[Mapping[str, Any]], str], ...] = ()
    #: A notice that nobody has to be served with (public notices, consents, internal papers).
    served: bool = True
    #: Between offices only: the family does not see it.
    internal: bool = False

    def title(self, matter: str) -> str:
        return f"{matter}{self.suffix}"

    def check(self, fields: Mapping[str, Any]) -> None:
        """MissingField when required elements are missing, naming all of them at once, or do not fit together."""
        missing: list[tuple[str, str]] = []
        for need in self.needs:
            if need.required:
                missing += _missing(need, fields.get(need.key))
        if missing:
            labels = "、".join(dict.fromkeys(label for _, label in missing))
            keys = tuple(dict.fromkeys(key for key, _ in missing))
            raise MissingField(f"{self.code}《{self.suffix}》缺少：{labels}。请补全后再制发。", keys)
        wrong = [sentence for check in self.checks if (sentence := check(fields))]
        if wrong:
            raise MissingField(f"{self.code}《{self.suffix}》：{''.join(wrong)}")


def _missing(need: Need, value: Any) -> list[tuple[str, str]]:
    if value is None or value == "" or value == [] or value == ():
        return [(need.key, need.label)]
    if need.kind != "rows":
        return []
    rows = list(value)
    return [
        (f"{need.key}.{key}", f"{need.label}第{number}行的{label}")
        for number, row in enumerate(rows, start=1)
        for key, label in need.columns
        if row.get(key) in (None, "")
    ]


_FIELDS_LAW = "《社会救助暂行办法》（国务院令第649号）；文书通用要素"
MATTER = Need("matter", "事项", law=_FIELDS_LAW)
ID = Need("id_no", "当事人证件号码", law="文书通用要素；印出时按规则遮盖")
APPLIED = Need("applied_on", "申请日期", "date", law="文书通用要素")
FACTS = Need("facts", "事实", law="文书通用要素：决定所根据的事实")
BASIS = Need("basis", "依据", "texts", law="文书通用要素：法规名称和条款")
BASIS_OPTIONAL = Need("basis", "依据", "texts", required=False)
REASONS = Need(
    "reasons",
    "理由",
    "rows",
    columns=(("sentence", "理由"),),
    law="《社会救助暂行办法》第十一条、第十三条：不予批准、减发、停发应当书面说明理由",
)
CALCULATION = Need(
    "calculation",
    "计算明细",
    "rows",
    columns=(("label", "项目"), ("value", "结果")),
    law="《最低生活保障审核确认办法》（民发〔2021〕57号）：按家庭收入计算补差；拒绝决定同样须附测算表",
)
PHONE = Need("phone", "联系电话", required=False)
CASE_NO = Need("case_no", "办件编号", law="凭编号查询进度")
