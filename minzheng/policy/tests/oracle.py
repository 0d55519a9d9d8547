"""The contract's results worked out a second time, naively and in fractions, from the reference text and not from the
rules: for 河口区 370503 in September 2021 and the demo county 990101 in September 2026, from the contract's input words
alone (every other word at its default).
"""

import datetime
import math
from fractions import Fraction

HALF = Fraction(1, 2)
NO = Fraction(0)


def _fen(amount):
    """Half up to the fen, as 元."""
    return Fraction(math.floor(amount * 100 + HALF), 100)


PLACES = {
    "370503": {
        "on": datetime.date(2021, 9, 1), "城市": 869, "农村": 667, "就业比例": NO, "最低": 0, "施保": (60, 0, 0, 0, 0),
        "边缘月数": 24, "边缘车": 0, "特困": {"城市": 1217, "农村": 934}, "照料": (2522, 4202, 8404), "孤儿": (1582, None),
        "困境": None, "残生活": (220, 165, 125, 125), "残护理": (138, 132), "护理三级": 0, "含边缘": False, "渐退可领": True,
        "高龄": None, "居家": {"能力完好": 200, "轻度失能": 200, "中度失能": 260, "重度失能": 320, "完全失能": 320}, "限定": False,
    },
    "990101": {
        "on": datetime.date(2026, 9, 1), "城市": 880, "农村": 730, "就业比例": Fraction(3, 10), "最低": 20,
        "施保": (70, 10, 10, 20, 30), "边缘月数": 36, "边缘车": 1, "特困": {"城市": 1232, "农村": 1022},
        "照料": (3700, 6150, 12300), "孤儿": (1750, 2250), "困境": (600, 1310), "残生活": (240, 180, 135, 135),
        "残护理": (150, 140), "护理三级": 100, "含边缘": True, "渐退可领": True, "高龄": ((80, 30), (90, 60), (100, 300)),
        "居家": {"能力完好": 200, "轻度失能": 200, "中度失能": 280, "重度失能": 360, "完全失能": 360}, "限定": True,
    },
}  # fmt: skip


def _age(born, on):
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _months(born, on):
    """Whole months from the month of birth to the month of the day."""
    return (on.year - born.year) * 12 + on.month - born.month


class Person:
    """One member's facts and what follows from them alone."""

    def __init__(self, said, place, standard):
        on = self.on = place["on"]
        self.said = said
        child = said.get("孤儿") or said.get("事实无人抚养")
        self.born = said.get("出生日期") or (datetime.date(on.year - 10, 1, 1) if child else datetime.date(1980, 1, 1))
        self.age, self.months = _age(self.born, on), _months(self.born, on)
        died = said.get("死亡日期")
        self.alive = died is None or died >= on.replace(day=1)
        self.local = said.get("户籍在本地", True)
        self.grade, self.kind = said.get("残疾等级", 0), said.get("残疾类别", "无")
        self.young = self.months <= 18 * 12 or said.get("在校", False)
        self.orphan = said.get("孤儿", False) and self.young
        self.unattended = said.get("事实无人抚养", False) and self.young
        self.income = self._income(place, standard)

    def money(self, word):
        return Fraction(str(self.said.get(word, 0)))

    def _income(self, place, standard):
        wage = self.money("工资性收入")
        cost = self.money("就业成本") if "就业成本" in self.said else standard * place["就业比例"]
        transfers = max(self.money("转移净收入") - self.money("不计入收入"), NO)
        return wage - min(cost, wage) + max(self.money("经营净收入"), NO) + self.money("财产净收入") + transfers

    def unable(self):
        """无劳动能力 of the 特困 rules of 2021."""
        listed = {"智力": 3, "精神": 3, "肢体": 2, "视力": 1}
        disabled = 1 <= self.grade <= listed.get(self.kind, 0)
        return self.age >= 60 or self.age < 16 or self.said.get("无劳动能力", False) or disabled


