"""本层的错误：每个都是一句中文（什么、哪里、怎么办），并带命令行退出码。

退出码：0 完成；1 检查不通过或发现篡改；2 输入有误；3 数据库不可用。
"""

from __future__ import annotations


class SiteError(Exception):
    """启动、配置或运行环境的问题。"""

    exit_code = 1


class DatabaseUnavailable(SiteError):
    """数据库连不上或启动不了。"""

    exit_code = 3


class BadSetting(SiteError):
    """环境变量写错了。"""

    exit_code = 2
