"""Take a case to the state the plan wants."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from minzheng.demo import lake
from minzheng.demo.clerks import Desk, photo
from minzheng.demo.facts import wages
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, Actor
from minzheng.kernel.cases import services
from minzheng.kernel.cases.drafting.members import adult
from minzheng.kernel.cases.models import Case
from minzheng.kernel.items import registry
from minzheng.kernel.regions.selectors import children, region_name


class Stop(Exception):
    """The next act would lie after the county's today."""


#: What is done up to each planned state; the same road, left at different places.
CHECKED = ("submit", "accept", "start", "match", "visit")
_POSTED = (*CHECKED, "opinion", "post")
ROADS: dict[str, tuple[str, ...]] = {
    "DRAFT": (),
    "SUBMITTED": ("submit",),
    "SUPPLEMENT": ("submit", "supplement"),
    "NOT_ACCEPTED": ("submit", "refuse"),
    "WITHDRAWN": ("submit", "accept", "withdraw"),
    "ACCEPTED": ("submit", "accept"),
    "STARTED": ("submit", "accept", "start"),
    "INVESTIGATING": CHECKED,
    "ABORTED": ("submit", "accept", "start", "warn", "abort"),
    "INITIAL_OPINION": (*CHECKED, "opinion"),
    "PUBLICITY": _POSTED,
    "OBJECTION": (*_POSTED, "objection"),
    "REVIEW": (*_POSTED, "publicity_end"),
    "APPROVED": (*_POSTED, "publicity_end", "approve"),
    "IN_PAYMENT": (*_POSTED, "publicity_end", "approve", "pay"),
    "RECHECK": (*_POSTED, "publicity_end", "approve", "pay", "recheck"),
    "SUSPENDED": (*_POSTED, "publicity_end", "approve", "pay", "suspend"),
    "TAPERING": (*_POSTED, "publicity_end", "approve", "pay", "recheck", "taper"),
    "TERMINATED": (*_POSTED, "publicity_end", "approve", "pay", "recheck", "stop"),
    "MOVED": (*CHECKED, "move"),
    "REJECTED": (*CHECKED, "mismatch", "opinion", "forward", "reject"),
}
#: Working days that each step takes after the one before.
_TAKES = {
    "accept": 1, "supplement": 1, "refuse": 1, "withdraw": 2, "start": 1, "match": 1, "warn": 3, "abort": 3, "visit": 2,
    "mismatch": 1, "opinion": 2, "post": 1, "objection": 2, "approve": 3, "forward": 1, "reject": 3, "recheck": 5,
    "suspend": 6, "taper": 4, "stop": 4, "move": 1, "verify": 1, "support": 0, "selfcare": 1, "expenses": 1, "advance": 0,
}  # fmt: skip


