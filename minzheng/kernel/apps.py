"""基础支撑平台: Django app declaration."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "minzheng.kernel"
    label = "kernel"
    verbose_name = "基础支撑平台"
