"""发给群众的话：短、不用行话、总说下一步和日期。每句开头是平台落款（短信签名），不写证件号和金额以外的隐私。

每个函数返回一条消息正文；日期是 ``date``，金额是整数分。
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

SIGNATURE = "【民政服务】"


def short_date(day: date) -> str:
    """``11月26日``。"""
    return f"{day.month}月{day.day}日"


def submitted(*, name: str, matter: str, case_no: str) -> str:
    return f"{SIGNATURE}{name}，您的{matter}申请已收到，编号{case_no}。乡镇（街道）会尽快检查材料，结果另行告知。"


def accepted(*, name: str, matter: str, case_no: str, due_on: date) -> str:
    return f"{SIGNATURE}{name}，您的{matter}申请已受理，编号{case_no}，最迟{short_date(due_on)}办结。近期会核对情况并上门走访，请保持电话畅通。"


def supplement(*, name: str, matter: str, missing: list[str], due_on: date) -> str:
    listed = "、".join(missing[:4]) + (f"等{len(missing)}样" if len(missing) > 4 else "")
    return f"{SIGNATURE}{name}，您的{matter}申请还缺：{listed}。请在{short_date(due_on)}前补齐，可在手机上传或到乡镇（街道）窗口交。"


def supplement_reminder(*, name: str, matter: str, due_on: date) -> str:
    return f"{SIGNATURE}{name}，您的{matter}申请还没补齐材料，{short_date(due_on)}到期。到期没补齐的，本次申请会终止，以后可以重新申请。"


def not_accepted(*, name: str, matter: str) -> str:
    return f"{SIGNATURE}{name}，您的{matter}申请不能受理，原因写在告知书里，请打开“我的办件”查看，或到乡镇（街道）窗口领取。"


def mismatch(*, name: str, matter: str, due_on: date) -> str:
    return f"{SIGNATURE}{name}，核对{matter}申请时发现有情况与申报不一致。请在{short_date(due_on)}前打开“我的办件”查看，不同意的可以提出异议。"


def publicity(*, name: str, matter: str, ends_on: date) -> str:
    return f"{SIGNATURE}{name}，您的{matter}申请正在公示，{short_date(ends_on)}结束。公示没有异议的，转入审核确认。"


def confirmed(*, name: str, matter: str, amount_text: str, first_month: date) -> str:
    return (
        f"{SIGNATURE}{name}，您的{matter}申请已确认，每月{amount_text}元，{first_month.year}年{first_month.month}月起发。"
        "通知书在“我的办件”里。家里情况有变化，请及时告诉乡镇（街道）。"
    )


def rejected(*, name: str, matter: str, next_matter: str = "") -> str:
    more = f"按现有情况，您可以申请{next_matter}。" if next_matter else ""
    return (
        f"{SIGNATURE}{name}，您的{matter}申请未获确认，理由和算法写在告知书里，请打开“我的办件”查看。{more}"
        "不服的，可在收到之日起60日内申请行政复议。"
    )


def ended(*, name: str, matter: str) -> str:
    return f"{SIGNATURE}{name}，您的{matter}申请已终止办理，原因写在告知书里。情况变化或材料备齐后，可以重新申请。"


def withdrawn(*, name: str, matter: str) -> str:
    return f"{SIGNATURE}{name}，您的{matter}申请已按您的要求撤回。以后需要时，可以重新申请。"


def consent_wanted(*, name: str, applicant: str, matter: str) -> str:
    return f"{SIGNATURE}{name}，{applicant}正在申请{matter}，需要您同意核对家庭经济状况。请用本手机号登录，在“待我签署”里查看并签署。"


#: 事件 → 句子，办件流程按事件取用。
SENTENCES: dict[str, Callable[..., str]] = {
    function.__name__: function
    for function in (
        submitted,
        accepted,
        supplement,
        supplement_reminder,
        not_accepted,
        mismatch,
        publicity,
        confirmed,
        rejected,
        ended,
        withdrawn,
        consent_wanted,
    )
}
