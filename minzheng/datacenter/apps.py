"""民政大数据中心: Django app declaration."""

from django.apps import AppConfig


class DatacenterConfig(AppConfig):
    name = "minzheng.datacenter"
    label = "datacenter"
    verbose_name = "民政大数据中心"
