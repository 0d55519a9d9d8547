"""Of a batch's page: the files that went to the bank and came back, and which sources the money came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from minzheng.kernel.funds import sources as funds
from minzheng.kernel.parts.columns import Badge, Column, Moment, Money, Number, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.payruns.figures import tables
from minzheng.kernel.payruns.models import PayBatch


@dataclass(frozen=True)
class FileLink(Text):
    """The file's name; whoever may download it gets a link."""

    def cell(self, row: Any, drawing: Drawing) -> str:
        if not drawing.actor.can("pay.finance", row.region_code):
            return self.text(row, drawing)
        return format_html('<a href="{}">{}</a>', reverse("payruns.file", kwargs={"pk": row.pk}), row.name)


@dataclass(frozen=True)
class Rejected(Number):
    """How many records were not booked; opens the list of them with the reasons."""

    def cell(self, row: Any, drawing: Drawing) -> str:
        if not row.rejected:
            return str(row.rejected)
        return format_html(
            '<a href="{}">{}</a>', reverse("payruns.rejects", kwargs={"pk": row.pk}), f"{row.rejected:,}"
        )


FILES: tuple[Column, ...] = (
    Badge("direction", "方向", names={"out": "报盘", "back": "回盘"}, tones={"out": "info", "back": "plain"}),
    FileLink("name", "文件名", css="wrap-anywhere file-name"),
    Number("lines", "笔数"),
    Money("total_fen", "金额（元）"),
    Number("paid", "到账"),
    Number("returned", "退回"),
    Number("unknown", "不明"),
    Rejected("rejected", "不予入账"),
    Text(lambda row: f"整份拒收：{row.refusal}" if row.refusal else row.made_name, "经办人、说明"),
    Moment("made_at", "时间"),
)


def files(batch: PayBatch, drawing: Drawing) -> Any:
    return batch.bank_files.order_by("made_at", "pk")


@dataclass(frozen=True)
class Source:
    title: str
    fen: int


def sources(batch: PayBatch, drawing: Drawing) -> list[Source]:
    """What each source of money paid of this batch, from the ledger."""
    drawn = tables.drawn_by([batch]).get(batch.pk, {})
    return [Source(source_title(code), fen) for code, fen in sorted(drawn.items())]


def source_title(code: str) -> str:
    found = funds.sources().get(code)
    return found.title if found else code


SOURCES: tuple[Column, ...] = (Text("title", "资金来源"), Money("fen", "金额（元）"))
