"""``minzheng new …``: the folder of a new benefit, business line or source of data, complete and green from the first
minute.

What is written is a small real benefit (a monthly amount from an age on) whose rules, parameters, cases, values of the demo
county and application work at once; its author changes it piece by piece, with every check running."""

from __future__ import annotations

import datetime
import re
import sys
import unicodedata
from pathlib import Path
from typing import NoReturn

import click

from minzheng.site.paths import PACKAGE

TEMPLATES = Path(__file__).with_name("templates")
_CODE = re.compile(r"[a-z][a-z0-9_]{1,30}", re.ASCII)
_NUMBER = re.compile(r"[A-Z]{2,6}", re.ASCII)
#: Template → where it goes, seen from the package.
BENEFIT = {
    "init": "business/{line}/{code}/__init__.py",
    "rules": "business/{line}/{code}/rules.py",
    "params": "business/{line}/{code}/params.yaml",
    "cases": "business/{line}/{code}/cases.yaml",
    "item": "business/{line}/{code}/item.py",
    "procedure": "business/{line}/{code}/procedure.yaml",
    "readme": "business/{line}/{code}/README.md",
    "test": "business/{line}/tests/test_{code}.py",
    "demo": "regions/990101/{code}.yaml",
}
SOURCE = {"source": "datacenter/sources/{code}/source.yaml"}
LINE = {
    "init": "business/{line}/__init__.py",
    "tests_init": "business/{line}/tests/__init__.py",
    "line": "business/{line}/line.py",
    "apps": "business/{line}/apps.py",
}


@click.group("new")
def new() -> None:
    """新建文件夹骨架：一条业务线，一项待遇，或一个数据来源。建好就能用、能通过检查，再一处一处改成您的规定。"""


@new.command("line")
@click.argument("code")
@click.option("--title", required=True, help="业务线的名称，如 优抚安置")
@click.option("--root", type=click.Path(path_type=Path, file_okay=False), default=PACKAGE, hidden=True)
def line(code: str, title: str, root: Path) -> None:
    """新建一条业务线。CODE 是英文代码，如 veterans。"""
    _check_code(code, "业务线代码")
    words = {"line": code, "title": title, "Class": "".join(part.title() for part in code.split("_"))}
    _write(root, LINE, "line", words)
    click.echo(f"业务线 {code}（{title}）建好了。接着：minzheng new benefit {code}.<代码> --name <名称>")


@new.command("benefit")
@click.argument("code")
@click.option("--name", required=True, help="待遇的名称，也是规则里的词：不带空格和标点，如 百岁礼金")
@click.option("--title", default="", help="对外的全称；不写就用名称")
@click.option("--number-code", default="", help="办件编号里的字母，如 BS；不写取英文代码的头几个字母")
@click.option("--since", default="", metavar="DATE", help="规定从哪天起，默认今年 1 月 1 日")
@click.option("--root", type=click.Path(path_type=Path, file_okay=False), default=PACKAGE, hidden=True)
def benefit(code: str, name: str, title: str, number_code: str, since: str, root: Path) -> None:
    """新建一项待遇。CODE 写成 业务线.代码，如 elderly.centenarian。"""
    line_code, dot, own = code.partition(".")
    if not dot:
        _refuse(f"待遇代码要写成“业务线.代码”，写的是“{code}”")
    _check_code(line_code, "业务线代码")
    _check_code(own, "待遇代码")
    if not (root / "business" / line_code / "apps.py").is_file():
        _refuse(f"没有业务线“{line_code}”，请先运行 minzheng new line {line_code} --title <名称>")
    _check_name(name, root)
    letters = (number_code or own.replace("_", "")[:4]).upper()
    if not _NUMBER.fullmatch(letters):
        _refuse(f"办件编号的字母要 2 到 6 个大写字母，写的是“{letters}”")
    day = _day(since)
    words = {
        "line": line_code, "code": own, "name": name, "title": title or name, "number_code": letters,
        "since": day.isoformat(), "demo_since": "2025-07-01", "demo_until": "2027-06-30",
    }  # fmt: skip
    made = _write(root, BENEFIT, "benefit", words)
    click.echo(f"{title or name}（{code}）建好了：")
    for path in made:
        click.echo(f"  {path}")
    click.echo("接着：改 rules.py 里的条件和金额，改 cases.yaml 里的用例，运行 minzheng policy check；")
    click.echo("都对了再运行 make docs 和 make test。写法见 docs/handbook/12-新增一项待遇.md。")


