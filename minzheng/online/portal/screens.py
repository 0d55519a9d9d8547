"""申请表的屏：相邻的两个小步可以同屏，少翻一页。怎样合并只看步的种类，不看是什么事项。

照片接在问题很少的一步后面（账户、照片）；授权签字与最后检查在一起：先看一遍，再签字，再提交。
"""

from __future__ import annotations

from dataclasses import dataclass

from minzheng.kernel.items.forms import Form, Step

FEW = 4


@dataclass(frozen=True)
class Screen:
    """一屏：``number`` 从 1 起。"""

    number: int
    steps: tuple[Step, ...]

    @property
    def title(self) -> str:
        return "、".join(step.title for step in self.steps) if not self.is_last else "检查、签字、提交"

    @property
    def is_last(self) -> bool:
        return self.steps[-1].kind == "review"

    @property
    def has_photos(self) -> bool:
        return any(step.photos for step in self.steps)

    def has(self, kind: str) -> bool:
        return any(step.kind == kind for step in self.steps)


def screens_of(form: Form) -> list[Screen]:
    groups: list[list[Step]] = []
    for step in form.steps:
        if groups and (step.joins or _together(groups[-1][-1], step)):
            groups[-1].append(step)
        else:
            groups.append([step])
    return [Screen(number, tuple(steps)) for number, steps in enumerate(groups, start=1)]


def screen_of_step(form: Form, code: str) -> Screen:
    """这一步在哪一屏。"""
    return next(screen for screen in screens_of(form) if any(step.code == code for step in screen.steps))


def screen_of_number(form: Form, number: int) -> Screen:
    """第几屏；超出范围的取最近的一屏。"""
    screens = screens_of(form)
    return screens[min(max(number, 1), len(screens)) - 1]


def _together(first: Step, second: Step) -> bool:
    if (first.kind, second.kind) == ("consents", "review"):
        return True
    few = first.kind == "fields" and not first.repeat and len(first.fields) <= FEW
    same_names = {f.name for f in first.fields} & {f.name for f in second.fields}
    return few and second.kind == "photos" and not same_names
