"""The catalogue pages: state and quality of every source, columns and facts in words, who uses it, downloads."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from minzheng.datacenter.catalogue import state, uses
from minzheng.datacenter.lake.models import LakeBatch
from minzheng.datacenter.sources import registry
from minzheng.kernel import clock
from minzheng.kernel.ids import new_id
from minzheng.kernel.pages.tests.conftest import COUNTY, browse, bureau, places, staff  # noqa: F401

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)


def _batch(
    source: str, period: str, rows: int, *, region: str = COUNTY, rejected: int = 0, held: str = "2026-11-20", **report: Any
) -> LakeBatch:  # fmt: skip
    now = timezone.make_aware(datetime.datetime.fromisoformat(held))
    return LakeBatch.objects.create(
        no=f"{source}-{period}-{new_id()}", source=source, period=period, region_code=region, kind="csv", state=LakeBatch.HELD,
        rows=rows, accepted=rows - rejected, rejected=rejected, report=report, created_at=now, held_at=now, key="k",
    )  # fmt: skip


def _page(client: Client, page: str, **kwargs: Any) -> str:
    response = client.get(reverse(page, kwargs=kwargs))
    assert response.status_code == 200
    return response.content.decode()


def test_逾期按频率算_全量只数最新一批_增量数全部(browse: Callable[..., Client], staff: Callable[..., Any]) -> None:  # noqa: F811
    from minzheng.kernel.accounts.actors import actor_of

    _batch("vehicle", "2026-09", 700)
    _batch("vehicle", "2026-10", 900)
    _batch("pension", "2026-08", 40)
    _batch("pension", "2026-09", 60)
    _batch("pension", "2026-10", 99, region="990202000000")
    _batch("deposit", "2025-01", 5)
    _batch("death", "2026-11", 5, held="2026-11-05")
    _batch("cremation", "2026-10", 5)
    actor = actor_of(staff("data_officer", COUNTY))
    found = {one.code: one for one in state.standings(actor, TODAY)}
    assert (found["vehicle"].rows, found["vehicle"].state) == (900, state.ON_TIME)
    assert found["vehicle"].due == datetime.date(2026, 12, 15), "每月的：月末后 45 天"
    assert (found["pension"].rows, found["pension"].state, found["pension"].batches) == (100, state.OVERDUE, 2)
    assert (found["deposit"].state, found["deposit"].due) == (state.ASKED, None)
    assert (found["death"].state, found["death"].due) == (state.OVERDUE, datetime.date(2026, 11, 8)), (
        "每日的：来的那天后 3 天"
    )
    assert found["cremation"].due == datetime.date(2026, 11, 3), "每日的补交上月的，仍从上月末算"
    assert found["school"].state == state.NEVER
    assert len(found) == len(registry.all())
    text = _page(browse("data_officer"), "sources.list")
    assert "逾期，应于 11-14 前到" in text
    assert "还没有数据" in text


def test_质量问题说出是哪一处_筛选只留有问题的(browse: Callable[..., Client]) -> None:  # noqa: F811
    checks = [{"code": "register_future", "title": "登记日期在今天以后", "bad": 3, "rows": 900, "most_percent": 0.0}]
    _batch("vehicle", "2026-10", 1000, rejected=100, checks=checks, ids={"ok": 700, "invalid": 200})
    _batch("school", "2026-10", 1000, rejected=1, ids={"ok": 999, "invalid": 0})
    text = _page(browse("auditor"), "sources.detail", code="vehicle")
    for sentence in ("退回 10.0%，超过 5%", "证件号码不对的 22.2%，超过 8%", "登记日期在今天以后：3 行"):
        assert sentence in text
    listed = browse("auditor").get(reverse("sources.list"), {"state": "problem"}).content.decode()
    assert "机动车登记" in listed
    assert "学籍" not in listed.partition("数据来源</h2>")[2]
    assert (
        "没有符合条件的来源"
        in browse("auditor").get(reverse("sources.list"), {"state": "asked", "department": "tax"}).content.decode()
    )


def test_来源页写清列_别名_事实怎么算_依据_谁在用(browse: Callable[..., Client]) -> None:  # noqa: F811
    text = _page(browse("matching_officer"), "sources.detail", code="income_tax")
    for sentence in (
        "近 12 个月“收入额”减“专项扣除”、“已缴税额”之和，除以 12", "所得项目是工资薪金所得、劳务报酬所得", "〔所得项目〕，近 12 个月月均",
        "纳税人识别号", "封存", "《社会救助暂行办法》第五十八条", "已核对原文", "最低生活保障", "虚构数据",
    ):  # fmt: skip
        assert sentence in text, sentence
    deposit = _page(browse("matching_officer"), "sources.detail", code="deposit")
    assert "每人每个银行名称只取“核对基准日”最近的" in deposit
    assert "还没有这个来源的数据" in deposit
    assert browse("data_officer").get("/console/lake/sources/nothing/").status_code == 404
    assert browse("finance").get(reverse("sources.list")).status_code == 403


def test_谁在用由声明算出_没有哪一类事实没人用() -> None:
    tax = uses.uses_of(registry.get("income_tax"))
    assert {use.how for use in tax} == {"核对", "监测"}
    assert any("最低生活保障" in title for title in uses.item_titles(tax))
    death = [use for use in uses.uses_of(registry.get("death")) if use.how == "监测"]
    assert death
    assert all(use.classes == ("death",) for use in death)
    assert [code for code, spec in registry.all().items() if not uses.uses_of(spec)] == [], "每个来源至少有一处在用"


def test_模板和样例可以下载(browse: Callable[..., Client]) -> None:  # noqa: F811
    client = browse("data_officer")
    book = client.get(reverse("sources.template", kwargs={"code": "death", "suffix": "xlsx"}))
    sheets = CalamineWorkbook.from_filelike(BytesIO(book.content))
    assert sheets.get_sheet_by_name("数据").to_python()[0] == [column.label for column in registry.get("death").columns]
    assert "filename*=UTF-8''" in book["Content-Disposition"]
    assert client.get(reverse("sources.template", kwargs={"code": "death", "suffix": "exe"})).status_code == 404
    sample = client.get(reverse("sources.sample", kwargs={"code": "death"})).content.decode("utf-8-sig")
    assert sample == registry.get("death").fixture.read_text(encoding="utf-8")
