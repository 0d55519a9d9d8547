"""账号安全的数字: how long, how many, how often. Each has its source; a bureau overrides one in ``settings.ACCOUNT_LIMITS``.

Standards name the kind of rule and often leave the number to the office's own rules: those are marked
``needs_confirmation`` and are listed at set-up with the other values to confirm.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Limit:
    """One number. `unit` and `source` are for the list that a bureau confirms."""

    code: str
    title: str
    default: int
    unit: str
    source: str
    needs_confirmation: bool = True

    @property
    def value(self) -> int:
        return int(getattr(settings, "ACCOUNT_LIMITS", {}).get(self.code, self.default))


_LEVEL_3 = "GB/T 22239—2019 第三级 8.1.4.1 身份鉴别"
_OFFICE = _LEVEL_3 + "；具体数字由本单位管理制度规定"

LIMITS: dict[str, Limit] = {
    one.code: one
    for one in (
        Limit("password_length", "口令最少位数", 12, "位", _OFFICE),
        Limit("password_classes", "口令须含的字符种类", 3, "种", _OFFICE),
        Limit("password_history", "不得重用最近的口令", 5, "个", _OFFICE),
        Limit("password_days", "口令有效期", 90, "天", _OFFICE),
        Limit("lock_tries", "同一用户同一地址连续失败后锁定", 5, "次", _OFFICE),
        Limit("lock_minutes", "锁定时间", 15, "分钟", _OFFICE),
        Limit("address_tries", "同一地址连续失败后锁定", 100, "次", _OFFICE),
        Limit("spread_tries", "同一用户在各地址共失败后开始放慢", 10, "次", _OFFICE),
        Limit("spread_minutes", "放慢时每次最长等待", 15, "分钟", _OFFICE),
        Limit("known_days", "成功登录过的地址多久内不受放慢影响", 30, "天", _OFFICE),
        Limit("idle_staff_minutes", "工作人员无操作退出", 15, "分钟", _OFFICE),
        Limit("idle_citizen_minutes", "群众无操作退出", 60, "分钟", "便民要求：拍摄材料需要时间"),
        Limit("session_hours", "登录一次最长使用", 10, "小时", _OFFICE),
        Limit("step_up_minutes", "敏感操作前须重新验证的间隔", 15, "分钟", _OFFICE),
        Limit("recovery_codes", "恢复码个数", 10, "个", "通行做法"),
    )
}


def limit(code: str) -> int:
    """The number in force."""
    return LIMITS[code].value


def listing() -> Iterator[dict[str, object]]:
    """Every number with its source, for the list of values to confirm."""
    for one in LIMITS.values():
        yield {
            "code": one.code,
            "title": one.title,
            "value": one.value,
            "unit": one.unit,
            "source": one.source,
            "needs_confirmation": one.needs_confirmation,
        }
