"""A bureau's roll becomes households, persons and awards: once, provably, and only what is right."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.awards.models import Award, PaymentLine
from minzheng.kernel.awards.proof import recompute
from minzheng.kernel.exchange.caseload import batches, store, takeover, undo
from minzheng.kernel.exchange.caseload.errors import BadMapping, ImportRefused
from minzheng.kernel.exchange.models import ImportBatch, ImportLink
from minzheng.kernel.exchange.tests import rolls
from minzheng.kernel.subjects.models import Household, HouseholdMember, Person
from minzheng.kernel.subjects.selectors import person_by_id_no

pytestmark = pytest.mark.django_db
Run = Callable[..., ImportBatch]


def _rejected(batch: ImportBatch) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(store.get(batch.pk, "rejects")))
    return book.get_sheet_by_index(0).to_python()


def test_花名册入库_户人待遇账户都在_与文件一致(loaded: Run) -> None:
    batch = loaded(rolls.as_xlsx(rolls.roll(5, 3), title="云上县低保花名册"), "花名册.xlsx")
    assert batch.state == "loaded"
    assert (Household.objects.count(), Person.objects.count(), Award.objects.count()) == (5, 15, 5)
    assert HouseholdMember.objects.filter(valid_from=datetime.date(2026, 1, 1)).count() == 15
    award = Award.objects.get(household__head__name=rolls.name_of(10))
    assert (award.amount_fen, award.persons, award.first_month) == (36550, 3, datetime.date(2024, 5, 1))
    assert award.account_no == "6217000012345670" and award.account_bank == "云上农商行"
    assert award.region_code == "980101001002" and award.members.count() == 3
    assert award.next_review_on is not None and award.next_review_on > datetime.date(2026, 11, 21)
    found = person_by_id_no(rolls.people("county_reviewer")[0], rolls.id_no(10))
    assert found is not None and found.name == rolls.name_of(10)


def test_导入的待遇说自己是导入的_改了就查得出(loaded: Run) -> None:
    loaded(rolls.as_csv(rolls.roll(1)))
    award = Award.objects.get()
    proof = recompute(award)
    assert (
        proof.ok
        and proof.computed_fen is None
        and "不是本系统测算的" in proof.imported
        and "第 2、3 行" in proof.imported
    )
    award.amount_fen += 1
    assert "与导入时的不同" in recompute(award).problems[0]
    award.frozen = {**award.frozen, "amount_fen": award.amount_fen}
    assert "SM3" in recompute(award).problems[0]


def test_试算什么也不写(tried: Run) -> None:
    batch = tried(rolls.as_csv(rolls.roll(3)))
    assert batch.report["new_awards"] == 3 and batch.report["total_fen"] == 3 * 36550
    assert not Person.objects.exists() and not Award.objects.exists() and not ImportLink.objects.exists()


BAD_ROWS: tuple[tuple[str, int, Any, str], ...] = (
    ("身份证号", 4, 1.10101199001011e17, "被 Excel 当成数字存了"),
    ("身份证号", 4, "1.10101E+17", "被 Excel 当成数字存了"),
    ("身份证号", 4, "990101195001010019", "校验位不对"),
    ("村", 1, "石拱桥村", "石桥村"),
    ("性别", 6, "女", "按身份证号应是“男”"),
    ("月保障金", 9, "三百", "看不懂"),
    ("月保障金", 9, 365.555, "小数超过两位"),
    ("起发月", 10, "2024年13月", "看不懂或不存在"),
    ("起发月", 10, "2027-01", "今天以后"),
    ("银行账号", 12, 6.217e18, "被 Excel 当成数字存了"),
    ("姓名", 3, "", "请填写姓名"),
    ("与户主关系", 5, "子女", ""),
)


@pytest.mark.parametrize(("column", "place", "value", "reason"), BAD_ROWS)
def test_坏行整户退回_原因和改法写清楚(tried: Run, column: str, place: int, value: Any, reason: str) -> None:
    rows = rolls.roll(3)
    rows[2][place] = value
    batch = tried(rolls.as_xlsx(rows), "花名册.xlsx")
    if not reason:  # no head named: the household's first row is taken as the head
        assert batch.report["rejected"] == 0
        return
    assert (batch.report["accepted"], batch.report["rejected"], batch.report["bad"]) == (4, 2, 1)
    head, first, second = _rejected(batch)
    assert head[-3:] == ["行号", "原因", "怎么改"]
    assert reason in first[-2] + first[-1] and first[-3] == "4" and first[-1]
    assert "同户第 4 行有误" in second[-2]


def test_改好退回文件再导_只添那几户_同一文件再导什么也不添(loaded: Run, tried: Run) -> None:
    rows = rolls.roll(4)
    rows[2][1] = "石拱桥村"
    loaded(rolls.as_xlsx(rows), "花名册.xlsx")
    assert Award.objects.count() == 3
    again = tried(rolls.as_xlsx(rows), "花名册.xlsx")
    assert again.report["new_awards"] == again.report["new_persons"] == 0 and again.report["unchanged"] == 3
    fixed = _rejected(again)
    fixed[1][1] = "石桥村"
    batch = loaded(rolls.as_xlsx(fixed[1:], headers=fixed[0]), "改好.xlsx")
    assert (batch.report["new_awards"], batch.report["rejected"]) == (1, 0)
    assert Award.objects.count() == Household.objects.count() == 4 and Person.objects.count() == 8


def test_同样的文件入库两次会被拦下(loaded: Run) -> None:
    content = rolls.as_csv(rolls.roll(2))
    loaded(content)
    with pytest.raises(ImportRefused, match="没有可以入库的新内容"):
        loaded(content)
    assert Award.objects.count() == 2


def test_金额变了的_列为差异_不悄悄改(loaded: Run, tried: Run) -> None:
    loaded(rolls.as_csv(rolls.roll(2)))
    batch = tried(rolls.as_csv([*rolls.household(1, yuan="1,400.00"), *rolls.household(2)]))
    assert batch.report["differences"] == [{"line": 2, "what": "月金额：系统 365.50 元，文件 1400.00 元"}]
    assert Award.objects.order_by("pk")[0].amount_fen == 36550


def test_同一个人两个名字_退回并写出两个名字_报告里隐名(loaded: Run, tried: Run) -> None:
    loaded(rolls.as_csv(rolls.roll(1)))
    rows = rolls.household(9)
    rows[1][4], rows[1][3] = rolls.id_no(11, female=True), "石小花"
    batch = tried(rolls.as_xlsx(rows), "花名册.xlsx")
    reason = _rejected(batch)[2][-2]
    assert "石小花" in reason and rolls.name_of(11) in reason
    assert "石小花" not in str(batch.report) and rolls.name_of(11) not in str(batch.report)


def test_文件里同一个身份证号出现两次(tried: Run) -> None:
    rows = rolls.roll(2)
    rows[3][4] = rows[1][4]
    batch = tried(rolls.as_xlsx(rows), "花名册.xlsx")
    assert batch.report["accepted"] == 2
    assert "第 3 行已有这个身份证号" in _rejected(batch)[2][-2]


def test_人已在别的户_退回(loaded: Run, tried: Run) -> None:
    loaded(rolls.as_csv(rolls.roll(1)))
    rows = rolls.household(9)
    rows[1][3], rows[1][4] = rolls.name_of(11), rolls.id_no(11, female=True)
    batch = tried(rolls.as_xlsx(rows), "花名册.xlsx")
    assert "登记在另一户" in _rejected(batch)[2][-2]


def test_合计行_空行_制表人_不当成人(tried: Run) -> None:
    rows = [*rolls.roll(2), [""] * 13, ["合计", "", "", "", "", "", "", "", "", 731], ["制表人：张三"]]
    batch = tried(rolls.as_xlsx(rows), "花名册.xlsx")
    assert (batch.report["accepted"], batch.report["rejected"], batch.report["ignored"]) == (4, 0, 2)
    assert batch.report["rows"] == 6


def test_对照数按乡镇和事项逐项核对(tried: Run) -> None:
    control = [
        {"town": "云岭镇", "item": "低保", "households": 3, "persons": 6, "yuan": "1,096.50"},
        {"town": "溪口乡", "item": "低保", "households": 1, "persons": 2, "yuan": 365.5},
        {"town": "", "item": "", "households": 4, "persons": 8, "yuan": "1462"},
    ]
    assert tried(rolls.as_csv(rolls.roll(4)), control=control).tied
    control[0]["persons"] = 7
    batch = tried(rolls.as_csv(rolls.roll(4)), control=control)
    assert not batch.tied
    wrong = [line for line in batch.report["totals"] if not line["ok"]]
    assert [(line["town"], line["after"]["persons"], line["control"]["persons"]) for line in wrong] == [
        ("云岭镇", 6, 7)
    ]


def test_合计不符_没有理由不能提交_经办人不能自己批准(tried: Run, officers: tuple[Actor, Actor]) -> None:
    batch = tried(rolls.as_csv(rolls.roll(1)), control=[{"households": 2}])
    with pytest.raises(ImportRefused) as refused:
        batches.submit(actor=officers[0], pk=batch.pk)
    assert "写明仍要入库的理由" in refused.value.fields["reason"]
    batches.submit(actor=officers[0], pk=batch.pk, reason="另一户另行导入")
    with pytest.raises(ImportRefused, match="县级审核确认人员"):
        batches.approve(actor=officers[0], pk=batch.pk)
    with pytest.raises(ImportRefused, match="您的岗位不能"):
        batches.upload(actor=officers[1], name="a.csv", content=b"x", region_code=rolls.COUNTY)
    batches.send_back(actor=officers[1], pk=batch.pk, reason="先补齐那一户")
    assert ImportBatch.objects.get().state == "returned"


def test_一户一行的表(loaded: Run) -> None:
    headers = [
        "村（社区）代码",
        "户主姓名",
        "户主身份证号",
        "成员2姓名",
        "成员2身份证号",
        "成员2关系",
        "保障人数",
        "金额",
        "纳入时间",
    ]
    row = ["980101001001", rolls.name_of(1), rolls.id_no(1), rolls.name_of(2), rolls.id_no(2, female=True), "配偶", 2,
           "￥1,234.50元", 45413]  # fmt: skip
    columns = {
        "村（社区）代码": "village_code", "户主姓名": "head_name", "户主身份证号": "head_id", "成员2姓名": "m2.name",
        "成员2身份证号": "m2.id_no", "成员2关系": "m2.relation", "保障人数": "persons", "金额": "amount",
        "纳入时间": "first_month",
    }  # fmt: skip
    loaded(rolls.as_xlsx([row], headers=headers), "户.xlsx", layout="household", columns=columns)
    award = Award.objects.get()
    assert (award.amount_fen, award.persons, award.first_month) == (123450, 2, datetime.date(2024, 5, 1))
    assert list(award.members.order_by("pk").values_list("relation", flat=True)) == ["户主", "配偶"]


def test_GB18030的CSV_分号分隔也能读(tried: Run) -> None:
    content = rolls.as_csv(rolls.roll(2), encoding="gb18030").replace(b",", b";")
    assert tried(content).report["accepted"] == 4


def test_列对不上_当场说缺哪一列(tried: Run, officers: tuple[Actor, Actor]) -> None:
    with pytest.raises(BadMapping, match="没有找到列：户籍所在地"):
        tried(rolls.as_csv(rolls.roll(1)), columns={**rolls.MAPPING["columns"], "户籍所在地": "address"})
    with pytest.raises(BadMapping, match="还没有指明哪一列是“身份证号”"):
        tried(rolls.as_csv(rolls.roll(1)), columns={"姓名": "name", "村": "village"})
    with pytest.raises(ImportRefused, match="已损坏"):
        tried(b"PK\x03\x04 broken", "坏.xlsx")


def test_整批撤销_有了后续就不行(loaded: Run, officers: tuple[Actor, Actor]) -> None:
    first = loaded(rolls.as_csv(rolls.roll(2)))
    undo.undo(actor=officers[1], pk=first.pk, reason="列对错了")
    assert not Person.objects.exists() and not Award.objects.exists() and not Household.objects.exists()
    second = loaded(rolls.as_csv(rolls.roll(2)))
    award = Award.objects.first()
    assert award is not None
    PaymentLine.objects.create(
        award=award,
        item_code=award.item_code,
        month=datetime.date(2026, 12, 1),
        amount_fen=1,
        region_code=award.region_code,
    )
    with pytest.raises(ImportRefused, match="1 条“发放明细”"):
        undo.undo(actor=officers[1], pk=second.pk, reason="试试")
    assert Award.objects.count() == 2


def test_导入的待遇可以启动复核_重放对得上(loaded: Run) -> None:
    from minzheng.kernel.cases.services import replay

    loaded(rolls.as_csv(rolls.roll(1)))
    clerk = rolls.people("town_clerk")[0]
    award = Award.objects.get()
    case = takeover.open_recheck(actor=clerk, award_id=award.pk, why="change", opinion="家里添了收入")
    assert case.state == "RECHECK" and case.no and case.members.count() == 2
    assert replay(case).ok
    assert [act.code for act in case.acts.all()] == ["take_over", "open_recheck"]
    with pytest.raises(ImportRefused, match="不用接续"):
        takeover.open_recheck(actor=clerk, award_id=award.pk, why="change")


def test_到期的自动启动复核(loaded: Run) -> None:
    from minzheng.kernel.jobs import services as jobs
    from minzheng.kernel.jobs.worker import drain

    rows = rolls.household(1)
    headers = [*rolls.HEADERS, "下次复核"]
    rows[0].append("2026-11-01")
    columns = {**rolls.MAPPING["columns"], "下次复核": "next_review"}
    loaded(rolls.as_csv(rows, headers=headers), columns=columns)
    jobs.enqueue("caseload.reviews", key="t")
    drain()
    award = Award.objects.get()
    assert award.case is not None and award.case.state == "RECHECK"
