"""灯油补助：只有县里定了灯油价的地方才有。"""

from minzheng.policy.rules import rule, 元, 周岁, 四舍五入到分, 整数, 比例


@rule("人", since="2001-01-01", law="灯油法")
def 岁数(出生日期, 核算日) -> 整数:
    return 周岁(出生日期, 核算日)


@rule("人", since="2001-01-01", law="灯油法")
def 灯油折扣(手艺, 等级, 参数) -> 比例:
    if 手艺 == "木匠" and 等级 in (1, 2):
        return 参数.木匠折扣
    return 0


@rule("人", since="2001-01-01", law="灯油法", monthly=True)
def 灯油钱(在家, 岁数, 面包资格, 灯油折扣, 参数) -> 元:
    """老人、且全家拿面包补助的，按灯油价减去折扣。"""
    if not 在家 or not 面包资格 or 岁数 < 参数.老人岁数:
        return 0
    return 四舍五入到分(参数.灯油价 - 参数.灯油价 * 灯油折扣)
