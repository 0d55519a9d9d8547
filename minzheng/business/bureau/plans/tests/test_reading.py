"""A plan document is read: structure, quantities, subjects, tables, findings, file formats. No database."""

from __future__ import annotations

import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from minzheng.business.bureau.plans import measuring
from minzheng.business.bureau.plans.cli import plan
from minzheng.business.bureau.plans.parsing import UnreadableDocument, numerals, parse_text, reading
from minzheng.business.bureau.plans.parsing.document import Document

DOCUMENTS = Path(__file__).parent / "documents"


def only(sentence: str) -> list[tuple[str, str, float, str]]:
    """(subject, comparator, value, unit) of each indicator of one sentence."""
    found = parse_text(f"一、任务\n1.工作。{sentence}").as_json()["indicators"]
    return [(one["subject"], one["comparator"], one["value"], one["unit"]) for one in found]


def test_数字的各种写法都读得出() -> None:
    read = {
        text: numerals.chinese(text)
        for text in ("二十", "三百二十", "一千零五", "两万三千", "一亿二千万", "十百千", "三四")
    }
    assert read == {
        "二十": 20,
        "三百二十": 320,
        "一千零五": 1005,
        "两万三千": 23000,
        "一亿二千万": 120_000_000,
        "十百千": None,
        "三四": None,
    }
    assert numerals.number("12,345.60") == Decimal("12345.60")


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "城乡低保标准不得低于550元/月和4300元/年。",
            [("城市低保标准", ">=", 550, "元/月"), ("农村低保标准", ">=", 4300, "元/年")],
        ),
        (
            "农村“五保”集中、分散供养标准分别达到5000元/年、3500元/年。",
            [("农村五保集中供养标准", "=", 5000, "元/年"), ("农村五保分散供养标准", "=", 3500, "元/年")],
        ),
        ("全年培训院长30名、护理员1.9万人次。", [("培训院长", "=", 30, "名"), ("培训护理员", "=", 1.9, "万人次")]),
        (
            "三分之一养老机构实现60张床位配备1名社会工作者。",
            [("养老机构实现60张床位配备1名社会工作者", "=", 0.3333, ""), ("每60张床位配备社会工作者", "=", 1, "名")],
        ),
        ("发放资金1660余万元,惠及困难群众9000余人。", [("资金", ">", 1660, "万元"), ("惠及困难群众", ">", 9000, "人")]),
        ("会议不少于２次,时限不超过５个工作日。", [("会议", ">=", 2, "次"), ("时限", "<=", 5, "个工作日")]),
        ("灾情2小时内上报。", [("灾情上报", "<=", 2, "小时")]),
        (
            "面积达到1000平米以上的社区有47个,占比22%。",
            [("面积达到1000平米以上的社区", "=", 47, "个"), ("面积达到1000平米以上的社区占比", "=", 22, "%")],
        ),
        (
            "完成7条市级界线、24条县级界线的联检工作。",
            [("市级界线联检", "=", 7, "条"), ("县级界线联检", "=", 24, "条")],
        ),
        ("筹集公益金翻一番,覆盖率达到八成以上。", [("公益金", "=", 1, "番"), ("公益金覆盖率", ">=", 8, "成")]),
        ("全县共有低保对象5263户8931人。", [("低保对象", "=", 5263, "户"), ("低保对象", "=", 8931, "人")]),
        ("将低保标准由每人每月650元提高到690元。", [("低保标准", "=", 650, "元"), ("低保标准", "=", 690, "元")]),
        (
            "新增1个国家级、3个省级示范点,满意度得分不低于95分。",
            [("国家级示范点", "=", 1, "个"), ("省级示范点", "=", 3, "个"), ("满意度得分", ">=", 95, "分")],
        ),
        ("特困人员标准不低于低保标准的1.3倍。", [("特困人员标准", ">=", 1.3, "倍")]),
        (
            "全县城市低保 6639 户、13228 人,为41.8万老年人提供上门服务。",
            [("城市低保", "=", 6639, "户"), ("城市低保", "=", 13228, "人"), ("老年人上门服务", "=", 41.8, "万")],
        ),
        (
            "城市低保标准779元/人·月,农村低保标准615元/人·月,分别较上年增长4.5%、7.7%。",
            [
                ("城市低保标准", "=", 779, "元/人·月"),
                ("农村低保标准", "=", 615, "元/人·月"),
                ("城市低保标准较上年增长", "=", 4.5, "%"),
                ("农村低保标准较上年增长", "=", 7.7, "%"),
            ],
        ),
        ("申报两款产品,发放物资300箱。", [("产品", "=", 2, "款"), ("物资", "=", 300, "箱")]),
    ],
)
def test_主语比较词数值和单位(sentence: str, expected: list[tuple[str, str, float, str]]) -> None:
    assert only(sentence) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "落实残疾人“两项补贴”,推进“三社联动”、五社联动,关爱“一老一小”,增强四个意识,整合12349热线到12345平台。",
        "按照《城市社区服务站建设标准》(建标〔2014〕72号)和民政部令第66号,编制2012-2020年规划,自2014年开始实施。",
        "推进1+8+X体系和“1+1+N”专业团队,评定4A级社会组织、国家3A级婚姻登记机关,应用5G,升级2.0版。",
        "举办第三届集体婚礼,开展“5·12”宣传、“9·30”纪念,落实“3岗18级”,实施三年行动,连续四年进入前十。",
        "发放80岁以上老年人高龄津贴,市直18部门联合出台意见,建设一批示范点,长三角一体化,构建15分钟养老服务圈,十分重视。",
    ],
)
def test_名称日期文号口号不是指标(sentence: str) -> None:
    assert only(sentence) == []


