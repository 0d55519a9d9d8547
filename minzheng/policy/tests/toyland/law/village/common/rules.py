"""童话县共用的算法。"""

from minzheng.policy.rules import rule, 元, 元或无, 四舍五入到分, 平均, 整数, 是否, 未舍入元

SHARED = True


@rule("人", since="2001-01-01", law="童话县志 第一条")
def 在家(离乡) -> 是否:
    return not 离乡


@rule("人", since="2001-01-01", law="童话县志 第二条")
def 实得(工钱, 车钱, 欠账, 参数) -> 元:
    """工钱减车钱；没填车钱的按定额。"""
    车费 = 参数.车钱定额 if 车钱 is None else 车钱
    return max(工钱 - 车费, 0) + max(欠账, 0)


@rule("户", since="2001-01-01", law="童话县志 第三条", output=True)
def 人口(成员) -> 整数:
    return sum(1 for 人 in 成员 if 人.在家)


@rule("亲戚户", since="2001-01-01", law="童话县志 第四条")
def 接济(亲戚月入, 亲戚人口, 面包标准) -> 元:
    """亲戚家余钱，由全家平均。"""
    return 四舍五入到分(平均(max(亲戚月入 - 面包标准 * 亲戚人口, 0), 亲戚人口))


@rule("户", since="2001-01-01", law="童话县志 第五条", output=True)
def 户收入(成员, 亲戚) -> 元:
    return sum(人.实得 for 人 in 成员 if 人.在家) + sum(户.接济 for 户 in 亲戚)


@rule("户", since="2001-01-01", law="童话县志 第六条", output=True)
def 人均(户收入, 人口) -> 元或无:
    if 人口 == 0:
        return None
    return 四舍五入到分(平均(户收入, 人口))


@rule("户", since="2001-01-01", law="童话县志 第七条")
def 面包标准(住处, 参数) -> 未舍入元:
    return 参数.面包标准_山上 if 住处 == "山上" else 参数.面包标准_山下
