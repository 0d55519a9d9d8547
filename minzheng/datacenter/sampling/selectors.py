"""Reading samples, narrowed to what the actor may see, and what they say."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minzheng.datacenter.sampling import estimating
from minzheng.datacenter.sampling.models import Sample, SampleUnit
from minzheng.kernel.items import guarded

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor

READ = "sampling.read"


def visible_to(actor: Actor, permission: str = READ) -> QuerySet[Sample]:
    """Samples of the places of one post with the permission, without their populations (a page asks for that)."""
    rows = Sample.objects.defer("population")
    return rows if actor.is_system else rows.filter(actor.scope_q(permission))


def units_visible_to(actor: Actor, permission: str = READ) -> QuerySet[SampleUnit]:
    """Drawn units of the places of one post with the permission, without guarded files (children) that the actor may not
    read."""
    rows = SampleUnit.objects.select_related("sample").defer("sample__population")
    if actor.is_system:
        return rows
    readable = guarded.readable_q(actor, "award__item_code") & guarded.readable_q(actor, "case__item_code")
    return rows.filter(actor.scope_q(permission) & readable)


def by_no(no: str) -> Sample | None:
    """A sample by its number, for the public page and the command: the caller shows only what is public."""
    return Sample.objects.filter(no=no).first()


def seen_of(sample: Sample) -> list[estimating.Seen]:
    """What is known of every stratum. One query."""
    results: dict[str, list[tuple[bool, int]]] = defaultdict(list)
    rows = SampleUnit.objects.filter(sample=sample).exclude(result="")
    for key, result, fen in rows.values_list("stratum", "result", "error_fen"):
        results[key].append((result == "wrong", fen))
    return estimating.by_stratum(sample.strata, results)


@dataclass(frozen=True)
class Report:
    """`whole`: the population; `strata`: each stratum; `limit`: the one-sided upper limit of the rate at the confidence of
    the design (as the size was computed), None while nothing can be said; `tone` and `sentence`: the verdict."""

    whole: estimating.Estimate
    strata: list[estimating.Estimate]
    limit: float | None
    tone: str
    sentence: str


def report(sample: Sample) -> Report:
    """The estimates of a sample and what they mean. One query."""
    confidence, seen = float(sample.design["confidence"]) / 100, seen_of(sample)
    whole = estimating.overall(seen, confidence)
    sided = estimating.overall(seen, 2 * confidence - 1).rate_interval
    tone, sentence = _verdict(float(sample.design["tolerable"]), whole, sided)
    strata = [estimating.of_stratum(one, confidence) for one in seen]
    return Report(whole, strata, sided.high if sided else None, tone, sentence)


def _verdict(
    tolerable: float, whole: estimating.Estimate, sided: estimating.Interval | None
) -> tuple[str, str]:  # fmt: skip
    if sided is None:
        return (
            "info",
            f"还不能推算：每一层都有检查结果后，这里给出总体的差错率和金额（现在查了 {whole.done} / {whole.drawn} 个）。",
        )
    if whole.done < whole.drawn:
        return "info", f"已查 {whole.done} / {whole.drawn} 个，以下按已查的部分推算，全部查完后为准。"
    if sided.high * 100 < tolerable:
        return "good", f"差错率的单侧上限 {sided.high:.2%}，低于可容忍的 {tolerable:g}%：总体可以认为合格。"
    if sided.low * 100 > tolerable:
        return "error", f"差错率的单侧下限 {sided.low:.2%}，高于可容忍的 {tolerable:g}%：总体不合格，应当全面清查。"
    return "warning", (
        f"差错率的单侧上限 {sided.high:.2%}，不低于可容忍的 {tolerable:g}%：还不能认为总体合格，可以扩大样本，或者对差错多的层全面清查。"
    )
