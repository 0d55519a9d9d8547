"""Sign in and out, my account, accounts and posts, leave and hand-over. How they are drawn: ``kernel/pages/people``."""

from __future__ import annotations

from minzheng.kernel.accounts.models import Assignment, Leave
from minzheng.kernel.accounts.second_factor import enrolled
from minzheng.kernel.pages.people import admin, handovers, leaves, me, sign
from minzheng.kernel.pages.people.admin_forms import GRANT
from minzheng.kernel.parts.page import STAFF, Custom, Menu, Page

CARE_COOKIE = sign.CARE_COOKIE


def _account() -> dict[str, int] | None:
    pk = Assignment.objects.order_by("pk").values_list("user_id", flat=True).first()
    return {"pk": pk} if pk else None


def _leave() -> dict[str, int] | None:
    pk = Leave.objects.order_by("pk").values_list("pk", flat=True).first()
    return {"pk": pk} if pk else None


_POST = ("POST",)
STAFF_ONLY = "工作人员的账号与任职，不是群众档案"
SIGNING = [
    Page("accounts.sign_in", "login/", "工作人员登录", None, Custom(sign.sign_in), audience="public"),
    Page("accounts.code", "login/code/", "输入动态码", None, Custom(sign.sign_in_code), audience="public"),
    Page("accounts.sign_out", "logout/", "退出", None, Custom(sign.sign_out, methods=_POST), audience="public"),
    Page("accounts.care_mode", "care-mode/", "大字版", None, Custom(sign.care_mode, methods=_POST), audience="public"),
]
ME = [
    Page("accounts.me", "console/me/", "我的账号", STAFF, me.ME),
    Page("accounts.password", "console/me/password/", "修改口令", STAFF, me.PASSWORD),
    Page("accounts.history", "console/me/logins/", "我的登录记录", STAFF, me.HISTORY, impersonal="本人的登录记录"),
    Page("accounts.step_up", "console/me/prove/", "再次验证", STAFF, Custom(sign.step_up, kind="form")),
    Page(
        "accounts.second_factor",
        "console/me/device/",
        "动态码",
        STAFF,
        Custom(me.second_factor_page, kind="form"),
        # Changing what is in force is asked for again; enrolling the first device follows the sign-in.
        step_up=lambda actor, arguments: enrolled(actor.user),
    ),
    Page("accounts.choose_post", "console/me/post/", "切换岗位", STAFF, Custom(sign.choose_post, methods=_POST)),
    Page(
        "accounts.sign_out_everywhere",
        "console/me/everywhere/",
        "在所有设备上退出",
        STAFF,
        Custom(sign.sign_out_everywhere, methods=_POST),
    ),
]
ACCOUNTS = [
    Page(
        "accounts.list",
        "console/accounts/",
        "账号管理",
        "accounts.read",
        admin.LIST,
        menu=Menu("系统", 10, "people"),
        impersonal=STAFF_ONLY,
    ),
    Page("accounts.create", "console/accounts/new/", "建立账号", "accounts.manage", admin.CREATE),
    Page("accounts.detail", "console/accounts/<int:pk>/", "账号", "accounts.read", admin.DETAIL, example=_account),
    Page(
        "accounts.logins",
        "console/accounts/<int:pk>/logins/",
        "登录记录",
        "accounts.read",
        admin.LOGIN_HISTORY,
        example=_account,
    ),
    Page(
        "accounts.grant",
        "console/accounts/<int:pk>/grant/",
        "授予岗位",
        "accounts.grant",
        GRANT,
        example=_account,
        step_up=True,
    ),
    Page(
        "accounts.end_post",
        "console/accounts/<int:pk>/end-post/",
        "结束岗位",
        "accounts.grant",
        admin.END_POST,
        example=_account,
        step_up=True,
    ),
    Page(
        "accounts.reset_device",
        "console/accounts/<int:pk>/reset-device/",
        "重置动态码",
        "accounts.grant",
        admin.RESET_DEVICE,
        example=_account,
        step_up=True,
    ),
    Page(
        "accounts.reset_password",
        "console/accounts/<int:pk>/reset-password/",
        "重置口令",
        "accounts.manage",
        admin.RESET_PASSWORD,
        example=_account,
        step_up=True,
    ),
    Page(
        "accounts.unlock",
        "console/accounts/<int:pk>/unlock/",
        "解除锁定",
        "accounts.manage",
        admin.UNLOCK,
        example=_account,
    ),
    Page(
        "accounts.active",
        "console/accounts/<int:pk>/active/",
        "启用或停用账号",
        "accounts.manage",
        admin.ACTIVE,
        example=_account,
        step_up=True,
    ),
]
LEAVE = [
    Page(
        "leave.list",
        "console/leave/",
        "休假与代理",
        STAFF,
        leaves.LIST,
        menu=Menu("办理", 60, "clock"),
        impersonal=STAFF_ONLY,
    ),
    Page("leave.ask", "console/leave/new/", "办理休假", STAFF, leaves.ASK),
    Page(
        "leave.detail",
        "console/leave/<int:pk>/",
        "休假",
        STAFF,
        Custom(leaves.detail, kind="detail"),
        example=_leave,
    ),
    Page(
        "handover.people",
        "console/handover/",
        "人员与移交",
        "case.assign",
        Custom(handovers.people, kind="board"),
        menu=Menu("办理", 50, "people"),
    ),
    Page(
        "handover.form",
        "console/handover/<int:pk>/",
        "移交办件",
        "case.assign",
        Custom(handovers.hand_over, kind="form"),
        example=handovers.example,
    ),
]
PAGES = [*SIGNING, *ME, *ACCOUNTS, *LEAVE]
