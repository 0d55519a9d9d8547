"""What the staff of the demo county saw when they went to look, by monitor: who was met, what was found, and the judgement that
follows from it. Of each monitor the first alerts take these in turn."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seen:
    """One visit. `met`: self, kin, neighbour; `code`, `verdict`: see monitoring/feedback.py; `told`: what the code asks for;
    `right`: the papers say that it is the person of the record."""

    findings: str
    code: str = "F08"
    verdict: str = "true"
    met: str = "self"
    way: str = "home"
    told: dict[str, str] = field(default_factory=dict)
    right: bool = True


def _wrong(findings: str, what: str, **more: str) -> Seen:
    return Seen(findings, "F12", "false", told={"wrong": what}, **more)  # type: ignore[arg-type]


def _refer(findings: str, to: str, **more: str) -> Seen:
    return Seen(findings, "F06", told={"refer_to": to}, **more)  # type: ignore[arg-type]


def _out(findings: str, reason: str, verdict: str = "true") -> Seen:
    return Seen(findings, "F09", verdict, told={"reason": reason})


SEEN: dict[str, tuple[Seen, ...]] = {
    "assistance.vehicle": (
        _wrong("车去年就卖给邻村了，没有过户，看了买卖协议和收款记录。", "公安·机动车登记：车辆已经转让，登记没有更新。"),
        Seen("车停在院里，是儿子打工攒钱买的二手车，用来接送病人。", "F13"),
        Seen("残疾人代步用的，车价没有超过规定。"),
    ),
    "assistance.company": (
        Seen("在村口开了个小卖部，每月净挣不到三百元，看了进货单。"),
        _wrong("身份证借给亲戚注册的，没有参与经营，已一起去市场监管所登记异议。", "市场监管·市场主体：冒用身份登记，本人没有经营。"),
    ),
    "assistance.wage_start": (
        Seen("在物业做保洁，刚满一个月，工资条是 3600 元，按规定有就业渐退期。", "F13"),
        _wrong("没有上过班，单位报税时填错了号码，单位出了证明。", "税务·个人所得税：扣缴单位填错证件号码。", way="phone"),
        Seen("孩子暑期打工的工资，只有一个月。", met="kin"),
    ),
    "assistance.medical": (
        _refer("住院刚出院，医保报过以后自己还要出一大笔，家里借了钱。", "medical"),
        Seen("费用已经由大病保险补报，家里能承受。", met="kin", way="phone"),
        _refer("还在住院，家属在陪护，后面还要两次化疗。", "medical", met="kin"),
        Seen("腿摔了做手术，花光了积蓄，当场申请临时救助。", "F05"),
    ),
    "assistance.unemployed": (
        _refer("厂子关了，一家四口只靠他挣钱，愿意去公益性岗位。", "work"),
        Seen("已经在县城找到新活，下月开工资。", way="phone"),
    ),
    "disability.certificate": (
        Seen("新评的肢体一级，低保已在享受，两项补贴的申请表当场填了。"),
        _out("证是真的，已经在领残疾人两项补贴。", "两项补贴上月已经确认，不用再办。"),
    ),
    "children.parents": (
        Seen("父亲服刑，母亲在外地打工每月寄钱，孩子跟奶奶过，吃穿上学都正常。", met="kin"),
        _refer("父母都不在，孩子由伯父照看，校服费欠着。", "school", met="kin"),
    ),
    "common.custody": (
        Seen("家属承认在押，判决书看过了，暂时由妻子领。", met="kin"),
        Seen("敲门没有人，邻居说一家去县城了，过几天再来。", "F11", "later", met="neighbour"),
    ),
    "common.death": (
        Seen("老人好好的，当面看了身份证，火化的是同名的邻村人。", "F12", "false", told={"wrong": "民政·遗体火化：没有号码，同名不同人。"}),
        Seen("家属说上周走的，火化证明看过了，等派出所销户口。", met="kin", way="phone"),
    ),
    "common.cremation": (
        Seen("卡还在老人名下，家属答应换成老伴的卡，材料已经交窗口。", met="kin"),
    ),
    "assistance.dibao.stopped": (
        Seen("儿子有了固定工作，生活没有受影响，不用再申请。"),
    ),
    "assistance.temporary.rescued": (
        _refer("走失的是精神障碍患者，已经接回家，联系了精神卫生中心随访。", "medical", met="kin"),
    ),
}  # fmt: skip
#: Where nothing of its own is told: leads from people, and monitors that found few.
ANY = (
    Seen("情况属实，家里确实困难，当场告知可以申请什么、带什么材料。", "F05"),
    Seen("去看过了，子女已经接走照顾，生活有着落。", met="neighbour"),
    _out("家里有两处房屋出租，生活不困难。", "家庭收入和财产超过标准。", "false"),
    Seen("白天没有人在家，邻居说晚上才回来。", "F11", "later", met="neighbour"),
)


def seen(monitor: str, place: int) -> Seen:
    """What the visit to the alert at this place of its monitor found."""
    told = SEEN.get(monitor, ANY)
    return told[place % len(told)]
