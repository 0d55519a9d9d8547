"""银行、财政文件格式: declared as data (declared/*.yaml); writers and readers that know no database."""

from minzheng.kernel.payruns.formats.registry import all, detect, get

__all__ = ["all", "detect", "get"]
