"""一并办理: one act on many cases, each in its own transaction, so that one refusal does not undo the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from minzheng.kernel.cases.errors import NotFound, Refused
from minzheng.kernel.items import registry

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.flow import Act
    from minzheng.kernel.cases.models import Case

# From more than this on, a background job does it (`perform_in_background`).
AT_ONCE = 50
SAME_FOR_ALL = "没有这个办件，或者不在您的办理范围内。"


@dataclass(frozen=True)
class Result:
    """What became of one case. `sentences`: why not, when not `done`; `act_id`: the act that was written."""

    case_id: int
    no: str
    done: bool
    sentences: list[str]
    act_id: int | None = None


def batch_allowed(case: Case, act: Act) -> str:
    """ "" or why this act is done one case at a time here."""
    rule = act.batch
    if callable(rule):
        item = registry.for_case(case)
        rule = rule(item.flow.params(case.region_code, case.event_date or case.created_at.date()))
        return "" if rule else f"当地没有开放批量办理“{act.title}”，请逐件办理。"
    return "" if rule else f"“{act.title}”只能逐件办理。"


def perform_many(
    *, case_ids: Iterable[int], act: str, actor: Actor, data: Mapping[str, Any] | None = None
) -> list[Result]:
    """Do `act` on each case, in the given order, every one in a transaction of its own. Uploads in `data` are stored
    with every case. Never raises for a single case: refusals are in its result."""
    from minzheng.kernel.cases.models import Case

    wanted = list(dict.fromkeys(case_ids))
    known = {case.pk: case for case in Case.objects.filter(pk__in=wanted).defer("form")}
    files = _read_once(data or {})
    return [_one(known.get(pk), pk, act, actor, files) for pk in wanted]


def _one(case: Case | None, pk: int, code: str, actor: Actor, data: Mapping[str, Any]) -> Result:
    from minzheng.kernel.cases.running import authority
    from minzheng.kernel.cases.services import perform

    if case is None or not authority.sees(case, actor):
        return Result(pk, "", False, [SAME_FOR_ALL])
    declared = registry.for_case(case).flow.act(code)
    no = case.no or ""
    if declared is None:
        return Result(pk, no, False, [f"这个办件的流程里没有“{code}”这个动作。"])
    why = batch_allowed(case, declared)
    if why:
        return Result(pk, no, False, [why])
    try:
        done = perform(case_id=pk, act=code, actor=actor, data=_fresh(data), version=case.version)
    except NotFound:
        return Result(pk, "", False, [SAME_FOR_ALL])
    except Refused as refused:
        return Result(pk, no, False, [*refused.sentences, *refused.fields.values()])
    return Result(pk, no, True, [], done.pk)


def _read_once(data: Mapping[str, Any]) -> dict[str, Any]:
    """An upload can be read only once; each case needs it again."""
    kept: dict[str, Any] = {}
    for name, value in data.items():
        files = value if isinstance(value, list | tuple) else [value]
        kept[name] = (
            [(getattr(f, "name", name), f.read()) if hasattr(f, "read") else f for f in files]
            if any(hasattr(f, "read") for f in files)
            else value
        )
    return kept


def _fresh(data: Mapping[str, Any]) -> dict[str, Any]:
    from django.core.files.uploadedfile import SimpleUploadedFile

    def again(value: Any) -> Any:
        if isinstance(value, list):
            return [SimpleUploadedFile(str(v[0]), v[1]) if isinstance(v, tuple) else v for v in value]
        return value

    return {name: again(value) for name, value in data.items()}


def perform_in_background(
    *, case_ids: Iterable[int], act: str, actor: Actor, data: Mapping[str, Any] | None = None
) -> int:
    """Queue a job for more than AT_ONCE cases; returns its id. Jobs carry no words and no uploads (they may speak of
    people), so acts with something filled in are done AT_ONCE at a time. The job's result counts what was done and
    names the refused cases by number. Raises Refused."""
    from minzheng.kernel import clock
    from minzheng.kernel.cases.running.evidence import digest
    from minzheng.kernel.jobs.services import enqueue

    if any(value not in (None, "", [], ()) for value in (data or {}).values()):
        raise Refused(f"要填写内容或上传照片的动作，一次最多 {AT_ONCE} 件，请分几次办理。")
    if actor.id is None:
        raise Refused("请先登录再办理。")
    ids = [str(pk) for pk in dict.fromkeys(case_ids)]
    key = f"cases.many:{actor.id}:{digest([act, ids, clock.now().isoformat()])[:40]}"
    args = {"case_ids": ids, "act": act, "user": str(actor.id)}
    return enqueue("cases.many", args=args, key=key, requested_by_id=actor.id).pk
