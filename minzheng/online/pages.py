"""The citizens' pages: addresses begin with ``m/`` (home page and objections excepted); the permission here decides who may
enter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from minzheng.kernel.pages import examples
from minzheng.kernel.parts.page import CITIZEN, Custom, Page
from minzheng.online.portal import papers, signing
from minzheng.online.portal.views import (
    account,
    acting,
    apply,
    consents,
    contact,
    discovering,
    helping,
    home,
    mine,
    objection,
    policy,
    public,
    session,
    what,
    who_read,
)

_POST = ("GET", "POST")


def _example(**wanted: Any) -> Callable[[], Mapping[str, Any] | None]:
    """Address arguments of a fitting case of the demo county, or None."""

    def find() -> Mapping[str, Any] | None:
        case = examples.case(**wanted)
        return {"pk": case.pk} if case else None

    return find


def _first_item() -> Mapping[str, Any] | None:
    from minzheng.kernel.items import registry

    items = registry.portal_items()
    return {"item": items[0].code} if items else None


def _first_benefit() -> Mapping[str, Any]:
    from minzheng.policy import load_ruleset

    return {"code": load_ruleset().benefit_codes()[0]}


def _draft() -> Mapping[str, Any] | None:
    found = _example(state="DRAFT")()
    return {**found, "screen": 1} if found else None


def _draft_only() -> Mapping[str, Any] | None:
    return _example(state="DRAFT")()


def _paid_award() -> Mapping[str, Any] | None:
    from minzheng.kernel.payruns.corrections.selectors import demonstrated

    pk = demonstrated()
    return {"pk": pk} if pk else None


def _mandate() -> Mapping[str, Any] | None:
    from minzheng.kernel.subjects.mandate_models import Mandate

    pk = Mandate.objects.filter(is_demo=True).order_by("pk").values_list("pk", flat=True).first()
    return {"pk": pk} if pk else None


def _withdrawal() -> Mapping[str, Any] | None:
    found = _example(state="SUBMITTED")()
    return {**found, "act": "withdraw"} if found else None


def _photo() -> Mapping[str, Any] | None:
    one = examples.attachment()
    return {"pk": one.case_id, "attachment": one.pk} if one else None


def _paper() -> Mapping[str, Any] | None:
    one = examples.document()
    return {"pk": one.pk} if one else None


def _link() -> Mapping[str, Any] | None:
    one = examples.member()
    return {"token": signing.own_phone_url(one).rstrip("/").rpartition("/")[2]} if one else None


def _posted() -> Mapping[str, Any] | None:
    from minzheng.kernel import clock
    from minzheng.kernel.cases.publicity import public_lists

    row = public_lists.current(clock.today()).filter(case__is_demo=True).order_by("pk").first()
    return {"code": row.region_code, "mark": public_lists.mark_of(row)} if row else None


def _posted_step() -> Mapping[str, Any] | None:
    found = _posted()
    return {**found, "step": 1} if found else None


def _page(code: str, path: str, title: str, permission: str | None, view: Any, **extra: Any) -> Page:
    return Page(f"portal.{code}", path, title, permission, Custom(view, methods=_POST), audience="portal", **extra)


PAGES = [
    _page("home", "", "首页", None, home.home),
    _page("sign_in", "m/sign-in/", "登录", None, session.sign_in),
    _page("item", "m/items/<str:item>/", "事项说明", None, public.item, example=_first_item),
    _page("policy", "m/policy/<str:code>/", "待遇规定", None, policy.policy, example=_first_benefit),
    _page("what", "m/what/", "我能享受什么", None, what.what),
    _page("discovery", "m/found/", "我发现有人有困难", None, discovering.tell),
    _page("discovery_sent", "m/found/sent/", "收到了", None, discovering.sent),
    _page("discovery_answer", "m/found/answer/", "查反映的情况", None, discovering.answer),
    _page("progress", "m/progress/", "查进度", None, public.progress),
    _page("objection_sent", "publicity/objection/sent/", "收到了", None, objection.sent),
    _page("objection_answer", "publicity/objection/answer/", "查异议答复", None, objection.answer),
    _page(
        "objection", "publicity/<str:code>/object/<slug:mark>/", "提意见", None, objection.objection, example=_posted
    ),
    _page(
        "objection_step",
        "publicity/<str:code>/object/<slug:mark>/<int:step>/",
        "提意见",
        None,
        objection.objection,
        example=_posted_step,
    ),
    _page(
        "objection_photo", "publicity/objection/photo/<slug:mark>/<int:attachment>/", "异议照片", None, objection.photo
    ),
    _page("start", "m/apply/<str:item>/", "开始申请", CITIZEN, apply.start, example=_first_item),
    _page("draft", "m/draft/<int:pk>/<int:screen>/", "填写申请", CITIZEN, apply.screen, example=_draft),
    _page("photo", "m/case/<int:pk>/photo/<int:attachment>/", "照片", CITIZEN, papers.photo, example=_photo),
    _page("whom", "m/apply/<str:item>/whom/", "给谁申请", CITIZEN, apply.whom, example=_first_item),
    _page("drop_draft", "m/draft/<int:pk>/drop/", "删掉草稿", CITIZEN, helping.drop_draft, example=_draft_only),
    _page("mandates", "m/mandates/", "替我办、我替谁办", CITIZEN, helping.overview),
    _page("mandate_give", "m/mandates/give/", "让别人替我办", CITIZEN, helping.give),
    _page("mandate_claim", "m/mandates/claim/", "替家人办", CITIZEN, helping.claim),
    _page("mandate_take", "m/mandates/<int:pk>/take/", "接受委托", CITIZEN, helping.take_up, example=_mandate),
    _page("mandate_revoke", "m/mandates/<int:pk>/revoke/", "解除委托", CITIZEN, helping.revoke, example=_mandate),
    _page("mandate_begin", "m/mandates/<int:pk>/apply/<str:item>/", "替他申请", CITIZEN, helping.begin),
    _page("mine", "m/mine/", "我的办件", CITIZEN, mine.mine),
    _page("case", "m/case/<int:pk>/", "办理进度", CITIZEN, mine.case, example=_example(state="SUBMITTED")),
    _page("sent", "m/case/<int:pk>/sent/", "提交好了", CITIZEN, mine.sent, example=_example(state="SUBMITTED")),
    _page(
        "supplement",
        "m/case/<int:pk>/supplement/",
        "补齐材料",
        CITIZEN,
        acting.supplement,
        example=_example(state="SUPPLEMENT"),
    ),
    _page("act", "m/case/<int:pk>/do/<slug:act>/", "办理", CITIZEN, acting.act, example=_withdrawal),
    _page(
        "decision", "m/case/<int:pk>/decision/", "审核结果", CITIZEN, mine.decision, example=_example(state="REJECTED")
    ),
    _page("follow", "m/case/<int:pk>/follow/<str:item>/", "转为申请其他救助", CITIZEN, acting.follow),
    _page("document", "m/document/<int:pk>/", "文书", CITIZEN, mine.document, example=_paper),
    _page("payments", "m/payments/", "我的发放", CITIZEN, mine.payments),
    _page("account", "m/account/<int:pk>/", "更正收款账户", CITIZEN, account.account, example=_paid_award),
    _page("inbox", "m/messages/", "我的消息", CITIZEN, mine.inbox),
    _page("contact", "m/contact/", "怎样联系我", CITIZEN, contact.contact),
    _page("who_read", "m/who-read/", "谁看过我的档案", CITIZEN, who_read.who_read),
    _page("consents", "m/sign/", "签授权书", CITIZEN, consents.waiting),
    _page("consent_link", "m/sign/<str:token>/", "签授权书", CITIZEN, consents.by_link, example=_link),
]
