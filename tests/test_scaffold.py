"""``minzheng new``: what it writes is sound at once; what it cannot write it refuses with a sentence and writes nothing."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from minzheng.datacenter.sources import registry
from minzheng.policy.cases import load_cases, run_case
from minzheng.policy.ruleset import Ruleset
from minzheng.site.paths import PACKAGE
from minzheng.site.scaffold import BENEFIT, new


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A package with today's benefits: rules, words, parameters, cases and the values of all regions."""
    target = tmp_path / "minzheng"
    kept = shutil.ignore_patterns("tests", "__pycache__", "item.py", "notices", "procedure")
    shutil.copytree(PACKAGE / "business", target / "business", ignore=kept)
    shutil.copytree(PACKAGE / "regions", target / "regions")
    return target


def make(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(new, [*arguments, "--root", str(root)])


def files(root: Path) -> set[Path]:
    return {path for path in root.rglob("*") if path.is_file()}


def test_新建的待遇_规则参数用例马上就对(root: Path) -> None:
    before = files(root)
    made = make(root, "benefit", "elderly.centenarian", "--name", "百岁礼金", "--title", "百岁老人礼金")
    assert made.exit_code == 0, made.output
    assert len(files(root) - before) == len(BENEFIT)
    ruleset = Ruleset(root / "business", root / "regions")
    assert ruleset.check() == []
    assert "elderly.centenarian" in ruleset.benefit_codes()
    cases = load_cases(root / "business/elderly/centenarian/cases.yaml", "elderly.centenarian")
    assert len(cases) == 6
    assert [problem for case in cases for problem in run_case(ruleset, case)] == []


def test_新建的事项_流程从草稿通到待遇(root: Path) -> None:
    make(root, "benefit", "elderly.centenarian", "--name", "百岁礼金")
    path = root / "business/elderly/centenarian/item.py"
    spec = importlib.util.spec_from_file_location("scaffolded_item", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    flow = module.ITEM.flow
    codes, reached = {s.code for s in flow.states}, {"DRAFT"}
    for _ in codes:
        reached |= {target for source, _act, target in flow.edges() if source in reached}
    assert reached == codes
    assert module.procedure.load().declarations["百岁礼金_初审工作日"].default is not None


def test_新建的业务线_接着能建待遇(root: Path) -> None:
    assert make(root, "line", "veterans", "--title", "优抚安置").exit_code == 0
    made = make(root, "benefit", "veterans.visit", "--name", "优抚慰问金")
    assert made.exit_code == 0, made.output
    assert Ruleset(root / "business", root / "regions").check() == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("benefit", "centenarian", "--name", "百岁礼金"), "业务线.代码"),
        (("benefit", "nowhere.centenarian", "--name", "百岁礼金"), "没有业务线"),
        (("benefit", "elderly.Centenarian", "--name", "百岁礼金"), "小写字母"),
        (("benefit", "elderly.centenarian", "--name", "百岁 礼金"), "不带空格"),
        (("benefit", "elderly.centenarian", "--name", "ＡＢ礼金"), "全角"),
        (("benefit", "elderly.centenarian", "--name", "高龄津贴"), "已经是别的规则"),
        (("benefit", "elderly.old_age", "--name", "百岁礼金"), "已经有了"),
        (("benefit", "elderly.centenarian", "--name", "百岁礼金", "--since", "去年"), "2026-01-01"),
        (("benefit", "elderly.centenarian", "--name", "百岁礼金", "--number-code", "百岁"), "大写字母"),
        (("line", "elderly", "--title", "又一条"), "已经有了"),
    ],
)
def test_不能建的_说一句话_什么也不写(root: Path, arguments: tuple[str, ...], said: str) -> None:
    before = files(root)
    refused = make(root, *arguments)
    assert refused.exit_code == 2 and said in refused.output
    assert files(root) == before


def test_新建一个数据来源_马上能用_名称和代码写错的说清楚(tmp_path: Path) -> None:
    root = tmp_path / "minzheng"
    asked = [
        "source",
        "heating",
        "--title",
        "集中供暖缴费",
        "--department",
        "realty",
        "--class",
        "employment",
        "--root",
        str(root),
    ]
    made = CliRunner().invoke(new, asked)
    assert made.exit_code == 0, made.output
    spec = registry.found(root / "datacenter" / "sources")["heating"]
    assert (spec.title, spec.department, spec.classes) == ("集中供暖缴费", "realty", ("employment",))
    assert len(spec.fixture.read_text(encoding="utf-8").splitlines()) == 33
    again = CliRunner().invoke(new, asked)
    assert again.exit_code == 2
    assert "已经有了，什么也没有写" in again.output
    wrong = CliRunner().invoke(new, [*asked[:5], "heat", *asked[6:]])
    assert (wrong.exit_code, "没有代码为“heat”的部门" in wrong.output) == (2, True)

    text = (spec.folder / "source.yaml").read_text(encoding="utf-8")
    (spec.folder / "source.yaml").write_text(text.replace("type: money_yuan", "type: money"), encoding="utf-8")
    broken = CliRunner().invoke(new, ["sample", "heating", "--root", str(root)])
    assert broken.exit_code == 2
    assert "的类型“money”不认识" in broken.output
