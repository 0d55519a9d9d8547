"""The life of a batch: uploaded → tried → submitted → approved and loaded → perhaps undone. Maker and approver differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto import sealing
from minzheng.kernel.exchange.caseload import mapping as maps
from minzheng.kernel.exchange.caseload import store
from minzheng.kernel.exchange.caseload.errors import ImportRefused
from minzheng.kernel.exchange.caseload.load import Loader
from minzheng.kernel.exchange.caseload.sheets import MAX_BYTES, Table
from minzheng.kernel.exchange.caseload.trial import Trial
from minzheng.kernel.exchange.models import ImportBatch, MappingTemplate
from minzheng.kernel.regions import codes
from minzheng.kernel.subjects.selectors import DEMO_PROVINCE

Progress = Callable[[int], None]
#: Any number that nothing else in this database locks: one load of a caseload at a time.
LOCK = 0x63617365
_KINDS = ("xlsx", "xls", "csv", "txt")


def _acting(actor: Actor, permission: str, region_code: str) -> Actor:
    if actor.is_system:
        return actor
    post = actor.can(permission, region_code)
    if post is None:
        who = "数据管理员" if permission == "caseload.import" else "县级审核确认人员"
        raise ImportRefused(f"您的岗位不能办理这一步，请由负责该地区的{who}办理。")
    return actor.acting_as(post).at_address(actor.address)


@transaction.atomic
def upload(*, actor: Actor, name: str, content: bytes, region_code: str) -> ImportBatch:
    """Keep a file, sealed. Raises ImportRefused for a kind or size that cannot be read."""
    code = codes.full(region_code)
    acting = _acting(actor, "caseload.import", code)
    kind = name.rpartition(".")[2].lower()
    if kind not in _KINDS:
        raise ImportRefused("只能导入 .xlsx、.xls 或 .csv 文件；WPS 表格请另存为 .xlsx。")
    if not content or len(content) > MAX_BYTES:
        raise ImportRefused(f"文件是空的，或超过 {MAX_BYTES >> 20} MB：请核对，或按乡镇分成几个文件。")
    maps.guess_head(Table(content, name))  # a file that cannot be read is refused now, not on the next page
    batch = ImportBatch.objects.create(
        region_code=code, file_name=name[-120:], file_sha=sealing.sm3(content), file_size=len(content),
        made_by=actor.user,
    )  # fmt: skip
    store.put(batch.pk, "file", content)
    _record(acting, "caseload.upload", batch, {"bytes": len(content), "sm3": batch.file_sha})
    return batch


def table_of(batch: ImportBatch) -> Table:
    return Table(store.get(batch.pk, "file"), batch.file_name, (batch.mapping or {}).get("sheet", ""))


@transaction.atomic
def set_mapping(*, actor: Actor, pk: int, told: dict[str, Any], template: str = "") -> ImportBatch:
    """Which column is what; a template name keeps it for the next file. Raises BadMapping."""
    batch = _locked(pk, "uploaded", "checked", "returned", "failed")
    acting = _acting(actor, "caseload.import", batch.region_code)
    mapping = maps.make({**told, "region": batch.region_code[:6]})
    maps.find_head(Table(store.get(pk, "file"), batch.file_name, mapping.sheet), mapping)
    batch.mapping, batch.control = mapping.as_json(), list(mapping.control)
    batch.state, batch.report, batch.tied, batch.message = "uploaded", {}, False, ""
    batch.save(update_fields=["mapping", "control", "state", "report", "tied", "message"])
    if template.strip():
        spec = {key: value for key, value in mapping.as_json().items() if key not in ("control", "sheet")}
        MappingTemplate.objects.update_or_create(
            region_code=batch.region_code, name=template.strip()[:60], defaults={"spec": spec, "created_by": actor.user}
        )
    _record(acting, "caseload.map", batch, {"columns": len(mapping.columns), "template": template.strip()})
    return batch


def check(*, actor: Actor, pk: int, progress: Progress | None = None) -> ImportBatch:
    """试算: report and reject file; no row of the caseload is written."""
    with transaction.atomic():
        batch = _locked(pk, "uploaded", "checking", "checked", "returned", "failed")
        acting = _acting(actor, "caseload.import", batch.region_code)
        if not batch.mapping:
            raise ImportRefused("还没有对列：请先指明各列是什么。")
    trial = Trial(table_of(batch), maps.make(batch.mapping), batch.region_code, on_row=progress or _quiet)
    trial.run()
    report = trial.report()
    with transaction.atomic():
        batch = _locked(pk, "uploaded", "checking", "checked", "returned", "failed")
        _keep_rejects(batch.pk, trial)
        batch.report, batch.tied, batch.state = report, bool(report["tied"]), "checked"
        batch.progress, batch.message = int(report["rows"]), ""
        batch.save(update_fields=["report", "tied", "state", "progress", "message"])
        _record(acting, "caseload.check", batch, _figures(report))
    return batch


@transaction.atomic
def begin_check(*, actor: Actor, pk: int) -> ImportBatch:
    """A trial that a job will do: the batch says so meanwhile."""
    batch = _locked(pk, "uploaded", "checked", "returned", "failed")
    _acting(actor, "caseload.import", batch.region_code)
    batch.state, batch.progress = "checking", 0
    batch.save(update_fields=["state", "progress"])
    return batch


def _quiet(rows: int) -> None:
    return None


def _keep_rejects(pk: int, trial: Trial) -> None:
    assert trial.rejects is not None
    if trial.rejects.count:
        store.put(pk, "rejects", trial.rejects.content())
    else:
        store.drop(pk, "rejects")


@transaction.atomic
def submit(*, actor: Actor, pk: int, reason: str = "") -> ImportBatch:
    """Hand a tried batch to the approver. Untied totals or rejected rows need a reason."""
    batch = _locked(pk, "checked")
    acting = _acting(actor, "caseload.import", batch.region_code)
    report = batch.report
    if not report.get("new_awards") and not report.get("new_persons"):
        raise ImportRefused("这一批没有可以入库的新内容：行都已在系统里，或都被退回。")
    if not batch.tied and not reason.strip():
        raise ImportRefused(
            [], {"reason": "合计与对照数不符（或没有给对照数）：请改正后再试算，或写明仍要入库的理由。"}
        )
    batch.state, batch.submitted_at, batch.untied_reason = "submitted", clock.now(), reason.strip()[:200]
    batch.made_by = batch.made_by or actor.user
    batch.save(update_fields=["state", "submitted_at", "untied_reason", "made_by"])
    _record(acting, "caseload.submit", batch, _figures(report), reason=reason.strip())
    return batch


@transaction.atomic
def send_back(*, actor: Actor, pk: int, reason: str) -> ImportBatch:
    """The approver does not agree."""
    batch = _locked(pk, "submitted")
    acting = _acting(actor, "caseload.approve", batch.region_code)
    if not reason.strip():
        raise ImportRefused([], {"reason": "请写明退回的原因。"})
    batch.state, batch.message = "returned", reason.strip()[:300]
    batch.save(update_fields=["state", "message"])
    _record(acting, "caseload.return", batch, {}, reason=reason.strip())
    return batch


@transaction.atomic
def approve(*, actor: Actor, pk: int) -> ImportBatch:
    """The second person's yes: the batch may be loaded (`load`, usually by a job). Raises ImportRefused for the maker."""
    batch = _locked(pk, "submitted")
    acting = _acting(actor, "caseload.approve", batch.region_code)
    if actor.id is not None and actor.id == batch.made_by_id:
        raise ImportRefused("经办人不能批准自己的导入，请由另一名县级审核确认人员批准。")
    batch.state, batch.approved_by, batch.progress = "loading", actor.user, 0
    batch.save(update_fields=["state", "approved_by", "progress"])
    _record(acting, "caseload.approve", batch, _figures(batch.report), reason=batch.untied_reason)
    return batch