def test_基本单位和每人每月() -> None:
    one, other, ratio = parse_text(
        "一、任务\n1.工作。培训1.9万人次。补贴每人每月不得低于70元。每60张床位配备1名社工。"
    ).indicators
    assert (one.value_norm, one.unit_norm) == (19000, "人次")
    assert (other.unit, other.unit_norm, other.kind, other.aggregates) == ("元", "元/人/月", "standard", "each")
    assert (ratio.value_norm, ratio.unit_norm) == (Decimal("0.016667"), "名/张")


@pytest.fixture(scope="module")
def parsed() -> dict[str, Document]:
    return {path.name: parse_text(path.read_text(encoding="utf-8")) for path in DOCUMENTS.glob("*.txt")}


def test_三种写法的文件都读得准(parsed: dict[str, Document]) -> None:
    """Numbered by 一（一）1., by § and tables first: an invented bureau, labelled by hand."""
    labels = measuring.read_labels(DOCUMENTS / "labels.yaml")
    assert set(labels) == set(parsed)
    total = measuring.Score()
    for name, rows in labels.items():
        total.add(measuring.score(parsed[name], rows, name))
    figures = total.as_json()
    assert total.labels > 90 and min(figures["figure_precision"], figures["figure_recall"]) == 1.0, total.misses
    assert min(figures["subject_precision"], figures["subject_recall"]) >= 0.95, total.misses


def test_责任单位_由标注表列和由谁负责读出_机制里的部门不算() -> None:
    text = (
        "示范县民政局2026年工作要点\n一、养老服务（责任单位：养老服务科；配合单位：规划财务科、各镇（街道））\n1.扩大供给。新增养老床位120张。\n"
        "2.提升质量（牵头科室：质量科）。满意度达到95%以上。\n二、社会救助\n3.应保尽保。保障低保对象500人以上。\n"
        "责任单位：社会救助科　配合单位：各镇街\n4.健全机制。建立政府领导、民政部门牵头、有关部门配合、社会力量参与的机制,由相关部门负责。\n"
        "5.推进殡葬改革。由社会事务科牵头,各镇街配合,建成公墓3处。\n6.培训队伍。培训护理员200名。（养老服务科、县福利院）\n"
        "7.打造样板。打造示范街道（含邹区镇）3个。\n表1 任务\n序号\t任务指标\t单位\t2026年目标\t责任单位\n1\t公益性公墓\t处\t8\t社会事务科\n"
    )
    document = parse_text(text)
    shown = document.as_json()
    assert [(one["no"], one["title"], one["body"], one["assisting"]) for one in shown["items"]] == [
        ("1", "扩大供给", "养老服务科", "规划财务科、各镇（街道）"),
        ("2", "提升质量", "质量科", ""),
        ("3", "应保尽保", "社会救助科", "各镇街"),
        ("4", "健全机制", "", ""),
        ("5", "推进殡葬改革", "社会事务科", "各镇街"),
        ("6", "培训队伍", "养老服务科、县福利院", ""),
        ("7", "打造样板", "", ""),
    ]
    assert [(one["subject"], one["body"]) for one in shown["indicators"]][-1] == ("公益性公墓", "社会事务科")
    assert not any("责任单位" in one["text"] for one in shown["tasks"])


