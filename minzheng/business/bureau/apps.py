"""机关管理：Django 应用声明。"""

from django.apps import AppConfig


class BureauConfig(AppConfig):
    name = "minzheng.business.bureau"
    label = "bureau"
    verbose_name = "机关管理"
