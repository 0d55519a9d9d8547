"""Assembly layer: static files and the site-wide form messages."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "minzheng.site"
    label = "site"
    verbose_name = "组装"

    def ready(self) -> None:
        from minzheng.site import form_messages

        form_messages.install()
