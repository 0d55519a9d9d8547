"""A batch recomputed on screen: for an auditor, years later, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minzheng.kernel.models import PayBatch
from minzheng.kernel.parts.bodies import DetailBody
from minzheng.kernel.parts.columns import Badge, Link, Money, Text
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.parts.page import Page
from minzheng.kernel.parts.panels import Figure, Figures, Table
from minzheng.kernel.payruns import reading
from minzheng.kernel.payruns.recomputing.batches import LIMIT, Looked, look

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.parts.drawing import Drawing


def _batch(actor: Actor, pk: int) -> Any:
    return reading.batch(actor, pk)


def _looked(batch: PayBatch, drawing: Drawing) -> Looked:
    if "looked" not in drawing.notes:
        drawing.notes["looked"] = look(batch)
    return drawing.notes["looked"]  # type: ignore[no-any-return]


def _figures(batch: PayBatch, drawing: Drawing) -> list[Figure]:
    told = _looked(batch, drawing)
    sha = "与审批时一致" if told.unchanged else "与审批时不一致"
    return [
        Figure("复算应发（元）", yuan_text(told.computed_fen), note=f"{len(told.rows):,} 笔逐笔重算"),
        Figure("批次应发（元）", yuan_text(told.due_fen)),
        Figure("已到账（元）", yuan_text(told.paid_fen)),
        Figure("不符", told.wrong, tone="bad" if told.wrong else "good", note="逐笔见下表"),
        Figure("明细校验码", sha if batch.sha else "尚未审批", tone="good" if told.unchanged else "bad",
               note=batch.sha[:16]),
    ]  # fmt: skip


def _rows(batch: PayBatch, drawing: Drawing) -> Any:
    return sorted(_looked(batch, drawing).rows, key=lambda row: (row.ok, row.seq))[:500]


COLUMNS = (
    Link(lambda row: str(row.seq), "序号", page="payruns.line", args={"pk": "pk"}),
    Link("award_no", "证号", page="awards.detail", args={"pk": "award_id"}),
    Text("payee", "领款人"),
    Text("kind", "类型", narrow=False),
    Money("due_fen", "批次应发（元）"),
    Money("computed_fen", "复算（元）"),
    Badge("verdict", "结论", names={"same": "一致", "differs": "不符"}, tones={"same": "good", "differs": "bad"}),
    Text("told", "说明", narrow=False),
)

PAGES = [
    Page(
        "payruns.recompute", "console/payruns/<int:pk>/recompute/", "独立复算", reading.READ,
        DetailBody(
            _batch,
            (
                Figures("合计", figures=_figures),
                Table("逐笔复算", rows=_rows, columns=COLUMNS, empty="这个批次没有明细。"),
            ),
            title=lambda batch: f"独立复算 {batch.no}",
            subtitle=lambda batch: (
                "由当时的决定、暂停记录和封存的依据，用现行规则程序按当时的规则版本重新算出每一笔；不读批次里的金额。"
                f"超过 {LIMIT:,} 笔的批次请在服务器上用 minzheng payrun audit。"
            ),
            parent="payruns.list",
        ),
        example=first_of(PayBatch.objects.order_by("pk")),
    ),
]  # fmt: skip
