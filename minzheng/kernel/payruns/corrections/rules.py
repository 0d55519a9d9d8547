"""What an account must be before money goes there: C04 the name, C05 what the bank says of it, C06 whose it is already.

Law: 财办〔2020〕37号 (本人账户；监护、代管须有证明). Card check digits are a warning only: passbooks have none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minzheng.kernel.awards.cards import luhn
from minzheng.kernel.awards.models import Award, PayeeAccount
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.payruns import holders
from minzheng.kernel.subjects import mandates
from minzheng.kernel.subjects.mandate_models import Mandate

if TYPE_CHECKING:
    from collections.abc import Sequence

_CARD = 16  # shorter numbers are passbooks


@dataclass(frozen=True)
class Wanted:
    """The account asked for. `kind`: own, guardian, agency; `proofs`: ids of photographs."""

    kind: str
    holder: str
    number: str
    bank: str
    relation: str = ""
    proofs: Sequence[int] = ()


@dataclass(frozen=True)
class Verdict:
    """`faults`: {input: sentence}, each a reason to refuse; `warnings`: for whoever confirms."""

    faults: dict[str, str]
    warnings: tuple[str, ...] = ()
    mandate: Mandate | None = None


def judge(award: Award, wanted: Wanted) -> Verdict:
    """All that can be said about an account for this award, today."""
    faults: dict[str, str] = {}
    warnings: list[str] = []
    mandate = None
    if not re.fullmatch(r"\d{8,30}", wanted.number):
        faults["number"] = "账号应是 8 到 30 位数字，请对照存折或卡面填写。"
    if not wanted.bank.strip():
        faults["bank"] = "请填写开户银行。"
    if not wanted.proofs:
        faults["proofs"] = "请拍存折、银行卡有户名和账号的一面。"
    if wanted.kind == "own":
        _own_name(award, wanted, faults, warnings)
    elif wanted.kind == "guardian":
        mandate = _guardian(award, wanted, faults)
    elif len(wanted.relation.strip()) < 2:
        faults["relation"] = "请写明代管的单位和依据，例如“县儿童福利院，代管协议”。"
    if not faults:
        _said_by_bank(wanted, warnings)
        _whose(award, wanted, faults, warnings)
        if len(wanted.number) >= _CARD and not luhn(wanted.number):
            warnings.append("卡号校验位不符，可能抄错一位；存折没有校验位，请对照照片。")
    return Verdict(faults, tuple(warnings), mandate)


def _own_name(award: Award, wanted: Wanted, faults: dict[str, str], warnings: list[str]) -> None:
    name = award.payee.name if award.payee is not None else award.payee_name
    told = holders.compare(wanted.holder, name) if wanted.holder.strip() else holders.OTHER
    if told == holders.OTHER:
        faults["holder"] = f"户名应是领款人{name}本人；用监护人或代管单位的账户，请选对应的账户关系并交证明（C04）。"
    elif told == holders.PERHAPS:
        warnings.append(f"户名“{wanted.holder}”与“{name}”写法不同，请看照片确认是同一个人（C04）。")


def _guardian(award: Award, wanted: Wanted, faults: dict[str, str]) -> Mandate | None:
    rows = Mandate.objects.filter(mandates.running(), kind="guardian", state="active", principal_id=award.payee_id)
    for row in rows if award.payee_id else ():
        if holders.compare(wanted.holder, row.agent_name) != holders.OTHER:
            return row
    faults["holder"] = "没有查到这位户主对领款人的有效监护登记：请先在“代办委托”里登记监护并确认，再换账户（C06）。"
    return None


def _said_by_bank(wanted: Wanted, warnings: list[str]) -> None:
    index = BlindIndex.of_value("account", wanted.number)
    flagged = PayeeAccount.objects.filter(number_index=index).exclude(flag="").order_by("-checked_on", "-pk").first()
    if flagged is not None:
        on = f"{flagged.checked_on:%Y年%m月%d日}" if flagged.checked_on else "以前"
        warnings.append(f"银行{on}反馈这个账号“{flagged.get_flag_display()}”，请确认已经恢复（C05）。")


def _whose(award: Award, wanted: Wanted, faults: dict[str, str], warnings: list[str]) -> None:
    index = BlindIndex.of_value("account", wanted.number)
    others = Award.objects.filter(account__number_index=index).exclude(state="ended").exclude(payee_id=award.payee_id)
    count = others.values("payee_id").distinct().count()
    if count and wanted.kind == "own":
        faults["number"] = f"这个账号已经收着另外 {count} 人的待遇；一个账户只能收本人的，监护、代管的须交证明（C06）。"
    elif count:
        warnings.append(f"这个账号还收着另外 {count} 人的待遇，请核对监护、代管证明（C06）。")
