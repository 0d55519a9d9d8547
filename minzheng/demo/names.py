"""Invented names: common surnames in rough proportion, given names by decade. Any likeness is chance."""

from __future__ import annotations

from random import Random

_COMMON = (
    "王李张刘陈" * 7 + "杨赵黄周吴" * 4 + "徐孙胡朱高林何郭马罗" * 3 + "梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕" * 2
    + "苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)  # fmt: skip
_DOUBLE = ("欧阳", "上官", "司徒", "诸葛")

#: (born before, men, women): first characters, second characters.
_ERAS = (
    (1955, ("德福有长永金水玉宗明", "贵财生发才根林山海田"), ("桂秀玉素凤金兰翠月淑", "兰英珍芳梅花莲香娥云")),
    (1972, ("建志国卫新红永学文庆", "国军民华强平明东林生"), ("桂秀丽红春小玉美爱淑", "芳英华兰梅霞琴玲萍珍")),
    (1988, ("志建海伟晓俊永文国春", "强勇军刚明辉波涛峰斌"), ("秀丽晓红海春小玉文雪", "梅娟燕霞丽艳敏静芬萍")),
    (2003, ("俊晓浩家子文宇志天泽", "杰鹏飞超龙宇轩阳凯磊"), ("晓雨佳思梦欣静雪诗子", "婷颖琪怡倩雯洁慧萱瑶")),
    (9999, ("子浩宇一梓俊奕沐铭睿", "轩宇涵泽辰睿豪然博阳"), ("子梓一雨欣诗语可佳沐", "涵萱怡琪彤瑶妍宁桐汐")),
)


def surname(rng: Random) -> str:
    roll = rng.random()
    if roll < 0.004:
        return _DOUBLE[int(roll / 0.001)]
    return _COMMON[int(rng.random() * len(_COMMON))]


def given(rng: Random, sex: str, born: int) -> str:
    """One or two characters in the fashion of the year; `sex` "1" or "2"."""
    men, women = next((men, women) for before, men, women in _ERAS if born < before)
    first, second = men if sex == "1" else women
    last = second[int(rng.random() * len(second))]
    if rng.random() < 0.12:
        return last
    return first[int(rng.random() * len(first))] + last
