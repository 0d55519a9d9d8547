"""低收入人口数据库 of a big county: its lists and searches over so many rows, with the plan of each query.

    .venv/bin/python -m bench.low_income --rows 200000

Its own database is made and dropped. A page is over its limit when half of its openings take longer than LIMIT_MS; plans
that read a whole table of people are named."""

from __future__ import annotations

import json
import os
import re
import statistics
import sys
import time
from typing import Any
from urllib.parse import urlencode

import click

NAME = "minzheng_bench_low_income"
#: Server time of a page, milliseconds.
LIMIT_MS = 200
#: People of the demo county that gives staff and villages.
_COUNTY = 1_000
_FILL = """
CREATE TEMP TABLE villages AS SELECT code, row_number() OVER () - 1 AS n FROM kernel_region
  WHERE code LIKE '990101%%' AND level = 5;
INSERT INTO kernel_person (id, region_code, name, sex, birth_date, id_type, hukou_region, is_demo, created_at)
  SELECT 800000000000000000 + g, v.code,
    substr('王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗', 1 + g %% 20, 1) || substr('伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞', 1 + g / 20 %% 20, 1)
      || substr('平刚桂兰建国华玉文东春冬海山林森水土金火', 1 + g / 400 %% 20, 1),
    (1 + g %% 2)::text, DATE '1930-01-01' + (g * 37 %% 34000)::int, 'idcard', v.code, true, now()
  FROM generate_series(1, %(rows)s) g JOIN villages v ON v.n = g %% (SELECT count(*) FROM villages);
INSERT INTO datacenter_lowincomeentry (id, region_code, person_id, class_code, since, until, by, basis, main, recorded_at, is_demo)
  SELECT p.id + 100000000000000000, p.region_code, p.id, (ARRAY['tekun','dibao','dibao','dibao','poverty_watch','dibao_edge','rigid_expense','other'])[1 + p.id %% 8],
    CURRENT_DATE - (p.id %% 1500)::int, CASE WHEN p.id %% 10 = 0 THEN CURRENT_DATE - (p.id %% 300)::int END, 'award', '存量', p.id %% 10 <> 0, now(), true
  FROM kernel_person p WHERE p.id > 800000000000000000 AND p.id <= 800000000000000000 + %(rows)s;
INSERT INTO datacenter_persontag (id, region_code, person_id, code, since, by, basis, reader, recorded_name, recorded_at, is_demo)
  SELECT p.id + 200000000000000000 + k * 10000000, p.region_code, p.id, (ARRAY['aged_80','disabled_severe','minor','alone_old'])[1 + (p.id + k) %% 4],
    CURRENT_DATE, 'computed', '计算', '', '', now(), true
  FROM kernel_person p, generate_series(0, 1) k WHERE p.id > 800000000000000000 AND p.id <= 800000000000000000 + %(rows)s AND p.id %% 3 = k;
"""


def _pages(town: str) -> dict[str, str]:
    """What an office looks at; the first column is the name in the table."""
    listed = "/console/low-income/"
    asked: dict[str, tuple[str, dict[str, str]]] = {
        "名单": (listed, {}), "名单第 500 页": (listed, {"page": "500"}), "一个乡镇": (listed, {"region": town}),
        "一类": (listed, {"class": "poverty_watch"}), "标签": (listed, {"tag": "disabled_severe"}),
        "年龄": (listed, {"age": "80-"}), "查姓名": (listed, {"q": "王伟"}), "查少见的姓名": (listed, {"q": "罗霞火"}),
        "乡镇里查姓名": (listed, {"q": "李芳", "region": town}), "特殊困难对象": (f"{listed}special/", {}),
        "特殊困难对象查姓名": (f"{listed}special/", {"q": "张娜"}), "进出": (f"{listed}moves/", {}),
        "按乡镇统计": (f"{listed}table/", {}), "按月进出": (f"{listed}months/", {}),
    }  # fmt: skip
    return {name: path + ("?" + urlencode(given) if given else "") for name, (path, given) in asked.items()}


def _measured(client: Any, url: str, rounds: int) -> dict[str, Any]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    if response.status_code != 200:
        raise click.ClickException(f"{url} 返回 {response.status_code}，测量无效。")
    asked = [dict(one) for one in captured]  # the next request forgets them
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        client.get(url)
        taken.append((time.perf_counter() - began) * 1000)
    slowest = max((one for one in asked if one["sql"].startswith("SELECT")), key=lambda one: float(one["time"]))
    return {
        "p50_ms": round(statistics.median(taken), 1), "queries": len(asked), "slowest_ms": round(float(slowest["time"]) * 1000, 1),
        "sql": slowest["sql"], "whole": _whole(slowest["sql"]),
    }  # fmt: skip


def _whole(sql: str) -> list[str]:
    """Tables of people and entries that the plan of a query reads from end to end."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + sql.replace("%", "%%"), [])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    return sorted(
        set(re.findall(r"Seq Scan on (datacenter_lowincomeentry|datacenter_persontag|kernel_person)\b", plan))
    )


def _told(rows: int, rounds: int, role: str) -> dict[str, Any]:
    from django.conf import settings
    from django.test import Client
    from django.test.utils import override_settings

    from minzheng.kernel.accounts.models import Assignment

    post = Assignment.objects.filter(user__is_demo=True, role=role).order_by("pk")[0]
    town = Assignment.objects.filter(role="town_clerk").order_by("pk")[0].region_code
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        ROOT_URLCONF="bench.urls", STORAGES=settings.STORAGES | {"staticfiles": plain}, ALLOWED_HOSTS=["*"]
    ):
        client = Client()
        client.force_login(post.user)
        return {name: _measured(client, url, rounds) for name, url in _pages(town).items()}


@click.command()
@click.option("--rows", default=200_000, show_default=True, help="低收入人口多少人。")
@click.option("--rounds", default=7, show_default=True, help="每页打开几次。")
@click.option("--role", default="county_reviewer", show_default=True, help="谁打开：岗位代码。")
@click.option("--keep", is_flag=True, help="量完不删数据库；已有的就接着用。")
@click.option("--plans", is_flag=True, help="印出每页最慢的一句 SQL。")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def main(rows: int, rounds: int, role: str, keep: bool, plans: bool, as_json: bool) -> None:
    """量低收入人口数据库的名单和查找。"""
    from bench import databases

    if keep and _exists():
        databases.use(NAME)
    else:
        _fill(rows)
    try:
        found = _told(rows, rounds, role)
    finally:
        if not keep:
            databases.drop(NAME)
    slow = [name for name, one in found.items() if one["p50_ms"] > LIMIT_MS]
    if as_json:
        click.echo(json.dumps({"rows": rows, "pages": found, "slow": slow}, ensure_ascii=False))
    else:
        for name, one in found.items():
            whole = f"　整表：{'、'.join(one['whole'])}" if one["whole"] else ""
            click.echo(f"{name}　{one['p50_ms']} 毫秒　{one['queries']} 次查询，最慢 {one['slowest_ms']} 毫秒{whole}")
            if plans:
                click.echo(f"  {one['sql']}")
    sys.exit(1 if slow else 0)


def _exists() -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
        return cursor.fetchone() is not None


def _fill(rows: int) -> None:
    from django.db import connection

    from bench import databases

    databases.prepare(NAME, size=_COUNTY)
    with connection.cursor() as cursor:
        for statement in (one for one in _FILL.split(";") if one.strip()):
            cursor.execute(statement, {"rows": rows})
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minzheng.site.settings")
    django.setup()
    main()
