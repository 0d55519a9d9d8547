"""A second repeating group on a screen (people elsewhere who owe support), and a question asked of some members only."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from minzheng.kernel.cases.models import Case
from minzheng.kernel.items import registry
from minzheng.online.portal import asking
from minzheng.online.portal.screens import screens_of
from minzheng.online.tests.conftest import APPLICANT, HOME, ITEM, id_no, screen_url

pytestmark = pytest.mark.django_db
SINGLE = "只为这一位单独申请低保"
SON: dict[str, Any] = {
    "0.name": "赵志高", "0.relation": "子女", "0.status": "none", "0.family_size": "3", "0.family_income": "6000",
    "0.supports": "1", "0.supports_here": "1", "0.basis": "none",
}  # fmt: skip


def test_没有不住在一起的子女_不画空框_直接下一步(zhou: Client, draft: str) -> None:
    home = screen_url(draft, 4)
    page = zhou.get(home).content.decode()
    assert "第 4 步，共 6 步" in page and "添加一位不住在一起的子女等" in page and 'name="0.name"' not in page
    answer = zhou.post(home, {**HOME, "do": "next"})
    assert answer.status_code == 302 and answer["Location"] == screen_url(draft, 5)


def test_加一位_填错留着_删掉就没有(zhou: Client, draft: str) -> None:
    home = screen_url(draft, 4)
    added = zhou.post(home, {**HOME, "do": "add_row"})
    page = zhou.get(added["Location"].partition("#")[0]).content.decode()
    assert 'name="0.name"' in page and "新加一位" in page and 'value="8600' in page
    wrong = zhou.post(home, {**HOME, **SON, "0.supports_here": "2", "do": "next"})
    assert wrong.status_code == 422 and "在您家的人数不能比他一共要赡养的人数多" in wrong.content.decode()
    assert zhou.post(home, {**HOME, **SON, "do": "next"}).status_code == 302
    case = Case.objects.get()
    assert case.form["obligors"][0]["family_income"] == 600000 and case.members.filter(in_count=False).count() == 1
    zhou.post(home, {**HOME, **SON, "do": "remove_row:0"})
    case.refresh_from_db()
    assert case.form["obligors"] == [] and not case.members.filter(in_count=False).exists()


def test_最后一屏_义务人可以签可以不签(zhou: Client, draft: str) -> None:
    zhou.post(draft, {**APPLICANT, "do": "next"})
    zhou.post(screen_url(draft, 4), {**HOME, **SON, "do": "next"})
    page = zhou.get(screen_url(draft, 6)).content.decode()
    assert "赵志高" in page and "可以不签" in page and "不签也能提交" in page


def test_只问可能符合的那一位(zhou: Client, draft: str) -> None:
    zhou.post(draft, {**APPLICANT, "do": "next"})
    family = {
        "0.name": "周桂兰", "0.relation": "本人", "0.id_no": id_no("1958-03-14", 902), "0.situation": "home",
        "1.name": "赵志强", "1.relation": "子女", "1.id_no": id_no("1984-06-02", 901), "1.situation": "home",
    }  # fmt: skip
    zhou.post(screen_url(draft, 2), {**family, "do": "next"})
    assert SINGLE not in zhou.get(screen_url(draft, 3)).content.decode()
    ill = {"1.disability_kind": "精神", "1.disability_level": "2"}
    zhou.post(screen_url(draft, 2), {**family, **ill, "do": "next"})
    page = zhou.get(screen_url(draft, 3)).content.decode()
    assert 'name="1.single"' in page and 'name="0.single"' not in page
    zhou.post(screen_url(draft, 3), {"0.wage": "", "0.single": "yes", "1.single": "yes", "do": "next"})
    rows = Case.objects.get().form["members"]
    assert "single" not in rows[0] and rows[1]["single"] is True


def test_没有义务人的不多一屏_也不多一个空框() -> None:
    form = registry.get(ITEM).form
    screens = screens_of(form)
    assert len(screens) <= 8
    shared = next(s for s in screens if any(step.code == "obligors" for step in s.steps))
    assert [step.code for step in shared.steps] == ["home", "obligors"]
    assert asking.sheet(form.step("obligors"), []).rows == []
    assert not form.clean_step("obligors", [], {}).errors
