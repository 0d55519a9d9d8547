"""基础支撑平台：Django 应用声明。"""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "minzheng.kernel"
    label = "kernel"
    verbose_name = "基础支撑平台"
