"""Story ten: March is paid. 金有余 makes the batch for people in special hardship, 陶正言 checks it, the head of the bureau
approves, 钱一诺 sends it to the bank. One payment comes back, because the account was closed; the payee writes the new one
on the phone, a second person compares it with the photograph, and the money goes out again, once. The month is closed. A
year later the auditor computes March again, to the fen, from the decisions alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stories import citizen, pictures, staff, stage
from stories.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ITEM, MONTH = "assistance.tekun", "2027-03"
PHONE = "15401018801"
NEW_ACCOUNT = "6217 0000 1000 8888 881"


def test_三月发放_一笔退回_更正账户后重发_关账_一年后审计复算(comes: Any, tmp_path: Path) -> None:
    jin, tao, head, qian = comes("金有余"), comes("陶正言"), comes("章知行"), comes("钱一诺")
    with stage.on("2027-03-02"):
        staff.sign_in(jin, "fafang")
        makes(jin)
        no = stage.aside(batch_no)
        checks_and_approves(jin, tao, head, no)
        sends(qian, no)
        payee = stage.aside(payee_with_a_phone)
    with stage.on("2027-03-09"):
        books(qian, no, stage.aside(lambda: bank_answers(no, tmp_path / "back", payee["seq"])))
        phone = comes(payee["name"], phone=True)
        corrects(phone, payee)
    with stage.on("2027-03-10"):
        confirms(jin, payee)
        again = sends_again(jin, tao, head, qian, no)
    with stage.on("2027-03-12"):
        books_the_second(qian, again, stage.aside(lambda: bank_answers(again, tmp_path / "again", 0)))
        arrives(phone, payee)
    with stage.on("2027-03-22"):
        closes(qian)
    with stage.on("2028-03-20"):
        recomputes(comes("严守正"), no, again)


def makes(jin: Visitor) -> None:
    jin.go("/console/payruns/?month=2027-03").look("按月发放")
    jin.go(f"/console/payruns/build/{MONTH}/{ITEM}/").look("制作发放批次").press("生成批次").sees("已校验").look(
        "发放批次"
    )
    explains(jin)


def explains(jin: Visitor) -> None:
    """Whatever blocks is taken out, whatever only warns is explained; neither is silently passed over."""
    here = jin.page.url
    if jin.page.get_by_role("link", name="剔除必须处理的", exact=True).count():
        jin.press("剔除必须处理的").press("全部剔除")
        jin.page.goto(here)
    for _ in range(12):
        if not jin.page.get_by_role("link", name="一次说明理由", exact=True).count():
            return
        jin.press("一次说明理由").look("一次说明理由")
        select = jin.page.locator("main form select").first
        if select.count():
            select.select_option(index=1)
        else:
            jin.page.locator("main form input[type=radio]").first.check()
        jin.fill("理由", "已入户核实，情况属实").press("全部说明")
        refused = jin.page.locator(".error-summary").all_inner_texts()
        assert not refused, refused
        jin.page.goto(here)
    raise AssertionError(f"说明了十二次，还有没说明的：{jin.text}")


def signs(visitor: Visitor, no: str, act: str, button: str, said: str) -> Visitor:
    """One step on the batch's page."""
    visitor.go("/console/payruns/batches/").press(no).press(act)
    proves(visitor)
    return visitor.press(button).sees(said)


def proves(visitor: Visitor) -> None:
    """Before money, the password is asked again."""
    from minzheng.demo.staff import PASSWORD

    if visitor.page.get_by_label("口令", exact=False).count():
        visitor.look("再次验证").fill("口令", PASSWORD).page.locator("main form button").first.click()
        visitor.page.wait_for_load_state()


def checks_and_approves(jin: Visitor, tao: Visitor, head: Visitor, no: str) -> None:
    jin.go("/console/payruns/batches/").press(no).sees("已校验")
    assert not jin.page.get_by_role("link", name="复核通过", exact=True).count(), "制单人看不到复核"
    staff.sign_in(tao, "fuhe")
    signs(tao, no, "复核通过", "复核通过", "已复核").look("复核后的批次")
    staff.sign_in(head, "juzhang")
    signs(head, no, "审批", "同意发放", "已审批").look("审批后的批次")


def sends(qian: Visitor, no: str, *, voucher: str = "国库拨〔2027〕第 31 号") -> None:
    if not qian.screens:
        staff.sign_in(qian, "caiwu")
    signs(qian, no, "报财政", "已报财政", "已报财政")
    qian.press("登记拨款凭证").fill("拨款凭证号", voucher).fill("凭证金额", stage.aside(lambda: total_of(no)))
    qian.fill("拨付日期", stage.today()).press("登记").sees("已拨付")
    qian.press("报盘").look("报盘").pick("文件格式", "农商行（农信社）批量代发定长文件").press("生成报盘文件").sees(
        "已报盘"
    ).look("报盘后的批次")


def books(qian: Visitor, no: str, path: Path) -> None:
    qian.go("/console/payruns/batches/").press(no).press("登记银行结果")
    qian.page.get_by_label("银行回盘文件").set_input_files(path)
    qian.press("登记").sees("部分退回", "已销户").look("部分退回的批次")
    qian.go("/console/payruns/batches/").press(no).press("登记银行结果")
    qian.page.get_by_label("银行回盘文件").set_input_files(path)
    qian.press("登记").sees("部分退回")  # the same file again changes nothing
    qian.go(f"/console/payruns/close/{MONTH}/").press("关账").sees("可以关账")  # not yet: the reconciling days


