"""``minzheng policy …`` as outside callers use it."""

import json
import subprocess
import sys

import pytest
import yaml
from click.testing import CliRunner

from minzheng.policy.cli import policy

FAMILY = """\
地区: 370503
日期: 2021-09-01
家庭:
  城乡: 城市
成员:
  - {姓名: 夫, 工资性收入: 2200, 就业成本: 260.70}
  - {姓名: 妻}
  - {姓名: 子, 出生日期: 2009-05-01}
  - {姓名: 祖母, 出生日期: 1953-02-03, 转移净收入: "210", 不计入收入: 93}
"""


@pytest.fixture
def run(tmp_path):
    def call(text, *options):
        path = tmp_path / "一户.yaml"
        path.write_text(text, encoding="utf-8")
        return CliRunner().invoke(policy, ["explain", str(path), *options])

    return call


def test_一户的结果是约定的形状(run):
    result = run(FAMILY, "--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert list(answer) == ["家庭", "成员", "未配置", "解释"]
    household = answer["家庭"]
    assert household["保障人口"] == 4
    assert household["家庭月收入"] == "2056.30"
    assert household["人均月收入"] == "514.08"
    assert household["低保资格"] is True
    assert household["低保金"] == household["家庭月待遇合计"] == "1419.70"
    assert household["渐退资格"] is False
    assert household["低保边缘资格"] is False
    assert [m["姓名"] for m in answer["成员"]] == ["夫", "妻", "子", "祖母"]
    assert all(m["分类施保金"] == "0.00" and m["特困资格"] is False for m in answer["成员"])
    assert "assistance.festival" in answer["未配置"]  # nothing is known of 河口's
    assert not {"assistance.dibao", "assistance.dibao_edge", "assistance.tekun"} & set(answer["未配置"])
    graph = answer["解释"]
    assert set(graph) == {"roots", "nodes"}
    assert set(graph["nodes"]["低保金"]) == {"name", "value", "inputs", "params", "law"}
    assert "低保金" in graph["roots"]


@pytest.mark.parametrize("region", ["370503", '"370503"', '"370503001"', "370503001002", '"370503000000"'])
def test_地区可以是数也可以是文字(run, region):
    answer = json.loads(run(FAMILY.replace("370503", region), "--json").stdout)
    assert answer["家庭"]["低保金"] == "1419.70"


def test_只要一项福利时解释只从它开始(run):
    answer = json.loads(run(FAMILY, "--benefit", "assistance.dibao_edge", "--json").stdout)
    assert answer["解释"]["roots"] == ["低保边缘资格"]
    assert answer["家庭"]["低保金"] == "1419.70"


def test_没有JSON时是读得懂的中文(run):
    result = run(FAMILY)
    assert result.exit_code == 0
    assert "低保金：1419.70" in result.stdout
    assert "办法：补差 = 保障标准 × 保障人口 − 家庭月收入" in result.stdout
    assert "保障标准_城市 = 869.00 元/月（县 370503；" in result.stdout


def test_不予确认的理由也说出来(run):
    result = run(FAMILY.replace("2200", "9000"))
    assert "R01 收入超标。家庭月收入 8856.30 元，不低于保障标准 869.00 元 × 4 人 = 3476.00 元" in result.stdout


@pytest.mark.parametrize("yes", ["是", "true", "True", "TRUE", "yes", "On"])
def test_是否可以写中文也可以写英文(run, yes):
    answer = json.loads(run(FAMILY.replace("{姓名: 妻}", f"{{姓名: 妻, 重病: {yes}}}"), "--json").stdout)
    assert answer["解释"]["nodes"]["成员2.重病"]["value"] is True


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("城乡: 城市", "城乡镇: 城市", "一户.yaml:4 家庭：不认识“城乡镇”这个词"),
        ("城乡: 城市", "城乡: 市里", "一户.yaml:4 家庭的“城乡”：只能是 城市、农村，写的是“市里”"),
        ("工资性收入: 2200", "工资性收入: -5", "一户.yaml:6 成员第1项（夫）的“工资性收入”：不能是负数"),
        ("2009-05-01", "2009-02-30", "一户.yaml:8 成员第3项（子）的“出生日期”：没有“2009-02-30”这一天"),
        ("2009-05-01", "2021-09-02", "晚于核算日期 2021-09-01"),
        ("日期: 2021-09-01\n", "", "缺少“日期”"),
        ("日期: 2021-09-01", "日期: 去年", "应为“年-月-日”的日期"),
        ("地区: 370503", "地区: 37050", "行政区划代码应为 2、4、6、9 或 12 位数字"),
        ("  城乡: 城市", "  城乡: 城市\n  城乡: 农村", "一户.yaml:5 “城乡”写了两次"),
        ("成员:", "人员:", "不认识“人员”"),
        ("日期: 2021-09-01", "日期: 2022-01-01", "370503 在 2022-01-01 不能计算 assistance.dibao：缺少“保障标准_城市”"),
        ("地区: 370503", "地区: 999999", "999999 在 2021-09-01 不能计算 assistance.dibao"),
        ("家庭:", "家庭: [", "不是正确的 YAML"),
        ("  城乡: 城市", "\t城乡: 城市", "一户.yaml:4 不是正确的 YAML（用了制表符或不能放在开头的符号"),
        ("地区: 370503", "地区: ~", "一户.yaml:1 缺少“地区”"),
        ("{姓名: 妻}", "{姓名: 妻, 重病: [是]}", "成员第2项（妻）的“重病”：应只写一个值"),
        ("{姓名: 妻}", "[" * 4000 + "]" * 4000, "套得太深"),
        ("- {姓名: 妻}", "- &a [" + "*a," * 9 + "]", "套得太深"),
    ],
)
def test_输入有误退出码为二并说明哪里(run, old, new, message):
    result = run(FAMILY.replace(old, new), "--json")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_没有填的词和没写一样(run):
    blank = "{姓名: 妻, 工资性收入: null, 就业成本: ~, 死亡日期: , 重病: }"
    answer = json.loads(run(FAMILY.replace("{姓名: 妻}", blank), "--json").stdout)
    assert answer == json.loads(run(FAMILY, "--json").stdout)


