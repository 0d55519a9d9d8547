"""标准调整: 一份文件的几项值一起起草、由另一人签发；上级的下限、导入导出、来历，和各页面."""

from __future__ import annotations

import datetime
import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, Actor, actor_of
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.standards import adjustments, beside, history, importing, services, values
from minzheng.kernel.standards.adjustments import Wanted
from minzheng.kernel.standards.beside import Beside
from minzheng.kernel.standards.errors import StandardRefused
from minzheng.kernel.standards.export import region_files, write_files
from minzheng.kernel.standards.models import ParameterValue, StandardSet
from minzheng.policy.errors import PACKAGE
from minzheng.policy.ruleset import Ruleset

pytestmark = pytest.mark.django_db
COUNTY, PROVINCE = "990101000000", "990000000000"
DAY = datetime.date(2026, 11, 21)
NEXT_YEAR = datetime.date(2027, 1, 1)
RURAL, URBAN = "保障标准_农村", "保障标准_城市"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    values.forget()
    with clock.at(DAY):
        yield
    values.forget()


@pytest.fixture
def people() -> dict[str, User]:
    office = Organization.objects.create(
        code="T", name="测试局", kind="bureau", region_code=COUNTY, valid_from=datetime.date(2020, 1, 1)
    )
    found = {}
    for username, role in (("zc1", "policy_officer"), ("zc2", "policy_officer"), ("jb", "town_clerk")):
        user = User.objects.create_user(username, None, name=username)
        Assignment.objects.create(
            user=user, role=role, organization=office, region_code=COUNTY, valid_from=datetime.date(2020, 1, 1)
        )
        found[username] = user
    return found


@pytest.fixture
def actors(people: dict[str, User]) -> tuple[Actor, Actor]:
    return actor_of(people["zc1"]), actor_of(people["zc2"])


@pytest.fixture
def browsers(people: dict[str, User]) -> dict[str, Client]:
    found = {name: Client() for name in people}
    for name, client in found.items():
        client.force_login(people[name], backend="minzheng.kernel.accounts.backends.AccountBackend")
    return found


def new_set(actor: Actor, day: datetime.date = NEXT_YEAR) -> StandardSet:
    return adjustments.create(
        actor=actor, region_code=COUNTY, title="2027年度城乡低保标准", valid_from=day, source="示民发〔2026〕35号"
    )


def filled(actor: Actor, day: datetime.date = NEXT_YEAR, **wanted: str) -> StandardSet:
    one = new_set(actor, day)
    told = {name: Wanted(value, "元/月") for name, value in (wanted or {RURAL: "800", URBAN: "960"}).items()}
    assert adjustments.put_values(actor=actor, pk=one.pk, wanted=told).errors == {}
    return one


def signed(actors: tuple[Actor, Actor], day: datetime.date = NEXT_YEAR, **wanted: str) -> StandardSet:
    one = filled(actors[0], day, **wanted)
    adjustments.submit(actor=actors[0], pk=one.pk)
    return adjustments.sign(actor=actors[1], pk=one.pk)


def standard(day: datetime.date, name: str = RURAL) -> str:
    found = values.ruleset().params.resolve(name, "990101", day)
    return str(found.row.value) if found else ""


# ---- drafting, signing, taking back ----


def test_几项值一起签发_到执行日才算(actors: tuple[Actor, Actor]) -> None:
    one = filled(actors[0])
    assert standard(NEXT_YEAR) == "730.00"
    adjustments.submit(actor=actors[0], pk=one.pk)
    with pytest.raises(StandardRefused, match="不能自己签发"):
        adjustments.sign(actor=actors[0], pk=one.pk)
    adjustments.sign(actor=actors[1], pk=one.pk)
    assert (standard(datetime.date(2026, 12, 31)), standard(NEXT_YEAR)) == ("730.00", "800.00")
    assert standard(NEXT_YEAR, URBAN) == "960.00"
    assert {row.state for row in one.values.all()} == {"signed"}
    assert AuditEntry.objects.filter(action="standard.sign").count() == 1


