"""批量核对 of the demo county: the families whose consents hold are checked against what the departments delivered. Some rows
carry a slip in the number, or none: they wait for a person, and a few were judged already."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from minzheng.datacenter.matching import scopes
from minzheng.datacenter.matching.bulk import services
from minzheng.datacenter.matching.bulk.errors import MatchRefused
from minzheng.datacenter.matching.bulk.models import MatchReview, MatchRun
from minzheng.demo.facts import Delivered
from minzheng.demo.lake import COUNTY, deliver_rows
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import staff_actor
from minzheng.kernel.awards.models import AwardMember
from minzheng.kernel.subjects.models import Person

if TYPE_CHECKING:
    from minzheng.demo.load import Loader

WHO = "hedui"
#: Days before today on which the departments registered the youngest of the doubtful rows.
DAYS = 5
PURPOSE, BASIS = "在享家庭经济状况定期核对", "《社会救助暂行办法》第五十八条；家庭成员签署的核对授权书（N16）"
#: Of the doubtful rows these were judged: (how they were found, of which source, whether it is the person, in which words).
JUDGED = (
    ("R1", "vehicle", True, "入户看过行驶证，登记时号码抄错一位，就是本人。"),
    ("Q2", "market_entity", False, "电话问过，本人没有开过店，是同名的人。"),
)


def load_checks(loader: Loader) -> int:
    """Returns how many families were checked; none where nobody's consent holds, or nobody may check."""
    actor = staff_actor(WHO)
    day = loader.as_of - datetime.timedelta(days=DAYS)
    people = _people()
    if actor is None or not people:
        return 0
    for rows in _doubtful(people, day):
        deliver_rows(rows, loader.as_of)
    wanted = services.Wanted(COUNTY, tuple(scopes.ITEMS), PURPOSE, BASIS, title=f"{day:%Y年%m月}在享家庭定期核对")
    with clock.at(loader.as_of):
        run = services.ask(actor=actor, wanted=wanted, queue=False)
        try:
            run = services.carry_out(actor=actor, pk=run.pk)
        except MatchRefused as error:
            services.fail(pk=run.pk, sentence=str(error))
            return 0
        for code, source, accept, words in JUDGED:
            review = MatchReview.objects.filter(run=run, code=code, source=source).order_by("person_name", "pk").first()
            if review is not None:
                services.judge(actor=actor, pk=review.pk, accept=accept, reason=words)
    MatchRun.objects.filter(pk=run.pk).update(is_demo=True)
    return run.families


def _people() -> list[Person]:
    """Grown-up members of awards in force that have a case, in a fixed order."""
    rows = AwardMember.objects.filter(award__case__isnull=False, award__state="active", award__is_demo=True)
    found = {one.person_id: one.person for one in rows.select_related("person") if one.person}
    grown = [one for one in found.values() if one.birth_date and one.birth_date.year < clock.today().year - 20]
    return sorted(grown, key=lambda one: (one.name, one.birth_date, one.region_code))


def _doubtful(people: list[Person], day: datetime.date) -> list[list[Delivered]]:
    """One list for each source: cars and houses under a number with one wrong digit, shops of a namesake without a
    number."""
    take = iter(people)

    def some(count: int) -> list[Person]:
        return [one for _, one in zip(range(count), take, strict=False)]

    cars = [_car(_slipped(one.id_no), one, f"示A{60011 + n}", day) for n, one in enumerate(some(3))]
    houses = [
        Delivered("real_estate", {
            "id_no": _slipped(one.id_no), "name": one.name, "usage": "住宅", "area": "86.40", "sharing": "单独所有",
            "register_date": (day - datetime.timedelta(days=400)).isoformat(), "state": "有效",
            "cert_no": f"示（2025）示范县不动产权第0{7100 + n}号",
        })
        for n, one in enumerate(some(2))
    ]  # fmt: skip
    shops = [
        Delivered("market_entity", {
            "id_no": "", "name": one.name, "entity": f"示范县{one.name[0]}氏建材经营部", "kind": "个体工商户", "role": "经营者",
            "founded": (day - datetime.timedelta(days=700)).isoformat(), "state": "存续",
        })
        for one in some(2)
    ]  # fmt: skip
    return [cars, houses, shops]


def _car(number: str, one: Person, plate: str, day: datetime.date) -> Delivered:
    return Delivered("vehicle", {
        "id_no": number, "name": one.name, "plate": plate, "plate_kind": "小型汽车", "kind": "小型轿车", "brand": "远行牌",
        "register_date": (day - datetime.timedelta(days=300)).isoformat(), "usage": "非营运", "state": "正常",
    })  # fmt: skip


def _slipped(number: str) -> str:
    """The number with one digit of its running part written otherwise."""
    return number[:15] + str((int(number[15]) + 4) % 10) + number[16:]
