"""殡葬服务：Django 应用声明。"""

from django.apps import AppConfig


class FuneralConfig(AppConfig):
    name = "minzheng.business.funeral"
    label = "funeral"
    verbose_name = "殡葬服务"
