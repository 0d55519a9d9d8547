"""Documents agree with the code: the reference is generated; the glossary has every model, post, state and notice;
links in manuals and decisions exist.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps

from minzheng.kernel.accounts.roles import ROLES
from minzheng.kernel.cases.states import STATES
from minzheng.kernel.documents.catalogue.notices import FORMS, NOTICES
from minzheng.kernel.items import registry
from minzheng.site import reference

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def test_参考文档与代码一致() -> None:
    stale = [
        path.relative_to(ROOT).as_posix()
        for path, text in reference.generated(ROOT).items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    assert not stale, f"请运行 make docs：{'、'.join(stale)}"


def glossary() -> dict[str, str]:
    rows = re.findall(r"^\| ([A-Za-z0-9_]+) \| ([^|]+?) \|", (DOCS / "glossary.md").read_text(encoding="utf-8"), re.M)
    return dict(rows)


def test_术语表收全内核模型() -> None:
    pairs = glossary()
    for model in apps.get_app_config("kernel").get_models():
        assert model.__name__ in pairs, f"术语表缺模型 {model.__name__}（{model._meta.verbose_name}）"


def test_术语表的岗位状态文书与代码同名() -> None:
    pairs = glossary()
    for role in ROLES.values():
        assert pairs.get(role.code) == role.title
    for state in STATES:
        assert pairs.get(state.code) == state.title
    for notice in [*NOTICES.values(), *FORMS.values()]:
        assert notice.code in pairs


def test_术语表收全各事项的动作() -> None:
    pairs = glossary()
    for item in registry.all_items():
        for act in item.flow.acts:
            # In brackets, the words of each item: 低保边缘 has no publicity, so its “上报” does not read “拟不同意”
            known = [_plain(title) for title in pairs.get(act.code, "").split("；")]
            assert _plain(act.title) in known, f"术语表缺动作 {act.code}（{act.title}）"


def _plain(title: str) -> str:
    return re.sub("（.*）", "", title)


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.relative_to(DOCS).as_posix())
def test_文档里的相对链接都指得到(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} 里的链接 {target} 指不到"


def test_决定记录编号连续且列在目录里() -> None:
    records = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    index = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))
    for record in records:
        assert record.name in index
        assert record.read_text(encoding="utf-8").startswith(f"# {record.name[:4]} ")
