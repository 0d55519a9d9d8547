"""Catalogue of notices (文书目录): name, word, required elements of each notice, and where the requirement comes from.

Values have general kinds: ``text``; ``date`` (date or ISO text); ``month`` (its first day); ``fen`` (whole fen);
``count`` (whole number); ``texts`` (list of text); ``rows`` (list of dicts, ``columns`` naming the keys every row must
have). Empty counts as missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from minzheng.kernel.documents.errors import MissingField, UnknownNotice

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

    def title(self, matter: str) -> str:
        return f"{matter}{self.suffix}"

    def check(self, fields: Mapping[str, Any]) -> None:
        """MissingField when required elements are missing, naming all of them at once."""
        missing: list[tuple[str, str]] = []
        for need in self.needs:
            if need.required:
                missing += _missing(need, fields.get(need.key))
        if missing:
            labels = "、".join(dict.fromkeys(label for _, label in missing))
            keys = tuple(dict.fromkeys(key for key, _ in missing))
            raise MissingField(f"{self.code}《{self.suffix}》缺少：{labels}。请补全后再制发。", keys)


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
_MATTER = Need("matter", "事项", law=_FIELDS_LAW)
_ID = Need("id_no", "当事人证件号码", law="文书通用要素；印出时按规则遮盖")
_APPLIED = Need("applied_on", "申请日期", "date", law="文书通用要素")
_FACTS = Need("facts", "事实", law="文书通用要素：决定所根据的事实")
_BASIS = Need("basis", "依据", "texts", law="文书通用要素：法规名称和条款")
_BASIS_OPTIONAL = Need("basis", "依据", "texts", required=False)
_REASONS = Need(
    "reasons",
    "理由",
    "rows",
    columns=(("sentence", "理由"),),
    law="《社会救助暂行办法》第十一条、第十三条：不予批准、减发、停发应当书面说明理由",
)
_CALCULATION = Need(
    "calculation",
    "计算明细",
    "rows",
    columns=(("label", "项目"), ("value", "结果")),
    law="《最低生活保障审核确认办法》（民发〔2021〕57号）：按家庭收入计算补差；拒绝决定同样须附测算表",
)
_PHONE = Need("phone", "联系电话", required=False)
_CASE_NO = Need("case_no", "办件编号", law="凭编号查询进度")

NOTICES: dict[str, Notice] = {
    notice.code: notice
    for notice in (
        Notice(
            "N01",
            "申请受理通知书",
            "受",
            "n01",
            (
                _MATTER,
                _ID,
                _APPLIED,
                _CASE_NO,
                _BASIS_OPTIONAL,
                _PHONE,
                Need("accepted_on", "受理日期", "date", law="各时限自受理次日起算：《民法典》第二百零一条"),
                Need(
                    "due_on", "办结截止日期", "date", law="《最低生活保障审核确认办法》：三十个工作日，特殊情况四十五个"
                ),
                Need("materials", "收到的材料", "texts", required=False),
            ),
            law="《最低生活保障审核确认办法》第十条",
        ),
        Notice(
            "N02",
            "申请补正一次性告知书",
            "补",
            "n02",
            (
                _MATTER,
                _ID,
                _APPLIED,
                _BASIS_OPTIONAL,
                _PHONE,
                Need(
                    "missing",
                    "需补正的材料",
                    "rows",
                    columns=(("name", "材料"), ("how", "怎样补")),
                    law="一次性告知所需补正的全部材料",
                ),
                Need("due_on", "补正截止日期", "date", law="逾期未补正的后果须写明"),
            ),
            law="《最低生活保障审核确认办法》第十条",
        ),
        Notice(
            "N03",
            "申请不予受理告知书",
            "拒",
            "n03",
            (_MATTER, _ID, _APPLIED, _FACTS, _BASIS, _REASONS),
            adverse=True,
            remedy=True,
            law="《最低生活保障审核确认办法》第十条",
        ),
        Notice(
            "N04",
            "核对情况告知书",
            "核",
            "n04",
            (
                _MATTER,
                _ID,
                _APPLIED,
                _BASIS_OPTIONAL,
                _PHONE,
                Need(
                    "findings",
                    "核对不符的情况",
                    "rows",
                    columns=(("person", "人员"), ("item", "项目"), ("found", "核对结果")),
                    law="核对结果与申报不符的应当告知，准许提出异议",
                ),
                Need("objection_due_on", "提出异议截止日期", "date"),
            ),
            permission="case.investigate",
            law="《社会救助暂行办法》第五十八条",
        ),
        Notice(
            "N05",
            "公示单",
            "公",
            "n05",
            (
                _MATTER,
                _BASIS_OPTIONAL,
                Need(
                    "rows",
                    "公示内容",
                    "rows",
                    columns=(("applicant", "申请人"), ("persons", "家庭成员数量"), ("amount_fen", "保障金额")),
                    law="只公示申请人姓名、家庭成员数量、保障金额，不得公开无关信息",
                ),
                Need("place", "公示地点"),
                Need("posted_on", "公示开始日期", "date", law="公示七日"),
                Need("ends_on", "公示截止日期", "date"),
                Need("phone", "异议受理电话", law="公示期内任何人可以提出异议"),
            ),
            permission="case.publicity",
            public=True,
            law="《最低生活保障审核确认办法》第二十四条",
        ),
        Notice(
            "N06",
            "确认通知书",
            "确",
            "n06",
            (
                _MATTER,
                _ID,
                _APPLIED,
                _FACTS,
                _BASIS,
                _CALCULATION,
                _PHONE,
                Need("persons", "保障人数", "count"),
                Need("amount_fen", "月金额", "fen", law="《社会救助暂行办法》第十二条：按差额发放"),
                Need("first_month", "起发月份", "month", law="自确认同意之日下月起发给"),
                Need(
                    "members",
                    "保障人员",
                    "rows",
                    columns=(("name", "姓名"), ("relation", "与户主关系")),
                    law="决定内容须能对应到人",
                ),
                Need("award_no", "证号", required=False),
                Need("payee", "领款人", required=False),
                Need("account", "发放账号", required=False),
                Need("next_review_on", "下次复核日期", "date", required=False),
            ),
            permission="case.confirm",
            remedy=True,
            law="《社会救助暂行办法》第十二条、第六十五条",
        ),
        Notice(
            "N07",
            "不予确认告知书",
            "否",
            "n07",
            (
                _MATTER,
                _ID,
                _APPLIED,
                _FACTS,
                _BASIS,
                _REASONS,
                _CALCULATION,
                Need(
                    "next_benefits",
                    "可以申请的其他救助",
                    "rows",
                    columns=(("title", "名称"), ("why", "说明")),
                    law="对不符合条件的同步提出可能适用的其他救助",
                    required=False,
                ),
            ),
            permission="case.confirm",
            adverse=True,
            remedy=True,
            law="《社会救助暂行办法》第十一条、第六十五条",
        ),
        Notice(
            "N14",
            "终止审核告知书",
            "终",
            "n14",
            (_MATTER, _ID, _APPLIED, _FACTS, _BASIS, _REASONS),
            permission="case.investigate",
            adverse=True,
            remedy=True,
            law="《最低生活保障审核确认办法》第二十九条",
        ),
        Notice(
            "N16",
            "家庭经济状况核对授权书",
            "授",
            "n16",
            (
                _MATTER,
                _ID,
                Need("relation", "与申请人关系"),
                Need("applicant", "申请人"),
                Need("scope", "授权查询的信息", "texts", law="《个人信息保护法》第二十九条：敏感信息须取得单独同意"),
                Need("valid_from", "授权起始日期", "date"),
                Need("valid_until", "授权截止日期", "date"),
                Need("text", "授权书正文", required=False),
                Need("method", "签署方式", required=False),
                Need("signed_on", "签署日期", "date", required=False),
            ),
            law="《社会救助暂行办法》第五十八条；《中华人民共和国个人信息保护法》第二十九条",
        ),
    )
}

#: Forms that are only printed and carry no number.
FORMS: dict[str, Notice] = {
    notice.code: notice
    for notice in (
        Notice(
            "F01",
            "入户调查表",
            "",
            "f01",
            (
                _MATTER,
                _CASE_NO,
                Need("address", "家庭住址", required=False),
                Need("members", "家庭成员", "rows", columns=(("name", "姓名"), ("relation", "与户主关系"))),
            ),
            permission="case.investigate",
            law="入户调查每组不少于两人，双方签字",
        ),
        Notice(
            "F02",
            "近亲属备案表",
            "",
            "f02",
            (_MATTER, _CASE_NO),
            permission="case.accept",
            law="《最低生活保障审核确认办法》第十一条：经办人员、村（居）委会成员近亲属单独登记备案",
        ),
    )
}


def notice(code: str) -> Notice:
    """The notice with this code."""
    found = NOTICES.get(code) or FORMS.get(code)
    if found is None:
        raise UnknownNotice(f"没有代码为“{code}”的文书；现有：{'、'.join([*NOTICES, *FORMS])}。")
    return found
