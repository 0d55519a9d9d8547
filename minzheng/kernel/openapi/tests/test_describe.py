"""The interface description says what the register says, and is valid OpenAPI."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from click.testing import CliRunner

from minzheng.kernel.openapi.cli import pages
from minzheng.kernel.openapi.describe import address, document
from minzheng.kernel.pages import registry


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return document()


def test_每个页面都在描述里_权限与登记表一致(described: dict[str, Any]) -> None:
    for page in registry.pages().values():
        operations = described["paths"][address(page)]
        found = [one for method, one in operations.items() if method != "parameters"]
        assert found, page.code
        assert {one["x-permission"] for one in found} == {page.permission}
        assert bool(found[0]["security"]) is (page.permission is not None)


def test_描述能被别的程序读懂(described: dict[str, Any]) -> None:
    read = schemathesis.openapi.from_dict(described)
    assert sum(1 for _ in read.get_all_operations()) >= len(registry.pages())


def test_列表的查询条件_导出也有(described: dict[str, Any]) -> None:
    names = {one["name"] for one in described["paths"]["/console/cases/"]["get"]["parameters"]}
    assert {"q", "state", "due", "submitted_from", "submitted_to", "sort", "page"} <= names
    exported = {one["name"] for one in described["paths"]["/console/cases/export/"]["get"]["parameters"]}
    assert names | {"format"} == exported


def test_表单的字段_金额写成元(described: dict[str, Any]) -> None:
    body = described["paths"]["/console/cases/{pk}/acts/{act}/"]["post"]["requestBody"]["content"]
    properties = body["multipart/form-data"]["schema"]["properties"]
    assert properties["visited_on"] == {"title": "入户日期", "type": "string", "format": "date"}
    assert "元" in properties["amount"]["description"]


@pytest.mark.django_db
def test_命令输出的就是这份描述(described: dict[str, Any]) -> None:
    assert json.loads(CliRunner().invoke(pages, ["--openapi"]).output) == described
