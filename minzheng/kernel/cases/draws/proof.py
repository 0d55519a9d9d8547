"""抽查复算: the draw done again from what was published, compared with what was stored and with the audit chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.cases.draws.models import SpotDraw
from minzheng.kernel.cases.draws.services import pick, rule_of, sha_of
from minzheng.kernel.crypto import sealing


@dataclass(frozen=True)
class DrawProof:
    """`problems` is empty when the draw is proved: seed, population and tasks are those that were committed to."""

    no: str
    population: int
    tasks: int
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.problems


def verify(draw: SpotDraw) -> DrawProof:
    """Reads only. What was published stands in the audit chain too: replacing the seed with its hash is noticed there."""
    problems = [*_committed(draw), *_anchored(draw)]
    tasks = list(draw.tasks.all())
    if draw.state == "published":
        problems += ["还没有抽取，却已经有任务。"] if tasks else []
        return DrawProof(draw.no, len(draw.population), len(tasks), tuple(problems))
    seed = draw.revealed_seed
    if sealing.sm3(seed.encode()) != draw.seed_sha:
        problems.append("公布的种子与事先公布的种子摘要对不上。")
    expected = {(int(pk), lot) for pk, _, lot in pick(seed, draw.population, rule_of(draw)).tasks}
    found = {(t.case_id, t.rank_sha) for t in tasks if not t.mandatory}
    if expected - found:
        problems.append(f"按种子应抽中的 {len(expected - found)} 件没有列入任务。")
    if found - expected:
        problems.append(f"任务里有 {len(found - expected)} 件按种子不应抽中。")
    fixed = {int(pk) for pk, _ in draw.rule.get("fixed", [])}
    if fixed != {t.case_id for t in tasks if t.mandatory}:
        problems.append("近亲属备案户、投诉户没有全部列入必查。")
    if draw.drawn_at is not None and draw.drawn_at < draw.draw_after:
        problems.append("抽取早于公布的最早抽取时间。")
    return DrawProof(draw.no, len(draw.population), len(tasks), tuple(problems))


def _committed(draw: SpotDraw) -> list[str]:
    problems = []
    if sha_of(draw.population) != draw.population_sha:
        problems.append("抽查范围与公布的范围摘要对不上。")
    if draw.seed is not None and sealing.sm3(draw.seed.encode()) != draw.seed_sha:
        problems.append("封存的种子与公布的种子摘要对不上。")
    return problems


def _anchored(draw: SpotDraw) -> list[str]:
    told = {"种子摘要": ("seed_sha", draw.seed_sha), "范围摘要": ("population_sha", draw.population_sha)}
    return anchored("draw.publish", draw.pk, told)


def anchored(action: str, object_id: int, told: Mapping[str, tuple[str, str]]) -> list[str]:
    """What differs from the audit line that announced a draw. `told`: title → (name in the line's detail, value now)."""
    entry = AuditEntry.objects.filter(action=action, object_id=object_id).order_by("pk").first()
    if entry is None:
        return ["审计链里没有这次抽查的公布记录。"]
    detail: dict[str, Any] = entry.detail or {}
    return [
        f"{title}与审计链里公布时的不同：公布以后被改过。"
        for title, (name, value) in told.items()
        if detail.get(name) != value
    ]
