"""申请表: steps of fields, declared once and used by the phone, the window and the API.

Shape of what a form keeps (`Case.form`): one entry per step's `section`: a dict for a single step, a list of dicts for a
step that repeats. Two steps may share a repeating section (who lives in the family; what each earns): rows are matched
by position. Values are JSON: money whole fen, dates ISO text, yes/no booleans, counts integers.

What did not clean is never thrown away: the raw text stays under `form["_input"][step][key]` and is shown again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date
from typing import Any

from minzheng.kernel.ids import read_number
from minzheng.kernel.parts.fields import Field, Photo, clean_fields, raw_value

INPUT = "_input"
# In a raw row: where it stood when the page was drawn. A removed row must not shift what other steps keep per row.
ROW = "_row"
MAX_ROWS = 20

Data = Mapping[str, Any]
# (section value, whole form) → {key: sentence}; keys are "name" or "row.name", "" for the step as a whole
Check = Callable[[Any, Data], dict[str, str]]


@dataclass(frozen=True)
class Step:
    """One screen of the form. `why` says in one sentence why we ask; `section` is the key in `Case.form`."""

    code: str
    title: str
    fields: tuple[Field, ...]
    _: KW_ONLY
    repeat: str | None = None
    section: str = ""
    why: str = ""
    check: Check | None = None
    kind: str = "fields"  # fields | photos | consents (signatures of every adult) | review (read again and hand in)
    min_rows: int = 0
    # Drawn below the step before it, on the same screen of the phone; a repeating one starts without a row.
    joins: bool = False
    add_title: str = "再加一位家人"  # the button that adds a row
    fixed_rows: bool = False  # rows come from another step of the same section: this one never adds or removes any

    @property
    def key(self) -> str:
        return self.section or self.repeat or self.code

    @property
    def photos(self) -> tuple[Photo, ...]:
        return tuple(f for f in self.fields if isinstance(f, Photo))

    @property
    def plain_fields(self) -> tuple[Field, ...]:
        return tuple(f for f in self.fields if not isinstance(f, Photo))


@dataclass(frozen=True)
class Cleaned:
    """`values`: what cleaned. `errors`: {key: Chinese sentence}. `rejected`: {key: raw text} of what did not clean."""

    values: Any
    errors: dict[str, str]
    rejected: dict[str, str]
    origins: tuple[int, ...] = ()  # of a repeating step: the old position of every row, see ROW


@dataclass(frozen=True)
class Form:
    steps: tuple[Step, ...]

    def step(self, code: str) -> Step:
        for step in self.steps:
            if step.code == code:
                return step
        raise KeyError(f"申请表里没有“{code}”这一步")

    def number(self, code: str) -> int:
        """1-based position of a step."""
        return [s.code for s in self.steps].index(code) + 1

    def clean_step(self, code: str, raw: Any, form: Data) -> Cleaned:
        """Clean one step's raw input (dict, or list of dicts for a repeating step). Photos are not part of the form:
        they are attachments of the case. Partial input is fine; whatever is wrong is named, field by field."""
        step = self.step(code)
        cleaned = _clean_rows(step, raw or [], form) if step.repeat else _clean_one(step, raw or {}, "")
        if step.check:
            for key, sentence in step.check(cleaned.values, {**form, step.key: cleaned.values}).items():
                cleaned.errors.setdefault(key, sentence)
        return cleaned

    def merged(self, code: str, form: Data, cleaned: Cleaned) -> dict[str, Any]:
        """The whole form with this step's values put in; other steps' fields of a shared section stay."""
        step, new = self.step(code), dict(form)
        if step.repeat:
            old = list(form.get(step.key) or [])
            own = {f.name for f in step.fields}
            keep = [{k: v for k, v in row.items() if k not in own} for row in old]
            origins = cleaned.origins or tuple(range(len(cleaned.values)))
            rows = [
                {**(keep[o] if o < len(keep) else {}), **row} for o, row in zip(origins, cleaned.values, strict=True)
            ]
            new[step.key] = rows
        else:
            own = {f.name for f in step.fields}
            kept = {k: v for k, v in (form.get(step.key) or {}).items() if k not in own}
            new[step.key] = {**kept, **cleaned.values}
        inputs = dict(form.get(INPUT) or {})
        inputs.pop(code, None)
        new[INPUT] = {**inputs, **({code: cleaned.rejected} if cleaned.rejected else {})}
        return new

    def shown(self, code: str, form: Data) -> Any:
        """What the step's inputs show: texts for the input boxes, what was refused included (nothing typed is lost)."""
        step = self.step(code)
        rejected = (form.get(INPUT) or {}).get(code) or {}
        if not step.repeat:
            return _shown_one(step, form.get(step.key) or {}, rejected, "")
        rows = list(form.get(step.key) or [])
        return [_shown_one(step, row, rejected, f"{i}.") for i, row in enumerate(rows)]

    def problems(self, form: Data) -> dict[str, dict[str, str]]:
        """{step: {key: sentence}} over the whole form: what still has to be put right before it can be handed in."""
        found: dict[str, dict[str, str]] = {}
        for step in self.steps:
            shown = self.shown(step.code, form)
            errors = self.clean_step(step.code, shown, form).errors
            errors = {k: v for k, v in errors.items() if k.split(".")[-1] not in {p.name for p in step.photos}}
            if errors:
                found[step.code] = errors
        return found


