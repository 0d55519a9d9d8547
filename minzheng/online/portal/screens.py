"""Screens of the application form: two small neighbouring steps may share one, to turn fewer pages. What is joined
depends on the kind of step alone, not on the item.

Photos follow a step with few questions (account, photos); signing consents goes with the last look: read over, sign,
submit.
"""

from __future__ import annotations

from dataclasses import dataclass

from minzheng.kernel.items.forms import Form, Step

FEW = 4


@dataclass(frozen=True)
class Screen:
    """One screen: ``number`` counts from 1."""

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
    """Which screen this step is on."""
    return next(screen for screen in screens_of(form) if any(step.code == code for step in screen.steps))


def screen_of_number(form: Form, number: int) -> Screen:
    """The screen with this number; the nearest when out of range."""
    screens = screens_of(form)
    return screens[min(max(number, 1), len(screens)) - 1]


def _together(first: Step, second: Step) -> bool:
    if (first.kind, second.kind) == ("consents", "review"):
        return True
    few = first.kind == "fields" and not first.repeat and len(first.fields) <= FEW
    same_names = {f.name for f in first.fields} & {f.name for f in second.fields}
    return few and second.kind == "photos" and not same_names
