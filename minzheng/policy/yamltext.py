"""YAML in which every scalar stays the text that was written.

PyYAML's own types lose what matters here: 0370503 becomes octal, 60000.10 a float, ``yes`` a boolean, and 1953-02-30
dies without naming the field. So scalars are read as text with their line, and converted later by the declared type.
Duplicate keys, anchors and aliases are refused.
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
    text.empty = node.style is None and node.value in ("", "~", "null")
    return text


def _convert(node: yaml.Node, name: str) -> Any:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        items = Sequence(_convert(child, name) for child in node.value)
        items.line = line
        return items
    mapping = Mapping()
    mapping.line = line
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise InputError("键必须是文字", field=name, line=key_node.start_mark.line + 1)
        key = _scalar(key_node)
        if key in mapping:
            raise InputError(f"“{key}”写了两次，请只留一个", field=name, line=key.line)
        mapping[key] = _convert(value_node, name)
    return mapping


def loads(text: str, name: str = "YAML") -> Any:
    """Parse YAML text; ``name`` is the file name used in errors. Raises InputError with the line."""
    try:
        loader = _Loader(text)
        try:
            for token in yaml.scan(text, Loader=_Loader):
                if isinstance(token, (yaml.AnchorToken, yaml.AliasToken)):
                    raise InputError(
                        "不支持 YAML 的锚点与引用（& 与 *），请直接写出内容", field=name, line=token.start_mark.line + 1
                    )
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        raise InputError(
            f"不是正确的 YAML（{getattr(error, 'problem', None) or '无法解析'}）", field=name, line=line
        ) from None
    return None if node is None else _convert(node, name)


def load(path: str | Path) -> Any:
    """Parse a YAML file (UTF-8). Raises InputError naming the file and line."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"找不到文件 {path}", field=path.name) from None
    except IsADirectoryError:
        raise InputError(f"{path} 是文件夹，不是文件", field=path.name) from None
    except (UnicodeDecodeError, OSError) as error:
        raise InputError(f"文件 {path} 读不出来（须为 UTF-8 文本）：{error}", field=path.name) from None
    return loads(text, path.name)