def raw_of_post(step: Step, post: Mapping[str, Any]) -> Any:
    """A posted page → raw input of the step. Repeating rows are named ``0.name``, ``1.name`` …; a row whose fields are
    all empty is dropped, unless the step has fixed rows."""
    if not step.repeat:
        return {f.name: raw_value(f, post, None) for f in step.plain_fields}
    given = {read_number(key.split(".", 1)[0]) for key in post if "." in key}
    numbers = sorted(number for number in given if number is not None)
    rows = [(n, {f.name: raw_value(f, post, None, f"{n}.") for f in step.plain_fields}) for n in numbers[:MAX_ROWS]]
    kept = [(n, row) for n, row in rows if step.fixed_rows or any(v not in (None, "", []) for v in row.values())]
    return [{**row, ROW: n} for n, row in kept]


def as_json(value: Any) -> Any:
    """A cleaned value in the shape the form keeps."""
    if isinstance(value, date):
        return value.isoformat()
    return value


def _clean_one(step: Step, raw: Data, prefix: str) -> Cleaned:
    values, errors = clean_fields(step.plain_fields, raw)
    kept = {name: as_json(value) for name, value in values.items()}
    rejected = {prefix + name: str(raw.get(name) or "") for name in errors if raw.get(name) not in (None, "", [])}
    return Cleaned(kept, {prefix + name: text for name, text in errors.items()}, rejected)


def _clean_rows(step: Step, raw: Sequence[Data], form: Data) -> Cleaned:
    rows: list[dict[str, Any]] = []
    errors: dict[str, str] = {}
    rejected: dict[str, str] = {}
    names = list(form.get(step.key) or []) if step.fixed_rows else []
    taken = list(raw)[: len(names)] if step.fixed_rows else list(raw)[:MAX_ROWS]
    for i, row in enumerate(taken):
        known = {**names[i], **row} if step.fixed_rows else row
        one = _clean_one(step, known, f"{i}.")
        rows.append(one.values)
        errors |= one.errors
        rejected |= one.rejected
    if step.fixed_rows:
        rows += [{} for _ in names[len(rows) :]]
    if len(rows) < step.min_rows:
        errors[""] = f"“{step.title}”至少填写 {step.min_rows} 行。"
    origins = () if step.fixed_rows else tuple(int(row.get(ROW, i)) for i, row in enumerate(taken))
    return Cleaned(rows, errors, rejected, origins)


def _shown_one(step: Step, values: Data, rejected: Mapping[str, str], prefix: str) -> dict[str, Any]:
    shown = {f.name: f.to_input(values.get(f.name)) for f in step.plain_fields}
    return shown | {key[len(prefix) :]: text for key, text in rejected.items() if key.startswith(prefix)}
