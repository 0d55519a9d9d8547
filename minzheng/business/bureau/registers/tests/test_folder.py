"""A new folder alone, written to a temporary place, gives list, form, search, count, indicator, reminder, import and export."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from minzheng.business.bureau.registers import importing, indicators, listing, reading
from minzheng.business.bureau.registers.models import RegisterEntry, RegisterImport
from minzheng.business.bureau.registers.workbench_notes import registers
from minzheng.datacenter.indicators import declaring
from minzheng.datacenter.indicators.declaring import Span
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.documents.tests.samples import picture
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.parts.drawing import Drawing

pytestmark = pytest.mark.django_db
CODE = "bee_keeping"
BOOK = """
title: 养蜂巡查
area: 试验
word: YF
unit: 次
about: 只为检验一个新文件夹够不够。
seeds: [M83]
dated: 巡查日期
fields:
  - {name: hive, label: 蜂箱, needs: true}
  - {name: colour, label: 颜色, type: choice, needs: true, options: {red: 红, blue: 蓝}}
  - {name: honey, label: 蜂蜜, type: decimal, unit: 公斤, needs: true}
  - {name: money, label: 收入, type: money}
  - {name: next_on, label: 下次巡查, type: date, needs: true}
  - {name: each, label: 每公斤收入, type: money, derived: "round(money / honey, 0)"}
  - {name: photos, label: 照片, type: file}
states:
  - {code: open, label: 巡查中, open: true, next: [done]}
  - {code: done, label: 已办结}
checks:
  - {test: "next_on > on", say: 下次巡查要晚于这一次。, field: next_on}
remind:
  - {field: next_on, days: 5, say: 又该巡查}
rhythm:
  - {code: monthly, title: 养蜂巡查, at_least: 2, per: month, warn_day: 1, basis: 试验}
counts:
  - {code: entries, title: 养蜂巡查, unit: 次, split: colour}
  - {code: money, title: 蜂蜜收入, unit: 元, sum: money}
  - {code: done, title: 已办结的巡查, unit: 次, where: {state: [done]}}
rates:
  - {code: done_rate, title: 巡查办结率, part: done, whole: entries}
