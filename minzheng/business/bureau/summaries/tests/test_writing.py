"""Sentences follow the numbers; every number of every output is a token's value."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest
from click.testing import CliRunner
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from minzheng.business.bureau.plans import importing as plans
from minzheng.business.bureau.plans import linking
from minzheng.business.bureau.summaries import declaring, periods, services, showing, writing
from minzheng.business.bureau.summaries.cli import summary as command
from minzheng.business.bureau.summaries.documents import DIGIT, Paragraph, layout, numeral, unsourced, used, words_of
from minzheng.business.bureau.summaries.outputs import Colophon, render
from minzheng.business.bureau.summaries.tests.conftest import COUNTY, PLAN, TOWN, Fill
from minzheng.datacenter.indicators import declaring as indicators
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.orgs.models import Organization

pytestmark = pytest.mark.django_db
DIBAO = "assistance.dibao.persons"


def _told(actor: Actor, org: Organization, period: str = "2026H1") -> tuple[services.Body, str]:
    body = services.compose(actor=actor, org=org, period=period)
    text = "\n".join(line.text for line in layout(body) if isinstance(line, Paragraph))
    return body, text


def test_情形由数字决定_多了少了持平首次和没有数各有各的句子(officer: Actor, bureau: Organization, fill: Fill) -> None:
    cases = (
        ((500, 480), "保障城乡低保对象500人、0户，比去年同期增加20人，增长4.2%。"),
        ((480, 500), "保障城乡低保对象480人、0户，比去年同期减少20人，下降4%。"),
        ((500, 500), "保障城乡低保对象500人、0户，与去年同期持平。"),
        ((500, 0), "保障城乡低保对象500人、0户。"),
    )
    for (now, before), expected in cases:
        fill(DIBAO, TOWN, "2026-06", now)
        fill(DIBAO, TOWN, "2025-06", before)
        assert expected in _told(officer, bureau)[1], expected
    fill("assistance.dibao.standard_urban", COUNTY, "2026-06", 869)
    body, text = _told(officer, bureau)
    assert "城市、农村低保标准" not in text and "869" not in text  # the rural standard is missing: nothing is half said
    assert any("农村低保标准" in one["why"] for one in body["dropped"])
    fill("assistance.dibao.standard_rural", COUNTY, "2026-06", 667)
    assert "城市、农村低保标准分别为869元/人·月、667元/人·月。" in _told(officer, bureau)[1]


def test_两部分的体例_条和点按实有的句子连续编号(officer: Actor, bureau: Organization, fill: Fill) -> None:
    fill(DIBAO, TOWN, "2026-06", 500)
    body, text = _told(officer, bureau)
    assert text.startswith("示范县民政局\n2026年上半年工作总结和下半年工作打算")
    heads = [line.text for line in layout(body) if isinstance(line, Paragraph) and line.style in ("part", "item")]
    assert heads[0] == "一、上半年工作开展情况" and "二、下半年工作打算" in heads
    items = heads[1 : heads.index("二、下半年工作打算")]
    assert [head[:3] for head in items] == [f"（{numeral(n)}）" for n in range(1, len(items) + 1)]
    first = next(line.text for line in layout(body) if isinstance(line, Paragraph) and line.text.startswith("一是"))
    assert re.findall(r"(?:^|。)([一二三四])是", first) == ["一", "二"], "零的不写，编号仍连续"
    assert "2026年的工作计划还没有导入平台，下步打算待列。" in text
    assert "推进各项工作" not in text  # no plan: the sentence about it has its other form


def _with_plan(officer: Actor, bureau: Organization, fill: Fill) -> None:
    version = plans.import_text(actor=officer, org=bureau, year=2026, text=PLAN, name="要点.txt").version
    for one in version.indicators.all():
        if "低保" in one.subject or "临时救助" in one.subject or "高龄" in one.subject:
            code = {"低": DIBAO, "临": "assistance.temporary.person_times", "高": "elderly.old_age.persons"}[
                next(char for char in "低临高" if char in one.subject)
            ]
            linking.link(actor=officer, indicator=one, values=linking.defaults(one) | {"code": code, "condition": None})
    for code, value in ((DIBAO, 520), ("assistance.temporary.person_times", 60), ("elderly.old_age.persons", 400)):
        fill(code, TOWN, "2026-06", value)


def test_下步打算是计划里没有完成的原句_一字不改(officer: Actor, bureau: Organization, fill: Fill) -> None:
    _with_plan(officer, bureau, fill)
    body, text = _told(officer, bureau)
    tail = text[text.index("二、") :]
    assert "（一）社会救助" in tail and "（二）养老服务" in tail and "新增养老床位120张。" in tail
    assert (
        "年内保障低保对象500人以上,临时救助不少于200人次" in tail
    )  # the sentence has open targets beside the one that is met
    assert "临时救助目前60人次，完成30%" in tail and "低保对象目前" not in tail
    assert "三公里" not in tail and "3公里" not in tail  # a sentence without a target is no open task
    assert "《示范县民政局2026年工作要点》提出的量化目标4项，已达到的1项" in text
    quotes = [token for token in body["tokens"].values() if token["kind"] == "quote"]
    assert all(token["words"] in PLAN for token in quotes) and quotes


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+(?:\.\d+)?", text)


def _allowed(body: services.Body, colophon: Colophon) -> list[str]:
    """Numbers of the tokens' words, once for each place where a token stands, and of what is printed around the text."""
    words = [colophon.day, colophon.number]
    for line in layout(body):
        runs = (
            [line.runs]
            if isinstance(line, Paragraph)
            else [*line.columns, *(cell for row in line.rows for cell in row)]
        )
        words += [words_of(body["tokens"][run.token]) for one in runs for run in one if run.token]
    return [number for one in words for number in _numbers(one)]


