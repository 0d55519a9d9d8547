"""Settings: every environment variable known and of its kind, no dangerous combination."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings
from django.db import Error

from minzheng.site.doctor.result import FAIL, WARN, Result, fail, ok, warn
from minzheng.site.environment import dangers as rules
from minzheng.site.environment import reading, tls
from minzheng.site.environment.table import TABLE
from minzheng.site.errors import BadSetting


def variables() -> list[Result]:
    """Unknown names are warned of (with the nearest known one); wrong values fail."""
    wrong = reading.wrong(os.environ)
    rows = [Result("环境变量", FAIL, sentence) for sentence in wrong]
    rows += [Result("环境变量", WARN, sentence) for sentence in reading.unknown(os.environ)]
    used = sum(one.name in os.environ for one in TABLE if not one.internal)
    return rows or ok("环境变量", f"设了 {used} 个，都认识")


def certificate() -> list[Result]:
    """The pair that the platform itself would serve HTTPS with."""
    try:
        found = tls.pair()
        if found is None:
            return ok("证书", "没有让平台自己提供 HTTPS")
        tls.check(found)
    except BadSetting as error:
        return fail("证书", str(error))
    days = tls.days_left(found)
    return warn("证书", f"还有 {days} 天到期；请申请新证书。") if days < 30 else ok("证书", f"还有 {days} 天到期")


def dangers() -> list[Result]:
    found = rules.dangers(
        os.environ, var=Path(settings.VAR_DIR), ring=Path(settings.KEY_RING_FILE), demo_loaded=_demo_loaded()
    )
    rows = [Result("危险组合", FAIL if one.certain else WARN, one.sentence) for one in found]
    return rows or ok("危险组合", "没有")


def _demo_loaded() -> bool:
    """False also without a database: its own check says so."""
    from minzheng.kernel.subjects.selectors import demo_loaded

    try:
        return demo_loaded()
    except Error:
        return False
