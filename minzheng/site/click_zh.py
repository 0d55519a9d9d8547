"""Chinese for the command line: click's own English sentences, one by one; what has no entry is shown as it is."""

from __future__ import annotations

import click
import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.types

SENTENCES = {
    "Usage:": "用法：",
    "Usage: ": "用法：",
    "Options": "选项",
    "Commands": "命令",
    "Arguments": "参数",
    "Show this message and exit.": "显示本说明后退出。",
    "Show the version and exit.": "显示版本后退出。",
    "Error: {message}": "错误：{message}",
    "Aborted!": "已中止。",
    "Missing command.": "缺少子命令。",
    "No such command {name!r}.": "没有 {name!r} 这个命令。",
    "No such option: {name}": "没有 {name} 这个选项。",
    "No such option {name!r}.": "没有 {name!r} 这个选项。",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing {param_type}": "缺少{param_type}",
    "Invalid value: {message}": "值不对：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的值不对：{message}",
    "Option {name!r} requires an argument.": "选项 {name!r} 后面要写值。",
    "Option {name!r} does not take a value.": "选项 {name!r} 后面不写值。",
    "Got unexpected extra argument ({args})": "多出参数（{args}）。",
    "Got unexpected extra arguments ({args})": "多出参数（{args}）。",
    "Try '{command} {option}' for help.": "运行 {command} {option} 查看用法。",
    "{name} {filename!r} does not exist.": "{name} {filename!r} 不存在。",
    "{name} {filename!r} is a file.": "{name} {filename!r} 是文件，不是目录。",
    "{name} {filename!r} is a directory.": "{name} {filename!r} 是目录，不是文件。",
    "{name} {filename!r} is not readable.": "{name} {filename!r} 不能读取。",
    "{name} {filename!r} is not writable.": "{name} {filename!r} 不能写入。",
    "{value!r} is not a valid {number_type}.": "{value!r} 不是数字，或者应写整数。",
    "{value!r} is not a valid boolean.": "{value!r} 应写 true 或 false。",
    "{value!r} does not match the format {format}.": "{value!r} 应写成 {format}。",
    "{value!r} does not match the formats {formats}.": "{value!r} 应写成 {formats} 之一。",
    "{value!r} is not one of {choices}.": "{value!r} 不在可选范围内：{choices}。",
    "{value!r} is not {choice}.": "{value!r} 只能是 {choice}。",
    "{value} is not in the range {range}.": "{value} 超出范围 {range}。",
    "Could not open file {filename!r}: {message}": "打不开文件 {filename!r}：{message}",
    "Did you mean {possibility}?": "是否想写 {possibility}？",
    "(Possible options: {possibilities})": "（可用：{possibilities}）",
    "File": "文件",
    "file": "文件",
    "Directory": "目录",
    "directory": "目录",
    "Path": "路径",
    "path": "路径",
    "argument": "参数",
    "option": "选项",
    "parameter": "参数",
    "default: {default}": "默认 {default}",
    "required": "必填",
    "unknown error": "原因不明",
}


def _translate(sentence: str) -> str:
    return SENTENCES.get(sentence, sentence)


def _translate_plural(one: str, many: str, count: int) -> str:
    return _translate(one) if count == 1 else _translate(many)


def install() -> None:
    """Make click use the table above (gettext is the only entrance click leaves)."""
    for module in (click.core, click.decorators, click.exceptions, click.formatting, click.parser, click.types):
        if hasattr(module, "_"):
            module._ = _translate  # type: ignore[attr-defined]
        if hasattr(module, "ngettext"):
            module.ngettext = _translate_plural  # type: ignore[attr-defined]
