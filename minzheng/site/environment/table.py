"""Every ``MINZHENG_*`` variable (and ``HOST``, ``PORT``): its kind, default, and what it is for. ``minzheng doctor``
checks the environment against this table and the handbook's table of settings is made from it.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Literal

#: ``flag`` is 0 or 1; ``list`` is comma-separated; ``addresses`` a list of IP addresses or networks; ``days`` a number.
Kind = Literal[
    "text", "flag", "number", "port", "days", "date", "url", "database", "list", "addresses", "file", "folder"
]


@dataclass(frozen=True)
class Variable:
    """``internal`` ones are set by the platform for its own processes, or by tests; the handbook leaves them out.
    ``secret`` values are never shown.
    """

    name: str
    kind: Kind
    default: str
    use: str
    _: KW_ONLY
    group: str = ""
    secret: bool = False
    internal: bool = False


def _group(group: str, *found: Variable) -> tuple[Variable, ...]:
    return tuple(Variable(**(vars(one) | {"group": group})) for one in found)


V = Variable
TABLE: tuple[Variable, ...] = (
    *_group(
        "位置与监听",
        V("HOST", "text", "127.0.0.1", "监听地址；0.0.0.0 为本机全部网卡"),
        V("PORT", "port", "8000", "监听端口"),
        V("MINZHENG_VAR", "folder", "var/", "运行数据：数据库、密钥、文件、日志"),
        V(
            "MINZHENG_DEMO",
            "flag",
            "1",
            "空库首次启动时装入示范县，990101 的外部数据按演示处理；**正式部署、试运行都设 0**",
        ),
        V("MINZHENG_DRAFT_KEEP_DAYS", "days", "90", "群众没有提交的草稿留多少天"),
        V("MINZHENG_LAKE_MEMORY", "text", "1GB", "数据湖引擎（入湖、核对、监测）的内存上限，如 1GB、512MB"),
        V(
            "MINZHENG_PAY_FILE_FORMAT",
            "text",
            "rcb_fixed",
            "发放报盘用的文件格式（minzheng payrun formats 列出全部）；各县不同的写 990101=fiscal_csv,rcb_fixed，最后是其他地区的",
        ),
        V("MINZHENG_LAKE_THREADS", "text", "", "数据湖引擎的线程数；空着用全部核"),
        V("MINZHENG_EXCHANGE_CODE", "text", "minzheng", "部门交换中本平台的代号，与对方约定"),
        V("MINZHENG_TODAY", "date", "", "指定“今天”，只用于演示与测试"),
    ),
    *_group(
        "数据库",
        V("MINZHENG_DATABASE_URL", "database", "内置", "自备 PostgreSQL 15 以上的应用身份", secret=True),
        V("MINZHENG_DATABASE_OWNER_URL", "database", "同上", "迁移所用的属主身份", secret=True),
        V("MINZHENG_PG_BIN", "folder", "内置", "备份所用的 PostgreSQL 客户端程序，自备的数据库版本不同时设"),
    ),
    *_group(
        "网址与网络",
        V("MINZHENG_PUBLIC_URL", "url", "监听地址", "群众访问的网址，印在文书二维码里；**正式部署必须设**"),
        V("MINZHENG_HOSTS", "list", "本机地址与上面的主机名", "接受的域名（Host 头），逗号分隔"),
        V("MINZHENG_ORIGINS", "list", "", "另外信任的来源，如 `https://服务.example`，逗号分隔"),
        V("MINZHENG_PROXIES", "addresses", "", "可信的反向代理（地址或网段），只信它们写的来源地址与协议"),
        V("MINZHENG_HTTPS", "flag", "0", "前面有 HTTPS 反向代理时设 1：安全 Cookie、HSTS"),
        V("MINZHENG_TLS_CERT", "file", "", "由平台自己提供 HTTPS：证书链文件（PEM）"),
        V("MINZHENG_TLS_KEY", "file", "", "与证书配对的私钥（PEM，PKCS#8，不加口令）"),
        V("MINZHENG_TLS_REDIRECT_PORT", "port", "", "另开这个端口，把 http 访问转到 https（常为 80）"),
    ),
    *_group(
        "消息与材料",
        V("MINZHENG_MESSAGE_SIGNATURE", "text", "民政服务", "短信开头的签名，不带【】"),
        V("MINZHENG_MESSAGE_GATEWAY_URL", "url", "", "短信网关地址；不设就只写到 var/outbox，不真的发出"),
        V("MINZHENG_MESSAGE_GATEWAY_KEY_ID", "text", "", "网关给的账号"),
        V("MINZHENG_MESSAGE_GATEWAY_SECRET_FILE", "file", "", "签名密钥所在的文件（权限 0600），第一行为密钥"),
        V("MINZHENG_MESSAGE_SIMULATOR_SEED", "text", "", "设一个数就改用会丢、会慢、会重复的模拟网关，只用于演练"),
        V("MINZHENG_CLAMD", "text", "", "查毒服务：unix:/run/clamav/clamd.ctl 或 tcp:127.0.0.1:3310；不设就不查毒"),
    ),
    *_group(
        "备份",
        V("MINZHENG_BACKUP_DIR", "text", "", "每夜备份到这个文件夹；不设就不自动备份"),
        V("MINZHENG_BACKUP_HOUR", "text", "2", "每夜几点备份（0 到 23）"),
        V("MINZHENG_BACKUP_KEEP", "number", "14", "自动备份留几份"),
    ),
    *_group(
        "日志与监控",
        V("MINZHENG_LOG_LEVEL", "text", "INFO", "日志级别：DEBUG、INFO、WARNING、ERROR"),
        V("MINZHENG_LOG_DAYS", "days", "30", "程序日志保留天数"),
        V("MINZHENG_ACCESS_LOG_DAYS", "days", "200", "访问与登录日志保留天数，依法不少于六个月"),
        V("MINZHENG_METRICS_FROM", "addresses", "127.0.0.1,::1", "可以读 /metrics 与健康明细的地址或网段"),
        V("MINZHENG_METRICS_TOKEN", "text", "", "或凭这个令牌（Authorization: Bearer …）读取", secret=True),
    ),
    *_group(
        "开发",
        V("MINZHENG_DEBUG", "flag", "0", "调试；**正式部署不得打开**"),
        V("MINZHENG_SPARK_MASTER", "text", "local[2]", "成批计算所用的 Spark"),
    ),
    V("MINZHENG_DATABASE_ROLE", "text", "app", "本进程的数据库身份", internal=True),
    V("MINZHENG_SUPERVISED", "flag", "0", "由监护进程启动", internal=True),
    V("MINZHENG_LOG_DIR", "folder", "", "由监护进程启动的进程把日志写到这里", internal=True),
    V("MINZHENG_PROCESS", "text", "", "进程的名字，用作日志文件名", internal=True),
    V("MINZHENG_WORKERS", "number", "2", "网页工作进程数", internal=True),
    V("MINZHENG_TEST_DB", "text", "", "测试库的名字", internal=True),
    V("MINZHENG_TEST_SPARK", "flag", "0", "测试 Spark", internal=True),
    V("MINZHENG_TEST_SPLINK", "flag", "0", "测试 Splink", internal=True),
    V("MINZHENG_TRANSITIONS", "text", "", "重写办理对照表的开关（write）", internal=True),
    V("MINZHENG_CASELOAD_PERSONS", "number", "4000", "存量导入测试的人数", internal=True),
    V("MINZHENG_FUZZ", "number", "2", "模糊测试的次数", internal=True),
    V("MINZHENG_KILL_ROUNDS", "number", "3", "随机杀进程测试的轮数", internal=True),
    V("MINZHENG_PLAN_DOCUMENTS", "folder", "", "测量计划读取准确率的文件夹", internal=True),
    V("MINZHENG_CHROMIUM", "text", "", "测试用的浏览器", internal=True),
    V("MINZHENG_PICTURES", "text", "", "故事截图的位置", internal=True),
    V("MINZHENG_QUERY_COUNTS", "text", "", "测试改记查询次数", internal=True),
)

BY_NAME = {one.name: one for one in TABLE}


def handbook_rows() -> list[str]:
    """The table of settings as Markdown lines, group by group."""
    lines: list[str] = []
    for group in dict.fromkeys(one.group for one in TABLE if not one.internal):
        lines += ["", f"**{group}**", "", "| 环境变量 | 默认 | 说明 |", "|---|---|---|"]
        for one in TABLE:
            if one.group == group and not one.internal:
                lines.append(f"| `{one.name}` | {one.default or '无'} | {one.use} |")
    return lines[1:]
