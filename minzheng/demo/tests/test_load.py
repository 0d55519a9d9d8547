"""Loading: can be repeated, replaces only old demo data, and touches no row where real data is."""

from __future__ import annotations

import csv
import datetime
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from django.db import transaction

from minzheng.business.assistance import conflicts
from minzheng.demo.cli import demo
from minzheng.demo.doubles import SECOND_FILES
from minzheng.demo.errors import DemoError, NotDemo
from minzheng.demo.generate import generate
from minzheng.demo.load import load, unload
from minzheng.demo.personal_plans import TARGETS
from minzheng.demo.replace import demo_rows, tables
from minzheng.demo.staff import PASSWORD, staff
from minzheng.demo.state import status
from minzheng.kernel.accounts.actors import SYSTEM, actor_of
from minzheng.kernel.accounts.errors import SignInRefused
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.accounts.signing import authenticate
from minzheng.kernel.awards.proof import recompute
from minzheng.kernel.cases import services as case_services
from minzheng.kernel.cases.draws.proof import verify
from minzheng.kernel.items import registry as items
from minzheng.kernel.models import (
    AuditEntry,
    Award,
    AwardMember,
    Case,
    CaseMove,
    Household,
    HouseholdMember,
    NumberSeries,
    Organization,
    PaymentLine,
    Person,
    PersonNameChar,
    Region,
    SpotDraw,
)  # fmt: skip
from minzheng.kernel.regions import selectors as regions
from minzheng.kernel.subjects import idcard, selectors
from minzheng.kernel.subjects.services import add_member, ensure_person

from .conftest import AS_OF


def make(tmp_path: Path, persons: int = 60, seed: int = 5) -> Path:
    out = tmp_path / f"{persons}-{seed}"
    generate(persons=persons, seed=seed, as_of=AS_OF, out=out)
    return out


