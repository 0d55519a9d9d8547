"""A month on the screen: made, reviewed, signed, paid and answered by forms; every number of the tables ties and drills."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterator
from typing import Any

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from minzheng.kernel import clock
from minzheng.kernel.accounts import roles
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.accounts.models import User
from minzheng.kernel.cases.publicity import public_lists
from minzheng.kernel.pages.tests.visiting import signed_in
from minzheng.kernel.payruns import formats
from minzheng.kernel.payruns.figures import tables
from minzheng.kernel.payruns.figures.mine import of as mine_of
from minzheng.kernel.payruns.formats import writing
from minzheng.kernel.payruns.models import PayBatch, PayLine
from minzheng.kernel.payruns.tests.world import COUNTY, DIBAO, MARCH, OTHER, VILLAGE, World
from minzheng.kernel.regions.models import Region
from minzheng.kernel.regions.selectors import forget

pytestmark = pytest.mark.django_db
DAY, EAST = datetime.date(2026, 4, 20), "990101001000"


@pytest.fixture(autouse=True)
def _april() -> Iterator[None]:
    with clock.at(DAY):
        yield


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """Three families in two villages, one with back pay, two classes; March walked through on the pages once, one payment
    sent back. What a test changes its savepoint undoes."""
    with (
        django_db_blocker.unblock(), clock.at(DAY), transaction.atomic(), pytest.MonkeyPatch.context() as patch,
    ):  # fmt: skip
        patch.setattr(roles, "SECOND_FACTOR", frozenset())  # as for every test (tests/conftest), but for the module
        world = World()
        Region.objects.filter(level=4).update(parent_code=COUNTY)
        Region.objects.filter(code=VILLAGE).update(parent_code=EAST)
        zhao = world.award("赵一", 65_000, people=3, category="A")
        world.line(zhao, MARCH)
        world.line(zhao, MARCH, 4_321, "back_pay", explanation="2026年2月按新标准补发")
        qian = world.award("钱二", 70_001, people=2, category="B", region_code=OTHER)
        world.line(qian, MARCH)
        world.line(world.award("孙三", 33_333, category="B"), MARCH)
        yield {"world": world, "zhao": zhao, "qian": qian, "batch": all_the_way(world, {"钱二": "01"})}
        transaction.set_rollback(True)
    forget()


@pytest.fixture
def month(standing: dict[str, Any], db: None) -> dict[str, Any]:
    return {**standing, "batch": PayBatch.objects.get(pk=standing["batch"].pk)}


@pytest.fixture
def world(standing: dict[str, Any], db: None) -> World:
    return standing["world"]


def client_of(actor: Actor) -> Client:
    return signed_in(actor.user)


def post(client: Client, page: str, batch: PayBatch, **values: Any) -> PayBatch:
    """Send a form of a batch; it must not be refused."""
    response = client.post(reverse(page, kwargs={"pk": batch.pk}), values)
    assert response.status_code == 302, re.findall(r"<li>(.*?)</li>", response.content.decode())[:5]
    batch.refresh_from_db()
    return batch


def buttons(client: Client, batch: PayBatch) -> set[str]:
    text = client.get(reverse("payruns.detail", kwargs={"pk": batch.pk})).content.decode()
    return set(re.findall(r'href="/console/payruns/\d+/([a-z-]+)/"', text))


def answered(batch: PayBatch, told: dict[str, str]) -> SimpleUploadedFile:
    """The bank's file: {payee name: our code}, everybody else paid."""
    one = formats.get(batch.file_format)
    rows = list(PayLine.objects.filter(batch=batch, state="sent").select_related("account", "award").order_by("seq"))
    given = [one.bank_code(told.get(row.award.payee_name, "00")) for row in rows]
    block = {
        "seq": [row.seq for row in rows], "amount": [row.amount_fen for row in rows],
        "account": [row.account.number for row in rows], "code": given, "message": [""] * len(rows),
    }  # fmt: skip
    good = [row.amount_fen for row, code in zip(rows, given, strict=True) if code == one.bank_code("00")]
    control = {"batch": batch.no, "count": len(rows), "total": sum(block["amount"]), "paid_count": len(good),
               "paid_total": sum(good)}  # fmt: skip
    out = io.BytesIO()
    writing.write(one, one.back, control, [block], out)
    return SimpleUploadedFile("back.txt", out.getvalue())


