"""残疾人福利：Django 应用声明。"""

from django.apps import AppConfig


class DisabilityConfig(AppConfig):
    name = "minzheng.business.disability"
    label = "disability"
    verbose_name = "残疾人福利"
