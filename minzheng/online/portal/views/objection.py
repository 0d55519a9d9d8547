"""Objecting to a posted row on a phone: what, photos, who, the code; then a receipt by which the answer is read.

Anybody may; a signed-in account makes no difference and is not noted. Without scripts it works the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts import citizens
from minzheng.kernel.accounts.actors import ANONYMOUS
from minzheng.kernel.accounts.addresses import client_address
from minzheng.kernel.accounts.errors import AccountError
from minzheng.kernel.cases.objections import intake, selectors
from minzheng.kernel.cases.objections.errors import ObjectionRefused, TooLate
from minzheng.kernel.cases.publicity import public_lists
from minzheng.kernel.cases.publicity.pages import unkept
from minzheng.kernel.documents import services as documents
from minzheng.kernel.documents.errors import DocumentError
from minzheng.kernel.documents.throttle import allow
from minzheng.kernel.ids import read_number
from minzheng.kernel.items import registry
from minzheng.kernel.items.forms import Step
from minzheng.kernel.parts.fields import Photo, clean_fields, raw_value
from minzheng.kernel.regions import codes
from minzheng.online.portal import asking, objecting
from minzheng.online.portal.objecting import STEPS, Said
from minzheng.online.portal.papers import Shown
from minzheng.online.portal.rendering import Errors, show

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Publicity

CODE_STEP = len(STEPS) + 1
HOUR = 3600
SENT_AN_HOUR, PHOTOS_AN_HOUR, READ_A_MINUTE = 10, 40, 20
TOO_MANY = "这个网络今天提交得太多了，请过一小时再来，或到乡镇（街道）窗口当面说。"


def objection(request: HttpRequest, code: str, mark: str, step: int = 1) -> HttpResponse:
    """One screen of an objection to the row of this mark."""
    posted = _posted(code, mark)
    if posted is None:
        return unkept(show(request, "objection_over", "公示已经结束", back="publicity.places", status=410))
    said = objecting.load(request, mark)
    if step > 1 and not _said_what(said):
        return HttpResponseRedirect(_url(code, mark, 1))
    if step == CODE_STEP and said.named:
        return _code_step(request, posted, said, code)
    if not 1 <= step <= len(STEPS):
        raise Http404
    if request.method == "POST":
        return _posted_step(request, posted, said, code, step)
    return _draw(request, posted, said, code, step)


def _said_what(said: Said) -> bool:
    """Whether the first screen was filled in so that it can be sent."""
    try:
        intake.checked_content(said.text("content"))
    except ObjectionRefused:
        return False
    return bool(said.text("subject"))


def _posted(code: str, mark: str) -> Publicity | None:
    """The posted row, or one whose publicity is over while nothing is decided."""
    today = clock.today()
    try:
        place = codes.full(code)
        return public_lists.find(place, mark, today) or public_lists.find_late(place, mark, today)
    except codes.BadRegionCode:
        return None


def _posted_step(request: HttpRequest, posted: Publicity, said: Said, code: str, step: int) -> HttpResponse:
    now, here = STEPS[step - 1], _url(code, said.mark, step)
    if now.photos:
        answer = _photos(request, said, here)
        if answer is not None:
            return answer
    plain = now.plain_fields
    raw = {f.name: raw_value(f, request.POST, None) for f in plain}
    values, errors = clean_fields(plain, raw)
    said.values |= {f.name: values.get(f.name) or "" for f in plain} | {n: raw[n] for n in errors}
    try:
        if "content" in values:
            intake.checked_content(values["content"])
        if values.get("name"):
            intake.checked_name(values["name"])
    except ObjectionRefused as error:
        errors["content" if "content" in values else "name"] = str(error)
    objecting.keep(request, said)
    if errors:
        return _draw(request, posted, said, code, step, errors)
    if step < len(STEPS):
        return HttpResponseRedirect(_url(code, said.mark, step + 1))
    if said.named:
        said.sent = False
        objecting.keep(request, said)
        return HttpResponseRedirect(_url(code, said.mark, CODE_STEP))
    return _send(request, posted, said, code)


def _photos(request: HttpRequest, said: Said, here: str) -> HttpResponse | None:
    """Take or remove photos; None when the screen goes on."""
    wanted = read_number(request.POST.get("remove_photo"))
    if wanted is not None:
        said.photos = [pk for pk in said.photos if pk != wanted]
        objecting.keep(request, said)
        if request.headers.get("X-Requested-With") == "fetch":
            return JsonResponse({"removed": True})
        return HttpResponseRedirect(here)
    if request.POST.get("do") == "photo":
        trouble = _store(request, said, [request.FILES.get("file")])
        if trouble:
            return JsonResponse({"error": trouble}, status=422, json_dumps_params={"ensure_ascii": False})
        return JsonResponse({"id": str(said.photos[-1])})
    _store(request, said, request.FILES.getlist("proofs"))
    return None


def _store(request: HttpRequest, said: Said, uploads: list[Any]) -> str:
    """Keep photos as attachments of no case; returns "" or the sentence for the one refused."""
    for upload in uploads:
        if upload is None:
            return "没有收到照片，请重新选择。"
        if len(said.photos) >= intake.MAX_PHOTOS:
            return f"照片最多 {intake.MAX_PHOTOS} 张。"
        if not allow("objection.photo", client_address(request), tries=PHOTOS_AN_HOUR, seconds=HOUR):
            return TOO_MANY
        try:
            kept = documents.store_attachment(
                case=None, kind="objection", label="异议照片", upload=upload, actor=ANONYMOUS
            )
        except DocumentError as error:
            return str(error)
        said.photos.append(kept.pk)
        objecting.keep(request, said)
    return ""


def _code_step(request: HttpRequest, posted: Publicity, said: Said, code: str) -> HttpResponse:
    """The code sent to the phone: proves that the answer reaches whoever wrote."""
    phone, sent, error = said.text("phone"), None, ""
    if request.method == "POST" and request.POST.get("do") == "enter":
        try:
            citizens.confirm_phone(phone=phone, code=request.POST.get("code", ""), address=client_address(request))
        except AccountError as refused:
            error = str(refused)
        else:
            return _send(request, posted, said, code)
    elif not said.sent or request.POST.get("do") == "send":
        try:
            sent = citizens.send_login_code(phone=phone, address=client_address(request))
        except AccountError as refused:
            error = str(refused)
        else:
            said.sent = True
            objecting.keep(request, said)
    errors = [(error, "code")] if error else []
    return _show(
        request, "objection_code", posted, said, code, CODE_STEP, errors, phone=phone, sent=sent, code_error=error
    )


def _send(request: HttpRequest, posted: Publicity, said: Said, code: str) -> HttpResponse:
    step = CODE_STEP if said.named else len(STEPS)
    if not allow("objection", client_address(request), tries=SENT_AN_HOUR, seconds=HOUR):
        return _draw(request, posted, said, code, len(STEPS), whole=TOO_MANY)
    try:
        receipt = intake.submit(
            publicity=posted,
            subject=said.text("subject"),
            content=said.text("content"),
            name=said.text("name") if said.named else "",
            phone=said.text("phone") if said.named else "",
            photos=said.photos,
        )
    except TooLate:
        return unkept(show(request, "objection_over", "公示已经结束", back="publicity.places", status=410))
    except ObjectionRefused as error:
        return _draw(request, posted, said, code, min(step, len(STEPS)), whole=str(error))
    objecting.forget(request)
    request.session[objecting.RECEIPT] = receipt.code
    request.session[objecting.AFTERWARDS] = public_lists.late_open(posted, clock.today())
    return HttpResponseRedirect(reverse("portal.objection_sent"))


def sent(request: HttpRequest) -> HttpResponse:
    """The receipt, shown to the browser that sent the objection."""
    found = selectors.by_receipt(str(request.session.get(objecting.RECEIPT, "")))
    if found is None:
        return HttpResponseRedirect(reverse("portal.objection_answer"))
    late = bool(request.session.get(objecting.AFTERWARDS))
    return unkept(show(request, "objection_sent", "收到了", back="publicity.places", found=found, late=late))


def answer(request: HttpRequest) -> HttpResponse:
    """The answer by receipt number."""
    typed = request.POST.get("code", "").strip()
    found, errors = None, []
    if request.method == "POST":
        if not allow("objection.answer", client_address(request), tries=READ_A_MINUTE, seconds=60):
            errors.append(("查得太频繁了，请过一分钟再试。", "code"))
        elif not typed:
            errors.append(("请填写回执号。", "code"))
        else:
            found = selectors.by_receipt(typed)
            if found is None:
                errors.append(("没有查到。请对照回执重新输入，像 YY-8K3M-Q7TR-2WXN。", "code"))
    return unkept(
        show(
            request, "objection_answer", "查异议答复", errors=errors, back="publicity.places", found=found, typed=typed
        )
    )


def photo(request: HttpRequest, mark: str, attachment: int) -> HttpResponse:
    """A photo just uploaded, for the browser that uploaded it."""
    if attachment not in objecting.load(request, mark).photos:
        raise Http404
    one = selectors.loose_photo(attachment)
    if one is None:
        raise Http404
    body, kind = documents.open_attachment(one)
    response = HttpResponse(body, content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    return unkept(response)


def _url(code: str, mark: str, step: int) -> str:
    if step == 1:
        return reverse("portal.objection", kwargs={"code": code, "mark": mark})
    return reverse("portal.objection_step", kwargs={"code": code, "mark": mark, "step": step})


def _draw(
    request: HttpRequest,
    posted: Publicity,
    said: Said,
    code: str,
    step: int,
    errors: dict[str, str] | None = None,
    whole: str = "",
) -> HttpResponse:
    now: Step = STEPS[step - 1]
    files = {"objection": [_shown(said, pk) for pk in said.photos]}
    sheet = asking.sheet(now, said.values, errors, files=files)
    summary = ([(whole, "")] if whole else []) + sheet.errors
    return _show(request, "objection", posted, said, code, step, summary, sheet=sheet)


def _shown(said: Said, pk: int) -> Shown:
    url = reverse("portal.objection_photo", kwargs={"mark": said.mark, "attachment": pk})
    return Shown(pk, url, "异议照片", True)


def _show(
    request: HttpRequest,
    template: str,
    posted: Publicity,
    said: Said,
    code: str,
    step: int,
    errors: Errors,
    **context: Any,
) -> HttpResponse:
    item = registry.get(posted.case.item_code)
    late = public_lists.late_open(posted, clock.today())
    # What hung for its days hangs no longer: the row itself is not shown again.
    row = None if late else public_lists.posted_row(posted, item)
    back = _url(code, said.mark, step - 1) if step > 1 else reverse("publicity.place", kwargs={"code": code})
    count = CODE_STEP if said.named or step == CODE_STEP else len(STEPS)
    context |= {
        "late": intake.AFTERWARDS if late else "",
        "row": row,
        "item": item,
        "step": step,
        "count": count,
        "here": _url(code, said.mark, step),
    }
    has_photos = step <= len(STEPS) and any(isinstance(f, Photo) for f in STEPS[step - 1].fields)
    return unkept(
        show(request, template, "提意见", errors=errors, back=back, has_photos=has_photos, anonymous=True, **context)
    )