def all_the_way(world: World, told: dict[str, str]) -> PayBatch:
    """By the pages, each step by whoever may do it."""
    clerk, checker = client_of(world.clerk), client_of(world.checker)
    head, cashier = client_of(world.head), client_of(world.cashier)
    where = reverse("payruns.build", kwargs={"month": "2026-03", "item": DIBAO})
    assert 'value="2026-03"' in clerk.get(where).content.decode()
    made = clerk.post(where, {"month": "2026-03", "item": DIBAO, "region": COUNTY})
    batch = PayBatch.objects.get()
    assert made["Location"] == reverse("payruns.detail", kwargs={"pk": batch.pk})
    if "clear-all" in buttons(clerk, batch):
        for code in set(batch.checks.filter(clearable=True).values_list("code", flat=True)):
            post(clerk, "payruns.clear_all", batch, code=code, reason="已核实")
    assert "review" not in buttons(clerk, batch), "制单人看不到复核"
    assert buttons(checker, batch) == {"review"}
    post(checker, "payruns.review", batch)
    post(head, "payruns.approve", batch)
    assert batch.state == "APPROVED" and buttons(cashier, batch) == {"submit", "recompute"}
    post(cashier, "payruns.submit", batch)
    wrong = cashier.post(
        reverse("payruns.fund", kwargs={"pk": batch.pk}),
        {"voucher": "示财支1号", "voucher_fen": "1.00", "on": "2026-04-20"},
    )
    assert wrong.status_code == 422 and "不符" in wrong.content.decode()
    yuan = f"{batch.total_fen // 100}.{batch.total_fen % 100:02d}"
    post(cashier, "payruns.fund", batch, voucher="示财支1号", voucher_fen=yuan, on="2026-04-20")
    post(cashier, "payruns.send", batch, format="rcb_fixed")
    return post(cashier, "payruns.book", batch, file=answered(batch, told))


def test_从制作到银行结果_各岗位在页面上各办各的_四方一致(world: World, month: dict[str, Any]) -> None:
    batch = month["batch"]
    assert (batch.state, batch.lines, batch.total_fen) == ("PARTIAL_RETURN", 4, 65_000 + 4_321 + 70_001 + 33_333)
    page = client_of(world.clerk).get(reverse("payruns.detail", kwargs={"pk": batch.pk})).content.decode()
    assert page.count('badge-good">一致') == 4 and "户名不符" in page and "不一致" not in page
    assert "更正账户后重发" in page
    back = batch.bank_files.get(direction="back")
    assert (back.paid, back.returned, back.rejected) == (3, 1, 0)
    # every act says which batch, how many, how much; a file of something else is refused in words, not with a fault
    where = reverse("payruns.book", kwargs={"pk": batch.pk})
    form = client_of(world.cashier).get(where).content.decode()
    assert batch.no in form and "4 笔 1,726.55 元" in form and "现在：部分退回" in form
    other = client_of(world.cashier).post(where, {"file": SimpleUploadedFile("note.txt", b"hello\n")})
    assert other.status_code == 422 and "认不出这份文件的格式" in other.content.decode()
    line = PayLine.objects.get(batch=batch, state="returned")
    told = client_of(world.clerk).get(reverse("payruns.line", kwargs={"pk": line.pk})).content.decode()
    assert "怎么办" in told and "请核对存折" in told
    # the file can be fetched by whoever sends it, and only by them
    out = batch.bank_files.get(direction="out")
    url = reverse("payruns.file", kwargs={"pk": out.pk})
    got = client_of(world.cashier).get(url)
    assert len(b"".join(got.streaming_content)) == out.size
    assert client_of(world.clerk).get(url).status_code == 403
    notes = client_of(world.clerk).get(reverse("cases.workbench")).content.decode()
    assert "1 笔发放被银行退回" in notes


def test_发放表按地区_类别_来源都与批次一致到分_每个数点得开(world: World, month: dict[str, Any]) -> None:
    batch = month["batch"]
    actor = world.clerk
    places = {row.key: row for row in tables.by_place(actor, MARCH, 9)}
    east, west = places[("990101001000", DIBAO)], places[("990101002000", DIBAO)]
    assert (east.households, east.persons, east.lines, east.fen) == (2, 4, 3, 102_654)
    assert (west.households, west.persons, west.fen, west.returned_fen, west.paid_fen) == (1, 2, 70_001, 70_001, 0)
    classes = {row.key: row.fen for row in tables.by_class(actor, MARCH)}
    assert classes == {(DIBAO, "A"): 69_321, (DIBAO, "B"): 103_334}
    whole = tables.whole(actor, MARCH)
    assert whole.fen == batch.total_fen == sum(classes.values()) == whole.paid_fen + whole.returned_fen
    assert (whole.households, whole.persons) == (batch.households, batch.persons) == (3, 6)
    assert tables.tie(actor, MARCH, whole.fen).holds and not tables.tie(actor, MARCH, whole.fen - 1).holds
    assert sum(row.fen for row in tables.by_source(actor, MARCH)) == batch.total_fen
    client = client_of(actor)
    text = client.get(reverse("payruns.tables"), {"month": "2026-03"}).content.decode()
    assert "一致" in text
    for url in set(re.findall(r'href="(/console/payruns/lines/\?[^"]+)"', text)):
        assert "共 0 条" not in client.get(url.replace("&amp;", "&")).content.decode(), url
    drilled = client.get(reverse("payruns.lines"), {"counted": "yes", "paid_in": "2026-03", "region": "990101001000"})
    assert "赵一" in drilled.content.decode() and "钱二" not in drilled.content.decode()
    made = client.get(reverse("payruns.workbook", kwargs={"month": "2026-03"}))
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(made.content))
    total = sheets.get_sheet_by_name("按地区").to_python()[-1]
    assert total[0] == "合计" and round(float(total[5]) * 100) == batch.total_fen


