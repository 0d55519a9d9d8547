"""Take a case of anything besides 低保 to the state the plan wants."""

from __future__ import annotations

import datetime

from minzheng.demo.clerks import photo
from minzheng.demo.playing import CHECKED, Player
from minzheng.kernel.cases.models import CaseMember

_VERIFIED = ("submit", "accept", "verify")
ROADS: dict[str, tuple[str, ...]] = {
    "P_SUBMITTED": ("submit",),
    "P_SUPPLEMENT": ("submit", "supplement"),
    "P_ACCEPTED": ("submit", "accept"),
    "P_VERIFIED": _VERIFIED,
    "P_OPINION": (*_VERIFIED, "opinion"),
    "P_REVIEW": (*_VERIFIED, "opinion", "forward"),
    "P_APPROVED": (*_VERIFIED, "opinion", "forward", "approve"),
    "P_REFUSED": (*_VERIFIED, "opinion", "forward", "reject"),
    "T_ASSESSED": (*CHECKED, "support", "selfcare"),
    "R_VERIFIED": (*CHECKED, "expenses"),
    "E_ADVANCED": ("submit", "accept", "advance"),
}
SIX = ("eat", "dress", "bed", "toilet", "walk", "wash")


class PersonalPlayer(Player):
    """One case of a personal benefit, of 特困, 刚性支出 or 临时救助 on its road."""

    roads = ROADS

    def _person(self) -> CaseMember:
        found: CaseMember = self.case.members.filter(in_count=True).order_by("seq")[0]
        return found

    def _supplement(self, _day: datetime.date) -> None:
        self._do("ask_supplement", self.clerk, others="银行卡或存折照片", how="拍照从手机上传，或送到窗口")

    def _verify(self, day: datetime.date) -> None:
        self._do(
            "verify_facts", self.clerk, source=["data", "visit"], checked_on=day.isoformat(),
            findings="与部门数据和上门看到的情况一致。",
        )  # fmt: skip

    def _support(self, _day: datetime.date) -> None:
        findings = "户籍、婚姻登记都查过：未婚，没有子女，父母已去世。"
        self._do("settle_support", self.clerk, conclusion="none", findings=findings)

    def _selfcare(self, day: datetime.date) -> None:
        """As the applicant said of each of the six things."""
        said = self._person().declared
        self._do(
            "assess_selfcare", self.clerk, assessed_on=day.isoformat(), assessors="周医生、吴护士",
            organisation="乡镇卫生院", findings="两人上门评估。", **{name: "yes" if said.get(name) else "no" for name in SIX},
        )  # fmt: skip

    def _expenses(self, day: datetime.date) -> None:
        spent = int(self.case.form["expenses"]["medical_annual"]) // 100
        self._do(
            "verify_expenses", self.clerk, checked_on=day.isoformat(), medical_annual=str(spent),
            findings="看了住院、门诊结算单，与医保结算数据一致。", proofs=[photo("票据")],
        )  # fmt: skip

    def _advance(self, _day: datetime.date) -> None:
        """Help first; the papers follow."""
        self._do(
            "advance", self.leader, amount="800", how="现金", opinion="眼下没有吃住，先给 800 元应急。",
            receipt=[photo("领取签字")],
        )  # fmt: skip
