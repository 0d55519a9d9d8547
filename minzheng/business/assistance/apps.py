"""社会救助：Django 应用声明。"""

from django.apps import AppConfig


class AssistanceConfig(AppConfig):
    name = "minzheng.business.assistance"
    label = "assistance"
    verbose_name = "社会救助"
