"""``minzheng pages``: every page, export and endpoint with its address and permission."""

from __future__ import annotations

import json

import click


@click.command("pages", help="列出全部页面、导出与接口（地址、示例地址、权限）。")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
@click.option("--openapi", is_flag=True, help="输出 OpenAPI 3.1 接口描述（JSON）。")
def pages(as_json: bool, openapi: bool) -> None:
    from minzheng.kernel.pages import registry

    if openapi:
        from minzheng.kernel.openapi.describe import document

        click.echo(json.dumps(document(), ensure_ascii=False, indent=1))
        return
    rows = registry.listing()
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo(f"{row['code']:<32} {row['kind']:<7} {row['permission'] or '公开':<16} {row['url']}")