def outcome(region, family):
    """(household, members) of the contract's output words, money as Fraction 元."""
    place = PLACES[region]
    said = family["家庭"]
    standard = Fraction(place[said.get("城乡", "城市")])
    people = [Person(one, place, standard) for one in family["成员"]]
    counted = [p for p in people if p.alive]
    assets = Fraction(str(said.get("金融资产", 0)))
    cars, houses = said.get("机动车辆", 0), said.get("房屋套数", 1)
    poor = assets <= standard * 24 * len(counted) and cars == 0 and houses <= 1
    for p in people:
        excluded = not p.alive or not p.local or p.orphan or p.unattended
        p.destitute = not excluded and p.unable() and p.said.get("无赡养能力人", False) and p.income < standard and poor
    members = [p for p in counted if not p.destitute and not p.orphan]
    number = len(members)
    home = _home(place, said, standard, counted, number, max(sum((p.income for p in members), NO), NO))
    listed = [_person(place, said, standard, p, p in members, home) for p in people]
    cash = ("特困基本生活金", "特困照料护理费", "分类施保金", "困难残疾人生活补贴", "重度残疾人护理补贴", "孤儿基本生活费",
            "事实无人抚养补贴", "高龄津贴", "价格临时补贴", "困境儿童基本生活费", "养老服务补贴")  # fmt: skip
    for one in listed:
        one["个人月待遇合计"] = sum((one[w] or NO for w in cash), NO)
    home["家庭月待遇合计"] = home["低保金"] + home.pop("渐退金") + sum(one["个人月待遇合计"] for one in listed)
    return home, listed


def _home(place, said, standard, counted, number, income):
    assets = Fraction(str(said.get("金融资产", 0)))
    cars, houses = said.get("机动车辆", 0), said.get("房屋套数", 1)
    line = standard * number
    local = not counted or any(p.local for p in counted)
    fits = assets <= line * 24 and cars == 0 and houses <= 1
    low = income < line
    entitled = bool(counted) and number > 0 and low and fits and local
    fading = (
        said.get("在保", False) and number > 0 and not low and fits and local
        and income < line * 2 and said.get("超标月数", 0) <= 6
    )  # fmt: skip
    edge = (
        not entitled and number > 0 and local and income < line * Fraction(3, 2)
        and assets <= line * place["边缘月数"] and cars <= place["边缘车"] and houses <= 1
    )  # fmt: skip
    return {
        "保障人口": number,
        "家庭月收入": _fen(income),
        "人均月收入": _fen(income / number) if number else None,
        "低保资格": entitled,
        "低保金": max(_fen(line - income), Fraction(place["最低"])) if entitled else NO,
        "渐退资格": bool(fading),
        "低保边缘资格": bool(edge),
        "渐退金": Fraction(str(said.get("原月保障金", 0))) if fading else NO,
    }


