"""登记主动发现：网格员、村（居）和乡镇人员看到、听说有人有困难时用。"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from minzheng.datacenter.monitoring import leads, selectors
from minzheng.datacenter.monitoring.models import Alert
from minzheng.kernel.documents.services import store_attachment
from minzheng.kernel.parts.fields import Choice, LongText, Photo, Text
from minzheng.kernel.parts.page import Done, FormBody, Page
from minzheng.kernel.regions.choices import villages
from minzheng.kernel.regions.codes import covers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.parts.fields import Field


def _fields(actor: Actor, obj: Any) -> Sequence[Field]:
    scopes = actor.scopes(selectors.VISIT)
    places = [one for one in villages() if any(covers(scope, one[0]) for scope in scopes)]
    return (
        Choice("region", "在哪个村（社区）", required=True, options=places, radio_up_to=4),
        Text("who", "是谁（姓名）", max_length=30, help="有档案的会自动对上；不知道姓名的写怎样称呼。"),
        Text("where", "住在哪里", max_length=100),
        Choice("troubles", "什么困难", required=True, many=True, options=tuple((c, w) for c, w, _ in leads.TROUBLES), radio_up_to=20),
        LongText("words", "看到的情况", max_length=500),
        Photo("photos", "照片（没有也可以）", kind="monitor", max_files=leads.MOST_PHOTOS),
    )  # fmt: skip


def _save(actor: Actor, values: dict[str, Any], obj: Any) -> Done:
    told = leads.Told(
        values.get("region") or "", values.get("troubles") or (), values.get("words") or "", values.get("who") or "",
        values.get("where") or "",
    )  # fmt: skip
    leads.check(told)
    kept = [
        store_attachment(case=None, kind="monitor", label="主动发现照片", upload=one, actor=actor).pk
        for one in values.get("photos") or ()
    ]
    lead = leads.report(
        actor=actor, channel=Alert.GRID,
        told=leads.Told(told.region_code, told.troubles, told.words, told.who, told.where, photos=kept),
    )  # fmt: skip
    return Done(f"已登记，回执号 {lead.number}。", reverse("monitor.alert", kwargs={"pk": lead.alert_id}))


PAGES = [
    Page(
        "monitor.report", "console/monitor/report/", "登记主动发现", selectors.VISIT,
        FormBody(
            _fields, _save, submit="登记", parent="monitor.mine",
            lead="走访、巡查时发现有人有困难，不等他来申请，先登记。红色的 24 小时内要有人到户。",
        ),
    ),
]  # fmt: skip
