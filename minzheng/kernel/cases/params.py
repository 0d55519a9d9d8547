"""办理参数: the deadlines and switches of a procedure. Dated and regional: they come from the policy parameters of the
item (see `Flow.params`), never from constants. This type only names them and says their units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FlowParams:
    """Working days unless named otherwise; 0 = the place has no such limit."""

    review_days: int  # 受理审查
    supplement_days: int  # 补正期限
    start_days: int  # 受理后启动调查
    opinion_days: int  # 受理后作出初审意见
    mismatch_objection_days: int  # 核对异议期
    publicity_days: int  # 公示天数，自然日
    publicity_from_posting_day: bool  # 张榜当日算第 1 日（否则按民法典次日起算）
    publicity_stops_clock: bool  # 公示期间不计入办理时限
    forward_days: int  # 公示期满后上报
    objection_days: int  # 异议复查
    confirm_days: int  # 审核确认
    notice_days: int  # 不予确认书面告知
    total_days: int  # 全程
    extended_days: int  # 特殊情况全程
    delegated: bool  # 确认权下放乡镇
    relative_forces_visit: bool  # 近亲属备案须县级入户
    report_valid_days: int  # 核对报告有效期，自然日
    consent_valid_months: int  # 授权有效期，月
    first_month_offset: int  # 决定月之后第几个月起发（0 = 当月）
    pay_day: int  # 每月发放日
    council_min: int  # 民主评议最少人数
    council_villager_share: tuple[int, int]  # 居民代表不少于 (分子, 分母)
    council_committee_share: tuple[int, int]  # 村居委员不多于 (分子, 分母)
    review_months: tuple[tuple[str, int], ...]  # 类别 → 复核周期（月）
    mask_public_name: bool  # 公示隐去姓名中间字
    explain_min_fen: int  # 差异超过此数
    explain_percent: int  # 且超过申报数的百分比，必须说明
    resubmit_reminder_days: int  # 补正期满前几个工作日提醒
