"""The page register as one OpenAPI 3.1 document: ``minzheng pages --openapi``.

Addresses, permissions, filters and fields come from the declarations themselves, so the description cannot fall behind.
Requests are made with the session of a signed-in user; forms also need the page's own token (CSRF)."""

from __future__ import annotations

import re
from typing import Any

from minzheng import __version__
from minzheng.kernel.openapi.schemas import Schema, form_schema, query_schemas
from minzheng.kernel.pages import registry
from minzheng.kernel.parts.bodies import ActionBody, BatchBody, Custom, ExportBody, FormBody, ListBody
from minzheng.kernel.parts.fields import Field, Photo
from minzheng.kernel.parts.page import Page

_ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
#: Django's path converters in JSON Schema. Row ids are 64-bit, larger than a JSON number holds exactly.
_ARGUMENTS: dict[str, Schema] = {
    "int": {"type": "string", "pattern": "^[0-9]{1,19}$"},
    "slug": {"type": "string", "pattern": "^[-a-zA-Z0-9_]{1,60}$"},
    "str": {"type": "string", "pattern": "^[^/]{1,60}$", "minLength": 1},
    "uuid": {"type": "string", "format": "uuid"},
}
_FORM, _UPLOAD = "application/x-www-form-urlencoded", "multipart/form-data"


def document() -> dict[str, Any]:
    """The whole description."""
    paths: dict[str, Any] = {}
    for page in registry.pages().values():
        paths[address(page)] = operations(page)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "民政一体化平台",
            "version": __version__,
            "description": "由页面登记表生成：每个页面、导出与接口的地址、权限、参数。",
        },
        "paths": paths,
        "components": {"securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "minzheng"}}},
    }


def address(page: Page) -> str:
    """``console/cases/<int:pk>/`` → ``/console/cases/{pk}/``."""
    return "/" + _ARGUMENT.sub(r"{\2}", page.path)


def operations(page: Page) -> dict[str, Any]:
    """The operations of one page by method."""
    found: dict[str, Any] = {"parameters": _arguments(page)} if page.has_arguments else {}
    methods = _methods(page)
    if "GET" in methods:
        found["get"] = _operation(page, "get") | {"parameters": _query(page)}
    if "POST" in methods:
        found["post"] = _operation(page, "post") | {"requestBody": _request_body(fields_of(page))}
    return found


def fields_of(page: Page) -> tuple[Field, ...]:
    """The fields that are known without an object and a reader; those that depend on them are not described."""
    body = page.body
    if isinstance(body, FormBody | ActionBody | BatchBody):
        return () if callable(body.fields) else tuple(body.fields)
    if isinstance(body, Custom):
        return tuple(body.fields() if callable(body.fields) else body.fields)
    return ()


def _methods(page: Page) -> tuple[str, ...]:
    if isinstance(page.body, Custom):
        return tuple(page.body.methods)
    if isinstance(page.body, FormBody | ActionBody):
        return ("GET", "POST")
    return ("POST",) if isinstance(page.body, BatchBody) else ("GET",)


def _operation(page: Page, method: str) -> dict[str, Any]:
    return {
        "operationId": f"{page.code}.{method}",
        "summary": page.title,
        "tags": [page.audience],
        "x-permission": page.permission,
        "x-kind": page.kind,
        "security": [] if page.permission is None else [{"session": []}],
        "responses": _responses(page, method),
    }


def _responses(page: Page, method: str) -> dict[str, Any]:
    sentences = {"200": "内容", "302": "转到别的页面或登录页", "404": "没有，或不在您的范围内"}
    if page.permission is not None:
        sentences |= {"401": "没有登录（程序）", "403": "岗位没有这项权限"}
    if method == "post":
        sentences |= {"409": "别人刚办过，请重新打开", "422": "填写有误或不能办理，内容里有说明"}
    return {code: {"description": text} for code, text in sorted(sentences.items())}


def _arguments(page: Page) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _ARGUMENTS[kind or "str"]}
        for kind, name in _ARGUMENT.findall(page.path)
    ]


def _query(page: Page) -> list[dict[str, Any]]:
    body = page.body
    schemas: dict[str, Schema] = {}
    if isinstance(body, ListBody):
        schemas = query_schemas(body)
    elif isinstance(body, ExportBody):
        listed = registry.get(body.of).body
        assert isinstance(listed, ListBody)
        schemas = query_schemas(listed) | {"format": {"type": "string", "enum": ["xlsx", "csv"]}}
    return [{"name": name, "in": "query", "schema": schema} for name, schema in schemas.items()]


def _request_body(fields: tuple[Field, ...]) -> dict[str, Any]:
    kind = _UPLOAD if any(isinstance(field, Photo) for field in fields) else _FORM
    schema = form_schema(fields) if fields else {"type": "object", "additionalProperties": {"type": "string"}}
    return {"content": {kind: {"schema": schema}}}
