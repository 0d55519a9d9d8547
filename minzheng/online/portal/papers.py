"""Photos: uploaded when chosen (answer in JSON), or with the form where there are no scripts; remove; view. Only on the
person's own draft or case to be supplemented.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.cases import selectors
from minzheng.kernel.cases.flow import CITIZEN
from minzheng.kernel.documents import services
from minzheng.kernel.documents.errors import DocumentError
from minzheng.kernel.ids import read_number
from minzheng.kernel.items import registry
from minzheng.kernel.parts.fields import Photo
from minzheng.online.portal.rendering import own_case
from minzheng.online.portal.screens import Screen

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case
    from minzheng.kernel.documents.models import Attachment


@dataclass(frozen=True)
class Shown:
    """One as shown on the page."""

    id: int
    url: str
    label: str
    is_image: bool


def by_kind(case: Case) -> dict[str, list[Shown]]:
    """Attachment code → files uploaded, oldest first."""
    found: dict[str, list[Shown]] = defaultdict(list)
    for one in selectors.papers_of(case):
        found[one.kind].append(_shown(one))
    return dict(found)


def _shown(one: Attachment) -> Shown:
    url = reverse("portal.photo", kwargs={"pk": one.case_id, "attachment": one.pk})
    return Shown(one.pk, url, one.label or one.kind, one.content_type.startswith("image/"))


def _photo_field(screen: Screen, name: str) -> Photo | None:
    return next((f for step in screen.steps for f in step.photos if f.name == name), None)


def receive(request: HttpRequest, case: Case, screen: Screen) -> JsonResponse:
    """Take one: ``field``, ``file`` → ``{"id": …}``, or ``{"error": sentence}`` with 422."""
    field = _photo_field(screen, request.POST.get("field", ""))
    upload = request.FILES.get("file")
    if field is None or upload is None:
        return _refused("没有收到照片，请重新选择。")
    kept = case.attachments.filter(removed_at=None, kind=field.kind or field.name).count()
    if kept >= field.max_files:
        return _refused(f"{field.label}最多 {field.max_files} 张，已经有 {kept} 张了。")
    try:
        one = store(request, case, field, upload)
    except DocumentError as error:
        return _refused(str(error))
    return JsonResponse({"id": str(one.pk)})


def _refused(sentence: str) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=422, json_dumps_params={"ensure_ascii": False})


def store(request: HttpRequest, case: Case, field: Photo, upload: Any) -> Attachment:
    return services.store_attachment(
        case=case,
        kind=field.kind or field.name,
        label=field.label,
        upload=upload,
        actor=actor_in(request),
    )


def keep_all(request: HttpRequest, case: Case, screen: Screen) -> list[tuple[str, str]]:
    """Without scripts photos come with the form: take them one by one; returns (sentence, control id) for those
    refused.
    """
    trouble = []
    for field in (f for step in screen.steps for f in step.photos):
        room = field.max_files - case.attachments.filter(removed_at=None, kind=field.kind or field.name).count()
        for i, upload in enumerate(request.FILES.getlist(field.name)):
            if i >= room:
                trouble.append((f"{field.label}最多 {field.max_files} 张，多的没有收下。", f"q-{field.name}"))
                break
            try:
                store(request, case, field, upload)
            except DocumentError as error:
                trouble.append((f"{field.label}：{error}", f"q-{field.name}"))
    return trouble


def remove(request: HttpRequest, case: Case, *, url: str) -> HttpResponse:
    """Remove one of this case (leaves a trace, no longer used)."""
    wanted = read_number(request.POST.get("remove_photo"))
    one = case.attachments.filter(pk=wanted, removed_at=None).first() if wanted is not None else None
    if one is not None:
        services.remove(attachment=one, actor=actor_in(request), reason="本人删去")
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse({"removed": one is not None})
    return HttpResponseRedirect(url)


def _family_kinds(case: Case) -> set[str]:
    """Kinds of papers that families hand in: photos of the form, and of the acts that are theirs to do."""
    item = registry.get(case.item_code)
    form = {f.kind or f.name for step in item.form.steps for f in step.photos}
    own = {f.kind or f.name for act in item.flow.acts if CITIZEN in act.by for f in act.fields if isinstance(f, Photo)}
    return form | own | {"consent"}


def photo(request: HttpRequest, pk: int, attachment: int) -> HttpResponse:
    """View one photo of one's own case: what the family handed in, never what others did (visits, objections)."""
    case = own_case(request, pk)
    one = case.attachments.filter(pk=attachment, removed_at=None).first()
    if one is None or one.kind not in _family_kinds(case):
        raise Http404
    body, kind = services.open_attachment(one)
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = "inline"
    response["X-Content-Type-Options"] = "nosniff"
    return response
