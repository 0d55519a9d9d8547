"""Cases (办件) into the database: as cases.csv plans, act by act, by whoever has to act on the day they have to.

Every case is made by the case services themselves, so acts, clocks, evidence, notices and numbers are what the engine
makes of them. A plan that the law does not let through (a holiday in the way, a rule changed since) stops where the
engine refused, and says so.
"""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING

from minzheng.demo.clerks import Desk
from minzheng.demo.drawing import draw_some
from minzheng.demo.personal_playing import PersonalPlayer
from minzheng.demo.playing import ROADS, Player, Stop
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.awards.models import Award, PaymentLine
from minzheng.kernel.awards.services import ensure_line
from minzheng.kernel.cases.drafting.members import sync_members
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.states import PAID
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.ids import new_id
from minzheng.kernel.months import month_after

if TYPE_CHECKING:
    from minzheng.demo.load import Loader

_STEPS = 9
_TOLD = 20  # playing a case takes a while: told every so many


def load_cases(loader: Loader) -> int:
    """Carry out the plan of cases.csv; returns how many cases there are now."""
    desk = Desk(loader.as_of)
    count = 0
    for row in loader.rows("cases"):
        day = datetime.date.fromisoformat(row["submitted_on"])
        with clock.at(desk.moment(day, 0)):
            case, family = _draft(loader, row)
        count += 1
        if count % _TOLD == 0:
            loader.say(f"办件已办 {count} 件")
        try:
            player = Player if row["target"] in ROADS else PersonalPlayer
            player(desk, case, family, row["target"]).play(day)
        except Stop as stop:
            loader.say(f"办件 {case.no or case.pk} 停在“{case.state}”：{stop}")
        except Refused as refused:
            loader.say(f"办件 {case.no or case.pk} 停在“{case.state}”：{refused}")
    _pay_up_to(loader.as_of)
    draw_some(desk)
    return count


def _pay_up_to(as_of: datetime.date) -> None:
    """Awards granted on the way have their lines up to this month; what was due is paid."""
    for award in Award.objects.filter(is_demo=True, case__state__in=PAID).exclude(state="ended"):
        month, pause = award.first_month, award.pauses.first()
        while month <= as_of and (pause is None or month < pause.from_month):
            ensure_line(award, month)
            month = month_after(month, 1)
    PaymentLine.objects.filter(award__is_demo=True, state="planned", due_on__lte=as_of).update(state="paid")


def _draft(loader: Loader, row: dict[str, str]) -> tuple[Case, Actor | None]:
    """The filled-in application and, for a phone application, the citizen who made it."""
    form = json.loads(row["form"])
    if "need" in form:  # it happened on the eve
        form["need"]["happened_on"] = (
            datetime.date.fromisoformat(row["submitted_on"]) - datetime.timedelta(1)
        ).isoformat()
    applicant = form["applicant"]
    person_id = loader.ids[row["applicant_no"]]
    citizen = _citizen(applicant, person_id) if row["channel"] == "phone" else None
    case = Case.objects.create(
        item_code=row["item_code"], channel=row["channel"], applicant_id=person_id, applicant_name=applicant["name"],
        region_code=applicant["region"], form=form, step=_STEPS if row["target"] != "DRAFT" else 4, is_demo=True,
        created_by_id=citizen.id if citizen else None,
    )  # fmt: skip
    sync_members(case)
    return case, citizen


def _citizen(applicant: dict[str, str], person_id: int) -> Actor:
    index = BlindIndex.of_value("phone", applicant["phone"])
    user = User.objects.filter(kind="citizen", phone_index=index).first()
    if user is None:
        pk = new_id()
        user = User(
            id=pk, username=f"c{pk}", name=applicant["name"], kind="citizen", phone=applicant["phone"],
            person_id=person_id, is_demo=True,
        )  # fmt: skip
        user.set_unusable_password()
        user.save(force_insert=True)
    return actor_of(user)
