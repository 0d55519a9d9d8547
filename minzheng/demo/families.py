"""Four named families: those of the documents, tests and pictures.

Their ID numbers have the unassigned area code 990101, their phones the 154 range no carrier uses. The figures fit the demo
county's standards from July 2026 (730 yuan a head and month in the country, 880 in town; 20% more for a severe disability, 10%
for a minor, the higher of the two alone); in another year the amounts follow the standards.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from minzheng.demo.people import Home, Member, Numbers
from minzheng.demo.places import AREA, village
from minzheng.kernel.subjects.idcard import make

YUAN = 100


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def _member(numbers: Numbers, name: str, relation: str, birth: str, sequence: int, **facts: Any) -> Member:
    day = _day(birth)
    return Member(
        numbers.next_person(), name, "1" if sequence % 2 else "2", day, make(AREA, day, sequence), relation, **facts
    )


def _home(numbers: Numbers, story: str, town: str, name: str, members: list[Member], **facts: Any) -> Home:
    place = village(town, name)
    number = numbers.next_household()
    home = Home(
        number, place, bool(place.urban), f"{place.full_name}{facts.pop('door')}", members, _day("2015-01-01"),
        story=story, poor=True, **facts,
    )  # fmt: skip
    home.account_no, home.account_bank = numbers.account(), "示范县农村商业银行"
    return home


def zhou_guilan(numbers: Numbers) -> Home:
    """周桂兰家：三代四口，在手机上申请低保（故事一）。

    周桂兰，68 岁，住青石镇石桥村，丈夫去世；每月养老金 213 元，其中中央基础养老金 143 元不计入；种几分地，每月 200 元。
    儿子赵志强打零工，每月 1500 元，按标准的 30% 扣就业成本 219 元。儿媳孙秀梅肢体二级残疾，没有劳动能力。孙女赵小满上小学。
    存款 8600 元，一套住房，没有车。

    家庭月收入 = 70 + 200 + (1500 − 219) = 1551 元；补差 = 730 × 4 − 1551 = 1369 元；
    分类施保 = 孙秀梅 730 × 20% + 赵小满 730 × 10% = 146 + 73 = 219 元；每月共 1588 元。各部门数据与申报一致。
    """
    members = [
        _member(
            numbers, "周桂兰", "户主", "1958-03-14", 902, phone="15401010001",
            transfer=213 * YUAN, not_counted=143 * YUAN, business=200 * YUAN,
        ),
        _member(numbers, "赵志强", "子女", "1984-06-02", 901, phone="15401010011", wage=1500 * YUAN),
        _member(
            numbers, "孙秀梅", "儿媳女婿", "1986-09-21", 902, phone="15401010012",
            disability_kind="肢体", disability_level=2, no_labour=True,
        ),
        _member(numbers, "赵小满", "孙子女", "2014-05-30", 902, student="below"),
    ]  # fmt: skip
    return _home(numbers, "zhou", "青石镇", "石桥村", members, door="3组12号", deposits=8600 * YUAN)


def wu_jianguo(numbers: Numbers) -> Home:
    """吴建国家：申报没有车，车管所登记有一辆（故事二）。

    吴建国 46 岁，住柳溪镇桃园村，在砖厂做工，每月 1600 元；妻子李红霞种地，每月 500 元；儿子吴晓峰上高中。存款 21000 元。
    家庭月收入 = (1600 − 219) + 500 = 1881 元，低于 730 × 3 = 2190 元；但核对出 2019 年登记的小型面包车一辆，
    低保的车辆限额是 0 辆，所以不予确认（R02）。低保边缘允许一辆车、收入线 3285 元，因此可以提议认定低保边缘。
    """
    members = [
        _member(numbers, "吴建国", "户主", "1980-04-18", 903, phone="15401010002", wage=1600 * YUAN),
        _member(numbers, "李红霞", "配偶", "1982-11-05", 904, phone="15401010021", business=500 * YUAN),
        _member(numbers, "吴晓峰", "子女", "2009-08-12", 901, student="below"),
    ]
    return _home(
        numbers, "wu", "柳溪镇", "桃园村", members, door="5组7号", deposits=21_000 * YUAN, hidden_vehicles=1
    )  # fmt: skip


def zheng_qiusheng(numbers: Numbers) -> Home:
    """郑秋生：低保边缘家庭里的重度残疾人，单独申请低保（单人户）。

    郑家住文昌街道学府社区，父亲郑有福退休金 1800 元、母亲刘玉珍 1300 元，全家 3100 元：不低于低保线 880 × 3 = 2640 元，
    低于低保边缘线 3960 元，已认定为低保边缘家庭。儿子郑秋生 34 岁，精神二级残疾，没有收入。
    按《最低生活保障审核确认办法》第八条单独申请：880 × 60% = 528 元，加发重残 176 元，每月共 704 元。
    """
    members = [
        _member(numbers, "郑有福", "户主", "1963-02-08", 905, phone="15401010031", transfer=1800 * YUAN),
        _member(numbers, "刘玉珍", "配偶", "1965-07-19", 906, phone="15401010032", transfer=1300 * YUAN),
        _member(
            numbers, "郑秋生", "子女", "1992-10-03", 907, phone="15401010003",
            disability_kind="精神", disability_level=2, no_labour=True, single_claim=True,
        ),
    ]  # fmt: skip
    return _home(numbers, "zheng", "文昌街道", "学府社区", members, door="12栋2单元301", deposits=30_000 * YUAN)


def he_dashan(numbers: Numbers) -> Home:
    """何大山家：一子服刑不计入，一女读大学计入，家里正在渐退。

    何大山 57 岁，住云岭乡田心村；妻子田桂芳三级肢体残疾；长子何勇在监狱服刑（不计入共同生活家庭成员）；女儿何静在外地读本科（计入）。
    2025 年起享受低保，那时只有种地收入 600 元，每月 730 × 3 − 600 = 1590 元。2026 年 9 月何大山在茶厂上班，每月 2800 元（扣就业成本 219 元）：
    家庭月收入 2581 元，高于低保线 2190 元、低于两倍 4380 元，本人同意按渐退办理，6 个月内按原额发放。
    """
    members = [
        _member(numbers, "何大山", "户主", "1969-05-25", 901, phone="15401010004", wage=2800 * YUAN),
        _member(numbers, "田桂芳", "配偶", "1970-12-11", 902, disability_kind="肢体", disability_level=3),
        _member(numbers, "何勇", "子女", "1993-03-07", 901, situation="prison"),
        _member(numbers, "何静", "子女", "2005-09-16", 902, phone="15401010041", student="below"),
    ]
    return _home(numbers, "he", "云岭乡", "田心村", members, door="2组3号", deposits=6_000 * YUAN)


def qin_suzhen(numbers: Numbers) -> Home:
    """秦素珍：满 80 周岁、还没有申请高龄津贴的老人，女儿方丽华替她办。

    秦素珍 81 岁，住柳溪镇桃园村，和女儿一家住；每月养老金 213 元。女儿方丽华 52 岁，在镇上超市上班，每月 3200 元。
    不是低保家庭；高龄津贴不看收入，示范县 80 至 89 岁每月 30 元。
    """
    members = [
        _member(
            numbers, "方丽华", "户主", "1974-05-09", 908, phone="15401010051", wage=3200 * YUAN,
        ),
        _member(
            numbers, "秦素珍", "父母", "1945-06-18", 908, phone="15401010005", transfer=213 * YUAN, not_counted=143 * YUAN,
        ),
    ]  # fmt: skip
    return _home(numbers, "qin", "柳溪镇", "桃园村", members, door="2组9号", deposits=42_000 * YUAN)


def luo_zhiming(numbers: Numbers) -> Home:
    """罗志明：有残疾人证、还没有申请两项补贴。

    罗志明 46 岁，住青石镇石桥村，肢体二级残疾，要人照护；妻子唐小玉在县城做工，每月 3600 元。不是低保家庭，
    没有生活补贴；重度残疾人护理补贴不看收入，二级每月 140 元。
    """
    members = [
        _member(
            numbers, "罗志明", "户主", "1980-09-12", 909, phone="15401010006",
            disability_kind="肢体", disability_level=2, no_labour=True, needs_care=True,
        ),
        _member(numbers, "唐小玉", "配偶", "1982-03-25", 908, phone="15401010061", wage=3600 * YUAN),
    ]  # fmt: skip
    return _home(numbers, "luo", "青石镇", "石桥村", members, door="1组4号", deposits=26_000 * YUAN)


#: In this order they open the files: P0000001 is 周桂兰.
NAMED: tuple[Callable[[Numbers], Home], ...] = (zhou_guilan, wu_jianguo, zheng_qiusheng, he_dashan)


#: These close the files, so that nobody else's number depends on them; a county too small for ordinary families has none.
LATE: tuple[Callable[[Numbers], Home], ...] = (qin_suzhen, luo_zhiming)


def late_families(numbers: Numbers) -> list[Home]:
    return [make_one(numbers) for make_one in LATE]


def named_families(numbers: Numbers) -> list[Home]:
    return [make_one(numbers) for make_one in NAMED]
