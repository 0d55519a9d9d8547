"""特困供养：从申请到发放、照料协议、每年复核、终止公示、丧葬费；未成年人不公示。"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from minzheng.business.assistance.tests.world import APPLIED, PHOTO, Kin, World, couple, photo
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, Actor
from minzheng.kernel.awards.models import Award
from minzheng.kernel.awards.proof import recompute
from minzheng.kernel.awards.services import monthly_lines
from minzheng.kernel.cases import services
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.models import Case
from minzheng.kernel.documents.models import IssuedDocument
from minzheng.kernel.documents.services import store_attachment

ABLE = dict.fromkeys(("eat", "dress", "bed", "toilet", "walk", "wash"), "yes")
PERSON = ("disability_kind", "disability_level", "no_labour", "middle_student", "child_aid", "care_mode", "institution")
MONEY = ("wage", "transfer", "not_counted", "tekun_not_counted")
DEC = datetime.date(2026, 12, 1)


def old_man(**extra: Any) -> list[Kin]:
    return [Kin("孙老根", "本人", datetime.date(1950, 5, 1), extra={"care_mode": "分散供养", **extra})]


def orphaned_boy() -> list[Kin]:
    return [Kin("孙小宝", "本人", datetime.date(2014, 5, 1), extra={"care_mode": "分散供养"})]


class TekunWorld(World):
    item = "assistance.tekun"
    obligors: tuple[dict[str, Any], ...] = ()

    def answers(
        self, family: Sequence[Kin], region: str, home: dict[str, Any], applicant: dict[str, Any]
    ) -> dict[str, Any]:
        steps = super().answers(family, region, home, applicant)
        del steps["members"]
        extra = family[0].extra
        return {
            **steps,
            "person": [{n: extra.get(n, "") for n in PERSON}],
            "selfcare": [ABLE | dict.fromkeys(extra.get("cannot", ()), "no")],
            "income": [{n: extra.get(n, "") for n in MONEY}],
            "support": {"has_obligor": "yes" if self.obligors else "no"},
            "obligors": list(self.obligors),
        }

    def sign_all(self, case: Case, actor: Actor) -> None:
        """A child alone: the guardian signs on paper."""
        super().sign_all(case, actor)
        for member in case.members.filter(in_count=True, consents=None):
            slip = store_attachment(case=case, kind="consent", label="授权书", upload=photo(), actor=actor)
            services.sign_consent(
                case_id=case.pk,
                member_id=member.pk,
                method="guardian",
                actor=actor,
                attachment_id=slip.pk,
                guardian_name="村委会王主任",
            )

    def selfcare(self, case: Case, *cannot: str, **extra: Any) -> None:
        data = {"assessed_on": clock.today().isoformat(), "assessors": "周医生、吴护士", "organisation": "东安镇卫生院"}
        given = data | ABLE | dict.fromkeys(cannot, "no") | extra
        self.do(case, "assess_selfcare", self.clerk, **given)

    def to_assessed(self, family: Sequence[Kin], *cannot: str) -> Case:
        case = self.to_checked(family)
        conclusion = "unable" if self.obligors else "none"
        self.do(case, "settle_support", self.clerk, conclusion=conclusion, findings="户籍和婚姻登记都查过。")
        self.selfcare(case, *cannot)
        return case

    def to_confirmed(self, family: Sequence[Kin], *cannot: str) -> Case:
        """Confirmed in November, paid since December."""
        case = self.to_assessed(family, *cannot)
        self.do(case, "opinion", self.leader, conclusion="agree", opinion="符合条件，拟同意。")
        self.do(case, "post", self.clerk, place="村务公开栏", photo=PHOTO)
        with clock.at(datetime.date(2026, 11, 10)):
            self.do(case, "publicity_end", self.clerk, photo=PHOTO)
            self.do(case, "approve", self.reviewer, opinion="同意")
        return case

    def to_care(self, family: Sequence[Kin], *cannot: str) -> Case:
        case = self.to_confirmed(family, *cannot)
        with clock.at(DEC):
            self.do(case, "start_payment", SYSTEM)
        return case

    def sign_care(self, case: Case, **extra: Any) -> None:
        data = {
            "carer": "李春梅",
            "carer_relation": "neighbour",
            "carer_phone": "13900000001",
            "carer_holder": "李春梅",
            "carer_account": "6217000010007654321",
            "carer_bank": "示范农商行",
            "visitor": "村干部老李",
            "visitor_phone": "13900000002",
            "valid_from": "2026-12-01",
            "valid_until": "2027-11-30",
            "agreement": PHOTO,
        }
        self.do(case, "sign_care", self.clerk, **(data | extra))


@pytest.fixture
def tekun(db: None) -> Iterator[TekunWorld]:
    with clock.at(APPLIED):
        yield TekunWorld()


def test_从手机申请到每月供养金(tekun: TekunWorld) -> None:
    family = old_man(cannot=("bed", "walk", "wash"), transfer="210", not_counted="143")
    case = tekun.to_confirmed(family, "bed", "walk", "wash", "toilet")
    assert case.no.startswith("990101-TK-2026-")
    award = Award.objects.get(case=case)
    # 2026: rural 1,022 a month, full care 12,300 a year
    assert award.amount_fen == 102200 + 102500 and award.persons == 1
    assert award.frozen["amounts"] == {"特困基本生活金": 102200, "特困照料护理费": 102500}
    assert award.first_month == DEC and award.next_review_on == datetime.date(2027, 11, 10), "每年复核"
    assert recompute(award).ok
    paper = IssuedDocument.objects.get(case=case, code="N06")
    assert "全护理" in str(case.evidence.get(kind="selfcare").data["grade"]) and paper.number
    assert services.replay(case).ok


def test_十二月发年标准的余数而一月发十二分之一(tekun: TekunWorld) -> None:
    """Half care 6,150 a year is 512.50 a month; no care at all 3,700: 308.33 eleven times and 308.37."""
    case = tekun.to_confirmed(old_man())
    award = Award.objects.get(case=case)
    assert award.amount_fen == 102200 + 30833
    assert award.lines.get().amount_fen == 102200 + 30837, "头一个月正是十二月"
    for month in (datetime.date(2027, 1, 1), datetime.date(2027, 5, 1)):
        monthly_lines(month, item_code="assistance.tekun")
        assert award.lines.get(month=month).amount_fen == 102200 + 30833
    monthly_lines(datetime.date(2027, 12, 1), item_code="assistance.tekun")
    assert award.lines.get(month=datetime.date(2027, 12, 1)).amount_fen == 102200 + 30837


def test_没有评估自理能力或没有认定义务人的不能拟同意(tekun: TekunWorld) -> None:
    case = tekun.to_checked(old_man())
    with pytest.raises(Refused) as refused:
        tekun.do(case, "opinion", tekun.leader, conclusion="agree", opinion="拟同意")
    assert "登记自理能力评估" in str(refused.value) and "认定义务人履行能力" in str(refused.value)


def test_自理能力要两人评估(tekun: TekunWorld) -> None:
    case = tekun.to_checked(old_man())
    with pytest.raises(Refused, match="两人以上评估"):
        tekun.selfcare(case, assessors="周医生")


def test_评估的项数定等级而不是自己填的(tekun: TekunWorld) -> None:
    case = tekun.to_checked(old_man(cannot=("eat", "dress", "bed", "walk")))
    tekun.selfcare(case, "wash")
    assert case.evidence.get(kind="selfcare").data["grade"] == "半护理"


def test_义务人有能力的不予确认(tekun: TekunWorld) -> None:
    tekun.obligors = ({"name": "孙大壮", "relation": "子女", "age": "40", "status": "none"},)
    case = tekun.to_checked(old_man())
    tekun.do(case, "settle_support", tekun.clerk, conclusion="able", findings="儿子在县城有工作。")
    tekun.selfcare(case)
    with pytest.raises(Refused, match="没有全部丧失履行能力"):
        tekun.do(case, "opinion", tekun.leader, conclusion="agree", opinion="拟同意")
    tekun.do(case, "opinion", tekun.leader, conclusion="disagree", reason_code="R09", opinion="儿子有能力供养。")
    assert case.state == "INITIAL_OPINION"


def test_列了义务人的不能认定为没有义务人(tekun: TekunWorld) -> None:
    tekun.obligors = ({"name": "孙大壮", "relation": "子女", "age": "40", "status": "prison", "modest": "yes"},)
    case = tekun.to_checked(old_man())
    with pytest.raises(Refused, match="申请里列了孙大壮"):
        tekun.do(case, "settle_support", tekun.clerk, conclusion="none", findings="没有")
    tekun.do(case, "settle_support", tekun.clerk, conclusion="unable", findings="正在服刑，查过判决书，没有财产。")
    tekun.selfcare(case)
    tekun.do(case, "opinion", tekun.leader, conclusion="agree", opinion="拟同意。")
    assert case.evidence.get(kind="assessment").data["eligible"]


def test_说有义务人而没有列出的不能提交(tekun: TekunWorld) -> None:
    citizen = tekun.citizen(old_man()[0])
    case = services.start_draft(item_code="assistance.tekun", actor=citizen)
    services.save_step(case_id=case.pk, step="support", raw={"has_obligor": "yes"}, actor=citizen)
    result = services.save_step(case_id=case.pk, step="obligors", raw=[], actor=citizen)
    assert "一个一个加上" in result.errors[""]


def test_未成年人不公示直接上报(tekun: TekunWorld) -> None:
    case = tekun.to_assessed(orphaned_boy())
    tekun.do(case, "opinion", tekun.leader, conclusion="agree", opinion="拟同意。")
    with pytest.raises(Refused, match="未成年人，依规定不公示"):
        tekun.do(case, "post", tekun.clerk, place="村务公开栏", photo=PHOTO)
    tekun.do(case, "forward", tekun.clerk)
    assert case.state == "REVIEW" and not case.publicities.exists()
    tekun.do(case, "approve", tekun.reviewer, opinion="同意")
    assert case.state == "APPROVED"


def test_没有监护人签的授权书不能提交(tekun: TekunWorld) -> None:
    boy = orphaned_boy()
    case = tekun.draft(boy)
    case.consents.all().delete()
    with pytest.raises(Refused, match="监护人签署"):
        services.submit(case_id=case.pk, actor=tekun.citizen(boy[0]), data={"promise": "yes"})


def test_成年人不能不公示就上报(tekun: TekunWorld) -> None:
    case = tekun.to_assessed(old_man())
    tekun.do(case, "opinion", tekun.leader, conclusion="agree", opinion="拟同意。")
    with pytest.raises(Refused, match="请先公示"):
        tekun.do(case, "forward", tekun.clerk)


def test_照料协议写明照料人收款和探视责任人(tekun: TekunWorld) -> None:
    case = tekun.to_care(old_man(), "bed", "walk")
    with clock.at(DEC):
        tekun.sign_care(case)
        paper = IssuedDocument.objects.get(case=case, code="N17")
        assert paper.number
        kept = case.evidence.get(kind="care_agreement")
        assert (kept.data["level"], kept.data["fee_fen"], kept.data["account_tail"]) == ("半护理", 51250, "4321")
        assert "6217000010007654321" not in str(kept.data) + str(case.acts.get(code="sign_care").data)
        assert case.form["care"]["carer_account"] == "6217000010007654321"
        with pytest.raises(Refused, match="才到期"):
            tekun.sign_care(case)
        tekun.do(case, "check_care", tekun.clerk, checked_on="2026-12-01", result="pay", findings="每天都来。")
        with pytest.raises(Refused, match="已经考核过"):
            tekun.do(case, "check_care", tekun.clerk, checked_on="2026-12-01", result="pay", findings="再来一次")
        tekun.do(case, "end_care", tekun.clerk, opinion="照料人搬走。")
        tekun.sign_care(case, carer="王大嫂", carer_holder="王大嫂")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"valid_until": "2027-12-01"}, "最长一年"),
        ({"valid_until": "2026-11-30"}, "最长一年"),
        ({"visitor": "李春梅"}, "探视责任人不能是照料人自己"),
        ({"carer": "孙老根"}, "照料人不能是本人"),
    ],
)
def test_照料协议的期限和人都有规矩(tekun: TekunWorld, wrong: dict[str, str], sentence: str) -> None:
    case = tekun.to_care(old_man())
    with clock.at(DEC), pytest.raises(Refused, match=sentence):
        tekun.sign_care(case, **wrong)


def test_集中供养的不签委托照料协议(tekun: TekunWorld) -> None:
    case = tekun.to_care(old_man(care_mode="集中供养", institution="东安敬老院"))
    assert Award.objects.get(case=case).frozen["amounts"]["特困基本生活金"] == 130000, "集中供养另定标准"
    with clock.at(DEC), pytest.raises(Refused, match="不签委托照料协议"):
        tekun.sign_care(case)


def test_复核时自理能力变了按新等级增发(tekun: TekunWorld) -> None:
    case = tekun.to_care(old_man())
    with clock.at(datetime.date(2027, 1, 20)):
        tekun.do(case, "open_recheck", tekun.clerk, why="change", opinion="摔伤卧床")
        assert case.due_on == datetime.date(2027, 2, 3), "10 个工作日内重新评估"
        tekun.do(case, "run_match", tekun.clerk)
        tekun.selfcare(case, "bed", "toilet", "walk", "wash")
        tekun.do(case, "adjust", tekun.reviewer, opinion="完全丧失自理能力。")
    award = case.awards.exclude(state="ended").get()
    assert award.amount_fen == 102200 + 102500 and award.first_month == datetime.date(2027, 2, 1)


def test_终止要先公示期间照发(tekun: TekunWorld) -> None:
    case = tekun.to_care(old_man())
    opened = datetime.date(2027, 1, 4)
    with clock.at(opened):
        tekun.do(case, "open_recheck", tekun.clerk, why="change", opinion="收养了子女")
        tekun.do(case, "run_match", tekun.clerk)
        tekun.do(case, "settle_support", tekun.clerk, conclusion="able", findings="养女有工作。")
        with pytest.raises(Refused, match="先公示"):
            tekun.do(case, "stop", tekun.reviewer, reason_code="R09", opinion="义务人新增")
        tekun.do(case, "post_stop", tekun.clerk, place="村务公开栏", reason="义务人恢复履行能力", photo=PHOTO)
        with pytest.raises(Refused, match="当日结束才满"):
            tekun.do(case, "stop", tekun.reviewer, reason_code="R09", opinion="义务人新增")
        assert case.awards.get().state == "active", "公示期间照发"
    with clock.at(datetime.date(2027, 1, 12)):
        tekun.do(case, "stop", tekun.reviewer, reason_code="R09", opinion="养女有能力供养。")
    assert case.state == "TERMINATED" and case.awards.get().last_month == datetime.date(2027, 1, 1), "下月起终止"
    assert IssuedDocument.objects.filter(case=case, code="N09").exists()


def test_终止公示有异议的要复查并重新公示(tekun: TekunWorld) -> None:
    case = tekun.to_care(old_man())
    with clock.at(datetime.date(2027, 1, 4)):
        tekun.do(case, "open_recheck", tekun.clerk, why="change", opinion="收养了子女")
        tekun.do(case, "post_stop", tekun.clerk, place="村务公开栏", reason="义务人新增", photo=PHOTO)
        tekun.do(
            case, "complaint_noted", tekun.clerk, content="养女自己也没有收入", objector_name="王五",
            objector_phone="13900000009",
        )  # fmt: skip
    with clock.at(datetime.date(2027, 1, 12)), pytest.raises(Refused, match="先公示"):
        tekun.do(case, "stop", tekun.reviewer, reason_code="R09", opinion="义务人新增")


def test_去世次月停发并一次性发丧葬费(tekun: TekunWorld) -> None:
    case = tekun.to_care(old_man())
    with clock.at(datetime.date(2027, 1, 20)):
        tekun.do(
            case, "member_died_in_pay", tekun.clerk, member_name="孙老根", died_on="2027-01-15", opinion="死亡医学证明"
        )  # fmt: skip
        assert case.state == "TERMINATED"
        data = {"handler": "village", "holder": "李家村村委会", "number": "6217000010009999999", "bank": "示范农商行"}
        tekun.do(case, "pay_funeral", tekun.reviewer, **data, proofs=PHOTO)
    once = case.awards.get(cycle="once")
    assert once.amount_fen == 6 * 102200 and once.payee_name == "李家村村委会"
    assert once.lines.get().amount_fen == once.amount_fen and recompute(once).ok
    assert case.awards.get(cycle="monthly").last_month == datetime.date(2027, 1, 1)
    with clock.at(datetime.date(2027, 1, 21)), pytest.raises(Refused, match="已经发过"):
        tekun.do(case, "pay_funeral", tekun.reviewer, **data, proofs=PHOTO)


def test_低保不予确认以后提示同住的叔伯可以申请特困(world: World) -> None:
    """An uncle without means lives with a family that earns too much: the refusal says what he may ask for himself."""
    uncle = Kin("周老伯", "其他", datetime.date(1950, 1, 1))
    case = world.to_checked([*couple(wage="9000"), uncle])
    clerk, leader = world.town(case)
    world.do(case, "opinion", leader, conclusion="disagree", reason_code="R01", opinion="收入超过标准。")
    world.do(case, "forward", clerk)
    world.do(case, "reject", world.reviewer, reason_code="R01", opinion="收入超过标准。")
    said = next(e.data for e in case.evidence.filter(kind="proposal") if e.data["item_code"] == "assistance.tekun")
    assert said["invite"] and not said["eligible"] and said["sentence"].startswith("周老伯没有劳动能力")
    assert "特困供养" in str(IssuedDocument.objects.get(case=case, code="N07").fields["next_benefits"])


def test_正在领低保的确认特困以后低保自动启动复核(tekun: TekunWorld) -> None:
    """An old man paid 低保 is confirmed as 特困: his 低保 is re-checked by itself, and ends for R07."""
    head = old_man()[0]
    plain = World.__new__(World)
    plain.__dict__ |= tekun.__dict__
    dibao = plain.to_review([Kin(head.name, "本人", head.born, number=head.number)])
    with clock.at(datetime.date(2026, 11, 12)):
        tekun.do(dibao, "approve", tekun.reviewer)
    with clock.at(DEC):
        tekun.do(dibao, "start_payment", SYSTEM)
        case = tekun.to_assessed([head])
        tekun.do(case, "opinion", tekun.leader, conclusion="agree", opinion="符合条件，拟同意。")
        tekun.do(case, "post", tekun.clerk, place="村务公开栏", photo=PHOTO)
    with clock.at(datetime.date(2026, 12, 10)):
        tekun.do(case, "publicity_end", tekun.clerk, photo=PHOTO)
        tekun.do(case, "approve", tekun.reviewer, opinion="同意")
        dibao.refresh_from_db()
        assert dibao.state == "RECHECK"
        tekun.do(dibao, "run_match", tekun.clerk)
        tekun.do(dibao, "stop", tekun.reviewer, reason_code="R07", opinion="已享受特困供养。")
    assert dibao.state == "TERMINATED"


def test_家里有特困人员的低保照办_只是不再算他(tekun: TekunWorld) -> None:
    man = old_man()
    tekun.to_care(man)
    window = World.__new__(World)
    vars(window).update(vars(tekun))  # the same places and posts, asking for 低保
    family = [*couple(), Kin(man[0].name, "父母", man[0].born, number=man[0].number)]
    case = window.to_accepted(family)
    father = case.members.get(name=man[0].name)
    assert not father.in_count and father.exclude_reason == "正在享受特困供养，另有保障"
    assert case.members.filter(in_count=True).count() == 3


def test_只持居住证的不受理(tekun: TekunWorld) -> None:
    family = old_man()
    case = tekun.draft(family, hukou="permit")
    services.submit(case_id=case.pk, actor=tekun.citizen(family[0]), data={"promise": "yes"})
    case.refresh_from_db()
    with pytest.raises(Refused, match="应由户口所在地受理"):
        tekun.do(case, "accept", tekun.clerk)
