"""Years in the database: loading, importing a new notice, recomputing what was provisional."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.calendar import notices, selectors, services
from minzheng.kernel.calendar.cli import calendar
from minzheng.kernel.calendar.days import Deadline, Pause
from minzheng.kernel.calendar.models import CalendarDay, CalendarYear
from minzheng.kernel.jobs import worker
from minzheng.kernel.jobs.models import JobRun

pytestmark = pytest.mark.django_db

NEXT_YEAR = """日期,类型,说明
2026-12-31,休,元旦
2027-01-01,休,元旦
2027-01-02,休,元旦
2027-01-03,班,元旦
2027-10-01,休,国庆节
"""


def write(tmp_path: Path, text: str, name: str = "2027.csv", encoding: str = "utf-8") -> Path:
    file = tmp_path / name
    file.write_text(text, encoding=encoding)
    return file


def run_import(file: Path, *extra: str) -> Any:
    return CliRunner().invoke(calendar, ["import", str(file), *extra])


TITLE = (
    "--year",
    "2027",
    "--source",
    "国务院办公厅关于2027年部分节假日安排的通知",
    "--notice",
    "国办发明电〔2026〕9号",
)


def test_装入随附年度_可重复_有来源和文号(django_assert_num_queries: Any) -> None:
    assert services.load_shipped() == list(range(2004, 2027))
    assert services.load_shipped() == []
    year = CalendarYear.objects.get(year=2026)
    assert year.notice_no == "国办发明电〔2025〕7号"
    assert "2026年部分节假日安排" in year.source
    assert AuditEntry.objects.filter(action="calendar.load").count() == 23
    assert not JobRun.objects.exists()  # the years shipped are known already: no deadline to recompute
    with django_assert_num_queries(2):
        assert selectors.add_working_days(date(2026, 9, 21), 20) == Deadline(date(2026, 10, 26))
    with django_assert_num_queries(0):
        assert selectors.working_days_left(date(2026, 11, 2), date(2026, 11, 5)) == 3


def test_尚未装入数据库时随附年度照样算得对() -> None:
    assert selectors.add_working_days(date(2026, 9, 21), 20) == Deadline(date(2026, 10, 26))


def test_导入新年度后暂定期限由后台重算(tmp_path: Path, monkeypatch: Any) -> None:
    seen: list[int] = []
    monkeypatch.setattr(services, "_recomputers", [])

    @services.on_year_loaded
    def recompute(year: int) -> int:
        seen.append(year)
        return 2 if selectors.calendar().is_known(date(2027, 1, 1), date(2027, 1, 1)) else 0

    assert selectors.add_working_days(date(2026, 12, 28), 3) == Deadline(date(2026, 12, 31))
    assert selectors.add_working_days(date(2026, 12, 28), 4) == Deadline(date(2027, 1, 1), provisional=True)
    done = run_import(write(tmp_path, NEXT_YEAR), *TITLE)
    assert done.exit_code == 0, done.output
    assert selectors.add_working_days(date(2026, 12, 28), 3) == Deadline(date(2027, 1, 3))
    assert selectors.add_working_days(date(2026, 12, 28), 4) == Deadline(date(2027, 1, 4))
    assert worker.drain() == 1
    assert seen == [2027]
    assert JobRun.objects.get().result == {__name__: 2}
    assert "没有变化" in run_import(write(tmp_path, NEXT_YEAR), *TITLE).output
    assert worker.drain() == 0


def test_年中修改放假安排会替换并重算(tmp_path: Path) -> None:
    services.load_shipped()
    run_import(write(tmp_path, NEXT_YEAR), *TITLE)
    worker.drain()
    changed = NEXT_YEAR.replace("2027-01-03,班,元旦\n", "")
    assert run_import(write(tmp_path, changed), *TITLE).exit_code == 0
    assert CalendarDay.objects.filter(date__gte="2026-12-25").count() == 4
    assert CalendarDay.objects.filter(date__lt="2026-12-25").count() == sum(len(one.days) for one in notices.shipped())
    assert worker.drain() == 1


def test_单位自行导入的年度不被随附数据覆盖(tmp_path: Path) -> None:
    own = "2026-01-01,休,元旦\n2026-10-01,休,国庆节\n"
    run_import(write(tmp_path, own), "--year", "2026", "--source", "本单位更正")
    assert 2026 not in services.load_shipped()
    assert CalendarYear.objects.get(year=2026).source == "本单位更正"
    assert selectors.add_working_days(date(2026, 9, 21), 20).date != date(2026, 10, 26)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2027-13-01,休,元旦\n", "第 1 行：日期“2027-13-01”写得不对"),
        ("日期,类型,说明\n2027-01-01,歇,元旦\n", "第 2 行：2027-01-01 的类型“歇”看不懂"),
        ("2028-01-01,休,元旦\n", "不在 2027 年的通知范围内"),
        ("2027-01-01,休,元旦\n2027/01/01,休,元旦\n", "第 2 行：2027/01/01 重复"),
        ("2027-01-04,班,元旦\n", "2027-01-04 是周一，本来就上班"),
        ("2027-01-01,休,元旦\n", "缺少 2027-10-01（国庆节）放假"),
        ("", "缺少 2027-01-01（元旦）放假"),
    ],
)
def test_写错的通知整份不装入并说明哪一行(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(notices.BadNotice, match=says) as caught:
        notices.read(write(tmp_path, text), year=2027, source="通知", notice_no="")
    assert caught.value.exit_code == 2
    assert not CalendarYear.objects.exists()


def test_文件本身有问题时说明怎么办(tmp_path: Path) -> None:
    with pytest.raises(notices.BadNotice, match="请用 --year 写明年度"):
        notices.read(write(tmp_path, NEXT_YEAR), year=None, source="", notice_no="")
    with pytest.raises(notices.BadNotice, match="读不出来"):
        notices.read(tmp_path / "none.csv", year=2027, source="x", notice_no="")
    with pytest.raises(notices.BadNotice, match="不是本平台的日历 JSON"):
        notices.read(write(tmp_path, "[]", "2027.json"), year=None, source="", notice_no="")


def test_JSON_与_GB18030_也能导入(tmp_path: Path) -> None:
    body = {"year": 2027, "source": "通知", "days": [["2027-01-01", "休", "元旦"], ["2027-10-01", "休", "国庆节"]]}
    assert run_import(write(tmp_path, json.dumps(body), "2027.json")).exit_code == 0
    notice = notices.read(write(tmp_path, NEXT_YEAR, encoding="gb18030"), year=2027, source="通知", notice_no="")
    assert notice.days[0] == (date(2026, 12, 31), False, "元旦")


def test_停表未结束按今天推算() -> None:
    with clock.at(date(2026, 10, 16)):
        found = selectors.add_working_days_with_pauses(date(2026, 9, 24), 20, [Pause(date(2026, 10, 12))])
    assert found == Deadline(date(2026, 11, 5))


def test_命令行计算期限() -> None:
    told = json.loads(CliRunner().invoke(calendar, ["show", "--from", "2026-09-28", "--days", "7", "--json"]).stdout)
    assert told["working"] == {"date": "2026-10-13", "provisional": False}
    assert told["natural"] == {"date": "2026-10-08", "raw": "2026-10-05", "provisional": False}
    text = CliRunner().invoke(calendar, ["show", "--from", "2026-12-28", "--days", "10"]).output
    assert "2027-01-11（周一），暂定：该年放假安排尚未装入" in text
    with clock.at(date(2026, 11, 2)):
        assert "2026-11-05" in CliRunner().invoke(calendar, ["show", "--days", "3"]).output
    assert CliRunner().invoke(calendar, ["show", "--from", "昨天", "--days", "3"]).exit_code == 2
    assert audit.SYSTEM.name == "系统"