def test_条目和原句都指回原文(parsed: dict[str, Document]) -> None:
    document = parsed["要点-数字条目.txt"]
    shown = document.as_json()
    assert (
        document.title == "云溪县民政局2027年工作要点"
        and document.year == 2027
        and document.publisher == "云溪县民政局"
    )
    assert [part["no"] for part in shown["parts"]][:3] == ["一", "一(一)", "一(二)"]
    assert shown["items"][0] | {"text": ""} == {
        "no": "一(一)1",
        "title": "提高保障标准",
        "text": "",
        "path": ["一", "一", "1"],
        "within": ["织密兜底保障网", "健全分层分类救助体系"],
        "body": "",
        "assisting": "",
    }
    for one in shown["indicators"]:
        start, end = one["span"]
        assert document.text[start:end] == one["words"] and one["why"]
    for task in shown["tasks"]:
        assert document.text[task["span"][0] : task["span"][1]].strip() == task["text"]
    assert json.dumps(shown) == json.dumps(parse_text(document.text).as_json())
    strive = [one["words"] for one in shown["indicators"] if one["strive"]]
    assert strive == ["1800户", "突破1.5亿元"]


def test_行断在句子中间_读得一样(parsed: dict[str, Document]) -> None:
    document = parsed["要点-数字条目.txt"]
    broken = "\n".join(
        line[at : at + 38] for line in document.text.split("\n") for at in range(0, max(len(line), 1), 38)
    )
    told = [
        [(one.subject, one.comparator, one.value, one.unit, one.item) for one in parse_text(text).indicators]
        for text in (document.text, broken)
    ]
    assert broken != document.text and told[0] == told[1]


def test_总结里的是结果_打算里的是计划(parsed: dict[str, Document]) -> None:
    kinds = {(one.item, one.words): one.kind for one in parsed["总结-章节编号.txt"].indicators}
    assert (
        kinds[("1.2", "46个")] == "actual"
        and kinds[("2.1", "8处")] == "plan"
        and kinds[("1.3", "2100元/月")] == "standard"
    )


def test_压平的表按行还原_带基期和增长(parsed: dict[str, Document]) -> None:
    document = parsed["规划-表格在前.txt"]
    rows = [one for one in document.indicators if one.kind == "table_row"]
    first, third = rows[0], rows[3]
    assert (first.subject, first.value, first.unit, first.base_value, first.growth) == (
        "城市低保月保障标准",
        1050,
        "元",
        820,
        Decimal("5.1"),
    )
    assert third.subject == "养老服务每千名老年人拥有养老床位数" and third.columns == (
        ("2025年", Decimal(36)),
        ("2030年目标值", Decimal(45)),
    )
    kinds = [(finding.kind, finding.sentence) for finding in document.findings]
    assert any(kind == "conflict" and "75%" in sentence and "70%" in sentence for kind, sentence in kinds)
    assert any(kind == "growth" and "印的是复合增长率" in sentence for kind, sentence in kinds)
    assert any(kind == "growth" and "印的是简单平均" in sentence for kind, sentence in kinds)


def test_矛盾只指出不改() -> None:
    document = parse_text(
        "某县民政局2027年工作要点\n信息来源:某县民政局\n一、任务\n1.甲。全省建设床位5000张。散居和集中养育标准分别达到800/月、1000元/月。\n3.乙。计划完成投资98亿元。\n4.丙。规划总投资98.3358亿元。\n"
    )
    kinds = {finding.kind for finding in document.findings}
    assert kinds == {"numbering", "scope", "unit", "conflict"}
    assert [one.unit for one in document.indicators][:3] == ["张", "/月", "元/月"]


