"""把账号和本人档案连起来。

第一次申请的人还没有档案；提交时按身份证号建档。只有档案确实是这次新建的、手机号就是登录的手机号时才连上：已有的档案
可能装着别人家的情况，光凭知道姓名和身份证号不能打开，要到窗口核实身份。
"""

from __future__ import annotations

from django.db import transaction

from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.accounts.models import User
from minzheng.kernel.audit import services as audit
from minzheng.kernel.cases.models import Case


@transaction.atomic
def link_new_file(*, actor: Actor, case_id: int) -> bool:
    """连上则返回 True。替别人申请（手机号不同）、档案原来就有的，都不连。"""
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
    if not fresh or declared != user.phone or case.created_by_id != user.pk:
        return False
    user.person, user.name = person, person.name
    user.save(update_fields=["person", "name"])
    audit.record(actor=actor, action="accounts.link_person", obj=user, region_code=case.region_code)
    return True
