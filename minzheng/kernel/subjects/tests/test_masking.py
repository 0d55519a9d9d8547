"""Masking (脱敏): a fixed number of characters shows, and values of odd length reveal no more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minzheng.kernel.subjects import masking


@pytest.mark.parametrize(
    ("function", "value", "shown"),
    [
        (masking.mask_id, "990101195203141527", "990101********1527"),
        (masking.mask_id, "9901015", "*****15"),
        (masking.mask_name, "周桂兰", "周*兰"),
        (masking.mask_name, "王芳", "王*"),
        (masking.mask_name, "欧阳建国", "欧**国"),
        (masking.mask_name, "古丽·买买提", "古丽·**"),
        (masking.mask_phone, "15401010001", "154****0001"),
        (masking.mask_account, "6228480402564890018", "***************0018"),
        (masking.mask_address, "示范县青石镇石桥村3组12号", "示范县青石镇石桥村***"),
    ],
)
def test_脱敏样式(function: object, value: str, shown: str) -> None:
    assert function(value) == shown  # type: ignore[operator]


@pytest.mark.parametrize("function", [masking.mask_id, masking.mask_name, masking.mask_phone, masking.mask_account])
@given(value=st.text(alphabet="0123456789X周王李", max_size=24))
def test_除空值外至少遮住一位(function: object, value: str) -> None:
    shown = function(value)  # type: ignore[operator]
    assert shown == "" if not value else len(shown) > 0
    if len(value) > 4:
        assert shown != value and "*" in shown
