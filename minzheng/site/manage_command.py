"""``minzheng manage …``：同 ``python -m minzheng.site.manage``。"""

import sys

import click


@click.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []})
@click.pass_context
def manage(ctx: click.Context) -> None:
    """Django 管理命令。"""
    from minzheng.site import manage as django_manage

    sys.argv = ["minzheng manage", *ctx.args]
    django_manage.main()
