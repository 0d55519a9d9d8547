"""Numbers are locked in the editor; who signs did not write; what is issued never changes."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from minzheng.business.bureau.summaries import editing, services, showing
from minzheng.business.bureau.summaries.documents import sentences, unsourced
from minzheng.business.bureau.summaries.models import Summary, SummaryVersion
from minzheng.business.bureau.summaries.tests.conftest import DIBAO, TOWN, Fill
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.accounts.models import User
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.cases.errors import NotAllowed, Refused
from minzheng.kernel.orgs.models import Organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(officer: Actor, bureau: Organization, fill: Fill) -> SummaryVersion:
    fill(DIBAO, TOWN, "2026-06", 500)
    fill("assistance.tekun.persons", TOWN, "2026-06", 40)
    return services.generate(actor=officer, org=bureau, period="2026H1")


def _sentence(version: SummaryVersion, words: str) -> tuple[str, str]:
    """(key, text as the editor shows it) of the sentence that holds these words."""
    one = next(one for one in sentences(version.body) if words in one["text"])
    return one["key"], editing.shown(one["text"], version.body["tokens"])


def _edited(officer: Actor, version: SummaryVersion, text: str, words: str = "低保对象") -> SummaryVersion:
    key, _ = _sentence(version, words)
    return services.edit(actor=officer, summary=version.summary, base=version.number, texts={key: text}, added={})


def _text(version: SummaryVersion) -> str:
    return "\n".join("".join(piece.text for piece in line.pieces) for line in showing.lines(version.body))


def test_锁定的数_照抄可以_直接改不行_写理由才行(officer: Actor, version: SummaryVersion) -> None:
    _, shown = _sentence(version, "低保对象")
    assert shown == "保障城乡低保对象【500人】、【0户】。"
    for wrong, said in (
        ("保障低保对象【510人】。", "改动了锁定的数"),
        ("保障低保对象510人。", "没有出处"),
        ("保障低保对象【500人→510人】。", "理由或出处太短"),
        ("保障低保对象【500人。", "没有成对"),
        ("保障低保对象【600人→510人｜补报十人】。", "不能改"),
        ("新建【12家】。", "改动了锁定的数"),
    ):
        with pytest.raises(Refused, match=said):
            _edited(officer, version, wrong)
    empty = {one["key"]: "" for one in sentences(version.body)}
    with pytest.raises(Refused, match="一句也没有了"):
        services.edit(actor=officer, summary=version.summary, base=1, texts=empty, added={})
    made = _edited(
        officer,
        version,
        "到2026年6月30日,低保对象【500人→510人｜月末补报十人】,敬老院【12家｜养老机构台账】,推广“5个一”做法。",
    )
    assert made.number == 2 and made.how == "edited" and unsourced(made.body) == []
    assert "低保对象510人,敬老院12家,推广“5个一”做法。" in _text(made)
    first, second = showing.doubts(made.body)[:2]
    assert "指标是 500人，王计划改为 510人，理由：月末补报十人" in first and "12家（养老机构台账）" in second
    assert SummaryVersion.objects.get(pk=version.pk).body == version.body
    with pytest.raises(DatabaseError, match="另存一个版本"), transaction.atomic():
        SummaryVersion.objects.filter(pk=version.pk).update(note="改写")


def test_更新数字_人改的句子留着_其中的指标换成新的(
    officer: Actor, version: SummaryVersion, bureau: Organization, fill: Fill
) -> None:
    key, _ = _sentence(version, "特困人员")
    place = next(
        group["place"]
        for group in showing.editable(version.body)
        if any(field.key == key for field in group["sentences"])
    )
    services.edit(
        actor=officer, summary=version.summary, base=1, added={place: "慰问困难家庭【35户｜春节慰问台账】。"},
        texts={key: "全县供养特困人员【40人】,应养尽养。", _sentence(version, "低保对象")[0]: ""},
    )  # fmt: skip
    fill("assistance.tekun.persons", TOWN, "2026-06", 43)
    made = services.generate(actor=officer, org=bureau, period="2026H1")
    told = _text(made)
    assert "全县供养特困人员43人,应养尽养。" in told and "慰问困难家庭35户。" in told and "保障城乡低保对象" not in told
    assert services.generate(actor=officer, org=bureau, period="2026H1").pk == made.pk  # nothing has changed
    anew = services.generate(actor=officer, org=bureau, period="2026H1", anew=True)
    assert "保障城乡低保对象500人" in _text(anew) and "应养尽养" not in _text(anew) and anew.number == 4
    with pytest.raises(Refused, match="刚刚存了第 4 版"):
        services.edit(actor=officer, summary=made.summary, base=3, texts={}, added={})


def test_送签签发印发_起草的人不能签_印发以后不能改(
    officer: Actor, head: Actor, version: SummaryVersion, bureau: Organization
) -> None:
    one = version.summary
    for wrong in (lambda: services.submit(actor=head, summary=one), lambda: services.sign(actor=officer, summary=one)):
        with pytest.raises(NotAllowed, match="起草由政策科人员"):
            wrong()
    services.submit(actor=officer, summary=one)
    with pytest.raises(Refused, match="待签发"):
        services.generate(actor=officer, org=bureau, period="2026H1")
    Summary.objects.filter(pk=one.pk).update(submitted_by=head.id)
    with pytest.raises(Refused, match="起草或送签的人不能签发"):
        services.sign(actor=head, summary=one)
    Summary.objects.filter(pk=one.pk).update(submitted_by=officer.id)
    services.give_back(actor=head, summary=one, reason="补上殡葬改革")
    one.refresh_from_db()
    assert one.state == "draft" and one.returned_reason == "补上殡葬改革"
    services.submit(actor=officer, summary=one)
    services.sign(actor=head, summary=one)
    for number, said in (("示民发[2026]15号", "不合格式"), ("示民发〔2026〕015号", "不合格式")):
        with pytest.raises(Refused, match=said):
            services.issue(actor=head, summary=one, number=number, on=clock.today())
    with pytest.raises(Refused, match="今天以后"):
        services.issue(
            actor=head, summary=one, number="示民发〔2026〕15号", on=clock.today() + datetime.timedelta(days=1)
        )
    services.issue(actor=head, summary=one, number="示民发〔2026〕15号", on=clock.today())
    one.refresh_from_db()
    assert (one.state, one.signed_version, one.signed_name) == ("issued", 1, "李局长")
    with pytest.raises(Refused, match="已印发"):
        _edited(officer, version, "")
    done = list(
        AuditEntry.objects.filter(action__startswith="summary.").order_by("pk").values_list("action", flat=True)
    )
    assert done == [f"summary.{act}" for act in ("generated", "submit", "return", "submit", "sign", "issue")]


def test_页面_数字是链接_改错了字还在_别处的人看不到(
    officer: Actor, version: SummaryVersion, client: Client, hire: Callable[..., User]
) -> None:
    pk = version.summary_id
    client.force_login(officer.user)
    page = client.get(reverse("summaries.detail", kwargs={"pk": pk})).content.decode()
    assert f'href="{reverse("indicators.show", kwargs={"code": DIBAO})}?region=990101000000&amp;period=2026H1"' in page
    assert "未冻结，可能变动" in page and "没有写的句子" in page
    edit = reverse("summaries.edit", kwargs={"pk": pk})
    key, _ = _sentence(version, "低保对象")
    refused = client.post(edit, {"base": "1", f"s-{key}": "保障低保对象999人。", "note": "试"})
    assert (
        refused.status_code == 422
        and "没有出处" in refused.content.decode()
        and "保障低保对象999人。" in refused.content.decode()
    )
    saved = client.post(edit, {"base": "1", f"s-{key}": "城乡低保对象共【500人】。", "note": "精简"})
    assert saved["Location"].endswith("?version=2") and "城乡低保对象共500人。" in _text(
        version.summary.versions.first()
    )
    for kind, begins in (("md", "# 示范县".encode()), ("docx", b"PK"), ("pdf", b"%PDF")):
        file = client.get(reverse("summaries.file", kwargs={"pk": pk, "kind": kind}))
        assert file.content.startswith(begins) and "filename*" in file["Content-Disposition"]
    assert client.get(reverse("summaries.file", kwargs={"pk": pk, "kind": "xls"})).status_code == 404
    stranger = hire("policy_officer", "外地", "990102000000")
    client.force_login(stranger)
    assert client.get(reverse("summaries.detail", kwargs={"pk": pk})).status_code == 404
    assert client.get(edit).status_code == 404
