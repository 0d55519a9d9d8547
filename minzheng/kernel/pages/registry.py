"""All declared pages: found in modules named ``pages`` or ``…_pages``, checked once, and turned into URL patterns."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, URLPattern, path, reverse

import minzheng
from minzheng.kernel.parts.page import Page

#: Packages below ``minzheng`` whose ``pages`` modules are read; they are named here as text so that the kernel
#: imports nothing of the layers above it.
LAYERS = ("kernel", "datacenter", "business", "online", "site")
_SKIPPED = ("tests", "migrations", "templates", "static")


@cache
def pages() -> dict[str, Page]:
    """code → page, in the order of layers and folders. Two pages with one code or one address are an error."""
    found: dict[str, Page] = {}
    paths: dict[str, str] = {}
    for module_name in _modules():
        for page in getattr(import_module(module_name), "PAGES", ()):
            if page.code in found:
                raise ImproperlyConfigured(f"页面代码 {page.code} 在 {module_name} 里重复声明，请换一个代码。")
            if page.path in paths:
                raise ImproperlyConfigured(f"页面 {page.code} 与 {paths[page.path]} 用了同一个地址“{page.path}”。")
            found[page.code], paths[page.path] = page, page.code
    return found


def get(code: str) -> Page:
    return pages()[code]


def url_patterns() -> list[URLPattern]:
    """One URL per page, each behind the gate."""
    from minzheng.kernel.pages.gate import guarded
    from minzheng.kernel.pages.views import view_of

    return [path(page.path, guarded(page, view_of(page)), name=page.code) for page in pages().values()]


def example_url(page: Page) -> str | None:
    """A real address of this page, with a demo object's id where it takes one; None when there is no such object."""
    arguments: Any = {}
    if page.has_arguments:
        arguments = page.example() if page.example else None
        if arguments is None:
            return None
    try:
        return reverse(page.code, kwargs=dict(arguments))
    except NoReverseMatch:
        return None


def listing(examples: bool = True) -> list[dict[str, Any]]:
    """What ``minzheng pages --json`` prints: every page, export and endpoint."""
    return [
        {
            "code": page.code,
            "title": page.title,
            "url": "/" + page.path,
            "example": example_url(page) if examples else None,
            "permission": page.permission,
            "audience": page.audience,
            "kind": page.kind,
        }
        for page in pages().values()
    ]


def _modules() -> Iterator[str]:
    for layer in LAYERS:
        package = import_module(f"minzheng.{layer}")
        yield from sorted(_below(list(package.__path__), f"minzheng.{layer}."))


def _below(paths: list[str], prefix: str) -> Iterator[str]:
    for info in pkgutil.iter_modules(paths, prefix):
        name = info.name.rpartition(".")[2]
        if (name == "pages" or name.endswith("_pages")) and not info.ispkg:
            yield info.name
        elif info.ispkg and name not in _SKIPPED:
            folder = minzheng.__path__[0] + "/" + info.name.removeprefix("minzheng.").replace(".", "/")
            yield from _below([folder], info.name + ".")
