"""姓名: spelling, syllables, surnames, agreement."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minzheng.datacenter.linkage import characters, names

characters_of_names = st.text(
    alphabet="王李单仇区解查欧阳尉迟张伟偉芳國国麗丽·•　 *＊（）()AbＣ㐂䶮\ue863\ue900\u200b2", max_size=8
)


@given(st.lists(st.one_of(st.none(), characters_of_names), max_size=30))
@settings(max_examples=150, deadline=None)
def test_整列与逐个一样(texts: list[str | None]) -> None:
    column = pa.array(texts, pa.string())
    for whole, one in (
        (names.normal_names, names.normal_name),
        (names.pinyins, names.pinyin),
        (names.surnames, names.surname),
    ):
        assert whole(column).to_pylist() == [None if text is None else one(text) for text in texts]


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("单田芳", "shan tian fang"), ("仇英", "qiu ying"), ("区志强", "ou zhi qiang"), ("曾国藩", "zeng guo fan"),
        ("解晓东", "xie xiao dong"), ("查良镛", "zha liang yong"), ("任静", "ren jing"), ("尉迟恭一", "yu chi gong yi"),
        ("万俟卨一", "mo qi xie yi"), ("长孙无忌", "zhang sun wu ji"), ("欧陽脩", "ou yang xiu"), ("吕女", "lv nv"),
        ("王單", "wang dan"), ("買買提·艾力", "mai mai ti ai li"),
    ],
)  # fmt: skip
def test_姓的多音字按姓读_名里按常读(name: str, read: str) -> None:
    assert names.pinyin(name) == read


def test_姓与复姓() -> None:
    assert [names.surname(n) for n in ("欧阳修", "歐陽脩", "欧阳", "单田芳", "买买提·艾力", "", "*三")] == [
        "欧阳", "欧阳", "欧", "单", "买", "", "*",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("a", "b", "agreement"),
    [
        ("王伟", "王 偉", names.SAME), ("买买提·艾力", "買買提艾力", names.SAME), ("张三（已故）", "张三", names.SAME),
        ("赵䶮", "赵\ue863", names.SAME), ("王伟", "王维", names.HOMOPHONE), ("张珊", "章山", names.HOMOPHONE),
        ("王*", "王建国", names.MASKED), ("王**", "王建国", names.MASKED), ("王**", "王伟", names.SURNAME_ONLY),
        ("王□国", "王建国", names.MASKED), ("李*", "王伟", names.UNLIKE), ("陈宁", "陈林", names.NEAR),
        ("王建国", "王国", names.ONE_MISSING), ("王建国", "王爱国", names.ONE_OTHER), ("王建国", "王建军", names.SIBLING),
        ("刘志静", "刘梓涵", names.SURNAME_ONLY), ("王芳", "王伟", names.SURNAME_ONLY), ("李芳", "王芳", names.GIVEN_ONLY),
        ("王伟", "李娜", names.UNLIKE), ("", "王伟", names.UNLIKE), ("王伟", "　", names.UNLIKE),
    ],
)  # fmt: skip
def test_两个姓名有多像(a: str, b: str, agreement: float) -> None:
    assert names.agree(a, b) == names.agree(b, a) == agreement
    column = [names.normal_names(pa.array([text])) for text in (a, b)]
    assert names.agreements(*column).tolist() == [agreement]


def test_两个一样的遮盖姓名不算同名() -> None:
    column = pa.array(["王*", None])
    assert names.agreements(column, column).tolist() == [names.MASKED, names.UNLIKE]


def test_异体字表不成环_也不合并两个姓() -> None:
    variants = characters.variants()
    assert not set(variants) & set(variants.values())
    assert len(variants) > 3000
    assert not set(variants) & set("于余沈范姜萧肖阎闫谷叶云钟后付傅邱丘肃卢鲁")
    assert all(len(form) == len(current) == 1 for form, current in variants.items())