def _docx_text(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    paragraphs = document.element.body.iter(qn("w:p"))
    return "\n".join("".join(node.text or "" for node in one.iter(qn("w:t"))) for one in paragraphs)


def test_三种文件里的每个数都是记号的值(officer: Actor, bureau: Organization, fill: Fill) -> None:
    _with_plan(officer, bureau, fill)
    fill(DIBAO, TOWN, "2020-12", 480)
    fill(DIBAO, TOWN, "2025-12", 770)
    colophon = Colophon(bureau.name, "2026年7月5日", "示民发〔2026〕15号", base="https://mz.example.gov.cn")
    for period in ("2026H1", "2021-2025"):
        body, _ = _told(officer, bureau, period)
        assert unsourced(body) == []
        allowed = _allowed(body, colophon)
        markdown = render(body, "md", colophon).decode()
        bare = re.sub(r"\]\([^)]*\)", "]", markdown).replace("\\", "")
        word = _docx_text(render(body, "docx", colophon))
        paper = "".join(
            page.extract_text() for page in pypdf.PdfReader(io.BytesIO(render(body, "pdf", colophon))).pages
        )
        paper = re.sub(r"— \d+ —", "", paper)
        assert sorted(_numbers(bare)) == sorted(allowed)
        assert sorted(_numbers(word)) == sorted(allowed)
        # lines break inside numbers on paper: the digits are compared
        assert sorted(re.findall(r"\d", paper)) == sorted(re.findall(r"\d", "".join(allowed)))
        assert all(
            f"https://mz.example.gov.cn{token['url']}" in markdown
            for key in used(body)
            if (token := body["tokens"][key])["url"]
        )


def test_公文排版_页边距版心字体页码(officer: Actor, bureau: Organization, fill: Fill) -> None:
    fill(DIBAO, TOWN, "2026-06", 500)
    body, _ = _told(officer, bureau)
    content = render(body, "docx", Colophon(bureau.name, "2026年7月5日", base="https://mz.example.gov.cn"))
    document = Document(io.BytesIO(content))
    section = document.sections[0]
    margins = [getattr(section, f"{side}_margin") for side in ("top", "bottom", "left", "right")]
    assert [round(one.mm) for one in margins] == [37, 35, 28, 26] and round(section.page_width.mm) == 210
    grid = section._sectPr.find(qn("w:docGrid"))
    area = Mm(297 - 37 - 35).pt
    assert int(area / (int(grid.get(qn("w:linePitch"))) / 20)) == 22
    assert int(Mm(210 - 28 - 26).pt / (16 + int(grid.get(qn("w:charSpace"))) / 4096) + 0.01) == 28
    fonts = {
        style: document.styles[f"公文{style}"].element.rPr.find(qn("w:rFonts")).get(qn("w:eastAsia"))
        for style in ("title", "part", "item", "body")
    }
    assert fonts == {"title": "方正小标宋简体", "part": "黑体", "item": "楷体_GB2312", "body": "仿宋_GB2312"}
    assert "PAGE" in section.footer._element.xml and document.settings.odd_and_even_pages_header_footer
    links = [one.target_ref for one in document.part.rels.values() if one.is_external]
    assert any("/indicators/" in one and "period=2026H1" in one for one in links)


def test_五年表_两种增长算法并列_原文印的数说明是哪一种(officer: Actor, bureau: Organization, fill: Fill) -> None:
    rows = (
        ("城市低保月保障标准", "元", "480", "770", "10"),
        ("社会组织数", "个", "1200", "2000", "13"),
        ("高龄津贴人数", "人", "—", "3000", "—"),
    )
    cells = "\n".join(f"{n}\t" + "\t".join(row) for n, row in enumerate(rows, start=1))
    outline = f"示范县民政事业发展规划\n一、主要目标\n(一)指标。见表。\n表2 主要指标\n序号\t项目指标\t单位\t2020年\t2025年目标值\t年均增长%\n{cells}\n"
    plans.import_text(actor=officer, org=bureau, year=2021, text=outline, name="规划.txt")
    fill(DIBAO, TOWN, "2020-12", 480)
    fill(DIBAO, TOWN, "2025-12", 770)
    body, _ = _told(officer, bureau, "2021-2025")
    done, aimed = (
        showing.lines(body)[n] for n in [i for i, line in enumerate(showing.lines(body)) if line.style == "grid"]
    )
    told = [["".join(piece.text for piece in cell) for cell, _ in row] for row in (*done.rows, *aimed.rows)]
    assert ["低保人数", "人", "480", "770", "12.08", "9.91"] in [row[1:] for row in told]
    assert told[-3][1:] == ["城市低保月保障标准", "元", "480", "770", "10", "12.08", "9.91", "复合增长率", "—"]
    assert told[-2][1:] == ["社会组织数", "个", "1200", "2000", "13", "13.33", "10.76", "简单平均", "—"]
    assert told[-1][4:] == ["3000", "—", "—", "—", "—", "—"]
    assert not any("低保人数" == one["key"] for one in body["dropped"])


def test_体例里的指标都存在_句子里没有写死的数(tmp_path: Path) -> None:
    codes = {code for form in declaring.forms().values() for one in form.sentences() for code in one.codes()}
    codes |= {row.code for form in declaring.forms().values() for row in form.rows}
    for code in codes:
        indicators.get(code)
    for form in declaring.forms().values():
        for one in form.sentences():
            better = indicators.get(one.of).better if one.of else "none"
            told = {"more", "less"} if better == "none" else {"better", "worse"}
            assert not one.of or set(one.cases) & {"more", "less", "better", "worse"} in (set(), told), one.key
    path = tmp_path / "bad.yaml"
    path.write_text(
        "code: bad\nname: 坏\ntitle: 坏\nperiods: [half]\npreamble: [{always: 共5人。}]\nparts: []\n", encoding="utf-8"
    )
    with pytest.raises(declaring.BadForm, match="不能写死数字"):
        declaring._form(path)


def test_命令_写出文件_没有数的句子说清楚(
    officer: Actor, bureau: Organization, fill: Fill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(DIBAO, TOWN, "2026-06", 500)
    out = tmp_path / "总结.md"
    run: Callable[..., object] = CliRunner().invoke
    given = ["generate", "--org", "MZ-01", "--period", "2026H1", "--format", "md", "--out", str(out)]
    done = CliRunner().invoke(command, [*given, "--json"])
    assert done.exit_code == 0, done.output
    assert '"format": "md"' in done.stdout and "保障城乡低保对象500人" in re.sub(
        r"\]\([^)]*\)|\[", "", out.read_text("utf-8")
    )
    for wrong, said in (
        (["--org", "NO"], "没有代码为“NO”的机构"),
        (["--period", "2026-06"], "不能写总结"),
        (["--out", str(tmp_path / "无/a.md")], "不存在"),
    ):
        failed = CliRunner().invoke(command, [*given, *wrong])
        assert failed.exit_code == 2 and said in failed.stderr, run
    with pytest.raises(Refused, match="2021-2025"):
        periods.parse("上半年")
    assert not DIGIT.search(
        writing._plain(
            writing.Writing(officer, bureau, periods.parse("2026H1"), declaring.forms()["half_year"]), "{bare}"
        )
    )