def load(*, actor: Actor, pk: int, progress: Progress | None = None) -> ImportBatch:
    """Write an approved batch: everything in one transaction, or nothing. Safe to run again after a kill.

    Raises ImportRefused when the database changed since the trial so that other rows would be written."""
    with transaction.atomic():
        batch = _locked(pk, "loading", "loaded")
        if batch.state == "loaded":
            return batch
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        trial = Trial(table_of(batch), maps.make(batch.mapping), batch.region_code, on_row=progress or _quiet)
        invented = codes.covers(DEMO_PROVINCE, batch.region_code)
        Loader(batch, trial, invented).run()
        report = trial.report(written=True)
        agreed = ("rows", "accepted", "rejected", "new_persons", "new_households", "new_awards", "total_fen")
        if any(report[key] != batch.report.get(key) for key in agreed):
            raise ImportRefused("试算以后系统里的数据有变化，写入的行会与批准的不同：请退回，重新试算。")
        batch.state, batch.loaded_at, batch.progress = "loaded", clock.now(), int(report["rows"])
        batch.report, batch.tied, batch.message = report, bool(report["tied"]), ""
        batch.save(update_fields=["state", "loaded_at", "progress", "report", "tied", "message"])
        _record(actor, "caseload.load", batch, _figures(report), reason=batch.untied_reason)
    return batch


@transaction.atomic
def failed(*, pk: int, sentence: str) -> None:
    """A load or trial that could not be done: the reason is kept with the batch; a loading batch waits for its maker."""
    batch = ImportBatch.objects.select_for_update().get(pk=pk)
    if batch.state in ("checking", "loading"):
        batch.state, batch.message = ("failed" if batch.state == "checking" else "returned"), sentence[:300]
        batch.save(update_fields=["state", "message"])


def _locked(pk: int, *states: str) -> ImportBatch:
    batch = ImportBatch.objects.select_for_update().filter(pk=pk).first()
    if batch is None:
        raise ImportRefused("没有这一批，或不在您的办理范围内。")
    if batch.state not in states:
        raise ImportRefused(f"这一批现在是“{batch.get_state_display()}”，不能办这一步，请刷新后再看。")
    return batch


def _figures(report: dict[str, Any]) -> dict[str, Any]:
    names = ("rows", "accepted", "rejected", "households", "persons", "awards", "total_fen", "tied")
    return {name: report.get(name) for name in names}


def _record(actor: Actor, action: str, batch: ImportBatch, detail: dict[str, Any], reason: str = "") -> None:
    audit.record(
        actor=actor, action=action, obj=batch, region_code=batch.region_code, reason=reason, detail=detail
    )  # fmt: skip
