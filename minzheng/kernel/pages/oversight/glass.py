"""紧急查阅: name the person exactly, say why, read one file for some minutes."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from minzheng.kernel import clock
from minzheng.kernel.awards.models import Award
from minzheng.kernel.cases.models import Case, CaseMember
from minzheng.kernel.ids import read_number
from minzheng.kernel.oversight import glass, purposes
from minzheng.kernel.oversight.errors import OversightRefused
from minzheng.kernel.oversight.limits import limit
from minzheng.kernel.oversight.models import GlassBreak
from minzheng.kernel.pages import files
from minzheng.kernel.pages.drawing import draw, drawing_of, drawn_panels
from minzheng.kernel.parts import hidden
from minzheng.kernel.parts.columns import Badge, Date, Number, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.panels import Facts, Table
from minzheng.kernel.regions.selectors import region_name
from minzheng.kernel.subjects import masking
from minzheng.kernel.subjects.models import Person

_USE = "glass"


def start(request: HttpRequest) -> HttpResponse:
    """Two steps on one address, both by POST: the number never stands in an address. Between them the person travels
    as a token that only this officer's browser can use."""
    drawing = drawing_of(request)
    refusals: list[str] = []
    person: Person | None = None
    if request.method == "POST":
        try:
            if request.POST.get("step") == "open":
                person = _chosen(request, drawing.actor.id)
                opened = glass.break_glass(
                    actor=drawing.actor,
                    person_id=person.pk,
                    reason_code=request.POST.get("reason", ""),
                    text=request.POST.get("text", ""),
                )
                return HttpResponseRedirect(reverse("oversight.glass_file", kwargs={"pk": opened.pk}))
            person = glass.identify(
                actor=drawing.actor, id_no=request.POST.get("id_no", ""), name=request.POST.get("name", "")
            )
        except OversightRefused as error:
            refusals = error.sentences
    return draw(
        request,
        "console/glass.html",
        request.page,  # type: ignore[attr-defined]
        status=422 if refusals else 200,
        refusals=refusals,
        person=_masked(person) if person else None,
        token=hidden.hide(str(person.pk), user_id=drawing.actor.id, use=_USE) if person else "",
        reasons=purposes.codes("glass").values(),
        chosen=request.POST.get("reason", ""),
        text=request.POST.get("text", ""),
        id_no=request.POST.get("id_no", ""),
        name=request.POST.get("name", ""),
        limits={name: limit(f"BREAK_GLASS_{name}") for name in ("MINUTES", "PER_DAY", "TEXT")},
        mine=_mine(drawing),
    )


def _chosen(request: HttpRequest, user_id: int | None) -> Person:
    token = request.POST.get("person", "")
    # A bare number is refused: only the token proves that number and name were given.
    number = read_number(hidden.show(token, user_id=user_id, use=_USE)) if token.startswith(hidden.MARK) else None
    person = Person.objects.filter(pk=number).first() if number else None
    if person is None:
        raise OversightRefused("页面停留太久，请重新填写身份证号码和姓名。")
    return person


def _masked(person: Person) -> dict[str, str]:
    """What is shown before a reason is given."""
    return {
        "name": masking.mask_name(person.name),
        "id_no": masking.mask_id(person.id_no),
        "place": region_name(person.region_code[:6].ljust(12, "0")) or "外地",
    }


def _mine(drawing: Drawing) -> list[dict[str, Any]]:
    now = clock.now()
    rows = []
    for one in glass.own(drawing.actor).select_related("person")[:10]:
        rows.append(
            {
                "at": one.opened_at,
                "who": masking.mask_name(one.person.name),
                "reason": purposes.codes("glass")[one.reason_code].title,
                "verdict": one.get_verdict_display(),
                "url": reverse("oversight.glass_file", kwargs={"pk": one.pk}) if one.expires_at > now else "",
            }
        )
    return rows


def _cases(person: Person, drawing: Drawing) -> Any:
    inside = CaseMember.objects.filter(person_id=person.pk).values("case_id")
    rows = Case.objects.filter(pk__in=inside) | Case.objects.filter(applicant_id=person.pk)
    return rows.exclude(state="DRAFT").distinct().defer("form").order_by("-pk")[:30]


def _awards(person: Person, drawing: Drawing) -> Any:
    rows = Award.objects.filter(payee_id=person.pk) | Award.objects.filter(members__person_id=person.pk)
    return rows.distinct().order_by("-first_month")[:30]


#: Nothing here is a link: the glass shows this one file, not what lies behind it.
PANELS = (
    Facts(
        "基本情况",
        items=(
            Text("name", "姓名"),
            Badge("sex", "性别", names=dict(Person.SEXES)),
            Date("birth_date", "出生日期"),
            Region("region_code", "档案所在地"),
            Date("death_date", "死亡日期"),
        ),
    ),
    Table(
        "家庭关系",
        rows=lambda person, drawing: person.memberships.filter(superseded_at=None).order_by("-valid_from"),
        columns=(Text("relation", "与户主关系"), Date("valid_from", "自"), Date("valid_to", "至")),
        empty="没有登记家庭。",
    ),
    Table(
        "办件",
        rows=_cases,
        columns=(
            Text("no", "办件编号"),
            Text(lambda case: files.item_title(case.item_code), "事项"),
            files.state_badge(),
            Date("submitted_at", "提交日期"),
        ),
        empty="没有办件。",
    ),
    Table(
        "待遇",
        rows=_awards,
        columns=(
            Text(lambda award: files.item_title(award.item_code), "事项"),
            Number("persons", "人数"),
            Badge("state", "状态", names=dict(Award.STATES), tones=files.AWARD_TONES),
            Date("first_month", "起发月"),
        ),
        empty="没有享受待遇。",
    ),
)


def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file behind the glass, while it is open; afterwards it does not exist for this officer."""
    drawing = drawing_of(request)
    found = glass.through_glass(drawing.actor, pk)
    if found is None:
        raise Http404("没有找到。")
    opened, person = found
    return draw(
        request,
        "console/glass_file.html",
        request.page,  # type: ignore[attr-defined]
        title=f"紧急查阅：{person.name}",
        lines=files.sensitive_lines(person, drawing, {}),
        reason=purposes.codes("glass")[opened.reason_code].title,
        until=timezone.localtime(opened.expires_at),
        panels=drawn_panels(PANELS, person, drawing),
    )


def glass_example() -> dict[str, int] | None:
    pk = GlassBreak.objects.filter(person__is_demo=True).order_by("-pk").values_list("pk", flat=True).first()
    return {"pk": pk} if pk else None
