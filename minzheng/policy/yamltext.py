"""YAML in which every scalar stays the text that was written.

PyYAML's own types lose what matters here: 0370503 becomes octal, 60000.10 a float, ``yes`` a boolean, and 1953-02-30
dies without naming the field. So scalars are read as text with their line, and converted later by the declared type.
Duplicate keys are refused. So are anchors and aliases in rule files, where each value must stand next to its source;
a family file may use them, because programs that write YAML do so for equal members.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # the C library is missing on some platforms
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

from minzheng.policy.errors import InputError

#: Most values one file may hold; the largest rule file has some thousand.
MOST_ITEMS = 200_000
_PROBLEMS = (
    ("cannot start any token", "用了制表符或不能放在开头的符号，缩进请用空格"),
    ("found another document", "一个文件只能写一份内容，请去掉多余的 ---"),
    ("mapping values are not allowed", "冒号的位置不对，检查缩进和上一行"),
    ("could not find expected ':'", "缺少冒号"),
    ("did not find expected key", "缩进没有对齐，或缺少冒号"),
    ("did not find expected", "缩进没有对齐，或括号、引号没有写完"),
    ("found unexpected end of stream", "引号没有写完"),
    ("found undefined alias", "引用了没有写过的锚点"),
)


class Scalar(str):
    """Text of a YAML scalar; ``line`` is 1-based. An unquoted empty value or ``null``/``~`` has ``empty`` set."""

    __slots__ = ("empty", "line")
    line: int
    empty: bool


def line_of(value: object) -> int:
    """Line of a value read from YAML, 0 when it came from elsewhere."""
    return getattr(value, "line", 0)


class Mapping(dict):  # type: ignore[type-arg]
    """A YAML mapping with the line it starts on; keys are ``Scalar`` and know their own line."""

    line: int = 0


class Sequence(list):  # type: ignore[type-arg]
    """A YAML list with the line it starts on."""

    line: int = 0


def _scalar(node: yaml.ScalarNode) -> Scalar:
    text = Scalar(node.value)
    text.line = node.start_mark.line + 1
    # an unquoted scalar has style None from the Python parser, "" from the C parser
    text.empty = not node.style and node.value in ("", "~", "null", "Null", "NULL")
    return text


class _Converter:
    """Nodes → plain values. Counts what it makes: a few aliases of aliases can stand for billions of items."""

    def __init__(self, name: str):
        self.name = name
        self.made = 0

    def value(self, node: yaml.Node) -> Any:
        self.made += 1
        if self.made > MOST_ITEMS:
            raise InputError(f"内容超过 {MOST_ITEMS} 项，请分成几个文件", field=self.name)
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        line = node.start_mark.line + 1
        if isinstance(node, yaml.SequenceNode):
            items = Sequence(self.value(child) for child in node.value)
            items.line = line
            return items
        return self.mapping(node, line)

    def mapping(self, node: yaml.Node, line: int) -> Mapping:
        mapping = Mapping()
        mapping.line = line
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise InputError("键必须是文字", field=self.name, line=key_node.start_mark.line + 1)
            key = _scalar(key_node)
            if key in mapping:
                raise InputError(f"“{key}”写了两次，请只留一个", field=self.name, line=key.line)
            mapping[key] = self.value(value_node)
        return mapping


def _refuse_aliases(text: str, name: str) -> None:
    for token in yaml.scan(text, Loader=_Loader):
        if isinstance(token, (yaml.AnchorToken, yaml.AliasToken)):
            raise InputError(
                "不支持 YAML 的锚点与引用（& 与 *），请直接写出内容", field=name, line=token.start_mark.line + 1
            )


def loads(text: str, name: str = "YAML", *, aliases: bool = False) -> Any:
    """Parse YAML text; ``name`` is the file name used in errors. Raises InputError with the line."""
    try:
        if not aliases:
            _refuse_aliases(text, name)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
        return None if node is None else _Converter(name).value(node)
    except yaml.YAMLError as error:
        raise _not_yaml(error, name) from None
    except RecursionError:
        raise InputError("括号或缩进套得太深，请检查是否写漏了括号", field=name) from None


def _not_yaml(error: yaml.YAMLError, name: str) -> InputError:
    """The parser speaks English: its usual complaints in Chinese, the rest as they are."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or ""
    reason = next((chinese for words, chinese in _PROBLEMS if words in problem), problem or "有不可见的控制字符")
    return InputError(f"不是正确的 YAML（{reason}）", field=name, line=mark.line + 1 if mark else 0)


def load(path: str | Path, *, aliases: bool = False) -> Any:
    """Parse a YAML file (UTF-8). Raises InputError naming the file and line."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"找不到文件 {path}", field=path.name) from None
    except IsADirectoryError:
        raise InputError(f"{path} 是文件夹，不是文件", field=path.name) from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"文件 {path} 不是 UTF-8 文本（第 {error.start + 1} 个字节起读不出来），请另存为 UTF-8 编码",
            field=path.name,
        ) from None
    except OSError as error:
        raise InputError(f"文件 {path} 读不出来（{error.strerror}），请检查权限", field=path.name) from None
    return loads(text, path.name, aliases=aliases)