@new.command("source")
@click.argument("code")
@click.option("--title", required=True, help="来源的名称，如 集中供暖缴费")
@click.option("--department", required=True, help="哪个部门，写代码，如 realty；写错会列出全部")
@click.option("--class", "class_", required=True, help="产生哪一类事实，写代码，如 employment；写错会列出全部")
@click.option("--root", type=click.Path(path_type=Path, file_okay=False), default=PACKAGE, hidden=True)
def source(code: str, title: str, department: str, class_: str, root: Path) -> None:
    """新建一个数据来源：声明、样例，马上能出模板、能入湖。CODE 是英文代码，如 heating。"""
    from minzheng.datacenter.sources import fixtures, reading
    from minzheng.datacenter.sources.classes import CLASSES, DEPARTMENT_TITLES

    _check_code(code, "来源代码")
    for what, given, known in (
        ("部门", department, DEPARTMENT_TITLES),
        ("事实类别", class_, {name: about[0] for name, about in CLASSES.items()}),
    ):
        if given not in known:
            _refuse(
                f"没有代码为“{given}”的{what}；现有：" + "、".join(f"{name} {word}" for name, word in known.items())
            )
    if re.search(r"[\"{}\[\]:#]", title) or not title.strip():
        _refuse(f"名称里不要用引号、冒号、括号和 #，写的是“{title}”")
    words = {"code": code, "title": title.strip(), "department": department, "class": class_}
    made = _write(root, SOURCE, "source", words)
    sample = fixtures.write(reading.load(root / "datacenter" / "sources" / code))
    click.echo(f"数据来源 {code}（{title}）建好了：")
    for path in [*made, sample.relative_to(root.parent)]:
        click.echo(f"  {path}")
    click.echo(
        "接着：把 source.yaml 里的依据、列、别名和事实改成实际的，运行 minzheng new sample " + code + " 重写样例；"
    )
    click.echo("写法见 docs/handbook/13-数据湖与数据来源.md。")


@new.command("sample")
@click.argument("code")
@click.option("--root", type=click.Path(path_type=Path, file_okay=False), default=PACKAGE, hidden=True)
def sample(code: str, root: Path) -> None:
    """按 source.yaml 重写一个来源的样例 fixture.csv；声明写错时说清哪一行。"""
    from minzheng.datacenter.sources import fixtures, reading
    from minzheng.datacenter.sources.errors import SourceRefused

    folder = root / "datacenter" / "sources" / code
    if not (folder / "source.yaml").is_file():
        _refuse(
            f"没有数据来源“{code}”，请先运行 minzheng new source {code} --title <名称> --department <部门> --class <类别>"
        )
    try:
        click.echo(f"样例写在 {fixtures.write(reading.load(folder)).relative_to(root.parent)}")
    except SourceRefused as error:
        _refuse(str(error))


def _check_code(code: str, what: str) -> None:
    if not _CODE.fullmatch(code):
        _refuse(f"{what}只能用小写字母、数字和下划线，以字母开头，写的是“{code}”")


def _check_name(name: str, root: Path) -> None:
    """The name becomes a word of the rules: an identifier that nobody has yet."""
    if not name.isidentifier() or unicodedata.normalize("NFKC", name) != name or name.isascii():
        _refuse(f"名称要是一个不带空格、标点和全角字母的中文词，写的是“{name}”")
    from minzheng.policy.errors import PolicyError
    from minzheng.policy.ruleset import load_ruleset

    try:
        ruleset = load_ruleset(root / "business", root / "regions")
    except PolicyError as error:
        _refuse(f"现有的规则还有错，改好再建：{error}")
    words = {name, f"{name}资格", f"{name}_年龄符合", f"{name}_户籍符合"}
    taken = sorted(words & (set(ruleset.versions) | set(ruleset.vocabulary.words)))
    if taken:
        _refuse(f"“{taken[0]}”已经是别的规则或词的名字，请换一个名称")


def _day(text: str) -> datetime.date:
    if not text:
        return datetime.date(datetime.date.today().year, 1, 1)  # noqa: DTZ011 (the local calendar year is meant)
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        _refuse(f"日期应写成 2026-01-01 的样子，写的是“{text}”")


def _refuse(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(2)


def _write(root: Path, plan: dict[str, str], kind: str, words: dict[str, str]) -> list[Path]:
    """Every file of the plan; nothing is written when one of them is there already."""
    targets = {name: root / place.format(**words) for name, place in plan.items()}
    there = [
        path
        for path in targets.values()
        if path.exists() and not (path.name == "__init__.py" and "tests" in path.parts)
    ]
    if there:
        _refuse(f"{there[0].relative_to(root.parent)} 已经有了，什么也没有写；要重建请先删掉它，或换一个代码")
    made = []
    for name, path in targets.items():
        if path.exists():
            continue
        text = (TEMPLATES / kind / f"{name}.txt").read_text(encoding="utf-8")
        for word, value in words.items():
            text = text.replace(f"@{word}@", value)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        made.append(path.relative_to(root.parent))
    return made
