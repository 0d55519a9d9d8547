"""What the characters of a name are: one spelling for traditional and variant forms, and how each is read.

The tables cover every code point, so that whole columns are looked up at once; `fold` is the same for one character.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files

import numpy as np

from minzheng.datacenter.linkage.text import DROP

SIZE = 0x110000
#: A character that says "there was one": masks of exports, the boxes of characters a system could not write.
MASK = "*"
_MASKS = "*＊×✕╳●○◯□■〓?？�某"
_GONE = "·•‧．・.,，、'’`´-‐‑–—_‿ʹ"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
#: Characters that older GB 18030 fonts kept in the private use area, where the standard now has a code point.
_PRIVATE = {"\ue863": "䶮", "\ue855": "䴙", "\ue81a": "㥮", "\ue818": "㑳", "\ue831": "䁖"}
#: Where one character of the table can be something else than itself (outside the variants and private use).
_RANGES = ((0, 0x3400), (0xF900, 0xFB00), (0xFE30, 0xFE70), (0xFEFF, 0xFFF0), (0x2F800, 0x2FA20))

#: 姓氏 whose reading is not the character's usual one. "legal" readings of 《现代汉语词典》 and the public registers.
SURNAME_READINGS = {
    "单": "shan", "仇": "qiu", "区": "ou", "曾": "zeng", "解": "xie", "查": "zha", "任": "ren", "华": "hua",
    "朴": "piao", "盖": "ge", "缪": "miao", "翟": "zhai", "覃": "qin", "乐": "yue", "宓": "mi", "洗": "xian",
    "冼": "xian", "召": "shao", "种": "chong", "繁": "po", "秘": "bi", "逄": "pang", "员": "yun", "贠": "yun",
    "郇": "xun", "折": "she", "黑": "he", "祭": "zhai", "谌": "chen", "郗": "xi", "隗": "wei", "牟": "mu",
    "燕": "yan", "车": "che", "石": "shi", "柏": "bai", "尉": "wei", "宁": "ning", "纪": "ji", "葛": "ge",
    "盛": "sheng", "沈": "shen", "教": "jiao", "令": "ling", "长": "zhang", "重": "chong", "哈": "ha", "那": "na",
    "钻": "zuan", "度": "du", "相": "xiang", "过": "guo", "应": "ying", "於": "yu", "璩": "qu", "佴": "nai",
    "乜": "nie", "阚": "kan", "訾": "zi", "逯": "lu", "笪": "da", "郏": "jia", "阙": "que", "褚": "chu",
    "麴": "qu", "禚": "zhuo", "殳": "shu", "俞": "yu", "晟": "cheng", "撒": "sa", "藏": "zang", "参": "can",
    "色": "se", "角": "jue", "夏": "xia", "行": "xing", "卜": "bu", "臧": "zang", "不": "fou", "合": "ge",
}  # fmt: skip
#: 复姓, with their readings where one is not the usual one of its characters.
COMPOUND_SURNAMES = frozenset(
    "欧阳 司马 上官 诸葛 尉迟 万俟 长孙 澹台 令狐 夏侯 东方 皇甫 公孙 慕容 司徒 司空 赫连 宇文 闻人 濮阳 淳于 单于 太叔 申屠 "
    "轩辕 钟离 呼延 端木 拓跋 独孤 南宫 西门 东郭 百里 左丘 梁丘 公羊 公冶 宗政 鲜于 闾丘 亓官 司寇 仉督 子车 颛孙 巫马 公西 "
    "漆雕 乐正 壤驷 公良 夹谷 宰父 谷梁 羊舌 微生 第五 纳兰 完颜 叶赫 那拉 爱新 钮祜 耶律 贺兰 贺若 达奚 斛律 哥舒 库狄 南门 "
    "东门 段干 即墨 梁邱 左邱".split()
)
COMPOUND_READINGS = {
    "尉迟": ("yu", "chi"), "万俟": ("mo", "qi"), "长孙": ("zhang", "sun"), "澹台": ("tan", "tai"),
    "单于": ("chan", "yu"), "乐正": ("yue", "zheng"), "子车": ("zi", "ju"), "夹谷": ("jia", "gu"),
    "宰父": ("zai", "fu"), "亓官": ("qi", "guan"), "叶赫": ("ye", "he"), "那拉": ("na", "la"),
    "宿於": ("su", "yu"), "呼延": ("hu", "yan"),
}  # fmt: skip


@cache
def variants() -> dict[str, str]:
    """Traditional and variant forms → the current form (variants.txt)."""
    text = (files(__package__) / "variants.txt").read_text(encoding="utf-8")
    groups = (group for line in text.splitlines() if not line.startswith("#") for group in line.split())
    return {form: group[0] for group in groups for form in group[1:]}


def fold(character: str) -> str:
    """The spelling of one character for comparing: width, case, variant form; "" for blanks, dots and dashes; "*" for
    masks and for characters that were lost (private use, replacement boxes)."""
    if character in _PRIVATE:
        return _PRIVATE[character]
    if character in _MASKS or "\ue000" <= character <= "\uf8ff":
        return MASK
    if character in _GONE or character in _INVISIBLE or character.isspace() or unicodedata.category(character) == "Cc":
        return ""
    plain = unicodedata.normalize("NFKC", character)
    plain = plain if len(plain) == 1 else character
    upper = plain.upper()
    plain = upper if len(upper) == 1 else plain
    if plain in _GONE or plain.isspace():
        return ""
    return variants().get(plain, plain)


@cache
def fold_table() -> np.ndarray:
    """`fold` for every code point (uint32; DROP where it is "")."""
    table = np.arange(SIZE, dtype=np.uint32)
    table[0xE000:0xF900] = ord(MASK)
    places = [code for low, high in _RANGES for code in range(low, high)]
    places += [ord(form) for form in (*variants(), *_PRIVATE, *_MASKS)]
    for code in places:
        folded = fold(chr(code))
        table[code] = ord(folded) if folded else DROP
    return table


@cache
def readings() -> dict[int, str]:
    """Code point → its usual syllable in plain letters (ü written v), for the characters pinyin knows."""
    from pypinyin.constants import PINYIN_DICT  # loads 40,000 readings: only when names are compared

    umlaut = str.maketrans("üǖǘǚǜ", "vvvvv")
    return {code: _plain(text.partition(",")[0].translate(umlaut)) for code, text in PINYIN_DICT.items()}


def _plain(syllable: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", syllable) if "a" <= c <= "z")


@cache
def syllables() -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """All syllables; for every code point the number of its syllable (−1 without one): anywhere, and as a surname."""
    known = readings()
    names = tuple(
        sorted({*known.values(), *SURNAME_READINGS.values(), *(s for p in COMPOUND_READINGS.values() for s in p)})
    )
    number = {name: index for index, name in enumerate(names)}
    table = np.full(SIZE, -1, dtype=np.int32)
    table[list(known)] = [number[name] for name in known.values()]
    first = table.copy()
    for character, name in SURNAME_READINGS.items():
        first[ord(character)] = number[name]
    return names, table, first
