"""``minzheng deploy``: print the files that the machine needs, filled in."""

from __future__ import annotations

from pathlib import Path

import click

from minzheng.site.deploy import files
from minzheng.site.paths import PACKAGE


@click.group()
def deploy() -> None:
    """部署文件：systemd 单元、反向代理、报警规则（打印出来，存到哪里见第一行）。"""


@deploy.command()
@click.option("--user", default="minzheng", show_default=True, help="用哪个普通账号运行。")
@click.option("--group", default="", help="组；默认与账号同名。")
@click.option("--dir", "directory", type=click.Path(path_type=Path), help="程序所在的文件夹；默认就是这一份。")
@click.option(
    "--var", type=click.Path(path_type=Path), default="/var/lib/minzheng/var", show_default=True, help="运行数据。"
)
@click.option(
    "--settings", type=click.Path(path_type=Path), default="/etc/minzheng.env", show_default=True, help="设置文件。"
)
@click.option("--backups", type=click.Path(path_type=Path), help="每夜备份到这个文件夹（最好在另一块磁盘上）。")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="监听端口；小于 1024 时另给权限。"
)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="网页工作进程数。")
def systemd(
    user: str, group: str, directory: Path | None, var: Path, settings: Path, backups: Path | None, port: int,
    workers: int,
) -> None:  # fmt: skip
    """打印 systemd 单元。"""
    folder = (directory or PACKAGE.parent).absolute()
    click.echo(files.unit(files.Service(user, folder, var, settings, port, workers, group, backups)), nl=False)


def _proxy(kind: str) -> click.Command:
    @click.command(name=kind, help=f"打印 {kind} 反向代理的配置。")
    @click.option("--name", required=True, help="群众访问的域名。")
    @click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="平台的端口。")
    @click.option("--cert", default="/etc/ssl/minzheng/fullchain.pem", show_default=True, help="证书链。")
    @click.option("--key", default="/etc/ssl/minzheng/privkey.pem", show_default=True, help="私钥。")
    def show(name: str, port: int, cert: str, key: str) -> None:
        click.echo(files.proxy(kind, name=name, port=port, certificate=cert, key=key), nl=False)

    return show


for _kind in ("nginx", "caddy"):
    deploy.add_command(_proxy(_kind))


@deploy.command()
def alerts() -> None:
    """打印 Prometheus 报警规则。"""
    click.echo(files.alerts(), nl=False)
