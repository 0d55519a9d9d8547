"""公示异议: anybody objects to a posted row from the public page; the family never learns who."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from minzheng.business.assistance.tests.world import PHOTO, VILLAGE, World, couple, photo
from minzheng.kernel import clock
from minzheng.kernel.accounts.models import User
from minzheng.kernel.accounts.services import send_login_code
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.cases import services
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.objections import intake, selectors
from minzheng.kernel.cases.objections.errors import ObjectionRefused, TooLate
from minzheng.kernel.cases.objections.jobs import prune_photos
from minzheng.kernel.cases.objections.models import PublicObjection
from minzheng.kernel.cases.objections.recording import normal_code
from minzheng.kernel.cases.publicity import public_lists
from minzheng.kernel.documents import throttle
from minzheng.kernel.documents.models import Attachment, IssuedDocument
from minzheng.kernel.documents.services import pdf
from minzheng.kernel.notices.models import OutboxMessage

pytestmark = pytest.mark.django_db

NAME, NUMBER = "吴小虎", "13977776666"
WORDS = "他家在县城有一间出租的门面，每月收租。"
BACKEND = "minzheng.kernel.accounts.backends.AccountBackend"


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()
    throttle.forget()  # an address over its limit is remembered by the process, whatever the test rolled back


@pytest.fixture
def case(world: World) -> Case:
    return world.to_posted(couple())


def url(case: Case, step: int = 1) -> str:
    mark = public_lists.mark_of(case.publicities.latest("id"))
    return f"/publicity/{case.region_code}/object/{mark}/" + (f"{step}/" if step > 1 else "")


def code_of(phone: str, monkeypatch: pytest.MonkeyPatch, client: Client, address: str) -> str:
    """The code that the page has sent to the phone."""
    sent: list[str] = []

    class Box:
        def send(self, *, phone: str, code: str) -> None:
            sent.append(code)

    monkeypatch.setattr("minzheng.kernel.accounts.senders.sender", lambda channel="sms": Box())
    assert client.get(address).status_code == 200
    return sent[-1]


def fill(client: Client, case: Case, who: dict[str, str], content: str = WORDS) -> Any:
    client.post(url(case), {"subject": "property", "content": content})
    client.post(url(case, 2), {"do": "next"})
    return client.post(url(case, 3), who)


def object_by_name(client: Client, case: Case, monkeypatch: pytest.MonkeyPatch, content: str = WORDS) -> str:
    """The whole way on the phone; returns the receipt number."""
    answer = fill(client, case, {"who": "named", "name": NAME, "phone": NUMBER}, content)
    assert answer["Location"] == url(case, 4)
    code = code_of(NUMBER, monkeypatch, client, url(case, 4))
    answer = client.post(url(case, 4), {"do": "enter", "code": code})
    assert answer["Location"] == "/publicity/objection/sent/"
    body = client.get(answer["Location"]).content.decode()
    return re.search(r"YY-\w{4}-\w{4}-\w{4}", body)[0]  # type: ignore[index]


def test_从公示名单点提意见_一步一步到回执(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    listed = client.get(f"/publicity/{VILLAGE}/").content.decode()
    assert url(case) in listed and "公示至 11月9日" in listed
    assert "刘*芳" in client.get(url(case)).content.decode()
    receipt = object_by_name(client, case, monkeypatch)
    case.refresh_from_db()
    assert case.state == "OBJECTION" and case.due_on == datetime.date(2026, 11, 30)
    row = case.public_objections.get()
    assert (row.code, row.name, row.phone, row.subject, row.due_on) == (
        receipt, NAME, NUMBER, "property", case.due_on
    )  # fmt: skip
    assert not User.objects.filter(phone_index=row.phone_index).exists(), "核对号码不建账号"
    assert "_auth_user_id" not in client.session


def test_每一步缺了什么都说清楚(case: Case) -> None:
    client = Client()
    assert "请选择您要反映什么" in client.post(url(case), {"content": WORDS}).content.decode()
    assert "请写清是什么情况" in client.post(url(case), {"subject": "other", "content": "有房"}).content.decode()
    assert client.get(url(case, 3))["Location"] == url(case), "第一步没填好，回到第一步"
    client.post(url(case), {"subject": "other", "content": WORDS})
    body = client.post(url(case, 3), {"who": "named"}).content.decode()
    assert "请填写您的姓名" in body and "请填写您的手机号码" in body
    assert PublicObjection.objects.count() == 0


def test_验证码不对不收(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    fill(client, case, {"who": "named", "name": NAME, "phone": NUMBER})
    right = code_of(NUMBER, monkeypatch, client, url(case, 4))
    wrong = "000000" if right != "000000" else "111111"
    answer = client.post(url(case, 4), {"do": "enter", "code": wrong})
    assert answer.status_code == 422 and "验证码不对" in answer.content.decode()
    case.refresh_from_db()
    assert case.state == "PUBLICITY" and PublicObjection.objects.count() == 0


def test_匿名的只登记_不停公示(case: Case) -> None:
    client = Client()
    answer = fill(client, case, {"who": "nobody"})
    body = client.get(answer["Location"]).content.decode()
    assert "匿名反映已经登记" in body
    case.refresh_from_db()
    row = case.public_objections.get()
    assert (case.state, row.state, row.anonymous, row.name, row.due_on) == ("PUBLICITY", "recorded", True, "", None)


def test_同一个人说同一件事只有一张回执_别人说的并到一起(case: Case) -> None:
    posted = case.publicities.get()
    given = {"publicity": posted, "subject": "property", "content": WORDS}
    first = intake.submit(**given, name=NAME, phone=NUMBER)
    again = intake.submit(**given, name=NAME, phone=NUMBER)
    other = intake.submit(**given, name="钱大妈", phone="13977775555")
    assert again.code == first.code and again.again and not first.joined
    assert other.code != first.code and other.joined and other.due_on == first.due_on
    assert [a.code for a in case.acts.filter(code__in=("objection", "add_objection"))] == ["objection", "add_objection"]
    case.refresh_from_db()
    assert services.replay(case).ok


def test_一个号码一天提得太多要缓一缓(case: Case, settings: Any) -> None:
    settings.OBJECTIONS_PER_PHONE = 2
    posted = case.publicities.get()
    for n in range(2):
        intake.submit(publicity=posted, subject="other", content=f"{WORDS}{n}", name=NAME, phone=NUMBER)
    with pytest.raises(ObjectionRefused, match="今天提交得太多"):
        intake.submit(publicity=posted, subject="other", content="又想起一件", name=NAME, phone=NUMBER)


def test_匿名太多要留名(case: Case, settings: Any) -> None:
    settings.ANONYMOUS_OBJECTIONS_PER_ROW = 1
    posted = case.publicities.get()
    intake.submit(publicity=posted, subject="other", content=WORDS)
    assert intake.submit(publicity=posted, subject="other", content=f" {WORDS}").again
    with pytest.raises(ObjectionRefused, match="请留下姓名"):
        intake.submit(publicity=posted, subject="other", content=WORDS + "还有车")


def test_同一网络提交太多要缓一缓(case: Case) -> None:
    client = Client()
    for n in range(11):
        answer = fill(client, case, {"who": "nobody"}, f"{WORDS}第{n}条")
    assert answer.status_code == 422 and "这个网络今天提交得太多" in answer.content.decode()


def test_决定以后的异议如实说去哪里(case: Case, world: World) -> None:
    late = url(case)
    posted = case.publicities.get()
    with clock.at(datetime.date(2026, 11, 10)):
        world.do(case, "publicity_end", world.clerk, photo=PHOTO)
    with clock.at(datetime.date(2026, 11, 12)):
        world.do(case, "approve", world.reviewer)
        answer = Client().get(late)
        assert answer.status_code == 410
        assert "向县（区）民政局投诉举报" in answer.content.decode()
        with pytest.raises(TooLate, match="投诉举报"):
            intake.submit(publicity=posted, subject="other", content=WORDS, name=NAME, phone=NUMBER)
        with pytest.raises(TooLate):
            intake.submit(publicity=posted, subject="other", content=WORDS)


def test_期满没有决定的仍可以提_说清楚不再停下来复查_不再显示这一户(
    case: Case, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    with clock.at(datetime.date(2026, 11, 10)):
        world.do(case, "publicity_end", world.clerk, photo=PHOTO)
        page = client.get(url(case)).content.decode()
        assert "这一户还没有作出决定" in page and "刘*芳" not in page
        assert url(case) not in client.get(f"/publicity/{VILLAGE}/").content.decode(), "期满的不再列出"
        receipt = object_by_name(client, case, monkeypatch)
        sent = client.get("/publicity/objection/sent/").content.decode()
        assert "交给作决定的机关" in sent and receipt in sent
        case.refresh_from_db()
        row = case.public_objections.get()
        assert case.state == "REVIEW" and case.needs_county_visit and row.name == NAME
        assert case.acts.latest("seq").code == "late_objection" and case.acts.latest("seq").actor_name == "群众"
        with pytest.raises(Refused, match="还没有处理"):
            world.do(case, "approve", world.reviewer)
        again = intake.submit(
            publicity=case.publicities.get(), subject="property", content=WORDS, name=NAME, phone=NUMBER
        )
        assert again.again and services.replay(case).ok


def test_期满还没有登记结束的_也按期满后收(case: Case) -> None:
    with clock.at(datetime.date(2026, 11, 10)):
        intake.submit(publicity=case.publicities.get(), subject="other", content=WORDS, name=NAME, phone=NUMBER)
    case.refresh_from_db()
    assert case.state == "PUBLICITY" and case.acts.latest("seq").code == "late_objection"


def test_猜不出别的行_换个村也不行(case: Case) -> None:
    client = Client()
    mark = public_lists.mark_of(case.publicities.get())
    for path in (
        f"/publicity/{VILLAGE}/object/{'0' * 16}/",
        f"/publicity/990101002001/object/{mark}/",
        f"/publicity/990101/object/{mark}/",
    ):
        assert client.get(path).status_code == 410
    assert str(case.pk) not in client.get(f"/publicity/{VILLAGE}/").content.decode()
    assert str(case.publicities.get().pk) not in client.get(f"/publicity/{VILLAGE}/").content.decode()


def settle(world: World, case: Case, **extra: Any) -> None:
    with clock.at(datetime.date(2026, 11, 6)):
        world.do(
            case,
            "finish_objection",
            world.clerk,
            method="reinvestigation",
            findings="查实有门面。",
            records=PHOTO,
            **extra,
        )


def test_复查完短信答复_决定后再说结果_都不带这户人家(world: World, case: Case) -> None:
    receipt = intake.submit(
        publicity=case.publicities.get(), subject="property", content=WORDS, name=NAME, phone=NUMBER
    )
    settle(world, case, answer="经重新调查，情况属实，已重新核算。")
    [message] = [m for m in OutboxMessage.objects.filter(case=None) if m.to == NUMBER]
    assert receipt.code in message.body and "情况属实" in message.body
    assert message.recipient_id is None and "刘" not in message.body
    found = selectors.by_receipt(receipt.code.lower().replace("-", " "))
    assert found is not None and found.state == "answered" and found.answer.startswith("经重新调查")
    with clock.at(datetime.date(2026, 11, 6)):
        world.do(case, "withdraw", world.clerk, opinion="不申请了")
    found = selectors.by_receipt(receipt.code)
    assert found is not None and "已撤回申请" in found.outcome
    assert len([m for m in OutboxMessage.objects.filter(case=None) if m.to == NUMBER]) == 2


def test_凭回执查答复_查错查不到什么(case: Case) -> None:
    receipt = intake.submit(
        publicity=case.publicities.get(), subject="property", content=WORDS, name=NAME, phone=NUMBER
    )
    client = Client()
    body = client.post("/publicity/objection/answer/", {"code": receipt.code}).content.decode()
    assert "正在核实" in body and NAME not in body and NUMBER not in body and "刘" not in body
    for wrong in ("YY-0000-0000-0000", "abc", ""):
        answer = client.post("/publicity/objection/answer/", {"code": wrong})
        assert answer.status_code == 422
    assert normal_code("yy 8k3m q7tr 2wxn") == "YY-8K3M-Q7TR-2WXN"


def test_家人的每一页每一份文书都看不到反映人(world: World, case: Case) -> None:
    jpeg = SimpleUploadedFile("门面.jpg", photo().getvalue(), content_type="image/jpeg")
    services.file_objection(
        case_id=case.pk,
        actor=world.clerk,
        data={"content": WORDS, "objector_name": NAME, "objector_phone": NUMBER, "proofs": [jpeg]},
    )
    intake.submit(publicity=case.publicities.get(), subject="other", content=WORDS + "补充", name=NAME, phone=NUMBER)
    settle(world, case, answer="情况属实。")
    user = User.objects.get(person=case.applicant)
    family = Client()
    family.force_login(user, backend=BACKEND)
    # the last digits as a number of their own: the same four may stand inside the number of a row
    secret = re.compile(rf"{NAME}|{NUMBER}|门面，每月收租|(?<![0-9A-Za-z]){NUMBER[-4:]}(?![0-9A-Za-z])")
    paths = [
        "/m/mine/",
        f"/m/case/{case.pk}/",
        "/m/messages/",
        "/m/payments/",
        "/m/sign/",
        "/",
        f"/publicity/{VILLAGE}/",
    ]
    for path in paths:
        body = family.get(path).content.decode()
        assert not secret.search(body), path
    for document in IssuedDocument.objects.filter(case=case):
        assert not secret.search(str(document.fields)), document.code
        assert pdf(document).startswith(b"%PDF")
    [proof] = Attachment.objects.filter(case=case, kind="objection")
    assert family.get(f"/m/case/{case.pk}/photo/{proof.pk}/").status_code == 404
    for row in (*case.acts.all(), *case.evidence.all()):
        assert not secret.search(str(row.data))
    assert all(NAME not in str(e.detail) + str(e.reason) for e in AuditEntry.objects.all())


@pytest.mark.parametrize("said", [f"经{NAME}反映，有门面。", f"反映电话 {NUMBER}。"])
def test_文字里写出反映人的办不成(world: World, case: Case, said: str) -> None:
    intake.submit(publicity=case.publicities.get(), subject="property", content=WORDS, name=NAME, phone=NUMBER)
    case.refresh_from_db()
    with pytest.raises(Refused, match="身份要保密"):
        world.do(case, "finish_objection", world.clerk, method="reinvestigation", findings=said, records=PHOTO)


def test_只有经办人能看反映人_写明用途_留下记录(world: World, case: Case) -> None:
    intake.submit(publicity=case.publicities.get(), subject="property", content=WORDS, name=NAME, phone=NUMBER)
    row = case.public_objections.get()
    assert selectors.identity(world.clerk, row.pk, "电话核实门面地址") == (NAME, NUMBER)
    assert AuditEntry.objects.filter(object_id=row.pk, reason__contains="电话核实门面地址").exists()
    with pytest.raises(ObjectionRefused, match="写明用途"):
        selectors.identity(world.clerk, row.pk, "看")
    village = world.staff("cunzhang", "村长", "village_worker", VILLAGE)
    for outsider in (world.leader, world.reviewer, world.stranger, village, world.citizen(couple()[0])):
        with pytest.raises(PublicObjection.DoesNotExist):
            selectors.identity(outsider, row.pk, "电话核实门面地址")
    assert selectors.get(world.reviewer, row.pk) is not None, "县里看得到内容"
    assert selectors.get(world.stranger, row.pk) is None
    assert selectors.get(village, row.pk) is None, "村干部看不到谁说了什么"


def test_没有提交的照片两天后删掉(case: Case) -> None:
    client = Client()
    client.post(url(case), {"subject": "property", "content": WORDS})
    jpeg = SimpleUploadedFile("门面.jpg", photo().getvalue(), content_type="image/jpeg")
    got = client.post(url(case, 2), {"do": "photo", "field": "proofs", "file": jpeg}).json()
    mark = public_lists.mark_of(case.publicities.get())
    assert client.get(f"/publicity/objection/photo/{mark}/{got['id']}/").status_code == 200
    assert Client().get(f"/publicity/objection/photo/{mark}/{got['id']}/").status_code == 404
    assert prune_photos(None) == {"removed": 0}  # type: ignore[arg-type]
    Attachment.objects.filter(pk=got["id"]).update(uploaded_at=clock.now() - datetime.timedelta(days=3))
    assert prune_photos(None) == {"removed": 1}  # type: ignore[arg-type]


def test_提交了的照片经办人看得到_别处打不开(world: World, case: Case) -> None:
    client = Client()
    client.post(url(case), {"subject": "property", "content": WORDS})
    jpeg = SimpleUploadedFile("门面.jpg", photo().getvalue(), content_type="image/jpeg")
    assert client.post(url(case, 2), {"do": "next", "proofs": jpeg}).status_code == 302
    answer = client.post(url(case, 3), {"who": "nobody"})
    assert answer.status_code == 302, re.findall(r"<li>.*?</li>", answer.content.decode())
    row = case.public_objections.get()
    [pk] = row.photos
    assert selectors.photo(world.clerk, row.pk, int(pk)) is not None
    assert selectors.photo(world.stranger, row.pk, int(pk)) is None
    assert selectors.photo(world.clerk, row.pk, 1) is None
    assert prune_photos(None) == {"removed": 0}  # type: ignore[arg-type]


def test_公开页不进缓存不进搜索(case: Case) -> None:
    for path in ("/publicity/", f"/publicity/{VILLAGE}/", url(case), "/publicity/long/"):
        answer = Client().get(path)
        assert "no-store" in answer["Cache-Control"] and "noindex" in answer["X-Robots-Tag"], path


def test_验证码不进日志(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], world: World) -> None:
    from minzheng.kernel.jobs.models import JobRun

    send_login_code(phone=NUMBER)
    body = OutboxMessage.objects.latest("pk").body
    code = re.search(r"\d{6}", body)[0]  # type: ignore[index]
    out = capsys.readouterr()
    assert code not in caplog.text and code not in out.out + out.err
    assert all(code not in str(job.args) for job in JobRun.objects.all())


def staff(actor: Any) -> Client:
    client = Client()
    client.force_login(actor.user, backend=BACKEND)
    return client


def test_经办人在控制台看异议_写用途才见反映人(world: World, case: Case) -> None:
    intake.submit(publicity=case.publicities.get(), subject="property", content=WORDS, name=NAME, phone=NUMBER)
    row = case.public_objections.get()
    clerk = staff(world.clerk)
    assert row.code in clerk.get("/console/objections/").content.decode()
    body = clerk.get(f"/console/objections/{row.pk}/").content.decode()
    assert "门面" in body and NAME not in body and NUMBER not in body
    assert clerk.post(f"/console/objections/{row.pk}/", {"why": "看"}).status_code == 422
    body = clerk.post(f"/console/objections/{row.pk}/", {"why": "电话核实门面地址"}).content.decode()
    assert NAME in body and NUMBER in body
    assert NAME not in clerk.get(f"/console/objections/{row.pk}/").content.decode(), "下次再看还要写用途"
    assert f"/console/objections/{row.pk}/" in clerk.get(f"/console/cases/{case.pk}/").content.decode()
    leader = staff(world.leader).post(f"/console/objections/{row.pk}/", {"why": "电话核实门面地址"})
    assert NAME not in leader.content.decode() and "岗位不能查看反映人" in leader.content.decode()
    assert staff(world.stranger).get(f"/console/objections/{row.pk}/").status_code == 404


def test_公示榜有文号期限电话_印两次是同一张(world: World, case: Case) -> None:
    clerk = staff(world.clerk)
    body = clerk.get("/console/publicity/").content.decode()
    assert "李家村" in body and "2026-11-02 至 2026-11-09" in body
    key = re.search(r'name="sheet" value="([^"]+)"', body)[1]  # type: ignore[index]
    first = clerk.post("/console/publicity/", {"sheet": key})["Location"]
    assert clerk.post("/console/publicity/", {"sheet": key})["Location"] == first
    sheet = IssuedDocument.objects.get(code="N05", case=None)
    assert (sheet.fields["phone"], sheet.fields["ends_on"], sheet.fields["rows"][0]["applicant"]) == (
        "12345", "2026-11-09", "刘*芳"
    )  # fmt: skip
    assert clerk.get(first).content.startswith(b"%PDF-")
    assert staff(world.stranger).post("/console/publicity/", {"sheet": key}).status_code == 422


def test_异议经评议改变结果_反映人得到答复和结果_家人只得到不予确认的理由(world: World, case: Case) -> None:
    import io

    import pypdf

    intake.submit(publicity=case.publicities.get(), subject="people", content=WORDS, name=NAME, phone=NUMBER)
    council = {"method": "council", "people": "13", "villagers": "5", "committee": "4", "votes_for": "3"}
    with clock.at(datetime.date(2026, 11, 4)):
        world.do(case, "finish_objection", world.clerk, **council, findings="人口不实。", records=PHOTO)
        world.do(case, "opinion", world.leader, conclusion="disagree", reason_code="R03", opinion="经评议，人口不实。")
        world.do(case, "forward", world.leader)
    with clock.at(datetime.date(2026, 11, 6)):
        world.do(case, "reject", world.reviewer, reason_code="R03", opinion="经民主评议，申报人口不实。")
    assert case.state == "REJECTED" and services.replay(case).ok
    bodies = [m.body for m in OutboxMessage.objects.filter(case=None) if m.to == NUMBER]
    assert len(bodies) == 2 and "民主评议" in bodies[0] and "不予确认" in bodies[1]
    notice = IssuedDocument.objects.get(case=case, code="N07")
    printed = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf(notice))).pages).replace("\n", "")
    assert "人口不实" in printed and NAME not in printed and NUMBER not in printed
