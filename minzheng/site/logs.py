"""结构化日志：一行一个 JSON，写到标准错误；任何一行都不含个人数据。

写日志的人只应写编号；万一把证件号、手机号、银行卡号写进来，这里按样式打码，是第二道防线。
"""

from __future__ import annotations

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

# 连续 11 位及以上数字（允许结尾是 X）一律视为可能的证件号、手机号或账号
_NUMBER = re.compile(r"(?<![0-9A-Za-z.])(\d{3})\d{6,}(\d[0-9Xx])(?![0-9A-Za-z])")
_SAFE_KEYS = frozenset({"timestamp", "level", "logger", "version", "request", "user", "case", "job", "id"})


def mask(text: str) -> str:
    """``990101199003070011`` → ``990****11``；短于 11 位的数字不动。"""
    return _NUMBER.sub(r"\1****\2", text)


def mask_personal(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog 处理器：除编号类字段外，所有文字打码。"""
    for key, value in event.items():
        if key not in _SAFE_KEYS:
            event[key] = _masked(value)
    return event


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {key: _masked(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(item) for item in value]
    if isinstance(value, (int, bool, float)) or value is None:
        return value if abs(value or 0) < 10**10 else mask(str(value))
    return mask(str(value))


def configure(level: str = "INFO") -> None:
    """把 structlog 与标准 logging 接到同一个 JSON 输出。"""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=False),
        structlog.processors.format_exc_info,
        structlog.stdlib.PositionalArgumentsFormatter(),
        mask_personal,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                mask_personal,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.getLogger("django.request").setLevel("ERROR")
    logging.getLogger("django.security.DisallowedHost").setLevel("ERROR")
