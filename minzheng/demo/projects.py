"""项目库 of the demo county: fourteen invented projects in all stages, money and progress of those at work, two problems, an
adjustment that waits for confirmation. All through the services."""

from __future__ import annotations

import csv
import datetime
import io
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from minzheng.business.bureau.projects import adjusting, importing, moving, problems, scoring, services, spending
from minzheng.business.bureau.projects.models import Project, ProjectLibrary
from minzheng.business.bureau.projects.money import WAN
from minzheng.demo.places import COUNTY, townships
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor, staff_actor

if TYPE_CHECKING:
    from minzheng.demo.load import Loader

NAME = "示范县重点民政项目库"
#: (class, name, town or -1 for the county, stage, 万元, done before this year in percent, planned this year in percent, beds)
PROJECTS = (
    ("养老服务设施", "县中心养老院护理楼", -1, "在建", 3200, 35, 40, 180), ("养老服务设施", "区域养老服务中心", 0, "在建", 860, 20, 60, 60),
    ("养老服务设施", "敬老院消防改造", 4, "验收", 140, 60, 40, 0), ("养老服务设施", "农村互助养老点（十处）", 7, "招采", 120, 0, 60, 0),
    ("儿童福利设施", "未成年人保护中心", -1, "竣工", 420, 50, 50, 0), ("残疾人福利设施", "精神障碍社区康复站", 2, "开工", 90, 0, 70, 0),
    ("残疾人福利设施", "残疾人托养中心设备购置", 3, "资产移交", 75, 100, 0, 0), ("殡葬服务设施", "城市公益性骨灰堂", -1, "立项", 1500, 0, 20, 0),
    ("殡葬服务设施", "农村公益性公墓改造", 9, "资金下达", 260, 0, 50, 0), ("社区服务设施", "社区综合服务中心", 2, "决算", 310, 80, 20, 0),
    ("社区服务设施", "村级综合服务站（六个）", 8, "论证", 180, 0, 10, 0), ("救助管理设施", "救助管理站改造", -1, "绩效", 160, 100, 0, 20),
    ("民政信息化", "民政服务数据平台", -1, "储备", 240, 0, 0, 0), ("民政信息化", "智慧养老呼叫中心", 3, "终止", 110, 0, 0, 0),
)  # fmt: skip
#: Projects at work: (place in the list, share allotted, share paid of what was allotted in percent).
MONEY = ((0, 80, 55), (1, 70, 30), (2, 100, 90), (4, 100, 85), (5, 60, 0), (8, 50, 0), (11, 100, 95))


