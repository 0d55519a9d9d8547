"""Steps that the application forms of all benefits share: who asks, where the money goes, consents, review.

Nothing is asked that an office can look up: photos are all optional (57号第10条)."""

from __future__ import annotations

from minzheng.kernel.items.forms import Step
from minzheng.kernel.parts.fields import (
    BankAccount,
    Choice,
    IdNumber,
    LongText,
    Phone,
    Photo,
    Region,
    Text,
)
from minzheng.kernel.regions.choices import villages

SELF = "本人"
DISABILITY_KINDS = tuple((k, k) for k in ("视力", "听力", "言语", "肢体", "智力", "精神", "多重"))
LEVELS = (("1", "一级"), ("2", "二级"), ("3", "三级"), ("4", "四级"))
APPLICANT = Step(
    "applicant",
    "申请人",
    (
        Text("name", "姓名", required=True, max_length=30, autocomplete="name"),
        IdNumber("id_no", "身份证号码", required=True),
        Phone("phone", "手机号码", required=True, help="办理进度会发到这个号码。", autocomplete="tel"),
        Region("region", "现在住在哪个村（社区）", required=True, under=villages),
        Text(
            "address",
            "详细住址",
            required=True,
            max_length=80,
            help="写到门牌号，方便工作人员入户。",
            autocomplete="street-address",
        ),
        Choice(
            "hukou",
            "户口在哪里",
            required=True,
            options=(
                ("here", "就在本县（区）"),
                ("member_here", "我的不在，但有家人的户口在本县（区）"),
                ("permit", "都不在，持本地居住证"),
                ("away", "都不在本县（区）"),
            ),
        ),
    ),
    why="用来确认您的身份、联系您，并确定由哪个乡镇（街道）受理。",
)
ACCOUNT = Step(
    "account",
    "发放账户",
    (
        Text("holder", "户名", required=True, max_length=30),
        BankAccount("number", "账号（卡号）", required=True, help="最好是社会保障卡。"),
        Text("bank", "开户银行", required=True, max_length=40),
    ),
    why="审核通过后，钱直接发到这个账户。",
)


def papers(*photos: Photo, why: str = "能从部门查到的不用您提供；有些情况查不到，照片能帮您说清楚。") -> Step:
    """The step of photographs: those the item names, then anything else one wants to say."""
    return Step(
        "papers",
        "拍照上传材料",
        (
            Photo("photo_id", "身份证、户口簿", kind="identity", help="手边有就拍，没有也能提交，由工作人员查询。"),
            *photos,
            Photo("photo_other", "其他想说明的材料", kind="other"),
            LongText("note", "还想说明的情况", max_length=500),
        ),
        kind="photos",
        why=why,
    )


CONSENTS = Step(
    "consents",
    "授权和承诺",
    (),
    kind="consents",
    why="核对收入和财产要得到每位成年家人的同意；可以用自己的手机签、在同一部手机上当面签，或在纸上签好拍照。",
)
REVIEW = Step("review", "检查并提交", (), kind="review", why="请再看一遍，没有问题就提交。")
