"""各项待遇共同的监测：死亡、领款人火化、服刑、账户户名。待遇自己的监测写在各自文件夹的 monitors.py。"""

from __future__ import annotations

from minzheng.datacenter.monitoring.declare import ALWAYS, BLUE, Entry, Fact, Finding, monitor

LAW = "《社会救助暂行办法》第十三条：家庭人口、收入、财产状况定期核查，及时调整"
#: How people speak of a day that no record gives.
UNKNOWN_DAY = "日期不详"


def day(fact: Fact) -> str:
    return fact.on.isoformat() if fact.on else UNKNOWN_DAY


@monitor(
    "common.death", "疑似死亡", BLUE, classes=("death", "cremation"), newcomers=ALWAYS, by_name=True, law=LAW,
    advice="1 个工作日内到户核实。两个来源（或公安死亡登记）印证、本人确认以后，登记死亡，下一批停发；只有姓名相同的记录，不能据此停发。",
)  # fmt: skip
def death(entry: Entry) -> Finding | None:
    """Every benefit: a death record or a cremation of somebody whom a benefit covers or is paid to."""
    newest = entry.news[-1]
    sure = [one for one in (*entry.before, *entry.news) if not one.in_doubt]
    how = f"已有 {len({one.source for one in sure})} 个来源" if sure else "姓名、号码没有都相符的，身份待核实"
    word = "火化登记" if newest.class_ == "cremation" else "死亡登记"
    return Finding(f"{day(newest)} 有{word}，{how}，待遇还在发。", (*entry.before, *entry.news))


@monitor(
    "common.cremation", "领款人已火化，家里还有人在领", BLUE, classes=("cremation",), newcomers=ALWAYS, payees=True,
    where="len(payee_of) > 0 AND housemates > 1", law=LAW,
    advice="1 个工作日内核实；确认后登记成员死亡，并为仍在领待遇的家庭更换领款人和账户。",
)  # fmt: skip
def cremation(entry: Entry) -> Finding | None:
    """The account may be used by nobody any more: the family still draws, on a dead person's card."""
    newest = entry.news[-1]
    rest = entry.person.housemates - 1
    return Finding(f"领款人 {day(newest)} 有火化登记，这户还有 {rest} 人，钱还发到这个人的账户。", entry.news)


@monitor(
    "common.custody", "服刑或强制隔离戒毒", BLUE, classes=("custody",), newcomers=ALWAYS, where="len(benefits) > 0", law=LAW,
    advice="核实判决和起止日期；服刑、强制隔离戒毒期间不计入保障人口，启动复核。",
)  # fmt: skip
def custody(entry: Entry) -> Finding | None:
    """Somebody counted in a benefit is in prison or in compulsory detoxification, and still is."""
    held = [one for one in entry.news if one.valid_to is None or one.valid_to >= entry.today]
    if not held:
        return None
    return Finding(f"{held[-1].title or '服刑或强制隔离戒毒'}，仍计入保障人口。", tuple(held))


@monitor(
    "common.fiscal_pay", "财政供养人员领取待遇", BLUE, classes=("fiscal_pay",), newcomers=ALWAYS, quiet_months=3,
    where="len(benefits) > 0", law=LAW,
    advice="核对是否在编、由财政发工资；家里有财政供养人员的，收入按规定计入，启动复核。",
)  # fmt: skip
def fiscal_pay(entry: Entry) -> Finding | None:
    """Somebody whom a benefit covers is on a public payroll."""
    newest = entry.news[-1]
    return Finding(f"{day(newest)} 财政工资库有记录（{newest.title or '财政供养'}），还在享受待遇。", entry.news)


@monitor(
    "common.card_holder", "发放账户不是这家人的", BLUE, where="holder <> '' AND len(payee_of) > 0", quiet_months=12,
    law="《惠民惠农财政补贴资金“一卡通”管理办法》：补贴发到本人或者家庭成员账户",
    advice="核对发放账户的户名；代领的要有委托或监护手续，没有的更换为本人或家庭成员账户。",
)  # fmt: skip
def card_holder(entry: Entry) -> Finding | None:
    """The account that is paid to belongs to nobody of the household."""
    name = entry.person.holder
    shown = name[:1] + "＊" * (len(name) - 1)
    return Finding(f"发放账户的户名是“{shown}”，不是这一户的任何人。")