def corrects(phone: Visitor, payee: dict[str, Any]) -> None:
    phone.go("/m/sign-in/")
    citizen.sign_in(phone, PHONE)
    phone.go("/m/payments/").sees("没到账", "注销").look("我的发放：退回")
    phone.press("更正收款账户").look("更正收款账户")
    phone.fill("账号", NEW_ACCOUNT).fill("哪家银行", "示范农商行青石支行")
    phone.page.locator("input[type=file]").first.set_input_files([pictures.upload("存折")])
    phone.page.locator("main form button").last.click()
    phone.page.wait_for_load_state()
    phone.sees("收到了").look("更正账户已提交")


def confirms(jin: Visitor, payee: dict[str, Any]) -> None:
    jin.go("/console/account-requests/").look("账户更正").press(payee["name"], exact=False).look("一条账户更正")
    jin.press("确认更正")
    proves(jin)
    jin.fill("核对结果", "与存折照片逐位相符").press("确认更正").sees("已").look("已确认的账户更正")


def sends_again(jin: Visitor, tao: Visitor, head: Visitor, qian: Visitor, no: str) -> str:
    jin.go("/console/payruns/batches/").press(no).press("重发退回的")
    proves(jin)
    jin.press("生成重发批次").look("重发批次")
    explains(jin)
    again = stage.aside(reissue_no)
    signs(tao, again, "复核通过", "复核通过", "已复核")
    signs(head, again, "审批", "同意发放", "已审批")
    sends(qian, again, voucher="国库拨〔2027〕第 31 号（重发）")
    return again


def books_the_second(qian: Visitor, no: str, path: Path) -> None:
    qian.go("/console/payruns/batches/").press(no).press("登记银行结果")
    qian.page.get_by_label("银行回盘文件").set_input_files(path)
    qian.press("登记").sees("全部到账")


def arrives(phone: Visitor, payee: dict[str, Any]) -> None:
    phone.go("/m/payments/").sees("已发", "8881").look("我的发放：重发到账")


def closes(qian: Visitor) -> None:
    qian.go(f"/console/payruns/close/{MONTH}/").look("按月关账").press("关账")
    proves(qian)
    if "/close/" in qian.page.url and qian.page.get_by_role("button", name="关账", exact=True).count():
        qian.press("关账")
    qian.sees("已关账").look("关账以后")
    qian.go(f"/console/payruns/tables/?month={MONTH}").look("发放表")


def recomputes(yan: Visitor, no: str, again: str) -> None:
    staff.sign_in(yan, "shenji")
    for one in (no, again):
        yan.go("/console/payruns/batches/").press(one).press("独立复算").sees("与审批时一致").look("独立复算")
        yan.does_not_see("与审批时不一致")
        assert yan.page.locator(".badge-bad").count() == 0, yan.text
    told = stage.aside(recomputed)
    assert told["ok"] and told["owed_fen"] == told["lines_fen"] == told["paid_fen"] > 0, told
    ledger = stage.aside(verified)
    assert ledger == (True, ())


def batch_no() -> str:
    from minzheng.kernel.models import PayBatch

    return PayBatch.objects.get(item_code=ITEM, month=f"{MONTH}-01", kind="regular").no


def total_of(no: str) -> str:
    from minzheng.kernel.models import PayBatch

    fen = PayBatch.objects.get(no=no).total_fen
    return f"{fen // 100}.{fen % 100:02d}"


def reissue_no() -> str:
    from minzheng.kernel.models import PayBatch

    return PayBatch.objects.get(item_code=ITEM, month=f"{MONTH}-01", kind="reissue").no


def payee_with_a_phone() -> dict[str, Any]:
    """Somebody who is paid in this batch; her account on the portal was opened at the window."""
    from minzheng.kernel.models import PayLine, User

    line = PayLine.objects.filter(batch__no=batch_no(), state="sent", person__isnull=False).order_by("seq").first()
    assert line is not None
    user = User(username=f"c{line.person_id}", name=line.award.payee_name, kind="citizen", phone=PHONE, is_demo=True,
                person_id=line.person_id)  # fmt: skip
    user.set_unusable_password()
    user.save(force_insert=True)
    return {"seq": line.seq, "name": line.award.payee_name, "fen": line.amount_fen}


def bank_answers(no: str, path: Path, closed: int) -> Path:
    """The bank's file: everything arrived but the payment to the closed account (`closed`: its number in the batch)."""
    from minzheng.kernel.models import PayBatch
    from minzheng.kernel.payruns import simulator

    batch = PayBatch.objects.get(no=no)
    habits = simulator.Habits(returned=0, unknown=0, results={closed: "03"} if closed else {})
    simulator.simulate(batch, path, seed=1, habits=habits)
    return path


def recomputed() -> dict[str, Any]:
    from minzheng.kernel.payruns.recomputing.cli import as_told
    from minzheng.kernel.payruns.recomputing.months import recompute_month

    return as_told(recompute_month(_month(), region_code="990101000000", item_code=ITEM))


def _month() -> Any:
    import datetime

    return datetime.date(2027, 3, 1)


def verified() -> tuple[bool, tuple[str, ...]]:
    from minzheng.kernel.ledger import proofs

    report = proofs.verify()
    return report.ok, tuple(report.errors)