class Test装好的县:
    """Reading tests over one loaded county (fixture `county`)."""

    @pytest.fixture(autouse=True)
    def _open(self, county: dict[str, Any], django_db_blocker: Any) -> Any:
        with django_db_blocker.unblock():
            yield

    def test_人户账号待遇办件都在_加密栏打得开(self) -> None:
        assert Person.objects.filter(is_demo=True).count() == 3000 + SECOND_FILES
        person = Person.objects.get(name="周桂兰", region_code="990101001201")
        assert person.id_no == "990101195803149022" and person.phone == "15401010001" and "石桥村" in person.address
        assert person.hukou_region == person.region_code
        household = selectors.household_of(person)
        assert household is not None
        assert [m.person.name for m in selectors.household_members(household)] == [
            "周桂兰",
            "赵志强",
            "孙秀梅",
            "赵小满",
        ]
        assert PersonNameChar.objects.filter(person=person).count() == 3

    def test_各项待遇在册的和在办的都有_到了计划的状态(self) -> None:
        planned = {item for item, *_ in TARGETS}
        granted = set(Award.objects.filter(case=None).values_list("item_code", flat=True))
        assert granted == planned | {"assistance.dibao", "assistance.dibao_edge"}
        states = set(Case.objects.exclude(item_code="assistance.dibao").values_list("item_code", "state"))
        assert {item for item, _ in states} == planned
        assert {
            ("elderly.care_subsidy", "REJECTED"), ("disability.two_subsidies", "SUPPLEMENT"),
            ("assistance.tekun", "INVESTIGATING"), ("elderly.old_age", "APPROVED"),
        } <= states  # fmt: skip
        assert Case.objects.filter(item_code="assistance.tekun", evidence__kind="selfcare").count() == 1

    def test_临时救助先给了钱_手续还没有补(self) -> None:
        advance = Award.objects.get(item_code="assistance.temporary", case__evidence__kind="advance")
        assert (advance.amount_fen, advance.cycle, advance.case.state) == (80_000, "once", "INVESTIGATING")

    def test_没有两项冲突的待遇_额度不发钱_一次性的只发一次(self) -> None:
        held: dict[int, set[str]] = {}
        for person, item in AwardMember.objects.filter(award__state="active").values_list("person", "award__item_code"):
            held.setdefault(person, set()).add(item)
        rows = yaml.safe_load((Path(conflicts.__file__).parent / "matrix.yaml").read_text(encoding="utf-8"))["rows"]
        never = [{row["a"], row["b"]} for row in rows if row["mode"] == "exclude" and "when" not in row]
        split = {"disability.living", "disability.nursing"}
        never = [{"disability.two_subsidies" if one in split else one for one in pair} for pair in never]
        never.remove({"children.orphan", "disability.two_subsidies"})  # 护理补贴 may be drawn beside it
        assert not [pair for items in held.values() for pair in never if pair <= items]
        assert len(never) > 6 and any(len(items) > 1 for items in held.values())
        for award in Award.objects.filter(cycle="quota"):
            assert award.amount_fen > 0 and not award.lines.exists()
        for award in Award.objects.filter(cycle="once", case=None):
            assert award.lines.count() == 1 and award.first_month == award.last_month and award.next_review_on is None

    def test_每种状态都有办件_动作重放一致(self) -> None:
        states = Counter(Case.objects.values_list("state", flat=True))
        wanted = {
            "DRAFT", "SUBMITTED", "SUPPLEMENT", "NOT_ACCEPTED", "ACCEPTED", "INVESTIGATING", "INITIAL_OPINION",
            "PUBLICITY", "OBJECTION", "REVIEW", "APPROVED", "REJECTED", "IN_PAYMENT", "RECHECK", "WITHDRAWN",
            "SUSPENDED", "TAPERING", "TERMINATED",
        }  # fmt: skip
        assert wanted <= set(states), wanted - set(states)
        for case in Case.objects.all():
            replayed = case_services.replay(case)
            assert replayed.ok, (case.no, replayed.problems)
            assert case.is_demo and case.region_code.startswith("990101")

    def test_有一件迁到别的乡镇_有一次抽查对得上(self) -> None:
        move = CaseMove.objects.get()
        assert move.case.region_code == move.to_region != move.region_code
        draw = SpotDraw.objects.get(is_demo=True)
        assert verify(draw).ok and draw.tasks.exclude(result="").exists()

    def test_郑秋生的办件是单人户_核算704元只保障一人(self) -> None:
        case = Case.objects.get(applicant_name="郑秋生", item_code="assistance.dibao")
        assess = items.get(case.item_code).assess
        assert case.state == "INVESTIGATING" and case.evidence.filter(kind="visit").exists() and assess is not None
        answer = assess(case, AS_OF)
        assert (answer.eligible, answer.amount_fen, answer.persons) == (True, 70_400, 1)
        assert [case.members.filter(in_count=True)[place - 1].name for place in answer.covered or ()] == ["郑秋生"]
        assert answer.proof.startswith("已认定（"), "郑家的低保边缘认定在案"

    def test_每笔待遇的依据都能复算到分(self) -> None:
        awards = list(Award.objects.all())
        assert {award.state for award in awards} == {"active", "tapering", "suspended", "ended"}
        for award in awards:
            proof = recompute(award)
            assert proof.ok, proof.problems
            reviewed = award.next_review_on is not None and award.next_review_on > AS_OF
            assert award.case_id or reviewed or award.cycle == "once"

    def test_发放明细与待遇金额一致_到期的已发(self) -> None:
        lines = PaymentLine.objects.select_related("award")
        assert lines
        for line in lines:
            assert line.amount_fen == line.award.amount_fen > 0
            assert (line.state in ("paid", "returned")) == (line.due_on <= AS_OF)
            assert line.month >= line.award.first_month

    def test_演示账号能登录_权限在本地_群众账号连着自己的档案(self) -> None:
        clerk = actor_of(authenticate(username="qingshi", password=PASSWORD, address="10.0.0.1"))
        assert clerk.can("case.accept", "990101001201") and not clerk.can("case.accept", "990101002201")
        citizen = User.objects.get(username="15401010001")
        assert actor_of(citizen).person_id == Person.objects.get(name="周桂兰", region_code="990101001201").pk
        result = CliRunner().invoke(demo, ["logins", "--json"])
        rows = json.loads(result.stdout)
        assert {"username", "password", "name", "role", "region", "for"} <= set(rows[0])
        assert [row["username"] for row in rows if row["role"] == "citizen"] == [
            *(f"1540101000{n}" for n in (1, 2, 3, 4, 5)), "15401010051", "15401010006",
        ]  # fmt: skip
        assert len(rows) == 70 and all(row["for"] and row["region"] for row in rows)

    def test_检索走索引_查询次数固定(self, django_assert_num_queries: Any) -> None:
        clerk = actor_of(User.objects.get(username="qingshi"))
        with django_assert_num_queries(2):
            found = selectors.search(clerk, "桂兰")
        assert "周桂兰" in {person.name for person in found.persons}
        assert all(person.region_code.startswith("990101001") for person in found.persons)
        assert selectors.search(clerk, "990101195803149022").persons[0].name == "周桂兰"

    def test_状态命令(self) -> None:
        found = status()
        assert found["loaded"] and (found["persons"], found["seed"], found["as_of"]) == (3000, 1, "2026-11-21")
        assert json.loads(CliRunner().invoke(demo, ["status", "--json"]).stdout) == found


