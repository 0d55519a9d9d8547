"""养老服务：Django 应用声明。"""

from django.apps import AppConfig


class ElderlyConfig(AppConfig):
    name = "minzheng.business.elderly"
    label = "elderly"
    verbose_name = "养老服务"