def test_重发的不重复统计_另列重发(world: World, month: dict[str, Any]) -> None:
    from minzheng.kernel.awards.services import change_account

    change_account(
        award=month["qian"], holder="钱二", number="6217000099990000123", bank="示范农商行", actor=world.clerk
    )
    refused = client_of(world.clerk).post(
        reverse("payruns.reissue_ticked"), {"row": [str(PayLine.objects.filter(state="paid").first().pk)], "sent": "1"}
    )
    assert "只有退回、还没有重发的才能重发" in refused.content.decode()
    batch = month["batch"]
    post(client_of(world.clerk), "payruns.reissue", batch)
    again = PayBatch.objects.get(kind="reissue")
    row = tables.whole(world.clerk, MARCH)
    assert (row.fen, row.reissued_fen, row.returned_fen) == (batch.total_fen, 70_001, 0)
    assert tables.reissued(world.clerk, again.month) == (1, 70_001)
    assert tables.whole(world.clerk, again.month).fen == (0 if again.month != MARCH else row.fen)


def test_村级台账印得出来_公示只列到账的_乡镇只看本地(world: World, month: dict[str, Any]) -> None:
    town = world.staff("dongan", "town_clerk", "990101001000")
    client = client_of(town)
    listed = client.get(reverse("payruns.villages"), {"month": "2026-03"}).content.decode()
    assert "李家村" in listed and "王家村" not in listed
    made = client.get(reverse("payruns.village_pdf", kwargs={"month": "2026-03", "region": VILLAGE}))
    printed = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made.content)).pages)
    assert {"赵一", "孙三", "1,026.54", "壹仟零贰拾陆元伍角肆分"} <= {
        word for word in ("赵一", "孙三", "1,026.54", "壹仟零贰拾陆元伍角肆分") if word in printed.replace("\n", "")
    }
    other = reverse("payruns.village_pdf", kwargs={"month": "2026-03", "region": OTHER})
    assert client.get(other).status_code == 404
    batch = month["batch"]
    assert client.get(reverse("payruns.detail", kwargs={"pk": batch.pk})).status_code == 404
    lines = client.get(reverse("payruns.lines")).content.decode()
    assert "赵一" in lines and "钱二" not in lines and f"/console/payruns/{batch.pk}/" not in lines
    posted = [row.amount for group in public_lists.long_groups("990101001000", MARCH) for row in group.rows]
    assert sorted(posted) == ["333.33", "650.00"]
    assert public_lists.long_groups("990101002000", MARCH) == [], "退回的不公示"


def test_我的发放_说清每月为什么变_没到账怎么办(world: World, month: dict[str, Any]) -> None:
    zhao, qian = month["zhao"], month["qian"]
    told = {}
    for award in (zhao, qian):
        user = User.objects.create(username=f"c{award.pk}", name=award.payee_name, kind="citizen", person=award.payee)
        response = signed_in(user).get(reverse("portal.payments"))
        told[award.pk] = re.sub(r"<[^>]+>", " ", response.content.decode())
        if award is qian:
            assert reverse("portal.account", kwargs={"pk": qian.pk}) in response.content.decode()
    assert "2026年3月" in told[zhao.pk] and "693.21 元" in told[zhao.pk] and "已发" in told[zhao.pk]
    assert "2026年2月按新标准补发" in told[zhao.pk] and "第一个月" in told[zhao.pk]
    assert "有一笔钱没有到账" in told[qian.pk] and "户名和登记的姓名不一样" in told[qian.pk]
    assert "钱给您留着，不会少" in told[qian.pk]


def test_金额变了说明为什么_暂停的月份说清楚(world: World) -> None:
    from minzheng.kernel.awards.models import AwardPause

    old = world.award("周四", 65_000, people=3, first=datetime.date(2026, 1, 1))
    for n in (1, 2):
        world.line(old, datetime.date(2026, n, 1))
    new = world.award("周四", 40_000, people=2, payee=old.payee)
    world.line(new, MARCH)
    AwardPause.objects.create(award=new, from_month=MARCH, to_month=MARCH, reason="举报调查中")
    user = User.objects.create(username="c-zhou4", name="周四", kind="citizen", person=old.payee)
    from minzheng.kernel.accounts.actors import actor_of

    (benefit,) = mine_of(actor_of(user))
    march, february, january = benefit.months
    assert march.why[0] == "每月由 650.00 元变为 400.00 元：保障人数由 3 人变为 2 人。"
    assert "暂停发放" in march.why[1] and "举报" not in "".join(march.why)
    assert february.why == () and january.why == ("第一个月。",)
    assert benefit.award.pk == new.pk