def test_改过其中一项的人也不能签(actors: tuple[Actor, Actor]) -> None:
    one = filled(actors[0])
    row = one.values.get(name=RURAL)
    adjustments.change_value(actor=actors[1], pk=row.pk, wanted=Wanted("810", "元/月"))
    adjustments.submit(actor=actors[0], pk=one.pk)
    with pytest.raises(StandardRefused, match="不能自己签发"):
        adjustments.sign(actor=actors[1], pk=one.pk)


def test_没生效可以撤回_生效后只能用后来的值更正(actors: tuple[Actor, Actor]) -> None:
    early = signed(actors)
    adjustments.withdraw(actor=actors[0], pk=early.pk, reason="文件改期")
    assert standard(NEXT_YEAR) == "730.00"
    late = signed(actors, datetime.date(2026, 11, 1))
    with pytest.raises(StandardRefused, match="已经生效"):
        adjustments.withdraw(actor=actors[0], pk=late.pk, reason="写错了")
    signed(actors, datetime.date(2026, 11, 1), **{RURAL: "790"})
    assert standard(DAY) == "790.00"


def test_退回再改_作废的仍留着(actors: tuple[Actor, Actor]) -> None:
    one = filled(actors[0])
    adjustments.submit(actor=actors[0], pk=one.pk)
    with pytest.raises(StandardRefused, match="待签发"):
        adjustments.put_values(actor=actors[0], pk=one.pk, wanted={RURAL: Wanted("820", "元/月")})
    adjustments.give_back(actor=actors[1], pk=one.pk, reason="与文件不符")
    adjustments.put_values(actor=actors[0], pk=one.pk, wanted={RURAL: Wanted("820", "元/月"), URBAN: Wanted("")})
    assert list(one.values.values_list("name", "value")) == [(RURAL, "820.00")]
    adjustments.discard(actor=actors[0], pk=one.pk, reason="不调整了")
    assert StandardSet.objects.get().state == "discarded"
    assert ParameterValue.objects.get().state == "withdrawn"
    services.draft(actor=actors[0], region_code=COUNTY, name=RURAL, value="801", valid_from=NEXT_YEAR, source="文件")


def test_有一项写错_一项也不存(actors: tuple[Actor, Actor]) -> None:
    one = new_set(actors[0])
    saved = adjustments.put_values(
        actor=actors[0], pk=one.pk, wanted={RURAL: Wanted("八百", "元/月"), URBAN: Wanted("960", "元/月")}
    )
    assert "值不对" in saved.errors[RURAL] and not one.values.exists()
    with pytest.raises(StandardRefused, match="还没有一项值"):
        adjustments.submit(actor=actors[0], pk=one.pk)


def test_低于上级定的下限_说清是谁哪份文件定的(actors: tuple[Actor, Actor]) -> None:
    services.sign(
        actor=SYSTEM,
        pk=services.draft(
            actor=SYSTEM, region_code=PROVINCE, name=RURAL, value="9000", unit="元/年", valid_from=NEXT_YEAR,
            source="省民政厅〔2026〕9号", as_floor=True,
        ).pk,
    )  # fmt: skip
    one = new_set(actors[0])
    low = adjustments.put_values(actor=actors[0], pk=one.pk, wanted={RURAL: Wanted("740", "元/月")}).errors[RURAL]
    assert "低于省级" in low and "9000.00 元/年" in low and "省民政厅〔2026〕9号" in low
    assert not adjustments.put_values(actor=actors[0], pk=one.pk, wanted={RURAL: Wanted("750", "元/月")}).errors


def test_起草以后上级才定下限_签发时再查一遍(actors: tuple[Actor, Actor]) -> None:
    one = filled(actors[0])
    adjustments.submit(actor=actors[0], pk=one.pk)
    floor = services.draft(
        actor=SYSTEM, region_code=PROVINCE, name=RURAL, value="900", valid_from=NEXT_YEAR, source="省文", as_floor=True
    )
    services.sign(actor=SYSTEM, pk=floor.pk)
    with pytest.raises(StandardRefused, match="低于省级"):
        adjustments.sign(actor=actors[1], pk=one.pk)