def _docx(body: str) -> bytes:
    out = io.BytesIO()
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>")
        archive.writestr(
            "word/numbering.xml",
            f'<w:numbering {space}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
            '<w:lvlText w:val="%1、"/></w:lvl></w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num></w:numbering>',
        )
    return out.getvalue()


def _p(text: str, numbered: bool = False) -> str:
    number = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr></w:pPr>' if numbered else ""
    return f"<w:p>{number}<w:r><w:t>{text}</w:t></w:r></w:p>"


def test_word_文件的自动编号和表格() -> None:
    cells = [["序号", "指标", "单位", "2025年", "2030年"], ["1", "养老床位数", "张", "300", "500"]]
    table = (
        "<w:tbl>"
        + "".join("<w:tr>" + "".join(f"<w:tc>{_p(cell)}</w:tc>" for cell in row) + "</w:tr>" for row in cells)
        + "</w:tbl>"
    )
    text = reading.read_bytes(
        _docx(_p("某局规划") + _p("重点任务", True) + _p("新建公墓8处。") + _p("主要指标表") + table), "a.docx"
    )
    document = parse_text(text)
    assert [node.no for node in document.tree.nodes] == ["一"]
    assert [(one.subject, one.value, one.unit) for one in document.indicators] == [
        ("公墓", 8, "处"),
        ("养老床位数", 500, "张"),
    ]
    with pytest.raises(UnreadableDocument, match="XML 声明"):
        reading.read_bytes(_entity(), "b.docx")


def _entity() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>')
    return out.getvalue()


def test_网页和_pdf() -> None:
    page = "<html><head><style>p{}</style></head><body><script>var a=5;</script><h1>某局要点</h1><p>一、任务</p><p>新建公墓8处。</p><table><tr><th>指标名称</th><th>单位</th><th>目标值</th></tr><tr><td>床位</td><td>张</td><td>500</td></tr></table></body></html>"
    document = parse_text(reading.read_bytes(page.encode("gb18030"), "a.html"))
    assert [(one.subject, one.value) for one in document.indicators] == [("公墓", 8), ("床位", 500)]
    import typst
    from django.conf import settings

    source = '#set text(font: "Noto Sans SC", lang: "zh")\n#set page(width: 9cm)\n某局2027年要点\n\n一、任务\n\n新建公墓8处，为400户特殊困难老年人家庭实施适老化改造，火化率达到99%以上。'
    pdf = typst.compile(source.encode(), font_paths=[str(settings.FONT_DIR)], ignore_system_fonts=True)
    read = parse_text(reading.read_bytes(pdf, "a.pdf"))
    assert [(one.subject, one.comparator, one.value) for one in read.indicators] == [
        ("公墓", "=", 8),
        ("特殊困难老年人家庭适老化改造", "=", 400),
        ("火化率", ">=", 99),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xd0\xcf\x11\xe0", "旧版 Word"),
        (b"PK\x03\x04broken", "不是完好的 Word"),
        (b"%PDF-1.4 broken", "PDF"),
        (b"  \n ", "没有文字"),
        (b"\x81\xff\x00\xfe\x80", "编码"),
    ],
)
def test_读不了的文件说清楚怎么办(content: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableDocument, match=sentence):
        reading.read_bytes(content, "文件")


def test_命令行给出约定的_json() -> None:
    path = DOCUMENTS / "总结-章节编号.txt"
    result = CliRunner().invoke(plan, ["parse", str(path), "--json"])
    shown = json.loads(result.stdout)
    assert {"title", "items", "indicators"} <= set(shown)
    assert {
        "text",
        "item",
        "subject",
        "comparator",
        "value",
        "value_max",
        "unit",
        "value_norm",
        "unit_norm",
        "strive",
        "kind",
    } <= set(shown["indicators"][0])
    assert {"no", "title", "text"} <= set(shown["items"][0])
    missing = CliRunner().invoke(plan, ["parse", "没有这个文件.txt", "--json"])
    assert missing.exit_code == 2 and "找不到文件" in missing.stderr and not missing.stdout
    figures = CliRunner().invoke(
        plan, ["bench", str(DOCUMENTS / "labels.yaml"), "--documents", str(DOCUMENTS), "--json"]
    )
    assert json.loads(figures.stdout)["total"]["figure_recall"] == 1.0
