"""办理参数: deadlines and switches of a procedure, dated and regional, read through the policy engine's parameter rows.

`params.yaml` declares them once for all items with the national default and its basis. An item's folder says in
`procedure.yaml` what its own law puts otherwise, and in `procedure/regions/<code>.yaml` what a place decided. They stand
apart from the amounts: no rule computes with them.

Names: the first item (低保) has the plain names; every other puts its own short name before them (`高龄津贴_初审工作日`), so that
what a county decides for one benefit holds for that one only.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from minzheng.kernel.cases.params import FlowParams
from minzheng.kernel.standards import sets, values
from minzheng.policy import yamltext
from minzheng.policy.errors import Finding, RulesetError, Unconfigured
from minzheng.policy.params import Declaration, ParamSet, Row, convert_value, read_declarations, read_region_file
from minzheng.policy.regions import normalize_region
from minzheng.policy.yamltext import line_of

COMMON = Path(__file__).with_name("params.yaml")
#: What stands before the basis of a limit that the item's own law does not set.
BORROWED = "没有专门规定，参照最低生活保障："
#: Choices of 起发月 that look at the application and not at the decision.
APPLIED_IN = {"HAND_IN_MONTH": "hand_in", "COMPLETE_MONTH": "complete"}


class Procedure:
    """The procedure of one item. `folder`: the item's; `short`: the name before its parameters, "" for 低保.

    `permit`: whether a holder of a residence permit may apply (region, day) → yes/no; default yes. `from_application`:
    whether a place may choose to pay from the month of the application (the item's assessment must then say what the
    months before the decision are worth)."""

    def __init__(
        self,
        benefit: str,
        title: str,
        folder: Path,
        *,
        short: str = "",
        permit: Callable[[str, datetime.date], bool] | None = None,
        from_application: bool = False,
    ):
        self.benefit, self.folder, self.short, self._permit = benefit, folder, short, permit
        self._from_application = from_application
        self._on = lru_cache(maxsize=4096)(self._read)
        code = f"{benefit.split('.')[-1]}.procedure"
        sets.register(
            code, f"{title}：办理期限与程序" if short else "办理期限与程序", self.load, file=f"{folder.name}/procedure"
        )

    def load(self) -> ParamSet:
        """All declarations and rows; raises RulesetError with every mistake of the files."""
        return self._set

    @cached_property
    def _set(self) -> ParamSet:
        declared, findings = read_declarations(COMMON, self.benefit)
        declared = {d.name: d for d in (self._named(self._allowed(d)) for d in declared.values())}
        findings += self._own(declared)
        rows: list[Row] = []
        for path in sorted((self.folder / "procedure" / "regions").glob("*.yaml")):
            more, wrong = read_region_file(path, normalize_region(path.stem), declared)
            rows += more
            findings += wrong
        if findings:
            raise RulesetError(findings)
        return ParamSet(declared, rows)

    def name(self, common: str) -> str:
        """The name under which this item has a common parameter."""
        return f"{self.short}_{common}" if self.short else common

    def _allowed(self, declaration: Declaration) -> Declaration:
        """Paying from the month of the application is a choice only where the law of the item knows it."""
        if declaration.name != "起发月" or self._from_application:
            return declaration
        return replace(declaration, choices={k: v for k, v in declaration.choices.items() if k not in APPLIED_IN})

    def _named(self, declaration: Declaration) -> Declaration:
        if not self.short or declaration.default is None:
            return declaration
        name = self.name(declaration.name)
        default = replace(
            declaration.default,
            name=name,
            reference=BORROWED + declaration.default.reference,
            evidence="needs_confirmation",
        )
        return replace(declaration, name=name, default=default)

    def _own(self, declared: dict[str, Declaration]) -> list[Finding]:
        """Put the item's own limits in the place of the borrowed ones: {name: {value, reference, evidence}}."""
        path = self.folder / "procedure.yaml"
        findings: list[Finding] = []
        for common, spec in (yamltext.load(path) or {}).items() if path.exists() else ():
            name = self.name(str(common))
            declaration = declared.get(name)
            if declaration is None or declaration.default is None:
                findings.append(Finding("procedure", f"没有“{common}”这个办理参数", str(path), line_of(common)))
                continue
            try:
                default = replace(
                    declaration.default,
                    value=convert_value(declaration, spec["value"]),
                    reference=str(spec["reference"]),
                    evidence=str(spec["evidence"]),
                    file=str(path),
                    line=line_of(common),
                )
            except (ValueError, KeyError, TypeError) as error:
                findings.append(Finding("procedure", f"办理参数“{common}”：{error}", str(path), line_of(common)))
                continue
            declared[name] = replace(declaration, default=default, basis=str(spec["reference"]))
        return findings

    def value(self, common: str, region: str, on: datetime.date) -> Any:
        """One parameter as found for a place and day, the place's own signed values first."""
        return self._value(values.with_values(self.load()), common, region, on)

    def _value(self, params: ParamSet, common: str, region: str, on: datetime.date) -> Any:
        name = self.name(common)
        found = params.resolve(name, normalize_region(region), on)
        if found is None:
            raise Unconfigured(self.benefit, region, on, [name])
        return found.row.value

    def __call__(self, region: str, on: datetime.date) -> FlowParams:
        """The procedure of one place on one day. `region`: 12 digits."""
        return self._on(region, on, values.current())

    def _read(self, region: str, on: datetime.date, own: tuple[Row, ...]) -> FlowParams:
        """`own`: the signed values, so that a new one makes a new answer."""
        loaded = self.load()
        params = loaded.with_rows(row for row in own if row.name in loaded.declarations)

        def of(common: str) -> Any:
            return self._value(params, common, region, on)

        return FlowParams(
            review_days=of("受理审查工作日"),
            supplement_days=of("补正工作日"),
            start_days=of("启动调查工作日"),
            opinion_days=of("初审工作日"),
            mismatch_objection_days=of("核对异议工作日"),
            publicity_days=of("公示天数"),
            publicity_from_posting_day=of("公示起算") == "POSTING_DAY_IS_DAY1",
            publicity_stops_clock=of("公示停表"),
            forward_days=of("公示后上报工作日"),
            objection_days=of("异议复查工作日"),
            confirm_days=of("审核确认工作日"),
            notice_days=of("书面告知工作日"),
            total_days=of("办结工作日"),
            extended_days=of("特殊办结工作日"),
            delegated=of("确认权下放乡镇"),
            relative_forces_visit=of("近亲属须县级入户"),
            report_valid_days=of("核对报告有效天数"),
            report_two_sign=of("核对报告二人签发"),
            match_recheck_days=of("核对异议复查工作日"),
            consent_valid_months=of("授权有效月数"),
            first_month_offset=0 if of("起发月") == "DECISION_MONTH" else 1,
            pay_day=of("发放日"),
            council_min=of("评议最少人数"),
            council_villager_share=(1, of("评议居民代表份数")),
            council_committee_share=(1, of("评议村居委员份数")),
            review_months=tuple((c, of(f"{c}类复核月数")) for c in "ABC"),
            mask_public_name=of("公示隐名"),
            long_list_min_rows=of("长期公示最少户数"),
            mandate_months=of("委托最长月数"),
            explain_min_fen=int(of("差异说明起点") * 100),
            explain_percent=of("差异说明百分比"),
            resubmit_reminder_days=of("补正提醒工作日"),
            two_confirmers_fen=int(of("二人确认起点") * 100),
            batch_approve=of("可以批量确认"),
            yellow_percent=of("黄色提醒百分比"),
            review_notice_days=of("复核提前提醒工作日"),
            recheck_days=of("复核办理工作日"),
            county_after_days=of("逾期督办工作日"),
            report_change_days=of("变化报告天数"),
            review_extension_months=of("应急复核顺延月数"),
            permit_accepted=self._permit(region, on) if self._permit else True,
            assessment_days=of("鉴定评估最长天数"),
            job_refusals=of("拒绝就业次数"),
            limits_from_service=of("补正核对异议自送达起算"),
            paid_from=APPLIED_IN.get(of("起发月"), ""),
            home_days=of("户籍地办理工作日"),
            tell_days=of("结果告知工作日"),
            formality_days=of("补办手续工作日"),
        )