class Player:
    """One case on its road. `family` is the citizen who applied by phone, None when the clerk did."""

    roads = ROADS

    def __init__(self, desk: Desk, case: Case, family: Actor | None, target: str) -> None:
        self.desk, self.case, self.target = desk, case, target
        self.clerk = desk.actor("town_clerk", case.region_code)
        self.second = desk.actor("town_clerk", case.region_code, 1)
        self.leader = desk.actor("town_leader", case.region_code)
        self.reviewer = desk.actor("county_reviewer", case.region_code)
        self.family = family
        self.step = 0

    def play(self, day: datetime.date) -> None:
        for name in self.roads[self.target]:
            day = self._date_of(name, day)
            if day > self.desk.as_of:
                raise Stop(f"“{name}”要到 {day} 才能办")
            self.step = 0
            act: Callable[[datetime.date], None] = getattr(self, f"_{name}")
            self._at(day, lambda act=act, day=day: act(day))  # type: ignore[misc]

    def _date_of(self, name: str, day: datetime.date) -> datetime.date:
        if name == "publicity_end":
            return self.desk.day(self._publicity().ends_on, 1)
        if name == "pay":
            return max(self.case.awards.get().first_month, day)
        if name == "opinion" and self.case.evidence.filter(kind="mismatch").exists():
            due = self.case.evidence.filter(kind="mismatch").latest("at").data["due_on"]
            return self.desk.day(datetime.date.fromisoformat(due), 1)
        return self.desk.day(day, _TAKES.get(name, 0))

    def _at(self, day: datetime.date, act: Callable[[], None]) -> None:
        self.step += 1
        with clock.at(self.desk.moment(day, self.step)):
            act()

    def _do(self, act: str, actor: Actor, **data: Any) -> None:
        services.perform(case_id=self.case.pk, act=act, actor=actor, data=data)
        self.case.refresh_from_db()

    def _publicity(self) -> Any:
        return self.case.publicities.latest("posted_on")

    # ---- application and acceptance (申请与受理)

    def _submit(self, day: datetime.date) -> None:
        actor = self.family or self.clerk
        method = "same_phone"
        for member in self.case.members.all():
            if member.in_count and adult(member, day):
                services.sign_consent(case_id=self.case.pk, member_id=member.pk, method=method, actor=actor)
        data: dict[str, Any] = {"promise": "yes"}
        if self.case.channel == "proxy":
            data["mandate"] = [photo("委托书")]
        self._do("submit", actor, **data)

    def _accept(self, _day: datetime.date) -> None:
        self._do("accept", self.clerk, near_relative="no", opinion="材料齐全，予以受理。")

    def _supplement(self, _day: datetime.date) -> None:
        self._do("ask_supplement", self.clerk, papers=["income", "account"])

    def _refuse(self, _day: datetime.date) -> None:
        facts = "申请人户籍和经常居住地已迁往邻县，应向居住地乡镇（街道）申请，已告知联系方式。"
        self._do("refuse", self.clerk, reason_code="R10", facts=facts)

    def _withdraw(self, _day: datetime.date) -> None:
        actor = self.family or self.clerk
        data = {} if self.family else {"request": [photo("撤回申请")]}
        self._do("withdraw", actor, opinion="子女接到城里共同生活，不再申请。", **data)

    # ---- investigation and matching (调查核对)

    def _start(self, _day: datetime.date) -> None:
        self._do("start", self.clerk)

    def _match(self, _day: datetime.date) -> None:
        self._do("run_match", self.clerk)
        report = self.case.evidence.filter(kind="match_report").latest("at").data
        for hit in report["hits"]:
            self._do("review_hit", self.clerk, key=hit["key"], take="refuse", reason="经询问和查看证件，不是本人的。")
        for row in report["differences"]:
            if row["needs_explanation"]:
                reason = "核对数据与存折、登记信息一致，申请人认可，按核对结果认定。"
                take = "declared" if row["found"] is None else "found"
                self._do("judge", self.clerk, key=row["key"], take=take, reason=reason)

    def _visit(self, day: datetime.date) -> None:
        report = self.case.evidence.filter(kind="match_report").latest("at").data
        same = not report["differences"]
        self._do(
            "visit", self.clerk, visited_on=day.isoformat(), member_present=self.case.applicant_name,
            second_kind="account", second_username=self.second.user.username if self.second.user else "",
            matches="yes" if same else "no", findings=_FINDINGS[self.case.pk % len(_FINDINGS)],
            photos=[photo("入户")], family_signature=[photo("签字")],
        )  # fmt: skip
        self._do("cosign_visit", self.second)

    def _mismatch(self, _day: datetime.date) -> None:
        report = self.case.evidence.filter(kind="match_report").latest("at").data
        if report["differences"]:
            self._do("notify_mismatch", self.clerk)

    def _warn(self, _day: datetime.date) -> None:
        self._do("warn", self.clerk, content="两次预约入户均无故不在，书面警告一次。", proofs=[photo("警告书")])

    def _abort(self, _day: datetime.date) -> None:
        facts = "经书面警告后仍不配合入户调查，三次约定时间均不到场。"
        self._do("abort", self.clerk, reason_code="R06", facts=facts)

    # ---- opinion, publicity, decision (初审、公示、确认)

    def _opinion(self, _day: datetime.date) -> None:
        item = registry.get(self.case.item_code)
        assert item.assess is not None
        answer = item.assess(self.case, clock.today())
        if answer.eligible:
            self._do("opinion", self.leader, conclusion="agree", opinion="情况属实，符合条件，拟同意。")
        else:
            code = answer.reasons[0][0][:3]
            text = "经核对和入户，不符合条件，拟不同意。"
            self._do("opinion", self.leader, conclusion="disagree", reason_code=code, opinion=text)

    def _post(self, _day: datetime.date) -> None:
        place = f"{region_name(self.case.region_code)}公示栏"
        self._do("post", self.clerk, place=place, photo=[photo("张榜")])

    def _objection(self, _day: datetime.date) -> None:
        content = "这户的儿子在外地有固定工作，收入没有算进去，请核实。"
        self._do("objection", self.clerk, content=content, objector_name="匿名群众", objector_phone="15401019998")

    def _publicity_end(self, _day: datetime.date) -> None:
        self._do("publicity_end", self.clerk, photo=[photo("期满")])

    def _forward(self, _day: datetime.date) -> None:
        self._do("forward", self.clerk)

    def _confirmer(self, day: datetime.date) -> Actor:
        """The county; where the right is delegated, the township's leader after a minuted meeting."""
        if self.case.state != "TOWN_CONFIRM":
            return self.reviewer
        self._do(
            "meeting", self.leader, met_on=day.isoformat(), attendees="分管负责人、民政办、驻村干部、村（居）代表",
            content="集体研究，意见一致。", minutes=[photo("会议记录")],
        )  # fmt: skip
        return self.leader

    def _approve(self, day: datetime.date) -> None:
        self._do("approve", self._confirmer(day), opinion="同意。")

    def _reject(self, day: datetime.date) -> None:
        item = registry.get(self.case.item_code)
        assert item.assess is not None
        code = item.assess(self.case, clock.today()).reasons[0][0][:3]
        self._do("reject", self._confirmer(day), reason_code=code, opinion="经审核，不符合条件。")

    def _pay(self, _day: datetime.date) -> None:
        self._do("start_payment", SYSTEM)

    def _recheck(self, _day: datetime.date) -> None:
        self._do("open_recheck", self.clerk, why="change", opinion="家庭报告有人就业。")

    def _suspend(self, _day: datetime.date) -> None:
        self._do("suspend", self._confirmer(_day), opinion="三次入户均不在家，电话不通，暂停发放，待核实。")

    def _taper(self, day: datetime.date) -> None:
        """Somebody found work: over the line, under twice the line."""
        name = self._found_work(lambda answer: answer.taper is not None)
        self._do(
            "taper", self._confirmer(day), employed_member=name, employed_on=day.isoformat(),
            opinion="就业后收入超过低保标准，没有超过两倍，渐退。",
        )  # fmt: skip

    def _stop(self, day: datetime.date) -> None:
        self._found_work(lambda answer: not answer.eligible and answer.taper is None)
        self._do("stop", self._confirmer(day), reason_code="R01", opinion="就业后收入稳定，明显超过低保标准。")

    def _found_work(self, enough: Callable[[Any], bool]) -> str:
        """The first wage by which the rules say what is wanted, on the tax office's record and then judged; returns who."""
        item = registry.get(self.case.item_code)
        assert item.assess is not None
        member = next(m for m in self.case.members.filter(in_count=True) if adult(m, clock.today()))
        before = dict(member.verified or {})
        for wage in range(60_000, 2_000_000, 20_000):
            member.verified = {**before, "wage": wage}
            member.save(update_fields=["verified"])
            if enough(item.assess(self.case, clock.today())):
                break
        member.verified = before
        member.save(update_fields=["verified"])
        cut_off = clock.today().replace(day=1) - datetime.timedelta(days=1)
        lake.deliver_rows(wages(member, wage, cut_off), clock.today())
        self._match(clock.today())
        return member.name

    def _move(self, day: datetime.date) -> None:
        """To the other story township, so that both its former and its present clerks can be shown."""
        own = self.case.region_code[:9]
        other = next(town for town in _TOWNS if town[:9] != own)
        village = next(v.code for v in children(other))
        self._do(
            "move_family", self.clerk, to_region=village, moved_on=day.isoformat(), address="投靠女儿家",
            opinion="搬到女儿家共同居住。",
        )  # fmt: skip


#: The townships of the stories, see `caseload.Planner._room`.
_TOWNS = ("990101001000", "990101002000")
_FINDINGS = (
    "住一层砖木房，家具简陋；主要靠种地和零工，老人常年吃药。",
    "租住两间平房，屋内整洁；户主无固定工作，孩子上学，支出较大。",
    "住自建平房，无贵重物品；家中有病人，劳动力少。",
    "住老旧楼房一套，家电齐全但陈旧；收入以零工为主。",
)