def test_只是确认的值_上级有了新值就让位() -> None:
    confirmed = services.draft(
        actor=SYSTEM,
        region_code="980101",
        name="低保_车辆上限",
        value="0",
        valid_from=DAY,
        source="确认",
        confirms=True,
    )
    services.sign(actor=SYSTEM, pk=confirmed.pk)
    above = services.draft(
        actor=SYSTEM, region_code="980000", name="低保_车辆上限", value="1", valid_from=NEXT_YEAR, source="省文"
    )
    services.sign(actor=SYSTEM, pk=above.pk)
    params = values.ruleset().params
    told = [params.resolve("低保_车辆上限", "980101", day) for day in (DAY, NEXT_YEAR)]
    assert [one.row.value for one in told if one] == [0, 1]


# ---- files ----


def test_导出的文件放进副本_检查通过_每天算出来的一样(actors: tuple[Actor, Actor], tmp_path: Path) -> None:
    signed(actors, datetime.date(2027, 1, 1))
    signed(actors, datetime.date(2026, 3, 15), **{RURAL: "861"})
    live = values.ruleset().params
    copy = tmp_path / "regions"
    shutil.copytree(PACKAGE / "regions", copy)
    shutil.rmtree(copy / "990101")
    written = write_files(COUNTY, copy)
    for path in list(
        copy.iterdir()
    ):  # files of procedures stand beside the rules' and are no part of the region folder
        if path.is_dir() and not path.name.isdigit():
            shutil.rmtree(path)
    assert any(path.name == "dibao.yaml" for path in written)
    told = Ruleset(PACKAGE / "business", copy)
    assert told.check() == []
    days = [datetime.date(2025, 7, 1) + datetime.timedelta(days=31 * n) for n in range(24)]
    for day in days:
        for name in live.declarations:
            ours, theirs = live.resolve(name, "990101", day), told.params.resolve(name, "990101", day)
            assert (ours and (ours.row.value, ours.row.unit, ours.row.reference)) == (
                theirs and (theirs.row.value, theirs.row.unit, theirs.row.reference)
            ), (name, day)


def test_导出再导入_没有新值_改一个只进来一个(actors: tuple[Actor, Actor]) -> None:
    text = region_files(COUNTY)["990101/dibao.yaml"]
    with pytest.raises(StandardRefused, match="都与现有的相同"):
        importing.take_in(actor=actors[0], region_code=COUNTY, text=text, file_name="dibao.yaml")
    one, reading = importing.take_in(
        actor=actors[0], region_code=COUNTY, text=text.replace("'730.00'", "'745.00'"), file_name="dibao.yaml"
    )
    assert [(row.name, row.value) for row in one.values.all()] == [(RURAL, "745.00")]
    assert reading.same > 10 and one.origin == "file" and one.state == "draft"
    assert one.values.get().source.startswith("示范县民政局")


def test_文件里每一行写错的都列出行号和原因_一个也不导入(actors: tuple[Actor, Actor]) -> None:
    text = (
        "没有的参数:\n  - {since: 2027-01-01, value: 1, reference: 甲}\n"
        f"{RURAL}:\n  - since: 2027-01-01\n    value: 八百\n    reference: 甲\n"
        "  - {since: 2028-01-01, value: 800}\n"
        f"{URBAN}:\n  - {{since: 2027-01-01, value: 900, reference: 甲}}\n"
        "  - {since: 2027-06-01, value: 950, reference: 甲}\n"
    )
    with pytest.raises(StandardRefused) as refused:
        importing.take_in(actor=actors[0], region_code=COUNTY, text=text, file_name="x.yaml")
    told = "\n".join(refused.value.sentences)
    assert "第 1 行“没有的参数”" in told and f"第 5 行“{RURAL}”" in told and "值不对" in told
    assert "缺少 reference" in told and "日期与文件里的另一段重叠" in told
    assert not StandardSet.objects.exists() and not ParameterValue.objects.exists()


# ---- history and pages ----


