"""组装层：静态文件、全站表单提示语。"""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "minzheng.site"
    label = "site"
    verbose_name = "组装"

    def ready(self) -> None:
        from minzheng.site import form_messages

        form_messages.install()
