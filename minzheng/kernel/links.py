"""Addresses that leave the system (QR codes, text messages, links sent to relatives): the published address and a path."""

from __future__ import annotations

from django.conf import settings


def absolute(path: str) -> str:
    """``/verify/8K3M`` → ``https://mz.example.gov.cn/verify/8K3M``. The one place that knows ``settings.PUBLIC_URL``."""
    return f"{settings.PUBLIC_URL.rstrip('/')}/{path.lstrip('/')}"