def test_程序写出的引用照样读(run):
    same = {"姓名": "甲", "工资性收入": 100}
    text = yaml.safe_dump({"地区": 370503, "日期": "2021-09-01", "成员": [same, same]}, allow_unicode=True)
    assert "*id001" in text
    assert json.loads(run(text, "--json").stdout)["家庭"]["低保金"] == "1538.00"


def test_引用套引用不会撑满内存(run):
    layers = "".join(f"  - &x{i} [{', '.join([f'*x{i - 1}'] * 9)}]\n" for i in range(1, 10))
    result = run(FAMILY + "赡养义务人:\n  - &x0 [1]\n" + layers)
    assert result.exit_code == 2
    assert "内容超过 200000 项" in result.stderr


def test_不是UTF8的文件(tmp_path):
    path = tmp_path / "一户.yaml"
    path.write_bytes(FAMILY.encode("gbk"))
    result = CliRunner().invoke(policy, ["explain", str(path)])
    assert result.exit_code == 2
    assert "不是 UTF-8 文本（第 1 个字节起读不出来），请另存为 UTF-8 编码" in result.stderr


def test_没有这项福利(run):
    result = run(FAMILY, "--benefit", "assistance.moon")
    assert result.exit_code == 2
    assert "没有“assistance.moon”这项福利" in result.stderr


def test_当时没有的福利不能单独要(run):
    text = FAMILY.replace("370503", "420821").replace("2021-09-01", "2015-06-01")
    assert run(text, "--json").exit_code == 0
    result = run(text, "--benefit", "assistance.dibao_edge")
    assert result.exit_code == 2
    assert "420821 在 2015-06-01 不能计算 assistance.dibao_edge：缺少当时有效的规则" in result.stderr


def test_找不到文件():
    result = CliRunner().invoke(policy, ["explain", "没有.yaml"])
    assert result.exit_code == 2
    assert "找不到文件 没有.yaml" in result.stderr


def test_空文件(run):
    result = run("")
    assert result.exit_code == 2
    assert "应写 地区、日期、家庭、成员 四项" in result.stderr


def test_列出参数和当地的值():
    result = CliRunner().invoke(policy, ["params", "--region", "431227", "--date", "2021-09-01", "--json"])
    assert result.exit_code == 0
    listed = {p["name"]: p for p in json.loads(result.stdout)["参数"]}
    rural = listed["保障标准_农村"]
    assert (rural["benefit"], rural["units"]) == ("assistance.dibao", ["元/月", "元/年"])
    assert rural["value"]["value"] == "4300.00"
    assert rural["value"]["unit"] == "元/年"
    assert rural["value"]["level"] == "省"
    assert "4300元/年" in rural["value"]["reference"]


@pytest.mark.parametrize("options", [["--region", "abc"], ["--date", "2021-13-01"]])
def test_列参数的输入有误(options):
    result = CliRunner().invoke(policy, ["params", *options, "--json"])
    assert result.exit_code == 2
    assert result.stdout == ""


def test_检查通过退出码为零():
    result = CliRunner().invoke(policy, ["check", "--json"])
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer["问题"] == answer["用例不符"] == []
    assert answer["用例"] >= 140


def test_平台本身用不到成批计算的程序包():
    """numpy, numba, pyarrow and duckdb are optional: nothing but the three bulk commands may import them."""
    code = (
        "import sys, minzheng.policy.cli, minzheng.policy.fail_if\n"
        "from minzheng.policy import load_ruleset\n"
        "assert load_ruleset().check() == []\n"
        "print([m for m in ('numpy', 'numba', 'pyarrow', 'duckdb', 'pyspark') if m in sys.modules])\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
