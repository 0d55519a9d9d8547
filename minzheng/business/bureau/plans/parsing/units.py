"""Units: a lexicon of measure words, money, sizes, times and rates, and what each is in its basic form.

The lexicon is open: a measure word that it does not know is still read where it stands between a number and the end
of a clause (``300箱，``).
"""

from __future__ import annotations

import re
from decimal import Decimal

from minzheng.business.bureau.plans.parsing.numerals import multiplier

#: Measure words that by themselves count real things; a Chinese numeral before them is a quantity.
STRONG = (
    "人次 轮次 户次 场次 件次 车次 台次 台套 人天 批次 例次 家次 头次 课时 学时 名 人 户 张 所 家 座 处 场 期 次 款 套 辆 台 册 间 对 例 起"
    " 件 篇 份 栋 幢 亩 位 只 棵 株 箱 袋 吨 公斤 千克 块 场馆 班次 趟 艘 架 部 枚 副 床 扇 盏 具 盒 桶 瓶 包 匹 头 口 盆 节 堂 班 孔"
).split()
#: Measure words that slogans use as well (两个维护, 三项机制): a Chinese numeral needs more evidence.
WEAK = "个 项 条 类 大类 种 支 批 门 组 队 面 本 幅 根 轮 层 片 宗 道 单 股 子类 小类".split()
MONEY = "元 角".split()
SIZES = "平方公里 平方米 平米 ㎡ m² 立方米 公里 千米 海里 米 公顷 升 千瓦时 千瓦 兆瓦".split()
TIMES = "个工作日 工作日 个自然日 自然日 小时 分钟 秒 天 日 个月 周 学分".split()
RATES = "个百分点 百分点 % ‰ 倍 成 番 分".split()
AGES = "周岁 岁".split()
#: What stands behind a number and never counts: names of grades, years, editions, document numbers.
NEVER = (
    "年 级 版 届 号 岗 周年 G g A 后 部门 楼 路 院 集 折 环 线 星 时 点 月 旬 世纪 代 层次 步 方 位一体 维 者".split()
)

COUNTS = frozenset((*STRONG, *WEAK))
#: Units that describe a size or an age when the words 的 + noun follow (面积1000平方米以上的社区).
CLASSES = frozenset((*SIZES, *AGES, *MONEY, *TIMES))

_ALL = sorted({*STRONG, *WEAK, *MONEY, *SIZES, *TIMES, *RATES, *AGES}, key=lambda unit: (-len(unit), unit))
UNIT = "(?:" + "|".join(re.escape(unit) for unit in _ALL) + ")"
#: ``/人/月``, ``/人·月``, ``每人每月``, ``每年`` behind the unit.
PER = r"(?:(?:[/·.]\(?(?:人次|人|户|月|年|天|日|次|床位|床|张|具|例|份|个|名|位|小时|平方米|亩|学期|季度|季|周)\)?)+|(?:每(?:人|户|月|年|天|日|次|床|位))+)"

_BASIC = {"平米": "平方米", "㎡": "平方米", "m²": "平方米", "千米": "公里", "百分点": "个百分点", "工作日": "个工作日"}


def normalise(value: Decimal, scale: str, unit: str) -> tuple[Decimal, str]:
    """Value and unit without 万, 亿, 成, ‰ (1.9, 万, 人次 → 19000, 人次); 成 and ‰ become %."""
    scaled = value * multiplier(scale)
    if unit == "成":
        return scaled * 10, "%"
    if unit == "‰":
        return scaled / 10, "%"
    if unit == "番":
        return Decimal(2) ** int(scaled), "倍"
    head, slash, rest = unit.partition("/")
    per = re.sub(r"每", "/", rest.replace("·", "/").replace(".", "/").strip("()")) if slash else rest
    return scaled, _BASIC.get(head, head) + slash + per
