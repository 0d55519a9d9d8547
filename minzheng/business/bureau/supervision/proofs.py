"""Proof that every task stands where its acts put it."""

from __future__ import annotations

from minzheng.business.bureau.supervision.folding import WrongState, fold
from minzheng.business.bureau.supervision.models import SupervisedTask
from minzheng.kernel.proofs import MOST, Finding, proof


@proof("duty", title="督办任务的状态与动作相符")
def folds() -> Finding:
    """Fold the acts of every task again and hold them against its row. Two queries for each thousand tasks."""
    checked, more = 0, 0
    problems: list[str] = []
    for task in SupervisedTask.objects.order_by("pk").prefetch_related("acts").iterator(chunk_size=1000):
        checked += 1
        sentence = _wrong(task)
        if sentence and len(problems) < MOST:
            problems.append(sentence)
        elif sentence:
            more += 1
    return Finding(checked, tuple(problems), more)


def _wrong(task: SupervisedTask) -> str:
    try:
        columns = fold(task.acts.all()).columns()
    except (WrongState, KeyError, ValueError) as error:
        return f"督办任务 {task.no} 的动作连不起来：{error}"
    names = {field.attname: str(field.verbose_name) for field in SupervisedTask._meta.concrete_fields}
    off = [names.get(name, name) for name, value in columns.items() if getattr(task, name) != value]
    return f"督办任务 {task.no} 的{'、'.join(off)}与动作不符。" if off else ""
