"""A caseload checked from the console: consents decide who is asked about, a doubtful row waits for a person, details expire."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from minzheng.datacenter.matching import scopes
from minzheng.datacenter.matching.bulk import services
from minzheng.datacenter.matching.bulk.models import MatchRun
from minzheng.datacenter.matching.tests.conftest import COUNTY, corner, deliver  # noqa: F401
from minzheng.kernel import clock
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.awards.models import Award, AwardMember
from minzheng.kernel.cases.errors import Refused

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 2)


@pytest.fixture
def caseload(corner, deliver):  # noqa: F811
    """The corner's family draws 低保; somebody's award was taken over without a slip. The departments know of a wage, a car
    under a mistyped number and the husband's imprisonment."""
    case = corner.started()
    head, husband, _ = case.members.order_by("seq")
    award = Award.objects.create(
        no="990101DB2026000001", item_code=corner.item, case=case, household=case.household, payee=head.person,
        payee_name=head.name, persons=3, amount_fen=90_000, first_month=DAY.replace(day=1), decided_on=DAY, region_code=case.region_code,
    )  # fmt: skip
    imported = Award.objects.create(
        no="990101DB2026000002", item_code=corner.item, payee_name="钱某", persons=1, amount_fen=30_000,
        first_month=DAY.replace(day=1), decided_on=DAY, region_code=case.region_code, payee=husband.person,
    )  # fmt: skip
    other = corner.citizen(corner.family[0]).person_id
    AwardMember.objects.create(award=imported, person_id=other + 1, name="钱某", relation="本人")
    wife, man = corner.family[0], corner.family[1]
    months = [f"2026-{month:02}" for month in range(1, 11)] + ["2025-11", "2025-12"]
    deliver("income_tax", [
        {"id_no": man.number, "name": man.name, "month": month, "item": "工资薪金所得", "income": 3600} for month in months
    ])  # fmt: skip
    slip = wife.number[:10] + str((int(wife.number[10]) + 1) % 10) + wife.number[11:]
    deliver("vehicle", [
        {"id_no": slip, "name": wife.name, "plate": "示A12345", "kind": "小型轿车", "state": "正常", "register_date": "2026-09-09"}
    ])  # fmt: skip
    return corner, case, award


def checked(officer, **more):
    wanted = services.Wanted(COUNTY, tuple(scopes.ITEMS), "在享家庭定期核对", "社会救助暂行办法第五十八条", **more)
    run = services.ask(actor=officer, wanted=wanted)
    return services.carry_out(actor=officer, pk=run.pk)


def test_只核对有授权的人而存疑的数据等人认定(caseload, deliver):  # noqa: F811
    corner, *_ = caseload  # noqa: F811
    man = corner.family[1]
    burnt = {"id_no": "", "name": man.name, "died": "2026-10-20", "cremated": "2026-10-21"}
    deliver("cremation", [burnt, burnt | {"name": "别人"}])
    run = checked(corner.officer)
    assert (run.state, run.families, run.persons, run.to_review) == (MatchRun.DONE, 1, 3, 2)
    assert {(one.code, one.person_name) for one in run.reviews.all()} == {("R1", "刘桂芳"), ("Q2", man.name)}
    assert not run.found_alerts.exists(), "a cremation without a number is no alarm before somebody has looked"
    assert AuditEntry.objects.get(action="read.match_doubtful").detail["rows"] == 1, (
        "only the namesake's row was opened"
    )
    assert [(one.person_name, one.why) for one in run.left.all()] == [("钱某", "no_consent")]
    assert run.checks["held"] and run.totals["rows"] == 15 == sum(
        run.totals[k] for k in ("matched", "unmatched", "review")
    )
    family = run.homes.get()
    wage = next(row for row in family.content["differences"] if row["word"] == "wage")
    assert (wage["granted"], wage["found"], wage["exceeds"]) == (120_000, 360_000, True)
    assert family.content["sums"]["income_wage_fen"] == 360_000 and "vehicles" not in family.content["sums"]
    line = AuditEntry.objects.get(action=services.READ)
    assert line.detail["rows"] == 3 and line.detail["no"] == run.no
    review = run.reviews.get(code="R1")
    with pytest.raises(Refused):
        services.judge(actor=corner.officer, pk=review.pk, accept=True, reason="")
    services.judge(actor=corner.officer, pk=review.pk, accept=True, reason="入户看过行驶证")
    family.refresh_from_db()
    cars = [fact for one in family.content["members"] for fact in one["facts"] if fact["class"] == "vehicle"]
    assert family.to_review == 1 and len(cars) == 1 and cars[0]["accepted"]
    with pytest.raises(Refused, match="不能再改"):
        services.judge(actor=corner.second, pk=review.pk, accept=False, reason="再想一想")


def test_岗位不对_用途不写_没有可核对的人都说明(caseload):
    corner, case, *_ = caseload  # noqa: F811
    with pytest.raises(Refused, match="岗位不能在这个地区批量核对"):
        checked(corner.clerk)
    with pytest.raises(Refused) as caught:
        services.ask(actor=corner.officer, wanted=services.Wanted(COUNTY, ("nothing",), "", ""))
    assert set(caught.value.fields) == {"items", "purpose", "basis"}
    case.consents.update(revoked_at=clock.now())
    with pytest.raises(Exception, match="都没有可用的授权"):
        checked(corner.officer)


def test_撤回授权或到期的明细清除而合计留下(caseload):
    corner, case, *_ = caseload  # noqa: F811
    run = checked(corner.officer)
    assert services.expire() == {"families": 0, "runs": 0}
    consent = case.consents.order_by("pk").first()
    consent.revoked_at = clock.now()
    consent.save(update_fields=["revoked_at"])
    assert services.expire()["families"] == 1
    family = run.homes.get()
    assert family.content == {} and family.wiped_at and not run.reviews.exists() and not run.found_alerts.exists()
    run.refresh_from_db()
    assert run.families == 1 and run.to_review == 1
    again = checked(corner.officer, benefits=(corner.item,))
    assert {one.why for one in again.left.all()} >= {"revoked"}
    with clock.at(again.expires_on + datetime.timedelta(days=1)):
        assert services.expire()["families"] >= 1
    assert not again.homes.filter(wiped_at=None).exists()


def test_每个数字都能点开名单(caseload):
    corner, *_ = caseload  # noqa: F811
    run = checked(corner.officer)
    page = _open(corner.officer, reverse("matching.batch.detail", kwargs={"pk": run.pk}))
    expected = {"homes": "刘桂芳", "alerts": "没有符合所选条件的", "reviews": "号码错一位", "left": "没有核对授权"}
    for name, words in expected.items():
        address = f"{reverse(f'matching.batch.{name}')}?run={run.pk}"
        assert address in page and words in _open(corner.officer, address), name
    assert "周建国" in _open(corner.officer, reverse("matching.batch.home", kwargs={"pk": run.homes.get().pk}))


def _open(actor, address):
    client = Client()
    client.force_login(actor.user)
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()
