"""监督: 紧急查阅与复核, 异常发现, 谁看过某人的档案, 群众的询问, 审计链头."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from minzheng.kernel.accounts.roles import title
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.oversight import glass, purposes, questions
from minzheng.kernel.oversight.models import GlassBreak, ReadQuestion
from minzheng.kernel.pages.oversight import findings, heads, reads
from minzheng.kernel.pages.oversight import glass as glass_views
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Column, MaskedName, Moment, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Choice, LongText
from minzheng.kernel.parts.filters import ByChoice, DateRange
from minzheng.kernel.parts.page import ActionBody, BoardBody, Custom, DetailBody, Done, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Facts
from minzheng.kernel.subjects.models import Person

VERDICT_TONES = {"": "wait", "justified": "good", "unjustified": "bad"}


def _by_verdict(rows: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
    return rows.filter(verdict="" if value == "none" else value)


def _glass(actor: Any, pk: int) -> GlassBreak | None:
    return glass.visible_to(actor).filter(pk=pk).select_related("person").first()


def _glasses(actor: Any) -> QuerySet[GlassBreak]:
    return glass.visible_to(actor).select_related("person")


def _questions(actor: Any) -> QuerySet[ReadQuestion]:
    return questions.visible_to(actor).select_related("person")


def _question(actor: Any, pk: int) -> ReadQuestion | None:
    return _questions(actor).filter(pk=pk).first()


def _review(actor: Any, obj: GlassBreak, values: dict[str, Any]) -> Done:
    glass.review(actor=actor, pk=obj.pk, justified=values["verdict"] == "justified", text=values["review"])
    return Done("已复核，结论记入审计。", reverse("oversight.glass_detail", kwargs={"pk": obj.pk}))


def _answer(actor: Any, obj: ReadQuestion, values: dict[str, Any]) -> Done:
    questions.answer(actor=actor, pk=obj.pk, text=values["answer"])
    return Done("已答复，群众会在手机上看到。", reverse("oversight.questions"))


def _asked_about(question: ReadQuestion) -> str:
    """The reading in question, in words."""
    entry = AuditEntry.objects.filter(pk=question.entry_id).first() if question.entry_id else None
    if entry is None:
        return "没有指明某一次查阅"
    from django.utils import timezone

    when = f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M}"
    return f"{when} {entry.actor_name}（{title(entry.role)}）{entry.reason}"


def _example(model: Any) -> Any:
    def call() -> dict[str, int] | None:
        pk = model.objects.filter(person__is_demo=True).order_by("-pk").values_list("pk", flat=True).first()
        return {"pk": pk} if pk else None

    return call


_person_example = first_of(Person.objects.filter(is_demo=True).order_by("pk"))


GLASS: tuple[Column, ...] = (
    Moment("opened_at", "打开时间", sort="opened_at"),
    Text("user_name", "查阅人"),
    Text(lambda row: f"{row.organization} {row.post}".strip(), "单位与岗位"),
    MaskedName("person.name", "被查阅人", region="region_code"),
    Region("region_code", "档案所在地"),
    Text(lambda row: purposes.codes("glass")[row.reason_code].title, "事由"),
    Badge("verdict", "复核", names=dict(GlassBreak.VERDICTS), tones=VERDICT_TONES),
)
QUESTIONS: tuple[Column, ...] = (
    Moment("asked_at", "提出时间", sort="asked_at"),
    MaskedName("person.name", "群众", region="region_code"),
    Region("region_code", "档案所在地"),
    Badge("kind", "类别", names=dict(ReadQuestion.KINDS), tones={"complaint": "warn"}),
    Badge("state", "状态", names=dict(ReadQuestion.STATES), tones={"open": "wait", "answered": "good"}),
)

PAGES = [
    Page(
        "oversight.findings",
        "console/audit/findings/",
        "异常发现",
        "audit.read",
        BoardBody(findings.PANELS, context=lambda drawing, kwargs: {"subtitle": findings.lead()}),
        menu=Menu("监督", 20, "eye"),
    ),
    Page(
        "oversight.reads_find",
        "console/audit/persons/",
        "查谁看过某人的档案",
        "audit.read",
        Custom(reads.find),
        menu=Menu("监督", 30, "search", "谁看过某人"),
    ),
    Page(
        "oversight.person_reads",
        "console/audit/persons/<int:pk>/",
        "谁看过这份档案",
        "audit.read",
        Custom(reads.person_reads, methods=("GET",)),
        example=_person_example,
        reads="审计：查看查阅记录",
    ),
    Page(
        "oversight.head",
        "console/audit/head/",
        "审计链头",
        "audit.anchor",
        Custom(heads.head),
        menu=Menu("监督", 60, "log"),
    ),
    Page(
        "oversight.glass",
        "console/break-glass/",
        "紧急查阅",
        "person.break_glass",
        Custom(glass_views.start),
        menu=Menu("档案", 90, "eye"),
    ),
    Page(
        "oversight.glass_file",
        "console/break-glass/<int:pk>/",
        "紧急查阅的档案",
        "person.break_glass",
        Custom(glass_views.file, methods=("GET",)),
        example=glass_views.glass_example,
        reads="紧急查阅",
    ),
    Page(
        "oversight.glasses",
        "console/glass/",
        "紧急查阅记录",
        "glass.read",
        ListBody(
            _glasses,
            GLASS,
            sort="-opened_at",
            link=("oversight.glass_detail", {"pk": "pk"}),
            filters=(
                ByChoice("verdict", "复核", choices=(("none", "待复核"), *GlassBreak.VERDICTS[1:]), by=_by_verdict),
                DateRange("opened", "日期", field="opened_at", moment=True),
            ),
            lead="本地区群众的档案被范围以外的工作人员紧急打开的每一次；由审计管理员逐条复核。",
            empty="没有紧急查阅。外地工作人员紧急打开本地区群众的档案后，会列在这里。",
        ),
        menu=Menu("监督", 40, "eye"),
    ),
    Page(
        "oversight.glass_detail",
        "console/glass/<int:pk>/",
        "紧急查阅",
        "glass.read",
        DetailBody(
            _glass,
            (
                Facts("查阅", items=(*GLASS, Moment("expires_at", "到期"))),
                Facts("情况说明", columns=1, items=(Text("text", "说明"),)),
                Facts(
                    "复核",
                    columns=1,
                    items=(
                        Text("reviewed_name", "复核人"),
                        Moment("reviewed_at", "复核时间"),
                        Text("review", "意见"),
                    ),
                    when=lambda row: bool(row.verdict),
                ),
            ),
            actions=(
                Action(
                    "复核",
                    "oversight.glass_review",
                    icon="check",
                    primary=True,
                    args={"pk": "pk"},
                    when=lambda row: not row.verdict,
                ),
                Action("谁看过这份档案", "oversight.person_reads", icon="eye", args={"pk": "person_id"}),
            ),
            parent="oversight.glasses",
        ),
        example=_example(GlassBreak),
        reads="查看紧急查阅记录",
    ),
    Page(
        "oversight.glass_review",
        "console/glass/<int:pk>/review/",
        "复核紧急查阅",
        "audit.review",
        ActionBody(
            _glass,
            _review,
            fields=(
                Choice("verdict", "结论", required=True, options=list(GlassBreak.VERDICTS[1:])),
                LongText(
                    "review",
                    "复核意见",
                    required=True,
                    max_length=500,
                    help="写明核实了什么：与谁联系、依据什么。结论不能再改。",
                ),
            ),
            question="紧急查阅的理由是否成立？",
            submit="提交复核",
            parent="oversight.glasses",
        ),
        example=_example(GlassBreak),
    ),
    Page(
        "oversight.questions",
        "console/audit/questions/",
        "群众对查阅的询问",
        "audit.review",
        ListBody(
            _questions,
            QUESTIONS,
            sort="-asked_at",
            link=("oversight.question", {"pk": "pk"}),
            filters=(
                ByChoice("state", "状态", choices=ReadQuestion.STATES),
                ByChoice("kind", "类别", choices=ReadQuestion.KINDS),
            ),
            empty="没有询问。群众在手机上对某次查阅提出询问或投诉后，会列在这里。",
        ),
        menu=Menu("监督", 50, "inbox"),
    ),
    Page(
        "oversight.question",
        "console/audit/questions/<int:pk>/",
        "询问",
        "audit.review",
        DetailBody(
            _question,
            (
                Facts("询问", items=QUESTIONS),
                Facts("内容", columns=1, items=(Text(_asked_about, "所问的查阅"), Text("text", "群众说"))),
                Facts(
                    "答复",
                    columns=1,
                    items=(
                        Text("answered_name", "答复人"),
                        Moment("answered_at", "时间"),
                        Text("answer", "内容"),
                    ),
                    when=lambda row: row.state == "answered",
                ),
            ),
            actions=(
                Action(
                    "答复",
                    "oversight.answer",
                    icon="check",
                    primary=True,
                    args={"pk": "pk"},
                    when=lambda row: row.state == "open",
                ),
                Action("谁看过这份档案", "oversight.person_reads", icon="eye", args={"pk": "person_id"}),
            ),
            parent="oversight.questions",
        ),
        example=_example(ReadQuestion),
        reads="答复群众询问",
    ),
    Page(
        "oversight.answer",
        "console/audit/questions/<int:pk>/answer/",
        "答复询问",
        "audit.review",
        ActionBody(
            _question,
            _answer,
            fields=(LongText("answer", "答复", required=True, max_length=500, help="群众会在手机上看到这段话。"),),
            question="把核实的情况用平常话告诉群众。",
            submit="答复",
            parent="oversight.questions",
        ),
        example=_example(ReadQuestion),
    ),
]
