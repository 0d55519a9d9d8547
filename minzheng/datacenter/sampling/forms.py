"""The two forms of samples: what to draw, and what was found."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from minzheng.datacenter.sampling.models import Sample, SampleUnit
from minzheng.datacenter.sampling.population import STRATA, Scope
from minzheng.datacenter.sampling.services import CHECK, DRAW, Design
from minzheng.kernel import clock
from minzheng.kernel.accounts.selectors import holders
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.items import registry
from minzheng.kernel.parts.fields import Choice, Count, Field, LongText, Money, When, YesNo
from minzheng.kernel.parts.fields import Date as Day
from minzheng.kernel.parts.fields import Text as Line
from minzheng.kernel.regions.selectors import children

_PERCENT = r"\d{1,2}(\.\d{1,2})?"
CONFIDENCES = (("90", "90%"), ("95", "95%"), ("99", "99%"))
ALLOCATIONS = (("proportional", "按比例"), ("equal", "各层相等"))
_MANY = ("items", "towns", "strata", "inspectors")


def place_of(actor: Any) -> str:
    scopes = actor.scopes(DRAW)
    if not scopes:
        raise Refused("您的岗位不能组织抽样。")
    return str(scopes[0])


def new_fields(actor: Any, obj: Any) -> list[Field]:
    place = place_of(actor)
    items = tuple((item.code, item.title) for item in registry.all_items())
    month = f"{clock.today():%Y-%m}"
    return [
        Line("title", "名称", required=True, max_length=80, help="如“2026年第四季度在享待遇抽样检查”。"),
        Choice("subject", "抽查对象", required=True, options=tuple(Sample.SUBJECTS)),
        Day("since", "决定日期自", not_after=clock.today, when=When("subject", ("case",))),
        Day("until", "决定日期至", not_after=clock.today, when=When("subject", ("case",))),
        Line("month", "发放月份", pattern=r"\d{4}-(0[1-9]|1[0-2])", hint=f"请写成 {month} 的样子。",
             help=f"待发放明细所属的月份，如 {month}。", when=When("subject", ("payment",))),
        Choice("items", "事项", options=items, many=True, help="不选的为全部事项。"),
        Choice("towns", "乡镇（街道）", options=tuple((t.code, t.name) for t in children(place)), many=True,
               help="不选的为全部。"),
        Choice("confidence", "置信度", required=True, options=CONFIDENCES),
        Line("tolerable", "可容忍差错率（%）", required=True, pattern=_PERCENT, hint="请写成 5 或 2.5 这样的百分数。",
             help="差错率达到这么高，就一定要让样本看得出来。"),
        Line("expected", "预计差错率（%）", required=True, pattern=_PERCENT, hint="请写成 1 或 0.5 这样的百分数。",
             help="以往查出的差错率；没有经验的写 0 或 1。要低于可容忍差错率。"),
        Choice("strata", "分层", options=STRATA, many=True, help="不选的不分层。风险等级按预警、复核逾期、存量导入确定。"),
        Choice("allocation", "各层怎么分", required=True, options=ALLOCATIONS),
        Count("least", "每层至少几个", required=True, maximum=1000, unit="个", help="要推算每一层的，至少 2 个。"),
        Choice("inspectors", "检查人", options=tuple(holders(CHECK, place)), many=True,
               help="抽中后轮流分派；不选的由有权限的人自取。"),
    ]  # fmt: skip


INITIAL = {
    "subject": "award", "confidence": "95", "tolerable": "5", "expected": "1", "strata": ["town"],
    "allocation": "proportional", "least": 2,
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What the form says, carried to the next page in its address: no personal data is in it."""

    title: str
    subject: str
    scope: Scope
    design: Design

    @classmethod
    def of(cls, values: Any) -> Asked:
        """From the form's values or from the address. Raises Refused for what cannot be read."""
        many = {name: tuple(_listed(values, name)) for name in _MANY}
        month = str(values.get("month") or "")
        if month and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
            raise Refused("发放月份请写成 2026-11 的样子。")
        try:
            design = Design(
                float(values.get("confidence") or 95), float(Decimal(str(values.get("tolerable") or 5))),
                float(Decimal(str(values.get("expected") or 0))), many["strata"],
                str(values.get("allocation") or "proportional"), int(values.get("least") or 0),
                tuple(int(pk) for pk in many["inspectors"] if str(pk).isdigit() and len(str(pk)) < 19),
            )  # fmt: skip
        except (ValueError, ArithmeticError):
            raise Refused("抽样方案里的数字看不懂，请从“组织抽样”重新填写。") from None
        known = {item.code for item in registry.all_items()}
        if not set(many["items"]) <= known or any(not re.fullmatch(r"\d{12}", code) for code in many["towns"]):
            raise Refused("事项或乡镇的代码不对，请从“组织抽样”重新选择。")
        since, until = (_day(values.get(name)) for name in ("since", "until"))
        scope = Scope(many["items"], many["towns"], since, until, month)
        return cls(str(values.get("title") or "")[:80], str(values.get("subject") or ""), scope, design)

    def query(self) -> str:
        told: list[tuple[str, Any]] = [("title", self.title), ("subject", self.subject)]
        told += [(name, value) for name, value in self.scope.as_json().items() if isinstance(value, str) and value]
        told += [(name, code) for name in ("items", "towns") for code in getattr(self.scope, name)]
        told += [(name, f"{getattr(self.design, name):g}") for name in ("confidence", "tolerable", "expected", "least")]
        told += [("allocation", self.design.allocation)]
        told += [(name, code) for name in ("strata", "inspectors") for code in getattr(self.design, name)]
        return urlencode(told)


def _listed(values: Any, name: str) -> list[str]:
    found = values.getlist(name) if hasattr(values, "getlist") else values.get(name) or ()
    return [str(one) for one in found]


def _day(value: Any) -> str:
    text = str(value or "")
    if text and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise Refused("日期请写成 2026-11-22 的样子。")
    return text


def result_fields(actor: Any, unit: SampleUnit | None) -> list[Field]:
    wrong = When("result", ("wrong",))
    fields: list[Field] = [
        Choice("result", "结果", required=True, options=tuple(SampleUnit.RESULTS)),
        Choice("error_kind", "差错类型", required=True, options=tuple(SampleUnit.ERRORS), when=wrong),
        Money("error_fen", "差错金额", minimum=-99_999_999, when=wrong,
              help="多发的填正数，少发的填负数，没有金额差错的留空。按月发的填一个月的金额。"),
        LongText("finding", "检查情况", max_length=1000, help="怎样查的、看到什么；有差错的必须写明。"),
    ]  # fmt: skip
    if unit is None or unit.case_id:
        fields.append(
            YesNo("reopen", "同时发起复核", when=wrong, help="办件在发放中的，由系统发起复核，经办人会收到任务。")
        )
    return fields