def test_来历_过去现在将来和待签发的都在_经办人看不到别处的草稿(actors: tuple[Actor, Actor]) -> None:
    signed(actors)
    filled(actors[0], datetime.date(2027, 7, 1), **{RURAL: "850"})
    told = [(one.shown, one.state) for one in history.versions(COUNTY, RURAL, DAY, actors[0])]
    assert told[:4] == [
        ("850.00 元/月", "draft"), ("800.00 元/月", "next"), ("730.00 元/月", "now"), ("700.00 元/月", "past")
    ]  # fmt: skip
    line = next(one for lines in history.table(COUNTY, DAY).values() for one in lines if one.standing.name == RURAL)
    assert line.also == "= 8,760.00 元/年" and line.levels["县"] == "730.00 元/月"
    assert line.next == "2027-01-01 起 800.00 元/月"


def test_从新建到签发_每一步都在页面上(browsers: dict[str, Client]) -> None:
    drafter, signer = browsers["zc1"], browsers["zc2"]
    told = {"title": "2027年度标准", "valid_from": "2027-01-01", "source": "示民发〔2026〕35号"}
    assert drafter.post(reverse("standards.set_new"), told).status_code == 302
    one = StandardSet.objects.get()
    fill = reverse("standards.set_values", kwargs={"pk": one.pk}) + "?group=rules.assistance.dibao"
    page = drafter.get(fill).content.decode()
    assert "730.00 元/月" in page and f'name="v-{RURAL}"' in page
    wrong = drafter.post(fill, {f"v-{RURAL}": "70万", f"u-{RURAL}": "元/月"})
    assert wrong.status_code == 422 and 'value="70万"' in wrong.content.decode()
    assert drafter.post(fill, {f"v-{RURAL}": "9600", f"u-{RURAL}": "元/年", f"v-{URBAN}": ""}).status_code == 302
    shown = drafter.get(reverse("standards.set", kwargs={"pk": one.pk})).content.decode()
    assert "9600.00 元/年" in shown and "+9.6%" in shown and f"?set={one.pk}" in shown
    drafter.post(reverse("standards.set_submit", kwargs={"pk": one.pk}), {})
    sign = reverse("standards.set_sign", kwargs={"pk": one.pk})
    assert drafter.post(sign, {}).status_code == 422
    shown = reverse("standards.set", kwargs={"pk": one.pk})
    assert sign not in drafter.get(shown).content.decode() and sign in signer.get(shown).content.decode()
    assert signer.post(sign, {}).status_code == 302
    assert "800.00 元/月" in signer.get(reverse("standards.value", kwargs={"name": RURAL})).content.decode()
    assert "2027-01-01 起" in signer.get(reverse("standards.table"), {"q": "保障标准"}).content.decode()
    assert browsers["jb"].get(fill).status_code == 403


def test_导入页面和文件扫描件(browsers: dict[str, Client]) -> None:
    drafter = browsers["zc1"]
    text = f"{RURAL}:\n  - {{since: 2027-01-01, value: 800, unit: 元/月, reference: 示民发〔2026〕35号}}\n"
    bad = SimpleUploadedFile("a.yaml", text.replace("800", "八百").encode())
    assert "第 2 行" in drafter.post(reverse("standards.import"), {"file": bad}).content.decode()
    good = SimpleUploadedFile("a.yaml", text.encode())
    assert drafter.post(reverse("standards.import"), {"file": good, "title": "导入的"}).status_code == 302
    one = StandardSet.objects.get()
    refused = drafter.post(
        reverse("standards.set_attach", kwargs={"pk": one.pk}), {"file": SimpleUploadedFile("x.exe", b"MZ")}
    )
    assert refused.status_code == 422
    packed = zipfile.ZipFile(io.BytesIO(drafter.get(reverse("standards.export_files")).content))
    assert "990101/dibao.yaml" in packed.namelist()


def test_别处登记的测算结果_显示在草稿旁边(
    browsers: dict[str, Client], actors: tuple[Actor, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "_summaries", [])

    @beside.summary
    def trial(rows: object, actor: object) -> Beside | None:
        return Beside("测算 1 号", (("变化的家庭", f"{len(list(rows))} 户"),), "/console/x/")  # type: ignore[call-overload]

    one = filled(actors[0])
    page = browsers["zc2"].get(reverse("standards.set", kwargs={"pk": one.pk})).content.decode()
    assert "变化的家庭" in page and "2 户" in page and "还没有测算过" not in page
