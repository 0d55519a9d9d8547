"""低保办理参数: deadlines and switches, dated and regional, read through the policy engine's parameter rows.

`params.yaml` declares and gives the national default with its basis; `regions/<code>.yaml` gives what a place decided.
They stand apart from the amounts (`../params.yaml`): no rule computes with them."""

from __future__ import annotations

import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from minzheng.kernel.cases.params import FlowParams
from minzheng.kernel.standards import sets, values
from minzheng.policy import load_ruleset
from minzheng.policy.errors import RulesetError, Unconfigured
from minzheng.policy.params import ParamSet, Row, read_declarations, read_region_file
from minzheng.policy.regions import normalize_region

HERE = Path(__file__).parent
BENEFIT = "assistance.dibao"


@cache
def param_set() -> ParamSet:
    """All declarations and rows; raises RulesetError with every mistake of the files."""
    declared, findings = read_declarations(HERE / "params.yaml", BENEFIT)
    rows = []
    for path in sorted((HERE / "regions").glob("*.yaml")):
        more, wrong = read_region_file(path, normalize_region(path.stem), declared)
        rows += more
        findings += wrong
    if findings:
        raise RulesetError(findings)
    return ParamSet(declared, rows)


def value(name: str, region: str, on: datetime.date) -> Any:
    """One parameter as found for a place and day, the place's own signed values first."""
    return _value(values.with_values(param_set()), name, region, on)


def _value(params: ParamSet, name: str, region: str, on: datetime.date) -> Any:
    found = params.resolve(name, normalize_region(region), on)
    if found is None:
        raise Unconfigured(BENEFIT, region, on, [name])
    return found.row.value


def procedure_params(region: str, on: datetime.date) -> FlowParams:
    """The procedure of one place on one day. `region`: 12 digits."""
    return _procedure(region, on, values.current())


@lru_cache(maxsize=4096)
def _procedure(region: str, on: datetime.date, own: tuple[Row, ...]) -> FlowParams:
    """`own`: the signed values, so that a new one makes a new answer."""
    params = param_set().with_rows(row for row in own if row.name in param_set().declarations)

    def of(name: str) -> Any:
        return _value(params, name, region, on)

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
        permit_accepted=_value(load_ruleset().params.with_rows(own), "低保_居住证可申请", region, on),
        assessment_days=of("鉴定评估最长天数"),
        job_refusals=of("拒绝就业次数"),
        limits_from_service=of("补正核对异议自送达起算"),
    )


sets.register("dibao.procedure", "办理期限与程序", param_set, file="dibao/procedure")
