"""Assembly layer: static files, the site-wide form messages, the counting of jobs."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "minzheng.site"
    label = "site"
    verbose_name = "组装"

    def ready(self) -> None:
        from minzheng.kernel.jobs.registry import around_every_run
        from minzheng.site import form_messages
        from minzheng.site.metrics.counting import job_run

        form_messages.install()
        around_every_run(job_run)
