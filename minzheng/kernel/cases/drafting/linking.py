"""Join an account to the person's own file.

Whoever applies for the first time has no file; submitting makes one by ID number. It is linked only when the file
really was made just now and its phone is the one signed in with: a file that already existed may hold another family's
circumstances, and knowing a name and an ID number is not enough to open it: identity is then verified at the window.
"""

from __future__ import annotations

from django.db import transaction

from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.accounts.models import User
from minzheng.kernel.audit import services as audit
from minzheng.kernel.cases.models import Case


@transaction.atomic
def link_new_file(*, actor: Actor, case_id: int) -> bool:
    """True when linked. Neither an application for somebody else (another phone) nor a file that already existed is
    linked.
    """
    if actor.id is None or not actor.is_citizen or actor.person_id is not None:
        return False
    case = Case.objects.select_related("applicant").get(pk=case_id)
    person, user = case.applicant, User.objects.select_for_update().get(pk=actor.id)
    declared = (case.form.get("applicant") or {}).get("phone") or ""
    fresh = (
        person is not None
        and person.created_at >= case.created_at
        and not User.objects.filter(person_id=person.pk).exists()
    )
    if case.mandates.exists() or not fresh or declared != user.phone or case.created_by_id != user.pk:
        return False
    user.person, user.name = person, person.name
    user.save(update_fields=["person", "name"])
    audit.record(actor=actor, action="accounts.link_person", obj=user, region_code=case.region_code)
    return True
