"""办理参数: the deadlines and switches of a procedure. Dated and regional: they come from the policy parameters of the
item (see `Flow.params`), never from constants. This type only names them and says their units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FlowParams:
    """Working days unless named otherwise; 0 = the place has no such limit."""

    review_days: int  # review for acceptance (受理审查)
    supplement_days: int  # time to supplement (补正)
    start_days: int  # from acceptance to the start of the investigation
    opinion_days: int  # from acceptance to the township's opinion (初审意见)
    mismatch_objection_days: int  # time to object to the match (核对异议期)
    publicity_days: int  # days of publicity (公示), calendar days
    publicity_from_posting_day: bool  # the day of posting is day 1 (else counted from the next day, 民法典)
    publicity_stops_clock: bool  # publicity does not count towards the time limit
    forward_days: int  # from the end of publicity to sending up (上报)
    objection_days: int  # review of an objection (异议复查)
    confirm_days: int  # the county's decision (审核确认)
    notice_days: int  # written notice of a refusal (不予确认)
    total_days: int  # the whole course
    extended_days: int  # the whole course in special circumstances
    delegated: bool  # the power to confirm is delegated to townships
    relative_forces_visit: bool  # a close relative on record (近亲属备案) means the county visits the home
    report_valid_days: int  # validity of a matching report, calendar days
    consent_valid_months: int  # validity of a consent, months
    first_month_offset: int  # paid from which month after the month of decision (0 = the same)
    pay_day: int  # day of the month for payment
    council_min: int  # fewest people at a democratic appraisal (民主评议)
    council_villager_share: tuple[int, int]  # residents' representatives no fewer than (numerator, denominator)
    council_committee_share: tuple[int, int]  # village committee members no more than (numerator, denominator)
    review_months: tuple[tuple[str, int], ...]  # class → months between reviews (复核)
    mask_public_name: bool  # publicity hides the middle of a name
    explain_min_fen: int  # a difference above this
    explain_percent: int  # and above this percentage of the declared amount must be explained
    resubmit_reminder_days: int  # remind this many working days before the time to supplement ends
    two_confirmers_fen: int = 0  # from this monthly amount a second person must countersign (会签); 0 = never
    batch_approve: bool = False  # several cases may be confirmed in one go
    yellow_percent: int = 20  # yellow when this share of a limit, or less, is left
    review_notice_days: int = 10  # yellow this many working days before a review (复核) is due
    recheck_days: int = 20  # from the opening of a review to its decision
    county_after_days: int = 3  # overdue by this many working days: the county steps in (督办)
    report_change_days: int = 30  # a family reports a change within so many calendar days
    review_extension_months: int = 0  # reviews are put off by so many months while an emergency lasts (应急顺延)
    permit_accepted: bool = True  # whoever lives here on a residence permit (居住证) may apply
    assessment_days: int = 30  # an appraisal (鉴定、评估) is taken to last so many calendar days at most
    job_refusals: int = 3  # refusals of suitable work in a row that cost a person their share
    long_list_min_rows: int = 3  # villages with fewer families on the long-term list are listed under their township
    limits_from_service: bool = True  # 补正 and 核对异议 run from the service of their notice (else from its issue)
    mandate_months: int = 12  # a mandate (委托) holds so many months at most
    paid_from: str = (
        ""  # "" by the decision; "hand_in", "complete": the month handed in, or in which the papers were complete
    )
    home_days: int = 0  # 跨省通办: from sending it on to the decision of the place of registration
    tell_days: int = 0  # … from that answer to telling the applicant
    formality_days: int = 0  # 先行救助: from the payment in advance to the end of the missing formalities
    match_recheck_days: int = (
        10  # an objection to the match: the source's department answers within so many working days
    )
    report_two_sign: bool = False  # a second person signs the matching report before it counts
