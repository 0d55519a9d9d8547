"""Signing consents: one entry per adult member: here on this phone, on one's own phone, on paper and photographed, or
by a guardian.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core import signing
from django.core.files.base import ContentFile
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.cases import selectors, services
from minzheng.kernel.cases.drafting import consents
from minzheng.kernel.cases.drafting.members import adult
from minzheng.kernel.cases.errors import NotFound, Refused
from minzheng.kernel.cases.selectors import ConsentLine
from minzheng.kernel.documents import services as documents
from minzheng.kernel.documents.errors import DocumentError
from minzheng.kernel.links import absolute
from minzheng.kernel.subjects import mandates
from minzheng.online.portal import words

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case, CaseMember, Consent

PNG = "data:image/png;base64,"
MOST_SIGNATURE = 400_000
KIND = "consent"
SALT = "portal.consent"
LINK_DAYS = 30

Errors = list[tuple[str, str]]


@dataclass(frozen=True)
class Signer:
    """One member to sign. ``error_at`` is the id of the control in error."""

    member: CaseMember
    consent: Consent | None
    text: str
    who: str
    error: str
    is_self: bool
    optional: bool = False
    away: bool = False  # signs elsewhere: whoever holds the phone only acts under a mandate
    child: bool = False  # a child who applies without an adult of the family: the guardian signs, on paper

    @property
    def signed(self) -> bool:
        return self.consent is not None

    @property
    def link(self) -> str:
        return own_phone_url(self.member)

    @property
    def phone_tail(self) -> str:
        """The last four digits of the phone given for this member; empty when none was, and then signing on one's own
        phone is not possible.
        """
        return str((self.member.declared or {}).get("phone") or "")[-4:]

    @property
    def key(self) -> str:
        return f"c{self.member.seq}"

    @property
    def how(self) -> str:
        if self.consent is None:
            return ""
        return f"{self.consent.get_method_display()}，{words.date_words(timezone.localtime(self.consent.signed_at).date())}"


def lines(case: Case, errors: Mapping[str, str], actor: Actor) -> list[Signer]:
    """Who has to sign, in the order of the family; minors do not, unless they apply without an adult."""
    found = []
    mandate = (
        mandates.acting(actor, case) if case.applicant_id is None or case.applicant_id != actor.person_id else None
    )
    away = mandate is not None and mandate.kind == "entrust"
    for line in selectors.consent_lines(case):
        if not (line.needed or line.welcome):
            continue
        member = line.member
        who = "，".join(p for p in (member.relation, words.id_words(member.id_no, short=True)) if p)
        if line.welcome:
            who = f"{who}，不住在一起。不签也能提交，由工作人员按您填的调查"
        child = not adult(member, clock.today())
        if child:
            who = f"{who}，由监护人签"
        error = next((text for target, text in errors.items() if target.startswith(f"c{member.seq}-")), "")
        found.append(
            Signer(
                member,
                line.consent,
                consents.text_for(case, member),
                who,
                error,
                member.relation == "本人" and mandate is None and not child,
                line.welcome,
                away,
                child,
            )
        )
    return found


def own_phone_url(member: CaseMember) -> str:
    """Where a member signs on their own phone: for this person only, valid thirty days, and signed in with their own
    number. The public address is in the settings.
    """
    token = signing.dumps(str(member.pk), salt=SALT)
    return absolute(reverse("portal.consent_link", kwargs={"token": token}))


def line_of_link(token: str, actor: Actor) -> tuple[ConsentLine | None, str]:
    """Link → (the entry this person is to sign, ""); (None, why) when it cannot be signed."""
    try:
        pk = int(signing.loads(token, salt=SALT, max_age=LINK_DAYS * 86400))
    except signing.SignatureExpired:
        return None, "这个链接过期了，请家人重新发一个。"
    except (signing.BadSignature, ValueError):
        return None, "这个链接不完整，请家人重新发一个，整段复制。"
    member = selectors.member_asked(pk)
    if member is None:
        return None, "申请里的家人改过了，请家人重新发一个链接。"
    if not consents.is_same_person(member, actor):
        return None, "登录的手机号和申请里给您填的不一样。请退出后用那个手机号登录，或请家人改正手机号。"
    line = next((one for one in selectors.consent_lines(member.case) if one.member.pk == pk), None)
    if line is None or not (line.needed or line.welcome):
        return None, "您不用签授权书。"
    return (line, "") if line.consent is None else (None, "您已经签好了，不用再签。")


def sign_from_post(request: HttpRequest, case: Case, member: str) -> Errors:
    """Take one member's signature; (sentence, control id) when incomplete. Posting again what is signed already is no
    error.
    """
    line = next((one for one in selectors.consent_lines(case) if str(one.member.pk) == member), None)
    if line is None:
        return [("没有这位家人，可能刚才删去了。请刷新后再签。", "")]
    if line.consent is not None:
        return []
    key, method = f"c{line.member.seq}", request.POST.get(f"c{line.member.seq}-method", "same_phone")
    try:
        if method == "same_phone":
            return _face_to_face(request, case, line.member, key)
        return _on_paper(request, case, line.member, key, method)
    except (Refused, DocumentError, NotFound) as error:
        return [(f"{line.member.name}：{error}", f"{key}-method-0")]


def _face_to_face(request: HttpRequest, case: Case, member: CaseMember, key: str) -> Errors:
    errors = []
    if request.POST.get(f"{key}-name", "").replace(" ", "") != member.name.replace(" ", ""):
        errors.append((f"{member.name}：请一字不差地填写姓名“{member.name}”。", f"{key}-name"))
    if request.POST.get(f"{key}-agree") != "yes":
        errors.append((f"{member.name}：请先勾选“我看过，同意”。", f"{key}-agree"))
    picture = signature(request.POST.get(f"{key}-ink", ""))
    if picture is None:
        errors.append((f"{member.name}：请在方框里用手指写下名字。", f"{key}-ink-box"))
    if errors or picture is None:
        return errors
    stored = documents.store_attachment(
        case=case,
        kind=KIND,
        label=f"{member.name}的签名",
        upload=picture,
        actor=actor_in(request),
    )
    _record(request, case, member, "same_phone", stored.pk)
    return []


def _on_paper(request: HttpRequest, case: Case, member: CaseMember, key: str, method: str) -> Errors:
    photo = request.FILES.get(f"{key}-paper")
    guardian = request.POST.get(f"{key}-guardian", "").strip()
    errors = []
    if method == "guardian" and not guardian:
        errors.append((f"{member.name}：请填写监护人的姓名。", f"{key}-guardian"))
    if photo is None:
        errors.append((f"{member.name}：请拍下签好字的授权书。", f"{key}-paper"))
    if errors or photo is None:
        return errors
    stored = documents.store_attachment(
        case=case,
        kind=KIND,
        label=f"{member.name}的授权书",
        upload=photo,
        actor=actor_in(request),
    )
    _record(request, case, member, method, stored.pk, guardian if method == "guardian" else "")
    return []


def _record(
    request: HttpRequest, case: Case, member: CaseMember, method: str, attachment: int | None, guardian: str = ""
) -> None:
    services.sign_consent(
        case_id=case.pk,
        member_id=member.pk,
        method=method,
        actor=actor_in(request),
        attachment_id=attachment,
        guardian_name=guardian,
    )


def signature(data_url: str) -> ContentFile[bytes] | None:
    """The PNG from the canvas; not a PNG, too large or blank all count as not signed."""
    if not data_url.startswith(PNG) or len(data_url) > MOST_SIGNATURE:
        return None
    try:
        raw = base64.b64decode(data_url[len(PNG) :], validate=True)
    except (binascii.Error, ValueError):
        return None
    return ContentFile(raw, name="signature.png") if raw else None


def sign_on_own_phone(request: HttpRequest, line: ConsentLine) -> Errors:
    """A member signed in with their own number signs their own consent."""
    key = f"c{line.member.seq}"
    errors = []
    if request.POST.get(f"{key}-agree") != "yes":
        errors.append(("请先勾选“我看过，同意”。", f"{key}-agree"))
    picture = signature(request.POST.get(f"{key}-ink", ""))
    if picture is None:
        errors.append(("请在方框里用手指写下您的名字。", f"{key}-ink-box"))
    if errors or picture is None:
        return errors
    try:
        stored = documents.store_attachment(
            case=line.member.case,
            kind=KIND,
            label=f"{line.member.name}的签名",
            upload=picture,
            actor=actor_in(request),
        )
        _record(request, line.member.case, line.member, "own_phone", stored.pk)
    except (Refused, DocumentError) as error:
        return [(str(error), "")]
    return []
