"""儿童福利：Django 应用声明。"""

from django.apps import AppConfig


class ChildrenConfig(AppConfig):
    name = "minzheng.business.children"
    label = "children"
    verbose_name = "儿童福利"
