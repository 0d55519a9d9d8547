"""Names for the screen: states, kinds, checks and what each of them means for whoever has to act."""

from __future__ import annotations

from minzheng.kernel.payruns.models import PayBatch, PayLine

STATES: dict[str, str] = dict(PayBatch.STATES)
KINDS: dict[str, str] = dict(PayBatch.KINDS)
LINE_STATES: dict[str, str] = dict(PayLine.STATES)
EXCLUDED_FOR: dict[str, str] = dict(PayLine.EXCLUDED_FOR)
LINE_TYPES = {"regular": "正常发放", "back_pay": "补发", "correction": "更正"}

#: Who acts next in a state: (permission, post, what to do).
NEXT: dict[str, tuple[str, str, str]] = {
    "BUILDING": ("pay.build", "发放经办员", "校验"),
    "CHECKED": ("pay.review", "业务股室负责人", "处理校验结果后复核"),
    "REVIEWED": ("pay.approve", "局领导", "审批"),
    "APPROVED": ("pay.finance", "财务人员", "报财政"),
    "FIN_SUBMITTED": ("pay.finance", "财务人员", "登记拨款凭证"),
    "FUNDED": ("pay.finance", "财务人员", "报盘"),
    "SENT": ("pay.finance", "财务人员", "登记银行结果"),
    "PARTIAL_RETURN": ("pay.build", "发放经办员", "更正账户后重发"),
    "ALL_PAID": ("pay.close", "财务人员", "关账"),
    "CLOSED": ("", "", "已关账"),
    "VOIDED": ("", "", "已作废"),
}

#: C01 … C12: what was looked for.
CHECKS: dict[str, str] = {
    "C01": "死亡",
    "C02": "服刑、强制隔离戒毒",
    "C03": "重复享受",
    "C04": "户名不符",
    "C05": "账户不能入账",
    "C06": "一人多户、一卡多人",
    "C07": "证件、年龄到期",
    "C08": "金额异常",
    "C09": "复核逾期",
    "C10": "财政供养、在编",
    "C11": "跨县重复",
    "C12": "资金余额",
}
SEVERITIES = {"block": "必须处理", "warn": "提示"}

#: Return code of a line that was taken out of the file after approval: the bank never saw it.
WITHHELD = "ZF"

#: Acts in the order of a batch's life, as the event log names them.
ACTS: dict[str, str] = {
    "build": "生成",
    "rebuild": "重新生成",
    "check": "校验",
    "exclude": "剔除",
    "include": "恢复",
    "release": "解除剔除",
    "clear": "说明理由",
    "review": "复核",
    "approve": "审批",
    "first_approve": "第一人审批",
    "send_back": "退回",
    "submit": "报财政",
    "finance_return": "财政退回",
    "fund": "登记拨款",
    "withhold": "止付",
    "send": "报盘",
    "result": "银行结果",
    "void": "作废",
    "queue": "资金不足，部分排队",
    "close": "关账",
}