def load_projects(loader: Loader) -> int:
    """Returns the number of projects."""
    keeper, head = staff_actor("zhengce"), staff_actor("juzhang")
    if keeper is None or head is None:
        return 0
    year = clock.today().year
    library = _library(keeper, year)
    run = importing.check(actor=keeper, library=library, data=_table(year), name="重点民政项目（虚构）.csv")
    importing.apply(actor=keeper, run=run)
    found = {one.name: one for one in Project.objects.filter(library=library)}
    rows = [found[row[1]] for row in PROJECTS]
    services.fix(actor=head, library=library)
    library.refresh_from_db()
    _money(keeper, rows, year)
    _work(keeper, head, rows, year)
    change = adjusting.begin(
        actor=keeper, library=library, reason="护理楼增加一部医用电梯", document="示民发〔虚构〕18号"
    )
    adjusting.add_line(actor=keeper, change=change, project=rows[0], what="total", after_fen=3260 * WAN)
    adjusting.add_line(
        actor=keeper,
        change=change,
        project=rows[0],
        what="source",
        key="local",
        after_fen=(3200 * 40 // 100 + 60) * WAN,
    )
    return len(rows)


def _library(keeper: Actor, year: int) -> ProjectLibrary:
    names = list(dict.fromkeys(row[0] for row in PROJECTS))
    classes = [
        (name, sum(row[0] == name for row in PROJECTS), sum(row[4] for row in PROJECTS if row[0] == name) * WAN)
        for name in names
    ]
    whole = sum(row[4] for row in PROJECTS)
    values = {"region_code": COUNTY, "name": NAME, "first_year": year - 1, "last_year": year + 2, "stated_count": len(PROJECTS),
              "stated_fen": whole * WAN, "goal_fen": whole * 95 // 100 * WAN, "document": "示范县民政事业发展规划（虚构）"}  # fmt: skip
    return services.save_library(actor=keeper, values=values, classes=classes)


def _table(year: int) -> bytes:
    """What a bureau would upload: sums in 万元, places by name."""
    towns, out = townships(), io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["大类", "项目名称", "所在地", "建设单位", "建设内容", "床位", "总投资（万元）", "中央预算内投资（万元）", "福彩公益金（万元）", "本级财政（万元）",
                     f"{year - 1}年计划（万元）", f"{year}年计划（万元）", f"{year + 1}年计划（万元）", f"{year - 1}年完成（万元）", "阶段", "开工年"])  # fmt: skip
    for category, name, town, stage, wan, before, planned, beds in PROJECTS:
        done, now = wan * before / 100, wan * planned / 100
        writer.writerow(
            [category, name, towns[town].name if town >= 0 else "", "示范县民政局" if town < 0 else f"{towns[town].name}人民政府", f"{name}（虚构）", beds or "", wan,
             wan * 0.5, wan * 0.1, wan * 0.4, done, now, round(wan - done - now, 2), done, stage, year - 1 if before else year]
        )  # fmt: skip
    return out.getvalue().encode()


def _money(keeper: Actor, rows: list[Project], year: int) -> None:
    start = datetime.date(year, 2, 20)
    for at, allotted, paid in MONEY:
        sums = {
            source: rows[at].total_fen * part // 10 * allotted // 100
            for source, part in (("central_budget", 5), ("local", 4))
        }
        for source, fen in sums.items():
            spending.enter_money(
                actor=keeper,
                project=rows[at],
                kind="issued",
                source=source,
                amount_fen=fen,
                on=start,
                voucher=f"示财社〔虚构〕{at + 3}号",
            )
        if paid:
            spending.enter_money(actor=keeper, project=rows[at], kind="paid", source="central_budget", amount_fen=sums["central_budget"] * paid // 100,
                                 on=start + datetime.timedelta(days=120), voucher=f"支付〔{year}〕{at + 101}")  # fmt: skip


def _work(keeper: Actor, head: Actor, rows: list[Project], year: int) -> None:
    """Progress by month, milestones, photographs, problems, a score."""
    today = clock.today()
    for at, parts in ((0, (8, 7, 9)), (1, (10, 12)), (2, (20, 15)), (4, (25, 20))):
        for number, part in enumerate(parts):
            month = datetime.date(year, 4 + number * 2, 1)
            services.report(actor=keeper, project=rows[at], month=min(month, today.replace(day=1)), invested_fen=rows[at].total_fen * part // 100,
                            percent=min(100, 30 + 20 * number), words="按进度施工" if at != 1 else "雨季停工十天")  # fmt: skip
    for at, name, days, done in ((0, "主体封顶", -60, True), (0, "竣工验收", 120, False), (1, "二次装修", -20, False)):
        due = today + datetime.timedelta(days=days)
        found = moving.add_milestone(actor=keeper, project=rows[at], name=name, due_on=due)
        if done:
            moving.reach_milestone(actor=keeper, milestone=found, done_on=due)
    moving.add_photos(
        actor=keeper,
        project=rows[0],
        uploads=[_picture(2), _picture(4)],
        caption="护理楼施工现场（示意）",
        taken_on=today - datetime.timedelta(days=9),
    )
    late = {"kind": "progress", "grade": "serious", "words": "二次装修材料没有进场，工期落后一个月", "found_on": today - datetime.timedelta(days=40), "duty": "项目负责人",
            "due_on": today - datetime.timedelta(days=10)}  # fmt: skip
    problems.find(actor=keeper, project=rows[1], values=late)
    mended = {
        "kind": "quality",
        "grade": "general",
        "words": "护理楼外架连墙件缺失三处",
        "found_on": today - datetime.timedelta(days=25),
        "duty": "施工单位",
        "due_on": today + datetime.timedelta(days=5),
    }
    problem = problems.find(actor=keeper, project=rows[0], values=mended)
    problems.mend(
        actor=keeper, problem=problem, mending="三处已补齐，监理复查合格", mended_on=today - datetime.timedelta(days=12)
    )
    points = {
        "goal": "改造 20 张床位，救助环境达标",
        "result": "按期完成，受助人员满意度 92%",
        "output": 4800,
        "benefit": 2700,
        "satisfaction": 920,
    }
    score = scoring.evaluate(actor=keeper, project=rows[11], year=year, values=points)
    scoring.confirm(actor=head, score=score)


def _picture(floors: int) -> ContentFile:
    """A drawing of a building under work; no photograph of any real place."""
    image = Image.new("RGB", (640, 480), "#dfe8f1")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 400, 640, 480), fill="#b7a98f")
    for floor in range(floors):
        top = 340 - floor * 60
        draw.rectangle((140, top, 460, top + 60), fill="#c9ced4", outline="#6b7480", width=3)
        for window in range(4):
            draw.rectangle((170 + window * 72, top + 16, 206 + window * 72, top + 44), fill="#8fb1cf")
    draw.line((520, 400, 520, 60), fill="#b4530a", width=6)
    draw.line((360, 80, 600, 80), fill="#b4530a", width=6)
    out = io.BytesIO()
    image.save(out, "JPEG")
    return ContentFile(out.getvalue(), name=f"building-{floors}.jpg")
