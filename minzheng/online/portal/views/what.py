"""“我能享受什么”: one address, every screen the answer to a post; the answers stand sealed in the page and nowhere else.

Nobody signs in, nothing is written down, no address and no log line carries anything that was said. Works without scripts.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts.addresses import client_address
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.documents.throttle import allow
from minzheng.kernel.items import registry
from minzheng.kernel.items.forms import ROW, raw_of_post
from minzheng.kernel.items.steps import SELF
from minzheng.kernel.orgs.selectors import township_window
from minzheng.kernel.pages.shell import CARE_COOKIE
from minzheng.kernel.regions.selectors import region_name
from minzheng.kernel.standards.values import ruleset
from minzheng.online.portal import asking, words
from minzheng.online.portal.rendering import show
from minzheng.online.portal.what import carry, questions, state
from minzheng.online.portal.what.facts import told
from minzheng.online.portal.what.questions import Screen
from minzheng.online.portal.what.telling import tell
from minzheng.policy.entitlements import entitlements

TRIES, SECONDS = 90, 60
TITLE = "我能享受什么"
RESULT = "result"
TOO_OLD = "离开得久了，刚才的回答没有留下来，请从头再答一遍。"
TOO_MANY = "问得太快了，请过一分钟再试。"
#: A year, as for the button of the other pages.
_YEAR = 365 * 24 * 3600


def what(request: HttpRequest) -> HttpResponse:
    """The first screen; then, by what was pressed, the next, the one before, the same with one person more, or the result."""
    if request.method != "POST":
        return _kept_nowhere(_screen(request, {}, questions.screens({})[0]))
    if not allow("portal.what", client_address(request), tries=TRIES, seconds=SECONDS):
        return _kept_nowhere(show(request, "what_busy", TITLE, errors=[(TOO_MANY, "")], back="portal.home", status=429))
    care = request.POST.get("do", "").partition("care:")[2]
    if care:  # 大字版 without losing what was answered: the same screen again, in the other size
        request.COOKIES[CARE_COOKIE] = "1" if care == "1" else "0"
    answers = state.unpack(request.POST.get("state", ""))
    if answers is None:
        response = _screen(request, {}, questions.screens({})[0], whole=[(TOO_OLD, "")])
    else:
        response = _posted(request, answers)
    if care:
        response.set_cookie(CARE_COOKIE, request.COOKIES[CARE_COOKIE], max_age=_YEAR, samesite="Lax", httponly=True)
    return _kept_nowhere(response)


def _posted(request: HttpRequest, answers: state.Answers) -> HttpResponse:
    asked, at = request.POST.get("do", "next"), request.POST.get("at", "")
    if at == RESULT:
        return _from_result(request, answers, asked)
    screen = next((s for s in questions.screens(answers) if s.code == at), None)
    if screen is None:
        return _screen(request, answers, questions.screens(answers)[0])
    answers, errors = _take(request, answers, screen, asked)
    if asked == "back":
        return _screen(request, answers, _beside(answers, at, -1) or screen)
    if asked == "add_row":
        return _screen(request, answers, screen, blank=True)
    if asked.startswith(("remove_row:", "care:")):
        return _screen(request, answers, screen)
    if errors:
        return _screen(request, answers, screen, errors=errors)
    following = _beside(answers, at, 1)
    return _screen(request, answers, following) if following else _result(request, answers)


def _from_result(request: HttpRequest, answers: state.Answers, asked: str) -> HttpResponse:
    if asked.startswith("apply:"):
        return _apply(request, answers, asked.partition(":")[2])
    if asked.startswith("care:"):
        return _result(request, answers)
    wanted = asked.partition(":")[2]
    screens = questions.screens(answers)
    return _screen(request, answers, next((s for s in screens if s.code == wanted), screens[-1]))


def _take(
    request: HttpRequest, answers: state.Answers, screen: Screen, asked: str
) -> tuple[state.Answers, dict[str, str]]:
    """The answers with this screen's put in, and what is wrong with them."""
    post = request.POST.copy()
    if asked.startswith("remove_row:"):
        gone = asked.partition(":")[2]
        for name in [n for n in post if n.startswith(f"{gone}.")]:
            del post[name]
    answers, form = questions.aligned(screen, answers), questions.form_of(screen)
    raw = raw_of_post(screen.step, post)
    if screen.step.fixed_rows:  # somebody of whom nothing is ticked posts nothing, and has a row all the same
        said = {row[ROW]: row for row in raw}
        raw = [said.get(i, {}) for i in range(len(answers.get(screen.code) or []))]
    elif screen.step.repeat:
        raw = raw[: questions.MOST_PEOPLE]
    cleaned = form.clean_step(screen.code, raw, answers)
    kept = form.merged(screen.code, answers, cleaned)
    return questions.aligned(screen, kept), cleaned.errors


def _beside(answers: state.Answers, at: str, step: int) -> Screen | None:
    screens = questions.screens(answers)
    place = [s.code for s in screens].index(at) + step
    return screens[place] if 0 <= place < len(screens) else None


def _screen(
    request: HttpRequest,
    answers: state.Answers,
    screen: Screen,
    *,
    errors: dict[str, str] | None = None,
    whole: list[tuple[str, str]] | None = None,
    blank: bool = False,
) -> HttpResponse:
    answers = questions.aligned(screen, answers)
    shown = questions.form_of(screen).shown(screen.code, answers)
    if screen.code == "who" and not shown:
        shown, blank = [{"relation": SELF, "age": ""}], False
    blank = blank and len(shown) < questions.MOST_PEOPLE
    names = answers.get(screen.code) if screen.step.fixed_rows else ()
    sheet = asking.sheet(screen.step, shown, errors, names=names or (), blank=blank)
    screens = questions.screens(answers)
    number = [s.code for s in screens].index(screen.code) + 1
    return show(
        request,
        "what",
        screen.step.title,
        errors=[*(whole or ()), *sheet.errors],
        back="portal.home",
        sheet=sheet,
        number=number,
        count=len(screens),
        numbers=range(1, len(screens) + 1),
        state=state.pack(answers),
        at=screen.code,
        today=words.today_iso(),
        full=len(shown) + blank >= questions.MOST_PEOPLE,
    )


def _result(request: HttpRequest, answers: state.Answers) -> HttpResponse:
    today = clock.today()
    said = told(answers, today)
    found = entitlements(ruleset(), said.family, said.region, today, facts=said.facts)
    return show(
        request,
        "what_result",
        "您家能享受的",
        back="portal.home",
        outcome=tell(found, said),
        place_name=region_name(said.region, full=True),
        window=township_window(said.region),
        today=today,
        state=state.pack(answers),
        screens=questions.screens(answers),
        at=RESULT,
        signed_in=actor_in(request).is_citizen,
    )


def _apply(request: HttpRequest, answers: state.Answers, code: str) -> HttpResponse:
    """To the application, taking the answers along: they wait sealed in the session until the draft exists."""
    item = next((one for one in registry.portal_items() if one.code == code), None)
    if item is None:
        return _result(request, answers)
    carry.keep(request, answers)
    if actor_in(request).is_citizen:
        return HttpResponseRedirect(reverse("portal.start", kwargs={"item": code}))
    return HttpResponseRedirect(f"{reverse('portal.sign_in')}?item={code}")


def _kept_nowhere(response: HttpResponse) -> HttpResponse:
    """No proxy and no search engine keeps a copy. The browser may, so that its back button shows the screen before and
    not a question about sending a form again."""
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
