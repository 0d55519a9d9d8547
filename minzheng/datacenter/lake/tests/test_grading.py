"""Names compared by tokens alone agree with names compared in plain."""

from __future__ import annotations

import pyarrow as pa
import pytest

from minzheng.datacenter.lake import grading, tokens
from minzheng.datacenter.linkage import names

OTHERS = [
    "周桂兰", "周贵兰", "周桂岚", "周*兰", "周**", "周*", "*桂兰", "**兰", "周某某", "***", "*", "周兰", "周桂", "周贵芳兰", "周桂兰花", "周志兰",
    "周桂芳", "周桂英", "邹桂兰", "邹志兰", "州桂兰", "周晓梅", "陈志强", "欧阳桂兰", "周*英", "李**", "周桂男", "张桂兰",
]  # fmt: skip


@pytest.mark.parametrize("own", ["周桂兰", "周兰", "欧阳建国", "周桂芳兰", "单*", "周*兰"])
def test_凭记号比姓名与看着姓名比一样(own: str) -> None:
    others = [*OTHERS, own[:1] + "建" + own[2:], own[:1] + own[2:], own + "国", "欧阳*国", "单田", "欧阳建军"]
    marks = pa.array(others)
    found, blank = grading.agreements(
        [own] * len(others), tokens.pinyins(marks).to_numpy(), tokens.surnames(marks).to_numpy()
    )
    for text, agreement, nothing in zip(others, found.tolist(), blank.tolist(), strict=True):
        if not text.strip("*"):
            assert nothing, text
            continue
        plain = names.agree(own, text)
        if (
            plain >= names.SIMILAR
            and "*" not in own
            and (plain >= names.NEAR or names.surname(own) == names.surname(text))
        ):
            # tokens of the sound cannot tell the same name from a homophone
            assert agreement == min(plain, names.HOMOPHONE), (own, text, agreement, plain)
        else:
            assert agreement <= plain, (own, text, agreement, plain)
    assert "周桂岚" in others and (found >= names.SIMILAR).any()


def test_许多行一次比完() -> None:
    given = [a + b for a in "建志桂春秀玉文小" for b in "国强兰梅英华芳军平明"]
    own = [surname + one for surname in "王李张刘" for one in given]
    marks = pa.array([one[:1] + "霞" + one[2:] for one in own])
    found, _ = grading.agreements(own, tokens.pinyins(marks).to_numpy(), tokens.surnames(marks).to_numpy())
    assert (found == names.ONE_OTHER).all()
