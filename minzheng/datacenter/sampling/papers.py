"""The report of a sample on paper and as a workbook. Sums only: no name, no number of a file."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst
from django.conf import settings

from minzheng.datacenter.sampling import selectors, words
from minzheng.datacenter.sampling.models import SampleUnit
from minzheng.datacenter.sampling.proof import replay
from minzheng.kernel.documents.typesetting.rendering import one_at_a_time
from minzheng.kernel.exports import services as exports
from minzheng.kernel.oversight.papers import agency, stamp_line
from minzheng.kernel.pages.exporting import files, making
from minzheng.policy.figures_xlsx import Book

if TYPE_CHECKING:
    from minzheng.datacenter.sampling.models import Sample
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.parts.drawing import Drawing

XLSX = files.XLSX
LAYOUTS = Path(__file__).resolve().parent / "typst"
COLUMNS = ("stratum", "size", "drawn", "done", "wrong", "rate", "range", "method", "fen", "fen_range")
NOTE = (
    "差错率按各层总体加权推算；区间的算法逐行注明。差错金额为多发减少发，没有查出金额差错时，上限按差错率上限乘以总体金额计，偏于保守。"
    "差错不到 10 个的，金额区间只供参考。"
)


def report(sample: Sample, actor: Actor) -> bytes:
    """The PDF. About half a second."""
    told, names = selectors.report(sample), words.names_of(sample)
    lines = [told.whole, *(told.strata if len(told.strata) > 1 else ())]
    data = {
        "agency": agency(), "stamp": stamp_line(actor), "title": sample.title, "no": sample.no, "facts": facts(sample),
        "verdict": told.sentence, "lines": [[words.cells(one, names)[key] or "—" for key in COLUMNS] for one in lines],
        "kinds": [[words.ERRORS[kind], str(count), words.money(fen)] for kind, count, fen in kinds(sample)],
        "steps": [[step.title, step.problem or "相符"] for step in replay(sample)],
        "population_sha": sample.population_sha, "seed_sha": sample.seed_sha, "seed": sample.revealed_seed, "note": NOTE,
    }  # fmt: skip
    with one_at_a_time:
        made = _compiler().compile(
            input=str(LAYOUTS / "report.typ"), format="pdf", sys_inputs={"d": json.dumps(data, ensure_ascii=False)}
        )
    return bytes(made)


@cache
def _compiler() -> Any:
    return typst.Compiler(root=str(LAYOUTS), font_paths=[str(settings.FONT_DIR)], ignore_system_fonts=True)


def facts(sample: Sample) -> list[tuple[str, str]]:
    told = [
        ("抽查对象", words.SUBJECTS[sample.subject]),
        ("范围", words.scope_line(sample)),
        ("方案", words.design_line(sample)),
        ("总体和样本", f"{sample.size:,} 个中抽 {sample.wanted:,} 个；总体金额 {words.money(sample.fen)} 元"),
        ("组织人", sample.created_name),
        (
            "公布、抽取",
            f"{sample.published_at:%Y-%m-%d}，{sample.drawn_at:%Y-%m-%d}" if sample.drawn_at else "尚未抽取",
        ),
    ]
    return told + ([("完成", f"{sample.closed_at:%Y-%m-%d}")] if sample.closed_at else [])


def kinds(sample: Sample) -> list[tuple[str, int, int]]:
    """(kind, how many, fen) of the errors, the most frequent first."""
    found: dict[str, list[int]] = {}
    for kind, fen in SampleUnit.objects.filter(sample=sample, result="wrong").values_list("error_kind", "error_fen"):
        row = found.setdefault(kind, [0, 0])
        row[0], row[1] = row[0] + 1, row[1] + fen
    return sorted(((kind, count, fen) for kind, (count, fen) in found.items()), key=lambda one: (-one[1], one[0]))


def workbook(sample: Sample, drawing: Drawing) -> bytes:
    """The same as a workbook, entered as an export and marked like every other."""
    told, names = selectors.report(sample), words.names_of(sample)
    lines = [words.cells(one, names) for one in (told.whole, *told.strata)]
    wanted = exports.Wanted(
        page="sampling.workbook", title="抽样报告", query=f"?sample={sample.no}", filters=f"{sample.no} {sample.title}",
        columns=("汇总", "推算", "差错类型", "复算"), rows=len(lines), unmasked=False, format="xlsx", purpose="抽样检查报告",
    )  # fmt: skip
    entered = exports.ask(actor=drawing.actor, wanted=wanted, post=making.posts(drawing.actor, selectors.READ)[0])
    mark = making.mark_of(entered, rows=len(lines), total=len(lines))
    book = Book(
        lambda sheet: files.print_marks(sheet, mark),
        {"title": sample.title, "author": mark.who, "company": mark.post, "keywords": mark.no, "comments": mark.line},
    )
    files.note_sheet(book.book, mark)
    summary = [("名称", sample.title), ("编号", sample.no), ("结论", told.sentence), *facts(sample), ("说明", NOTE)]
    book.facts(
        "汇总",
        [*summary, ("总体摘要", sample.population_sha), ("种子摘要", sample.seed_sha), ("种子", sample.revealed_seed)],
    )
    labels = ("层", "总体", "样本", "已查", "有差错", "差错率", "置信区间", "算法", "差错金额（元）", "金额区间（元）")
    book.table("推算", labels, (), [([line[key] for key in COLUMNS], {}) for line in lines])
    rows = [([words.ERRORS[kind]], {"count": count, "fen": fen}) for kind, count, fen in kinds(sample)]
    book.table("差错类型", ("类型",), (("count", "个数", False), ("fen", "差错金额（元）", True)), rows)
    book.table("复算", ("核对", "结果"), (), [([step.title, step.problem or "相符"], {}) for step in replay(sample)])
    return book.close()