def _person(place, said, standard, p, member, home):
    severe = p.grade in (1, 2)
    on_low = member and home["低保资格"]
    on_edge = member and home["低保边缘资格"]
    old, *rates = place["施保"]
    applies = [p.age >= old, p.age < 18, severe, p.said.get("重病", False)]
    share = max([rate for rate, yes in zip(rates, applies, strict=True) if yes], default=0)
    month = place["on"].month
    assert month < 12  # December pays the rest of a yearly amount
    failed = p.said.get("自理不能项数", 0)
    care = place["照料"][2 if failed >= 4 else 1 if failed >= 1 else 0]
    together, apart = place["孤儿"][1], place["孤儿"][0]
    orphan = p.orphan and p.local and p.alive
    found = {
        "特困资格": p.destitute,
        "特困基本生活金": Fraction(place["特困"][said.get("城乡", "城市")]) if p.destitute else NO,
        "特困照料护理费": _fen(Fraction(care, 12)) if p.destitute else NO,
        "分类施保金": _fen(standard * share / 100) if on_low else NO,
        "孤儿基本生活费": Fraction(together if p.said.get("集中养育") and together else apart) if orphan else NO,
        "价格临时补贴": NO if place["高龄"] else None,
        "困境儿童基本生活费": NO, "养老服务补贴": NO,
    }  # fmt: skip
    found |= _disabled(place, p, on_low, on_edge, member and home["渐退资格"])
    found |= _old(place, p, on_low or on_edge or p.destitute)
    found["事实无人抚养补贴"] = _unattended(place, p, found, member, home)
    poor = on_low or on_edge or p.destitute
    if place["困境"]:
        found["困境儿童基本生活费"] = difficult(place, p, found, poor, member, home)
    if place["高龄"]:
        elder, nursing = care_subsidy(p, poor), found["重度残疾人护理补贴"]
        # two benefits of one kind: the higher one alone
        found["重度残疾人护理补贴"] = nursing if nursing > elder else NO
        found["养老服务补贴"] = elder if not nursing or elder >= nursing else NO
    return found


def _disabled(place, p, on_low, on_edge, fading):
    able = p.alive and p.local and not p.destitute
    needy = on_low or (on_edge and place["含边缘"]) or (fading and place["渐退可领"])
    living = Fraction(place["残生活"][p.grade - 1]) if p.grade and able and needy and not p.orphan else NO
    care = NO
    if able and p.grade in (1, 2):
        care = Fraction(place["残护理"][p.grade - 1])
    elif able and p.grade == 3 and p.kind in ("智力", "精神"):
        care = Fraction(place["护理三级"])
    return {"困难残疾人生活补贴": living, "重度残疾人护理补贴": care}


def _old(place, p, poor):
    years, level = p.months // 12, p.said.get("能力等级", "能力完好")
    here = p.alive and p.local
    allowance = None
    if place["高龄"]:
        allowance = max([Fraction(n) for age, n in place["高龄"] if years >= age], default=NO) if here else NO
    quota = p.age >= 60 and here and (not place["限定"] or poor or p.age >= 80)
    return {"高龄津贴": allowance, "居家养老服务额度": Fraction(place["居家"][level]) if quota else NO}


def _topped(standard, own, member, home):
    """A child's standard less what it already has: its own subsidy and its part of the family's 低保金."""
    number, family = home["保障人口"], home["低保金"] + home["渐退金"]
    if not member or number == 0:
        return max(standard - own, NO)
    return _fen(max((standard - own) * number - family, NO) / number)


def _unattended(place, p, found, member, home):
    child = p.unattended and not p.orphan and p.alive and p.local
    return _topped(Fraction(place["孤儿"][0]), found["困难残疾人生活补贴"], member, home) if child else NO


def difficult(place, p, found, poor, member, home):
    """困境儿童基本生活费 where the place pays both classes."""
    ill = p.grade in (1, 2) or (p.grade in (3, 4) and p.kind in ("智力", "精神")) or p.said.get("重病", False)
    kinds = int(poor) + int(ill)
    child = p.months <= 18 * 12 and kinds and p.alive and p.local
    if not child or p.orphan or p.unattended or p.destitute:
        return NO
    return _topped(Fraction(place["困境"][kinds > 1]), found["困难残疾人生活补贴"], member, home)


def care_subsidy(p, poor):
    """养老服务补贴 of the demo county: by ability, or by age where that is more."""
    level = {"中度失能": 150, "重度失能": 200, "完全失能": 260}.get(p.said.get("能力等级", "能力完好"), 0)
    amount = max(level, 100 if p.age >= 80 else 0)
    return Fraction(amount) if p.age >= 60 and p.alive and p.local and poor else NO


#: Words that the place does not pay, or pays by a rule of which the reference text says nothing.
NOT_THERE = ("价格临时补贴", "困境儿童基本生活费", "养老服务补贴")
