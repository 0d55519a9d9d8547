"""How far the set-up has come: one list for the command line and for the guided page.

Each step says who may do it: 三员 are apart, so the system administrator makes accounts and never grants posts."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import NoReverseMatch, reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts.roles import ROLES, title
from minzheng.kernel.calendar import selectors as calendar
from minzheng.kernel.crypto import escrow, keyring
from minzheng.kernel.exchange.caseload import selectors as caseloads
from minzheng.kernel.orgs import founding as orgs
from minzheng.kernel.regions import selectors as regions
from minzheng.kernel.standards import selectors as standards
from minzheng.site.setup import admins, places

#: Posts without which the first application cannot go its way.
NEEDED_POSTS = ("town_clerk", "town_leader", "county_reviewer", "matching_officer", "policy_officer", "data_officer")
DONE, PART, OPEN = "done", "part", "open"


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    page: str


@dataclass(frozen=True)
class Step:
    """`state`: done | part | open. `who`: the post that can do it. `needed`: without it nothing can begin."""

    code: str
    title: str
    state: str
    told: str
    todo: tuple[str, ...] = ()
    who: str = ""
    needed: bool = True
    links: tuple[Link, ...] = field(default=())


def steps() -> list[Step]:
    """In the order in which they are done. A step whose ground is missing says so."""
    bureau = orgs.own_bureau()
    county = regions.place(bureau.region_code) if bureau else None
    return [
        _region(county), _organisations(bureau), _admins(bureau), _people(bureau), _keys(), _calendar(),
        _parameters(county), _caseload(bureau), _backup(), _address(),
    ]  # fmt: skip


def ready(found: list[Step]) -> bool:
    """Everything that is needed is done."""
    return all(step.state == DONE for step in found if step.needed)


def as_json(found: list[Step]) -> list[dict[str, Any]]:
    return [{**asdict(step), "links": [link.url for link in step.links]} for step in found]


def _links(*pairs: tuple[str, str]) -> tuple[Link, ...]:
    found = []
    for label, page in pairs:
        try:
            found.append(Link(label, reverse(page), page))
        except NoReverseMatch:
            continue
    return tuple(found)


def _region(county: Any) -> Step:
    if county is None:
        return Step(
            "region", "区划", OPEN, "还没有指明这套系统给哪个县用。",
            ("在服务器上执行 minzheng init --region 六位代码 --name 单位名称。",), "服务器管理员",
        )  # fmt: skip
    towns, villages = len(places.towns(county.code)), places.village_count(county.code)
    told = f"{county.full_name or county.name}，{towns} 个乡镇（街道），{villages} 个村（社区）。"
    if not villages:
        todo = ("导入本县村（社区）代码表：minzheng init --villages 文件，或 minzheng regions import 文件。",)
        return Step("region", "区划", PART, told, todo, "服务器管理员", links=_links(("行政区划", "regions.list")))
    return Step("region", "区划", DONE, told, links=_links(("行政区划", "regions.list")))


def _organisations(bureau: Any) -> Step:
    if bureau is None:
        return Step("orgs", "机构", OPEN, "还没有机构。", ("随 minzheng init 一起建立。",), "服务器管理员")
    count = orgs.within(bureau.region_code).count()
    links = _links(("核对机构名称和文号字头", "orgs.list"))
    todo = () if bureau.document_prefix else ("填写本局的文号字头，否则文号里用机构代码。",)
    return Step(
        "orgs", "机构", DONE if bureau.document_prefix else PART, f"{bureau.name}等 {count} 个机构。", todo,
        ROLES["sys_admin"].title, links=links,
    )  # fmt: skip


def _admins(bureau: Any) -> Step:
    held = admins.present(bureau.region_code) if bureau else {role: [] for role in admins.ORDER}
    missing = [title(role) for role, names in held.items() if not names]
    told = "；".join(f"{title(role)}：{'、'.join(names)}" for role, names in held.items() if names) or "还没有三员。"
    todo = (f"缺{'、'.join(missing)}：minzheng init 加 --sys、--sec、--audit。",) if missing else ()
    return Step("admins", "三员", OPEN if len(missing) == 3 else PART if missing else DONE, told, todo, "服务器管理员")


def _people(bureau: Any) -> Step:
    """Accounts by the system administrator, posts by the security administrator."""
    if bureau is None:
        return Step("people", "人员与岗位", OPEN, "先建立机构。")
    users = get_user_model().objects.filter(is_active=True, kind="staff", assignments__region_code__gte="0")
    today = clock.today()
    held = {
        role
        for role in NEEDED_POSTS
        if users.filter(assignments__role=role, assignments__valid_from__lte=today)
        .filter(assignments__region_code__startswith=bureau.region_code[:6])
        .exists()
    }
    missing = [title(role) for role in NEEDED_POSTS if role not in held]
    count = get_user_model().objects.filter(kind="staff", is_active=True).count()
    todo = (f"还没有人任：{'、'.join(missing)}。",) if missing else ()
    links = _links(("成批建立账号", "setup.accounts"), ("成批授予岗位（安全管理员）", "setup.posts"))
    state = DONE if not missing else PART if held else OPEN
    who = f"账号：{title('sys_admin')}；岗位：{title('sec_admin')}（两人分开，系统管理员不能授岗位）"
    return Step("people", "人员与岗位", state, f"{count} 个工作账号。", todo, who, links=links)


def _keys() -> Step:
    place = keyring.path()
    if not place.is_file():
        return Step("keys", "密钥", OPEN, "还没有密钥。", ("随 minzheng init 一起生成。",), "服务器管理员")
    number = keyring.ring().current
    if not escrow.file().is_file():
        todo = ("分存一份密钥（丢了密钥，加密的档案谁也打不开）：minzheng crypto escrow。",)
        return Step("keys", "密钥", PART, f"正在用第 {number} 号密钥，还没有分存。", todo, title("sec_admin"))
    return Step("keys", "密钥", DONE, f"正在用第 {number} 号密钥，已分存。", who=title("sec_admin"))


def _calendar() -> Step:
    loaded = sorted(calendar.calendar().years)
    today = clock.today()
    told = f"已装入到 {loaded[-1]} 年的放假安排（共 {len(loaded)} 年）。" if loaded else "还没有装入放假安排。"
    if today.year not in loaded:
        now = (f"装入 {today.year} 年的放假安排，否则期限按周末推算：minzheng calendar load。",)
        return Step("calendar", "工作日历", OPEN, told, now, "服务器管理员")
    todo = () if today.month < 11 or today.year + 1 in loaded else (f"国务院公布后装入 {today.year + 1} 年的安排。",)
    return Step("calendar", "工作日历", DONE, told, todo, "服务器管理员")


def _parameters(county: Any) -> Step:
    who = f"{title('policy_officer')}起草，另一人或{title('bureau_head')}签发"
    if county is None:
        return Step("parameters", "参数", OPEN, "先指明区划。", who=who)
    count = standards.counts(standards.in_force(county.code, clock.today()))
    told = f"已定 {count['settled']} 项，待签发 {count['pending']} 项，待确认 {count['open']} 项，缺值 {count['missing']} 项。"
    todo = []
    if count["missing"]:
        todo.append("有参数没有值（例如保障标准），用到它的待遇算不出来。")
    if count["open"]:
        todo.append("逐项对照本地文件确认，或填写本地的值；没确认的，测算上会标“待确认参数”。")
    state = OPEN if count["missing"] else PART if count["open"] or count["pending"] else DONE
    return Step(
        "parameters", "参数", state, told, tuple(todo), who, needed=True, links=_links(("参数确认", "standards.list"))
    )


def _caseload(bureau: Any) -> Step:
    done = caseloads.loaded_totals(bureau.region_code if bureau else "")
    who = f"{title('data_officer')}导入，{title('county_reviewer')}批准"
    links = _links(("存量导入", "caseload.list"))
    if not done["batches"]:
        todo = ("导入正在享受的花名册；没有存量的可以跳过。",)
        return Step("caseload", "存量数据", OPEN, "还没有导入存量。", todo, who, needed=False, links=links)
    told = f"已入库 {done['batches']} 批，{done['awards']} 项待遇。"
    return Step("caseload", "存量数据", DONE, told, who=who, needed=False, links=links)


def _backup() -> Step:
    last = settings.VAR_DIR / "backups" / "last.json"
    try:
        told = json.loads(last.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        todo = ("做第一次备份并演练恢复：minzheng backup --out 文件，minzheng restore 文件 --rehearse。",)
        return Step("backup", "备份", OPEN, "还没有备份。", todo, "服务器管理员", needed=False)
    when = str(told.get("at", ""))[:16]
    if not told.get("verified_at"):
        todo = ("演练一次恢复：minzheng restore 文件 --rehearse。",)
        return Step("backup", "备份", PART, f"最近备份 {when}，还没有演练恢复。", todo, "服务器管理员", needed=False)
    return Step("backup", "备份", DONE, f"最近备份 {when}，已演练恢复。", who="服务器管理员", needed=False)


def _address() -> Step:
    url = settings.PUBLIC_URL
    if "127.0.0.1" in url or "localhost" in url:
        todo = ("设置 MINZHENG_PUBLIC_URL 为群众手机能打开的网址，否则文书二维码打不开。",)
        return Step("address", "对外网址", OPEN, f"现在是 {url}。", todo, "服务器管理员", needed=False)
    return Step("address", "对外网址", DONE, url, who="服务器管理员", needed=False)
