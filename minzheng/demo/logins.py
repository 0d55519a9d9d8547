"""The demo logins."""

from __future__ import annotations

from typing import Any

from minzheng.demo.staff import PASSWORD
from minzheng.kernel.accounts.models import User
from minzheng.kernel.accounts.roles import title
from minzheng.kernel.regions.selectors import region_name

_CITIZEN_USES = {
    "周桂兰": "手机申请低保（故事一：三代四口）",
    "吴建国": "手机申请低保，核对出一辆车（故事二）",
    "郑秋生": "低保边缘家庭的重残人员单独申请（单人户）",
    "何大山": "在保家庭，正在渐退",
    "秦素珍": "81 岁，还没有申请高龄津贴（女儿方丽华替她办）",
    "方丽华": "替母亲秦素珍办高龄津贴（替家人办）",
    "罗志明": "有残疾人证，还没有申请两项补贴",
}
_STAFF_USES = {
    "town_clerk": "受理、调查、核对、公示",
    "town_leader": "签署初审意见",
    "village_worker": "村（居）代办申请",
    "county_reviewer": "县级审核确认",
    "matching_officer": "办理信息核对",
    "pay_clerk": "做发放批次、确认账户",
    "pay_reviewer": "复核发放批次",
    "finance": "报财政、报盘、关账",
    "archivist": "归档、利用与鉴定",
    "data_officer": "导入存量名册",
    "policy_officer": "查看标准与规则",
    "bureau_head": "看全县情况",
    "auditor": "查谁看过档案、复算待遇",
    "sys_admin": "建立账号、看运行情况",
    "sec_admin": "授予与收回任职",
    "audit_admin": "查看审计记录",
}


def listed() -> list[dict[str, Any]]:
    """[{username, password, name, role, role_title, region, region_code, for}], county posts first, the named citizens last.

    Citizens sign in with `username` as their phone number; their password is None: the one-time code is shown on the
    login page."""
    users = User.objects.filter(is_demo=True, is_active=True).prefetch_related("assignments").select_related("person")
    staff, citizens = [], []
    for user in users.order_by("created_at", "pk"):
        if user.kind == "citizen" and user.person is not None and user.username.isdigit():
            citizens.append(
                _row(user.phone, None, user.name, "citizen", user.person.region_code, _CITIZEN_USES.get(user.name, ""))
            )
        for assignment in user.assignments.all():
            role = assignment.role
            staff.append(
                _row(user.username, PASSWORD, user.name, role, assignment.region_code, _STAFF_USES.get(role, ""))
            )
    return staff + citizens


def _row(username: str, password: str | None, name: str, role: str, code: str, use: str) -> dict[str, Any]:
    return {
        "username": username, "password": password, "name": name, "role": role,
        "role_title": "群众" if role == "citizen" else title(role), "region": region_name(code), "region_code": code,
        "for": use,
    }  # fmt: skip
