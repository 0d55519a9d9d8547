"""网上服务: Django app declaration."""

from django.apps import AppConfig


class OnlineConfig(AppConfig):
    name = "minzheng.online"
    label = "online"
    verbose_name = "网上服务"
