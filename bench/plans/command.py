"""``python -m bench plans``: precision and recall on the labelled public documents, tuned and held out."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from minzheng.business.bureau.plans import measuring

LABELS = Path(__file__).with_name("labels.yaml")
#: Rules were written and tuned on these; the others were looked at once when the rules were done.
TUNED = ("000.txt", "002.txt")


@click.command("plans")
@click.option(
    "--documents", default=lambda: os.environ.get("MINZHENG_PLAN_DOCUMENTS", ""), help="标注过的公开文件所在文件夹。"
)
@click.option("--json", "as_json", is_flag=True, help="标准输出只有 JSON。")
def plans(documents: str, as_json: bool) -> None:
    """量计划文件的读取：数值（值、单位、比较）和主语各自的准确率与找全率。"""
    labels = measuring.read_labels(LABELS)
    scores = measuring.score_files(labels, Path(documents)) if documents else {}
    if not scores:
        click.echo(
            "计划读取：没有量。请用 --documents 或 MINZHENG_PLAN_DOCUMENTS 指定五份公开文件所在文件夹。", err=True
        )
        return
    halves = {
        title: {name: score for name, score in scores.items() if (name in TUNED) == tuned}
        for title, tuned in (("调规则用的", True), ("没有用来调的", False))
    }
    if as_json:
        click.echo(json.dumps({title: _total(half) for title, half in halves.items()}, ensure_ascii=False, indent=1))
        return
    for title, half in halves.items():
        click.echo(f"计划读取：{title}一半\n{measuring.text(half)}\n")


def _total(half: dict[str, measuring.Score]) -> dict[str, object]:
    total = measuring.Score()
    for score in half.values():
        total.add(score)
    return total.as_json()
