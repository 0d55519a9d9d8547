"""抽样复算: the draw done again from what was published, compared with what was stored and with the audit chain."""

from __future__ import annotations

from dataclasses import dataclass

from minzheng.datacenter.sampling.models import Sample
from minzheng.datacenter.sampling.services import frozen_sha, label_of, pick
from minzheng.kernel.cases.draws.proof import anchored
from minzheng.kernel.cases.draws.services import sha_of
from minzheng.kernel.crypto import sealing


@dataclass(frozen=True)
class Step:
    """One check of a replay, as a sentence; `problem` is "" when it holds."""

    title: str
    problem: str = ""

    @property
    def ok(self) -> bool:
        return not self.problem


def replay(sample: Sample) -> list[Step]:
    """Every check, in the order in which anybody would do them. Reads only."""
    told = {"种子摘要": ("seed_sha", sample.seed_sha), "总体摘要": ("population_sha", sample.population_sha),
            "冻结的总体": ("frozen_sha", frozen_sha(sample)),
            "各层样本量": ("wanted", {one["key"]: one["wanted"] for one in sample.strata})}  # fmt: skip
    pairs = [(row[1], row[2]) for row in sample.population]
    steps = [
        Step(
            "总体清单与公布的总体摘要一致",
            "" if sha_of(pairs) == sample.population_sha else "总体清单与公布的总体摘要对不上。",
        ),
        Step("代号与对象一一对应", _labels(sample)),
        Step("摘要与审计链里公布时的一致", "；".join(anchored("sample.publish", sample.pk, told))),  # type: ignore[arg-type]
    ]
    if sample.state == "published":
        steps.append(Step("还没有抽取", "还没有抽取，却已经有检查任务。" if sample.units.exists() else ""))
        return steps
    seed = sample.revealed_seed
    opened = sealing.sm3(seed.encode()) == sample.seed_sha
    early = sample.drawn_at is not None and sample.drawn_at < sample.draw_after
    return [
        *steps,
        Step("公布的种子与种子摘要一致", "" if opened else "公布的种子与事先公布的种子摘要对不上。"),
        Step("抽取没有早于公布的时间", "抽取早于公布的最早抽取时间。" if early else ""),
        Step("按种子重新抽取，抽中的与检查任务一致", _drawn(sample, seed)),
    ]


def _labels(sample: Sample) -> str:
    wrong = sum(label_of(sample.subject, int(row[0])) != row[1] for row in sample.population)
    return f"有 {wrong} 个代号与对象不符。" if wrong else ""


def _drawn(sample: Sample, seed: str) -> str:
    expected = set(pick(seed, sample.population, sample.strata))
    found = set(sample.units.values_list("label", "stratum", "rank_sha"))
    missing, more = len(expected - found), len(found - expected)
    said = [
        f"应抽中的 {missing} 个没有列入任务" if missing else "",
        f"任务里有 {more} 个按种子不应抽中" if more else "",
    ]
    return "；".join(filter(None, said))
