"""`minzheng init`: the first set-up without demo data. Run it again at any time: it adds what is missing and changes
nothing that is there."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from minzheng.kernel import clock
from minzheng.kernel.accounts.roles import title
from minzheng.kernel.calendar import services as calendar
from minzheng.kernel.crypto import keyring
from minzheng.kernel.orgs import founding as orgs
from minzheng.kernel.regions import services as regions
from minzheng.kernel.subjects.selectors import demo_loaded
from minzheng.site.setup import admins, offices, places, state
from minzheng.site.setup.errors import SetupRefused


@click.command()
@click.option("--region", "code", default="", help="本县（市、区）的 6 位区划代码；再次执行时可省略。")
@click.option("--name", default="", help="民政局的名称，默认“某县民政局”。")
@click.option(
    "--region-file", type=click.Path(path_type=Path), help="区划表里还没有的区划（代码,名称），含上级和乡镇。"
)
@click.option(
    "--villages", "--town-file", "villages", type=click.Path(path_type=Path), help="村（社区）代码表：代码,名称,城乡。"
)
@click.option("--sys", "sys_admin", default="", help="系统管理员，写作 用户名:姓名。")
@click.option("--sec", "sec_admin", default="", help="安全管理员，写作 用户名:姓名。")
@click.option("--audit", "audit_admin", default="", help="审计管理员，写作 用户名:姓名。")
@click.option("--admins", "admin_file", type=click.Path(path_type=Path), help="三员写在表里：岗位,用户名,姓名,手机。")
@click.option(
    "--password-file", type=click.Path(path_type=Path), help="一次性口令写到这个新文件（0600），不在屏幕上显示。"
)
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def init(
    code: str, name: str, region_file: Path | None, villages: Path | None, sys_admin: str, sec_admin: str,
    audit_admin: str, admin_file: Path | None, password_file: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """首次设置：区划、机构、三员、密钥、日历；可反复执行，只补缺的。村级有不合格的行时退出码为 1。"""
    if demo_loaded():
        raise SetupRefused("这里装着示范县：请先执行 minzheng demo unload 撤走示范数据，或换一个数据库，再做首次设置。")
    if password_file is not None and password_file.exists():
        raise SetupRefused(f"文件 {password_file} 已经存在：请换一个名字，不覆盖旧的口令文件。")
    wanted = admins.from_file(admin_file) if admin_file else []
    given = (("sys_admin", sys_admin), ("sec_admin", sec_admin), ("audit_admin", audit_admin))
    wanted += [admins.parse(text, role) for role, text in given if text]
    done, rejected = _prepare(code, name, region_file, villages)
    bureau = orgs.own_bureau()
    assert bureau is not None
    made = admins.make(wanted, county=bureau.region_code, bureau=bureau, on=clock.today()) if wanted else []
    if made and password_file is not None:
        admins.write(made, password_file)
    _tell(done, made, password_file, as_json)
    sys.exit(1 if rejected else 0)


def _prepare(code: str, name: str, region_file: Path | None, villages: Path | None) -> tuple[list[str], int]:
    """Everything but people; returns what was done, in sentences, and the number of rejected village rows."""
    today, done, rejected = clock.today(), [], 0
    loaded = regions.load_shipped()
    if loaded.added:
        done.append(f"装入区划表，新增 {loaded.added} 个区划。")
    if region_file is not None:
        done.append(
            f"按 {region_file.name} 补充 {places.put_file(region_file, source=region_file.name, on=today)} 个区划。"
        )
    county = _county(code)
    if villages is not None:
        outcome, target = places.put_villages(villages, county_code=county.code, on=today)
        rejected = len(outcome.rejected)
        done.append(f"村（社区）新增 {outcome.loaded.added}，不变 {outcome.loaded.unchanged}，不合格 {rejected}。")
        done += [f"第 {line} 行：{reason}" for line, reason, _row in outcome.rejected[:10]]
        if target:
            done.append(f"不合格的行和原因写在 {target}，改好后再次执行本命令。")
    added, there = offices.make(county, name, today)
    done.append(f"机构新建 {added} 个，已有 {there} 个。")
    before = keyring.path().is_file()
    number = keyring.ring().current
    done.append(f"密钥{'已有' if before else '已生成'}（第 {number} 号），存放在 {keyring.path()}。")
    years = calendar.load_shipped()
    if years:
        done.append(f"装入 {'、'.join(map(str, years))} 年放假安排。")
    return done, rejected


def _county(code: str) -> Any:
    """The county asked for; the one set up before when none is named; another one is refused."""
    bureau = orgs.own_bureau()
    if not code:
        if bureau is None:
            raise SetupRefused("请用 --region 给出本县（市、区）的 6 位区划代码。")
        return places.county(bureau.region_code)
    county = places.county(code)
    if bureau is not None and bureau.region_code != county.code:
        raise SetupRefused(f"这里已按{bureau.name}（{bureau.region_code[:6]}）设置过：一套系统只给一个县用。")
    return county


def _tell(done: list[str], made: list[admins.Made], password_file: Path | None, as_json: bool) -> None:
    found = state.steps()
    if as_json:
        people = [
            {"role": one.role, "username": one.username, "name": one.name}
            | ({} if password_file else {"password": one.password})
            for one in made
        ]
        told = {"done": done, "admins": people, "steps": state.as_json(found), "ready": state.ready(found)}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for sentence in done:
        click.echo(f"✓ {sentence}")
    for one in made:
        shown = f"口令写在 {password_file}" if password_file else f"一次性口令 {one.password}"
        click.echo(f"✓ {title(one.role)} {one.name}（{one.username}），{shown}")
    if made and not password_file:
        click.echo("  口令只显示这一次，请分别交给本人；首次登录须更换口令并启用动态码。")
    click.echo("\n还要做的：")
    for step in found:
        for sentence in step.todo:
            click.echo(f"· {step.title}：{sentence}（{step.who or '服务器管理员'}）")
