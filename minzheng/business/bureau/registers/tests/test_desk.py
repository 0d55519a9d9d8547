"""Entries from the first line to the last step, duties by period, rates by both counts, and who may see what."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from minzheng.business.bureau.registers import counting, duties, selectors, services, showing
from minzheng.business.bureau.registers.cli import register as command
from minzheng.business.bureau.registers.models import RegisterEntry, RegisterShape
from minzheng.business.bureau.registers.reading import books
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, Actor, actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.cases.errors import NotAllowed, Refused, Stale
from minzheng.kernel.documents.tests.samples import picture
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.parts.drawing import Drawing

pytestmark = pytest.mark.django_db
COUNTY, TOWN = "990101000000", "990101001000"
Enter = Callable[..., RegisterEntry]
DANGER = {
    "institution": "青石敬老院",
    "what": "灭火器过期",
    "kind": "fire",
    "grade": "common",
    "person": "李院长",
    "measures": "更换",
}


def test_隐患_从登记到销号_复查要另一个人_每一步都有记录(
    hire: Callable[..., User], signed_in: Callable[..., Client], officer: Actor, offices: dict[str, Organization]
) -> None:
    clerk = hire("town_clerk", "town", "林经办")
    client, today = signed_in(clerk), clock.today()
    new = reverse("registers.new", kwargs={"book": "hidden_dangers"})
    given = DANGER | {
        "on__": today.isoformat(),
        "due_on": (today + datetime.timedelta(days=10)).isoformat(),
        "money": "1,200",
    }
    assert client.post(new, given | {"again": "1"})["Location"] == new
    entry = RegisterEntry.objects.get()
    assert (entry.region_code, entry.org_name, entry.values["money"]) == (TOWN, "青石镇民政窗口", 120_000)
    assert (entry.title, entry.state, entry.made_name) == ("青石敬老院 灭火器过期", "open", "林经办")
    page = client.get(reverse("registers.entry", kwargs={"pk": entry.pk})).content.decode()
    assert "整改中" in page and "1,200.00 元" in page and "办理" in page

    move = reverse("registers.move", kwargs={"pk": entry.pk})
    step = {"to__": "fixed", "on__": today.isoformat(), "fixed_on": today.isoformat(), "fixed_how": "已换新", "note__": "拍照",
            "after": SimpleUploadedFile("b.jpg", picture())}  # fmt: skip
    short = client.post(move, {"to__": "fixed", "on__": today.isoformat()})
    assert short.status_code == 422 and "请填写整改情况。" in short.content.decode()
    assert client.post(move, step).status_code == 302
    close = {"to__": "closed", "on__": today.isoformat(), "rechecker": "周复查", "closed_on": today.isoformat()}
    alone = client.post(move, close)
    assert alone.status_code == 422 and "要由另一个人办理" in alone.content.decode()
    entry.refresh_from_db()
    with pytest.raises(Stale):
        services.move(actor=officer, entry=entry, to="closed", version=entry.version - 1)
    with pytest.raises(Refused, match="不能变成"):
        services.move(actor=officer, entry=entry, to="referred")
    with pytest.raises(Refused, match="销号日期不能早于"):
        services.move(actor=officer, entry=entry, to="closed", values={"closed_on": "2020-01-01"})
    services.move(
        actor=officer, entry=entry, to="closed", values={"closed_on": today.isoformat(), "rechecker": "周复查"}
    )
    entry.refresh_from_db()
    assert entry.state == "closed" and not selectors.due(officer, today + datetime.timedelta(days=99)).exists()
    told = [(one.title, one.who) for one in showing.history(entry)]
    assert told == [
        ("登记", "林经办"),
        ("整改中 → 待复查", "林经办"),
        ("添加附件", "林经办"),
        ("待复查 → 已销号", "王台账"),
    ]
    assert AuditEntry.objects.filter(object_id=entry.pk, action__startswith="register.").count() == 3


def test_更正_作废_附件_打印(
    hire: Callable[..., User], signed_in: Callable[..., Client], enter: Enter, officer: Actor
) -> None:
    user, today = hire("policy_officer", name="赵更正"), clock.today()
    client = signed_in(user)
    entry = enter("honours", today, name="先进集体", winner="示范县救助站", kind="unit", level="city", giver="市民政局")
    edit = reverse("registers.edit", kwargs={"pk": entry.pk})
    page = client.get(edit).content.decode()
    assert 'value="先进集体"' in page and 'name="version" value="1"' in page
    given = {"org__": str(entry.org_id), "on__": today.isoformat(), "version": "1", **entry.values}
    assert "没有改动" in client.post(edit, given).content.decode()
    assert client.post(edit, given | {"level": "province", "note__": "看错了"}).status_code == 302
    assert "别人改过这条记录" in client.post(edit, given | {"level": "nation"}).content.decode()
    entry.refresh_from_db()
    assert (entry.values["level"], entry.version) == ("province", 2)
    assert "级别：市级 → 省级" in client.get(reverse("registers.entry", kwargs={"pk": entry.pk})).content.decode()

    attach = reverse("registers.attach", kwargs={"pk": entry.pk})
    assert client.post(attach, {"files": SimpleUploadedFile("证书.jpg", picture())}).status_code == 302
    file = entry.files.get()
    where = {"pk": entry.pk, "attachment": file.attachment_id}
    assert client.get(reverse("registers.file", kwargs=where))["Content-Type"] == "image/jpeg"
    assert client.get(reverse("registers.file", kwargs=where), {"size": "thumb"}).status_code == 200
    drop = client.post(reverse("registers.detach", kwargs=where), {"reason": "传错了"})
    assert drop.status_code == 302 and client.get(reverse("registers.file", kwargs=where)).status_code == 404
    assert client.get(reverse("registers.print", kwargs={"pk": entry.pk})).content.startswith(b"%PDF")

    assert client.post(reverse("registers.void", kwargs={"pk": entry.pk}), {"reason": "重复登记"}).status_code == 302
    assert not selectors.entries(officer).exists() and client.get(edit).status_code == 404
    shown = client.get(reverse("registers.entry", kwargs={"pk": entry.pk})).content.decode()
    assert "已作废" in shown and "重复登记" in shown


def test_次数_按单位和支部核对_末月二十日起提醒(enter: Enter, officer: Actor, offices: dict[str, Organization]) -> None:
    day = datetime.date(2026, 9, 10)

    def education(on: datetime.date) -> dict[str, duties.Owed]:
        found = duties.owed(officer, on, books=[books()["integrity"]])
        return {one.rhythm.code: one for one in found}

    assert {one.unit for one in education(day).values()} == {"示范县民政局"}  # asked of the bureau, not of the township
    assert (education(day)["education"].state, education(datetime.date(2026, 9, 20))["education"].state) == (
        "running",
        "short",
    )
    assert education(datetime.date(2026, 9, 20))["education"].sentence == "还差 1 次廉政教育（本季度，9 月 30 日前）"
    said = {"topic": "警示教育", "host": "张局长", "people": 30, "content": "观看警示片"}
    enter("integrity", day, kind="education", **said)
    enter("integrity", day, kind="meeting", **said)
    after = education(datetime.date(2026, 9, 20))
    assert (after["education"].state, after["education"].before, after["education"].missed_before) == ("done", 0, 1)
    december = education(datetime.date(2026, 12, 20))
    assert (december["meeting"].missing, december["meeting"].state) == (1, "short")
    assert (december["education"].done, december["education"].before) == (0, 1)

    for branch, kind, on in (
        ("机关一支部", "committee", "2026-10-08"),
        ("机关一支部", "congress", "2026-08-01"),
        ("机关二支部", "lecture", "2026-09-05"),
    ):
        enter(
            "party_life",
            datetime.date.fromisoformat(on),
            branch=branch,
            kind=kind,
            topic="学习",
            host="书记",
            present=9,
            minutes="略",
        )
    found = {
        (one.unit, one.rhythm.code): one
        for one in duties.owed(officer, datetime.date(2026, 10, 25), books=[books()["party_life"]])
    }
    assert {unit for unit, _ in found} == {"机关一支部", "机关二支部"} and len(found) == 14
    assert found["机关一支部", "committee"].state == "done" and found["机关二支部", "committee"].state == "short"
    assert found["机关一支部", "congress"].state == "running"  # the quarter ends in December
    assert (found["机关二支部", "lecture"].before, found["机关二支部", "lecture"].missed_before) == (1, 0)


def test_整改率_两种口径_和例子一样(offices: dict[str, Organization]) -> None:
    book, first, last = books()["hidden_dangers"], datetime.date(2026, 9, 1), datetime.date(2026, 9, 30)
    shape = services.shape_of(book)
    rows = [
        RegisterEntry(
            book=book.code, no=f"YH-{n}", region_code=TOWN, org=offices["town"], org_name="青石镇", on=first, title="隐患", shape=shape,
            state="closed" if n < 47 else "open",
            values=DANGER | {"due_on": "2026-10-15" if n >= 47 else "2026-09-20", "grade": "major" if n % 10 == 0 else "common"},
        )
        for n in range(50)
    ]  # fmt: skip
    RegisterEntry.objects.bulk_create(rows)

    def rates(on: datetime.date) -> list[Decimal | None]:
        asked = [counting.Wanted(book, one) for one in book.counts]
        numbers = counting.ask(selectors.entries(SYSTEM), asked, on.replace(day=1), on)[""]
        by_code = {one.count.code: number for one, number in zip(asked, numbers, strict=True)}
        return [counting.rate(one, by_code) for one in book.rates]

    assert rates(last) == [Decimal("94.0"), Decimal("100.0")]
    assert rates(datetime.date(2026, 10, 31)) == [Decimal("94.0"), Decimal("94.0")]
    assert rates(datetime.date(2027, 1, 31)) == [None, None]  # a new year begins with none
    split = counting.ask(selectors.entries(SYSTEM), counting.wanted([book]), first, last, by="town")[TOWN]
    assert split[:3] == [50, 45, 5]


def test_声明改了_旧记录照样看得懂(enter: Enter, officer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from minzheng.business.bureau.registers import listing, reading

    entry = enter(
        "honours",
        clock.today(),
        name="先进集体",
        winner="救助站",
        kind="unit",
        level="city",
        giver="市局",
        document="市发1号",
    )
    book = books()["honours"]
    level = replace(book.fields[3], options={"nation": "国家级"})
    changed = replace(
        book,
        fields=(
            *book.fields[:3],
            level,
            book.fields[4],
            replace(book.fields[1], name="extra", label="新栏目", needs=False),
        ),
    )
    assert [one.name for one in changed.fields] == ["name", "winner", "kind", "level", "giver", "extra"]
    known = dict(books()) | {"honours": changed}
    monkeypatch.setattr(reading, "books", lambda: known)
    entry = RegisterEntry.objects.select_related("shape").get(pk=entry.pk)
    assert listing.shown(level, entry) == "市级"
    pairs = {label: text for label, text, _ in showing.facts(entry, Drawing(officer, clock.today()))["pairs"]}
    assert pairs["表彰文件（原栏目）"] == "市发1号" and pairs["级别"] == "市级"
    services.correct(actor=officer, entry=entry, on=entry.on, values={**entry.values, "extra": "补记"}, names=["extra"])
    entry.refresh_from_db()
    assert entry.values["document"] == "市发1号" and RegisterShape.objects.filter(book="honours").count() == 2


def test_谁看得到_别处和没有内部岗位的人看不到(
    hire: Callable[..., User], signed_in: Callable[..., Client], enter: Enter, offices: dict[str, Organization]
) -> None:
    today = clock.today()
    talk = enter("talks", today, person="钱某", kind="remind", talker="局长", content="提醒")
    town = enter("publicity", today, where="town", title_="青石敬老月", kind="news", media="县报", level="county")
    people = {
        "clerk": hire("town_clerk", "town"), "reviewer": hire("county_reviewer"), "head": hire("bureau_head"),
        "other": hire("policy_officer", "other"), "matching": hire("matching_officer"),
    }  # fmt: skip

    def status(who: str, page: str, **kwargs: Any) -> int:
        return signed_in(people[who]).get(reverse(page, kwargs=kwargs)).status_code

    assert [status(who, "registers.entry", pk=talk.pk) for who in people] == [404, 404, 200, 404, 403]
    assert [status(who, "registers.entry", pk=town.pk) for who in people] == [200, 200, 200, 404, 403]
    assert [status(who, "registers.edit", pk=town.pk) for who in people] == [200, 403, 200, 404, 403]
    assert [status(who, "registers.new", book="talks") for who in people] == [404, 403, 200, 200, 403]
    assert status("clerk", "registers.new", book="nothing") == 404
    assert "谈心谈话" not in signed_in(people["reviewer"]).get(reverse("registers.overview")).content.decode()
    assert "钱某" not in signed_in(people["clerk"]).get(reverse("registers.list"), {"book": "talks"}).content.decode()
    with pytest.raises(NotAllowed):
        services.enter(
            actor=actor_of(people["clerk"]), book=books()["publicity"], org=offices["county"], on=today, values={}
        )
    with pytest.raises(NotAllowed, match="指定的岗位"):
        services.enter(actor=actor_of(people["clerk"]), book=books()["talks"], org=offices["town"], on=today, values={})


def test_命令行_一个JSON_写错了退出码二(enter: Enter, tmp_path: Path) -> None:
    entry = enter("honours", clock.today(), name="先进集体", winner="救助站", kind="unit", level="city", giver="市局")

    def run(*words: str) -> Any:
        return CliRunner().invoke(command, words)

    listed = json.loads(run("list", "--json").stdout)["books"]
    assert {"code": "honours", "all": 1}.items() <= next(one for one in listed if one["code"] == "honours").items()
    assert json.loads(run("list", "--book", "honours", "--json").stdout)["entries"][0]["no"] == entry.no
    assert json.loads(run("show", entry.no, "--json").stdout)["values"]["level"] == "city"
    assert json.loads(run("due", "--on", "2026-12-25", "--json").stdout)["short"][0]["missing"] >= 1
    file = tmp_path / "荣誉.csv"
    file.write_text("表彰日期,荣誉名称,获得者,类别,级别,表彰单位\n2026-05-01,红旗单位,本局,单位,省级,省厅\n", "utf-8")
    done = run("import", str(file), "--book", "honours", "--org", "R-county", "--json")
    assert (json.loads(done.stdout)["taken"], done.exit_code) == (1, 0)
    for wrong in (
        ("show", "没有"),
        ("list", "--book", "x"),
        ("due", "--on", "明天"),
        ("import", "x.csv", "--book", "honours", "--org", "无"),
    ):
        answer = run(*wrong)
        assert answer.exit_code == 2 and answer.stdout == "" and answer.stderr.strip()
