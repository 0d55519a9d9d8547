"""Structured logs: one JSON object per line; no line holds personal data.

Processes of a running platform write to ``var/log`` (requests apart from the rest, because they are kept longer); a
command writes to standard error, in plain text when that is a terminal.

Whoever logs should write reference numbers only; should an ID, phone or bank card number slip in, it is masked here by
its shape: the second line of defence.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

from minzheng.site.logfiles import ACCESS, DailyFile

# Any run of 11 or more digits (a final X allowed) may be an ID, phone or account number
_NUMBER = re.compile(r"(?<![0-9A-Za-z.])(\d{3})\d{6,}(\d[0-9Xx])(?![0-9A-Za-z])")
_SAFE_KEYS = frozenset({"timestamp", "level", "logger", "version", "request", "page", "user", "case", "job", "id"})


def mask(text: str) -> str:
    """``990101199003070011`` → ``990****11``; numbers under 11 digits stay."""
    return _NUMBER.sub(r"\1****\2", text)


def mask_personal(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog processor: masks all text except in reference-number fields."""
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
    """Join structlog and standard logging into one JSON stream."""
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
    folder = os.environ.get("MINZHENG_LOG_DIR")
    handler: logging.Handler = (
        DailyFile(Path(folder), os.environ.get("MINZHENG_PROCESS") or "app") if folder else logging.StreamHandler()
    )
    handler.setFormatter(_formatter(shared, plain=not folder and sys.stderr.isatty()))
    handler.addFilter(without_address)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    _requests_apart(folder, shared)
    logging.getLogger("django.request").setLevel("ERROR")
    logging.getLogger("django.security.DisallowedHost").setLevel("ERROR")


def without_address(record: logging.LogRecord) -> bool:
    """A logging filter: Django names the address of a failed request, numbers included; the page's code is enough."""
    request = getattr(record, "request", None)
    path = getattr(request, "path", None)
    if path is not None and record.args:
        match = getattr(request, "resolver_match", None)
        page = (match.url_name or match.route) if match else "(none)"
        record.args = tuple(page if one == path else one for one in record.args)
    return True


def _formatter(shared: list[Any], *, plain: bool) -> logging.Formatter:
    renderer = (
        structlog.dev.ConsoleRenderer() if plain else structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, mask_personal, renderer],
    )


def _requests_apart(folder: str | None, shared: list[Any]) -> None:
    """Lines of requests go to the access log, which the law wants kept for six months."""
    requests = logging.getLogger("minzheng.request")
    requests.handlers, requests.propagate = [], not folder
    if folder:
        handler = DailyFile(Path(folder), ACCESS)
        handler.setFormatter(_formatter(shared, plain=False))
        requests.handlers = [handler]
        requests.setLevel("INFO")
