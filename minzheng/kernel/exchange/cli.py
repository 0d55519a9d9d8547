"""`minzheng import caseload`: a bureau's existing rolls, on the server's own command line.

Who may use the server's shell stands above posts; still, with `--made-by` and `--approved-by` the two people are named
and checked, and both stand in the audit. Totals that do not tie stay a trial unless a reason is given."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from minzheng.kernel.command_line import staff_or_system
from minzheng.kernel.exchange.caseload import batches, mapping, store
from minzheng.kernel.exchange.caseload.errors import BadMapping, UnreadableFile
from minzheng.kernel.exchange.models import ImportBatch

REPORTED = ("rows", "accepted", "rejected", "bad", "ignored", "households", "persons", "awards", "total_fen",
            "new_households", "new_persons", "new_awards", "unchanged", "tied")  # fmt: skip


@click.group("import")
def imports() -> None:
    """导入存量数据。"""


@imports.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "map_file", type=click.Path(path_type=Path), required=True, help="列的对应（YAML）。")
@click.option("--dry-run", is_flag=True, help="只试算，不入库。")
@click.option("--reason", default="", help="合计与对照数不符时仍要入库的理由。")
@click.option("--made-by", default="", help="经办人的用户名（数据管理员）；默认由系统记名。")
@click.option("--approved-by", default="", help="批准人的用户名（县级审核确认人员），须与经办人不同。")
@click.option("--rejects", type=click.Path(path_type=Path), help="退回的行写到哪里，默认在原文件旁。")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def caseload(
    file: Path, map_file: Path, dry_run: bool, reason: str, made_by: str, approved_by: str, rejects: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    """导入一份花名册；有退回的行或合计不符时退出码为 1，文件改好可再导入，已在系统里的不会重复。"""
    told = mapping.from_file(map_file)
    if not told.region:
        raise BadMapping(f"对应文件 {map_file} 里要写 region（县级区划代码）。")
    maker, approver = staff_or_system(made_by, "--made-by"), staff_or_system(approved_by, "--approved-by")
    batch = batches.upload(actor=maker, name=file.name, content=_content(file), region_code=told.region)
    batch = batches.set_mapping(actor=maker, pk=batch.pk, told=told.as_json())
    batch = batches.check(actor=maker, pk=batch.pk, progress=None if as_json else _say)
    reject_file = _write_rejects(batch, rejects or file.with_suffix("")) if batch.report["rejected"] else None
    held = _hold_back(batch, reason)
    if not dry_run and not held and batch.report["new_persons"] + batch.report["new_awards"]:
        batches.submit(actor=maker, pk=batch.pk, reason=reason)
        batches.approve(actor=approver, pk=batch.pk)
        batch = batches.load(actor=approver, pk=batch.pk, progress=None if as_json else _say)
    _tell(batch, reject_file, "" if dry_run else held, as_json)
    sys.exit(1 if batch.report["rejected"] or batch.report["differences"] or (held and not dry_run) else 0)


def _hold_back(batch: ImportBatch, reason: str) -> str:
    """Why this stays a trial; "" when it may be loaded."""
    if batch.tied or reason.strip() or not batch.control:
        return ""
    return "合计与对照数不符：请改正后再导入，或用 --reason 写明仍要入库的理由。"


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"文件 {file} 读不出来（{error.strerror}），请检查路径和权限。") from None


def _write_rejects(batch: ImportBatch, base: Path) -> Path:
    """The reject file, for this user alone (it holds people's numbers)."""
    kind = "csv" if batch.file_name.lower().endswith(("csv", "txt")) else "xlsx"
    path = base if base.suffix.lower() in (".csv", ".xlsx") else base.with_name(f"{base.name}.rejected.{kind}")
    path.touch(mode=0o600)
    path.write_bytes(store.get(batch.pk, "rejects"))
    return path


def _tell(batch: ImportBatch, reject_file: Path | None, held: str, as_json: bool) -> None:
    report = batch.report
    if as_json:
        answer: dict[str, Any] = {name: report[name] for name in REPORTED}
        answer |= {
            "reject_file": str(reject_file) if reject_file else None,
            "loaded": batch.state == "loaded", "batch": str(batch.pk), "totals": report["totals"],
            "differences": report["differences"], "warnings": report["warnings"],
        }  # fmt: skip
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    for one in report["problems"]:
        click.echo(f"第 {one['line']} 行：{one['reason']}{one['fix']}")
    for one in report["differences"][:20]:
        click.echo(f"第 {one['line']} 行与系统里的不同（没有改动）：{one['what']}")
    for line in report["totals"]:
        if line["control"] and not line["ok"]:
            click.echo(f"合计不符：{line['town']} {line['item']}，入库后 {line['after']}，对照数 {line['control']}")
    verb = "已入库" if batch.state == "loaded" else "试算"
    click.echo(
        f"{verb}：共 {report['rows']} 行，合格 {report['accepted']}，退回 {report['rejected']}，合计行 {report['ignored']}；"
        f"新增 {report['new_households']} 户 {report['new_persons']} 人 {report['new_awards']} 项待遇，"
        f"已在系统里 {report['unchanged']} 户。"
    )
    if reject_file:
        click.echo(f"退回的行和原因写在 {reject_file}，改好后可再导入；里面有身份证号，用完请删除。")
    if held:
        click.echo(held)


def _say(rows: int) -> None:
    click.echo(f"已读 {rows} 行", err=True)
