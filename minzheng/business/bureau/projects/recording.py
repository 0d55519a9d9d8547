"""One act of a project: the row that the stage is folded from, and its line in the audit log."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from minzheng.business.bureau.projects.errors import Refused
from minzheng.business.bureau.projects.models import Project, ProjectAct, ProjectPhoto
from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.documents import services as documents
from minzheng.kernel.documents.errors import UploadRefused

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: Kinds of act → title on the timeline.
TITLES = {
    "create": "录入", "import": "导入", "edit": "更正资料", "plan": "修改计划", "move": "阶段", "progress": "填报进度", "money": "登记资金",
    "milestone": "节点", "problem": "提出问题", "mend": "整改", "close": "问题销号", "return": "整改退回", "photo": "上传照片",
    "unphoto": "移除照片", "change": "调整", "score": "绩效评价",
}  # fmt: skip
#: What uploads of a project are kept as.
KIND = "project"


def locked(project: Project) -> Project:
    """The row, locked until the transaction ends: acts of one project follow one another."""
    rows = Project.objects.select_for_update(of=("self",)).select_related("library", "category")
    return rows.get(pk=project.pk)


def act(
    actor: Actor, project: Project, kind: str, *, on: datetime.date | None = None, to_stage: str = "", document: str = "",
    words: str = "", evidence: Sequence[int] = (), data: Mapping[str, Any] | None = None,
) -> ProjectAct:  # fmt: skip
    """Write the next act of a locked project and its audit line."""
    last = ProjectAct.objects.filter(project=project).order_by("-seq").values_list("seq", flat=True).first() or 0
    row = ProjectAct.objects.create(
        project=project, region_code=project.region_code, seq=last + 1, kind=kind, from_stage=project.stage if to_stage else "",
        to_stage=to_stage, on=on or clock.today(), document=document[:80], words=words[:500],
        evidence=[str(pk) for pk in evidence], data=dict(data or {}), made_by=actor.user, made_name=actor.name[:60],
    )  # fmt: skip
    audit.record(
        actor=actor, action=f"project.{kind}", obj=project, region_code=project.region_code, reason=words[:200],
        detail={"project": project.no, "act": row.seq, **({"to": to_stage} if to_stage else {})},
    )  # fmt: skip
    return row


def keep(
    actor: Actor, project: Project, uploads: Iterable[Any], *, caption: str, taken_on: datetime.date, problem: Any = None
) -> list[ProjectPhoto]:  # fmt: skip
    """Store photographs and papers of a project. Raises Refused for a file that cannot be accepted."""
    kept = []
    for one in uploads:
        try:
            paper = documents.store_attachment(case=None, kind=KIND, label=caption, upload=one, actor=actor)
        except UploadRefused as error:
            raise Refused(str(error)) from error
        kept.append(
            ProjectPhoto.objects.create(
                project=project, region_code=project.region_code, attachment_id=paper.pk, stage=project.stage, problem=problem,
                caption=caption[:80], taken_on=taken_on, picture=paper.content_type != "application/pdf",
            )
        )  # fmt: skip
    return kept
