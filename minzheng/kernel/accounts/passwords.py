"""Password rules (GB/T 22239—2019, level three, 身份鉴别: complexity; how often to change is for the office's own rules)."""

from __future__ import annotations

import re

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from minzheng.kernel.accounts.errors import WeakPassword

MIN_LENGTH = 10
_CLASSES = (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]")


def broken_rules(password: str, *, username: str = "", name: str = "") -> list[str]:
    """Every rule the password breaks, as short Chinese phrases; empty when it may be used."""
    broken = []
    if len(password) < MIN_LENGTH:
        broken.append(f"至少 {MIN_LENGTH} 位")
    if sum(bool(re.search(pattern, password)) for pattern in _CLASSES) < 3:
        broken.append("大写字母、小写字母、数字、符号至少包含三种")
    lowered = password.lower()
    if (username and username.lower() in lowered) or (name and name in password):
        broken.append("不得包含用户名或姓名")
    if re.search(r"(.)\1{3}", password):
        broken.append("不得连续四位相同")
    try:
        CommonPasswordValidator().validate(password)
    except ValidationError:
        broken.append("不得使用常见口令")
    return broken


def require_strong(password: str, *, username: str = "", name: str = "") -> None:
    """Raises WeakPassword naming all broken rules at once."""
    broken = broken_rules(password, username=username, name=name)
    if broken:
        raise WeakPassword("口令不符合规定：" + "；".join(broken) + "。请换一个口令。")