@pytest.mark.django_db
class Test拒绝装入:
    def test_真实账号占了示范用户名_拒绝装入(self, tmp_path: Path) -> None:
        User.objects.create(username="qingshi", name="真人")
        with pytest.raises(NotDemo, match="qingshi"):
            load(make(tmp_path))
        assert not Person.objects.exists() and not Region.objects.filter(code__startswith="99").exists()

    def test_真实档案用了示范证件号_拒绝装入(self, tmp_path: Path) -> None:
        Person.objects.create(name="真人", id_no="990101195803149022", region_code="370503001001")
        with pytest.raises(NotDemo, match="真实档案"):
            load(make(tmp_path))
        assert Person.objects.count() == 1


@pytest.mark.django_db
class Test替换:
    """Each test begins with the same little county, loaded once."""

    @pytest.fixture(scope="class")
    def small(
        self, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[None]:
        with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
            patch.setenv("MINZHENG_TODAY", AS_OF.isoformat())
            with transaction.atomic():
                load(make(tmp_path_factory.mktemp("small"), 60))
                yield
                transaction.set_rollback(True)

    @pytest.fixture(autouse=True)
    def _loaded(self, small: None, db: None) -> Iterator[None]:
        regions.forget()
        yield
        regions.forget()

    def test_装两次_只留后一次(self, tmp_path: Path) -> None:
        # Serials of official numbers do not go by region and never turn back; every other table must have no row more.
        counted = [model for model in tables() if model is not NumberSeries]
        before = {model._meta.label: model._default_manager.count() for model in counted}
        result = load(make(tmp_path, 80, seed=6))
        assert result["removed"]["kernel.Person"] == 60
        assert Person.objects.count() == 80 and Region.objects.filter(code__startswith="99").count() == 165
        assert User.objects.filter(kind="staff").count() == len(list(staff()))
        again = load(make(tmp_path, 60))
        assert again["removed"]["kernel.Person"] == 80
        assert {model._meta.label: model._default_manager.count() for model in counted} == before
        assert AuditEntry.objects.filter(action="demo.load").count() == 3, "审计记录只增不减"

    def test_真实数据原样留下(self, tmp_path: Path) -> None:
        real, bureau, user = self.real_data()
        load(make(tmp_path, 70))
        unload()
        assert list(Person.objects.all()) == [real] and real.id_no
        assert list(Organization.objects.all()) == [bureau] and list(User.objects.all()) == [user]
        assert Household.objects.count() == 1 and HouseholdMember.objects.count() == 1
        assert all(not demo_rows(model).exists() for model in tables())

    def test_示范县里新产生的办件和档案随示范数据一起撤走(self) -> None:
        ensure_person(
            actor=SYSTEM, name="新来的", region_code="990101001201",
            id_no=idcard.make("990101", datetime.date(1980, 1, 1), 921),
        )  # fmt: skip
        Case.objects.create(item_code="assistance.dibao", region_code="990101001201")
        unload()
        assert not Person.objects.exists() and not Case.objects.exists()

    def test_真实的户引用了示范的人_拒绝替换_一行不动(self, tmp_path: Path) -> None:
        _real, _bureau, _user = self.real_data()
        demo_person = Person.objects.filter(is_demo=True, memberships=None).first()
        if demo_person is None:
            HouseholdMember.objects.filter(person__name="周桂兰").delete()
            demo_person = Person.objects.get(name="周桂兰")
        household = Household.objects.get(is_demo=False)
        add_member(actor=SYSTEM, household=household, person=demo_person, relation="其他", valid_from=AS_OF)
        count = Person.objects.count()
        for action in (lambda: load(make(tmp_path, 70)), unload):
            with pytest.raises(NotDemo, match="家庭成员"):
                action()
        assert Person.objects.count() == count

    def test_示范账号在真实机构任职_拒绝替换(self) -> None:
        _real, bureau, _user = self.real_data()
        Assignment.objects.create(
            user=User.objects.get(username="qingshi"), role="town_clerk", organization=bureau,
            region_code="370503001000", valid_from=AS_OF,
        )  # fmt: skip
        with pytest.raises(NotDemo, match="任职"):
            unload()

    def test_撤走后演示账号不能登录(self) -> None:
        assert authenticate(username="qingshi", password=PASSWORD, address="10.0.0.1")
        unload()
        with pytest.raises(SignInRefused):
            authenticate(username="qingshi", password=PASSWORD, address="10.0.0.1")
        with pytest.raises(DemoError, match="没有示范数据"):
            CliRunner().invoke(demo, ["logins"], catch_exceptions=False, standalone_mode=False)

    @staticmethod
    def real_data() -> tuple[Person, Organization, User]:
        region = "370503001001"
        bureau = Organization.objects.create(
            code="REAL",
            name="某区民政局",
            kind="bureau",
            region_code="370503000000",
            valid_from=datetime.date(2000, 1, 1),
        )
        person = Person.objects.create(
            name="真人", id_no=idcard.make("370503", AS_OF.replace(year=1970), 11), region_code=region
        )
        household = Household.objects.create(no="R1", head=person, region_code=region)
        HouseholdMember.objects.create(
            household=household, person=person, relation="户主", valid_from=AS_OF, recorded_at="2026-01-01T00:00Z"
        )
        return person, bureau, User.objects.create(username="real", name="真人")


@pytest.mark.django_db
class Test坏文件:
    def spoil(self, tmp_path: Path, table: str, column: str, value: str) -> Path:
        folder = make(tmp_path)
        path = folder / f"{table}.csv"
        with open(path, encoding="utf-8", newline="") as file:
            found = list(csv.DictReader(file))
        found[2][column] = value
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, found[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(found)
        return folder

    @pytest.mark.parametrize(
        ("table", "column", "value", "says"),
        [
            ("persons", "id_no", "11010519491231002X", "persons.csv 第 4 行"),
            ("persons", "region_code", "110105001001", "persons.csv 第 4 行"),
            ("regions", "code", "110000000000", "未分配"),
            ("sources/vehicle", "id_no", "11010519491231002X", "vehicle.csv 第 4 行"),
            ("members", "person_no", "P9999999", "前后不一致"),
        ],
    )
    def test_不是示范县的数据一行也不装(self, table: str, column: str, value: str, says: str, tmp_path: Path) -> None:
        with pytest.raises(DemoError, match=says):
            load(self.spoil(tmp_path, table, column, value))
        assert not Person.objects.exists() and not Organization.objects.exists()

    def test_金额被改过的待遇不装(self, tmp_path: Path) -> None:
        folder = make(tmp_path)
        path = folder / "awards.csv"
        path.write_text(path.read_text(encoding="utf-8").replace(",159000,", ",999000,"), encoding="utf-8")
        with pytest.raises(DemoError, match="应是 159000 分"):
            load(folder)

    def test_不是示范数据文件夹_缺文件_列不对_都说出文件(self, tmp_path: Path) -> None:
        with pytest.raises(DemoError, match=r"meta\.json"):
            load(tmp_path)
        folder = make(tmp_path)
        other = tmp_path / "缺"
        shutil.copytree(folder, other)
        (other / "sources" / "pension.csv").unlink()
        with pytest.raises(DemoError, match=r"pension\.csv"):
            load(other)
        path = folder / "persons.csv"
        path.write_text("姓名\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
        with pytest.raises(DemoError, match="第 1 行的列名"):
            load(folder)


def test_生成命令只在标准输出给JSON(tmp_path: Path) -> None:
    arguments = [
        "generate",
        "--persons",
        "20",
        "--seed",
        "3",
        "--as-of",
        "2026-11-21",
        "--out",
        str(tmp_path),
        "--json",
    ]
    result = CliRunner().invoke(demo, arguments)
    assert json.loads(result.stdout)["rows"]["persons"] == 20
    with pytest.raises(DemoError, match="不是日期"):
        CliRunner().invoke(
            demo, [*arguments[:6], "昨天", *arguments[7:]], catch_exceptions=False, standalone_mode=False
        )


@pytest.mark.django_db
def test_文件夹可以直接写在命令后面_写坏的事项代码说明后退出(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Path | None] = []
    monkeypatch.setattr(
        "minzheng.demo.load.load", lambda folder, say: seen.append(folder) or {"persons": 0, "as_of": ""}
    )
    for options in (["load", str(tmp_path)], ["load", "--dir", str(tmp_path)]):
        assert CliRunner().invoke(demo, options).exit_code == 0
    assert seen == [tmp_path, tmp_path]
    with pytest.raises(items.UnknownItem) as error:
        items.get("assisuance.dibao")
    assert error.value.exit_code == 2