"""


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[reading.Book]:
    known = {
        one.code for one in declaring.all()
    }  # every folder is read, so that what the test adds is the book's alone
    (tmp_path / CODE).mkdir()
    (tmp_path / CODE / reading.FILE).write_text(BOOK, encoding="utf-8")
    monkeypatch.setattr(reading, "FOLDERS", [*reading.FOLDERS, tmp_path])
    reading.books.cache_clear()
    found = reading.books()[CODE]
    indicators.declare(found)
    yield found
    for code in set(declaring._indicators) - known:
        del declaring._indicators[code]
    reading.books.cache_clear()


def sheet(content: bytes, number: int = 0) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(number).to_python()


def test_一个新文件夹_什么都有了(
    book: reading.Book, hire: Callable[..., User], signed_in: Callable[..., Client], offices: dict[str, Organization]
) -> None:
    user, today = hire("policy_officer"), clock.today()
    client, url = signed_in(user), reverse("registers.new", kwargs={"book": CODE})
    overview = client.get(reverse("registers.overview")).content.decode()
    assert "养蜂巡查" in overview and "还差 2 次养蜂巡查" in overview

    # form: drawn from the fields, errors with links, nothing typed is lost
    page = client.get(url).content.decode()
    assert all(label in page for label in ("蜂箱", "红", "蜂蜜", "公斤", "下次巡查", "巡查日期", "照片"))
    wrong = client.post(
        url, {"on__": today.isoformat(), "hive": "东坡一号", "colour": "green", "next_on": today.isoformat()}
    )
    told = wrong.content.decode()
    assert wrong.status_code == 422 and 'href="#f-colour"' in told and 'href="#f-honey"' in told and "东坡一号" in told
    given = {
        "on__": today.isoformat(), "org__": str(offices["county"].pk), "hive": "东坡一号", "colour": "red", "honey": "12.5",
        "money": "250", "next_on": (today + datetime.timedelta(days=3)).isoformat(),
        "photos": SimpleUploadedFile("a.jpg", picture()),
    }  # fmt: skip
    late = client.post(url, given | {"next_on": today.isoformat(), "photos": ""})
    assert "下次巡查要晚于这一次" in late.content.decode() and not RegisterEntry.objects.exists()
    assert client.post(url, given).status_code == 302
    entry = RegisterEntry.objects.get()
    assert entry.no == f"YF990101-{today.year}-0001" and entry.values["each"] == 2000 and entry.files.count() == 1

    # list, search, filters, reminder
    listed = reverse("registers.list")
    rows = client.get(listed, {"book": CODE, "f_colour": "red", "due": "near", "q": "东坡"}).content.decode()
    assert entry.no in rows and "250.00" in rows and "12.5 公斤" in rows and 'name="book" value="bee_keeping"' in rows
    for nothing in ({"f_colour": "blue"}, {"q": "西坡"}, {"due": "late"}, {"state": "done"}):
        assert entry.no not in client.get(listed, {"book": CODE, **nothing}).content.decode()
    overview = client.get(reverse("registers.overview")).content.decode()
    behind = re.findall(rf'href="([^"]*book={CODE}[^"]*)">1</a>', overview)
    assert len(behind) == 3 and any("state=-open" in one for one in behind)  # this year, all, still open
    for address in behind:
        assert entry.no in client.get(unescape(address)).content.decode()
    notes = [note.text for note in registers(Drawing(actor_of(user), today))]
    assert "工作台账有 1 条快到期限。" in notes and any("还差 1 次养蜂巡查" in note for note in notes)
    shown = client.get(reverse("registers.entry", kwargs={"pk": entry.pk})).content.decode()
    assert "又该巡查" in shown and "还剩 3 天" in shown and "20.00 元" in shown and "照片 a.jpg" in shown

    # count and indicator, by town and by choice; the list behind the number has as many rows
    span = Span("990101000000", *listing.counting.month_of(today))
    figures = {code: list(declaring.get(f"registers.{CODE}.{code}").run(span)) for code in ("entries", "money", "done")}
    assert [(one.region_code, one.value) for one in figures["money"]] == [("990101000000", Decimal(250))]
    assert [dict(one.dims) for one in figures["entries"]] == [{"registers.bee_keeping.colour": "red"}]
    assert figures["done"] == [] and declaring.get(f"registers.{CODE}.done_rate").formula is not None
    drill = declaring.get(f"registers.{CODE}.entries").drill
    assert drill is not None
    behind = drill.query("990101000000", today.replace(day=1), {"registers.bee_keeping.colour": "red"})
    assert "共 <strong>1</strong> 条" in client.get(listed, behind).content.decode()
    assert "养蜂巡查" in client.get(reverse("registers.book", kwargs={"book": CODE})).content.decode()

    # export: every field of the book
    cells = sheet(client.get(reverse("registers.export"), {"book": CODE}).content, 1)
    assert cells[0][:4] == ["编号", "巡查日期", "蜂箱", "颜色"] and "每公斤收入" in cells[0]
    assert cells[1][2:6] == ["东坡一号", "红", "12.5 公斤", 250.0]


def test_导入_好的行进来_坏的行退回_再导一次不重复(
    book: reading.Book, hire: Callable[..., User], signed_in: Callable[..., Client]
) -> None:
    client = signed_in(hire("policy_officer"))
    template = client.get(reverse("registers.template", kwargs={"book": CODE}))
    assert sheet(template.content)[0] == ["巡查日期", "蜂箱", "颜色", "蜂蜜", "收入", "下次巡查", "状态"]
    lines = [
        "养蜂台账,,,,,,", "巡查日期,蜂箱,颜色,蜂蜜,收入,下次巡查,状态",
        "2026-11-02,东坡一号,红,12.5,250,2026-12-02,已办结", "2026/11/3,东坡二号,蓝,8,,2026-12-03,",
        "2026-11-04,东坡三号,绿,8,,2026-12-03,", "2026-11-05,=1+1,红,八,,2026-11-01,飞走了", ",,,,,,",
        "2026-11-06,东坡四号,红,1,,2026-11-01,",
    ]  # fmt: skip
    file = "\n".join(lines).encode("gb18030")
    url = reverse("registers.import", kwargs={"book": CODE})

    def send(**more: str) -> Any:
        org = str(Organization.objects.get(code="R-county").pk)
        return client.post(url, {"file": SimpleUploadedFile("台账.csv", file), "org": org, **more})

    assert "可以导入 2 行" in send(trial="1").content.decode() and not RegisterEntry.objects.exists()
    done = send()
    assert done.status_code == 302
    kept = RegisterImport.objects.get()
    assert (kept.rows, kept.taken, kept.same, [one["line"] for one in kept.refused]) == (5, 2, 0, [5, 6, 8])
    assert {one.state for one in RegisterEntry.objects.all()} == {"open", "done"}
    shown = client.get(done["Location"]).content.decode()
    assert "颜色里没有“绿”" in shown and "状态里没有“飞走了”" in shown and "下次巡查要晚于" in shown
    back = client.get(reverse("registers.rejects", kwargs={"pk": kept.pk})).content
    cells = sheet(back)
    assert cells[0][:3] == ["原行号", "原因", "巡查日期"] and cells[2][3] == "=1+1"
    send()
    again = RegisterImport.objects.order_by("-at").first()
    assert again is not None and (again.taken, again.same, RegisterEntry.objects.count()) == (0, 2, 2)
    outcome = importing.take_in(
        actor=actor_of(User.objects.get()), book=book, org=Organization.objects.get(code="R-county"), data=back,
        name="退回的行.xlsx", trial=True,
    )  # fmt: skip
    assert len(outcome.refused) == 3  # what was given back can be read as it is
