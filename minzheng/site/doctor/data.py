"""Data: the database answers, migrations are complete, the application role has no power to spare, the working calendar
reaches far enough.
"""

from __future__ import annotations

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from minzheng.site import database
from minzheng.site.doctor.result import Result, fail, ok, warn
from minzheng.site.postgres.roles import APPEND_ONLY, UNCHANGED

OLDEST_SERVER = 150000


def server() -> list[Result]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('server_version')")
            number, shown = cursor.fetchone()
    except Error as error:
        return fail("数据库", f"连不上（{str(error).strip().splitlines()[0]}）；请检查地址、口令与服务器是否启动。")
    if number < OLDEST_SERVER:
        return fail("数据库", f"PostgreSQL 是 {shown}，需要 15 或更新。")
    return ok("数据库", f"PostgreSQL {shown}" + ("" if database.external() else "（内置）"))


def migrations() -> list[Result]:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        names = "、".join(f"{step.app_label}.{step.name}" for step, _ in waiting[:3])
        return fail(
            "数据表",
            f"有 {len(waiting)} 个迁移没有执行（{names}）；请启动一次 make run，或运行 minzheng manage migrate。",
        )
    return ok("数据表", "迁移齐全")


def append_only_tables() -> list[Result]:
    """The application role cannot alter the audit tables and is no superuser."""
    role = database.application_role()
    wrong = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [role])
        row = cursor.fetchone()
        if row is not None and row[0]:
            wrong.append(f"应用角色 {role} 是超级用户；请给平台一个普通角色。")
        for table in (*APPEND_ONLY, *UNCHANGED):
            privileges = "UPDATE, TRUNCATE" if table in UNCHANGED else "UPDATE, DELETE, TRUNCATE"
            cursor.execute(
                "SELECT c.oid IS NOT NULL AND has_table_privilege(%s, c.oid, %s) FROM (SELECT to_regclass(%s) AS oid) c",
                [role, privileges, table],
            )
            if cursor.fetchone()[0]:
                wrong.append(
                    f"应用角色 {role} 能改动只追加的表 {table}；请另设属主身份 {database.OWNER_URL} 后重新启动。"
                )
    if wrong and database.external():
        return [item for sentence in wrong for item in warn("数据库权限", sentence)]
    return fail("数据库权限", *wrong) if wrong else ok("数据库权限", "应用角色只能追加审计行")


def clock() -> list[Result]:
    """The database's clock and this machine's agree within a second: deadlines and leases count on it."""
    from minzheng.site.health import measures

    drift = measures.clock_drift()
    if abs(drift) > measures.DRIFT_SECONDS:
        which = "快" if drift > 0 else "慢"
        return fail("时钟", f"数据库比本机{which} {abs(drift):.1f} 秒，时限与租约会算错；请在两台机器上都启用对时。")
    return ok("时钟", "数据库与本机相差不到一秒")


def calendar_year() -> list[Result]:
    """This year's holiday arrangement must be known; late in the year, warn when next year's is missing."""
    from minzheng.kernel.calendar import selectors

    today = timezone.localdate()
    years = selectors.calendar().years
    if today.year not in years:
        return fail("工作日历", f"没有 {today.year} 年的放假安排，期限无法准确计算；请运行 minzheng calendar load。")
    if today.month >= 11 and today.year + 1 not in years:
        return warn("工作日历", f"还没有 {today.year + 1} 年的放假安排，跨年期限暂按周末推算；国务院通知发布后请装入。")
    return ok("工作日历", f"{min(years)}–{max(years)} 年")
