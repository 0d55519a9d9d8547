"""How questions are drawn: one step of the application form (``Step`` of kernel/items) → groups of questions on the
page; the same for every item.

One question is one field; ``name`` is its key when posted (single step ``name``, repeated step ``0.name``), by which
errors and what was typed are found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from minzheng.kernel.items.forms import Step
from minzheng.kernel.parts.fields import Field, Photo
from minzheng.online.portal import words

CHILD_UNTIL = 16


@dataclass(frozen=True)
class Pick:
    """One option of a single or multiple choice."""

    code: str
    label: str
    on: bool
    id: str


@dataclass(frozen=True)
class Question:
    """One question on the page. ``shown``: whether it appears given the answers so far; if not, it is not required, and
    is folded away where there are scripts.
    """

    field: Field
    name: str
    value: Any = ""
    error: str = ""
    shown: bool = True
    depends_on: str = ""
    depends_values: str = ""
    files: Sequence[Any] = ()

    @property
    def id(self) -> str:
        return "q-" + self.name.replace(".", "-")

    @property
    def template(self) -> str:
        return f"portal/q/{self.field.widget}.html"

    @property
    def grouped(self) -> bool:
        """A choice is a group of controls: fieldset and legend instead of label."""
        return self.field.widget in ("radios", "checkboxes")

    @property
    def focus_id(self) -> str:
        """The control an error links to."""
        return f"{self.id}-0" if self.grouped else self.id

    @property
    def described(self) -> str:
        """What a screen reader reads next: help, error, echo."""
        parts = [f"{self.id}-help"] if self.field.help else []
        parts += [f"{self.id}-error"] if self.error else []
        parts += [f"{self.id}-back"] if self.field.widget in ("money", "idnumber") else []
        return " ".join(parts)

    @property
    def picks(self) -> list[Pick]:
        chosen = self.value if isinstance(self.value, (list, tuple)) else [self.value]
        held = {str(v) for v in chosen if v not in (None, "")}
        choices: Any = getattr(self.field, "choices", list)
        return [Pick(str(c), text, str(c) in held, f"{self.id}-{i}") for i, (c, text) in enumerate(choices())]

    @property
    def opens(self) -> bool:
        """An optional amount first asks whether there is any, then how much: a family of four does not face two dozen
        empty boxes.
        """
        return self.field.widget == "money" and not self.field.required and not self.depends_on

    @property
    def has_amount(self) -> bool:
        return bool(self.error) or str(self.value or "").strip() not in ("", "0", "0.0", "0.00")

    @property
    def short(self) -> bool:
        """Side by side when all options are short."""
        return all(len(p.label) <= 4 for p in self.picks) and len(self.picks) <= 4

    @property
    def back(self) -> str:
        """The echo: amounts in plain words, birth date and sex read from the ID number."""
        if self.field.widget == "money":
            return words.money_words(self.value)
        if self.field.widget == "idnumber" and not self.error:
            return words.id_words(self.value)
        return ""


@dataclass(frozen=True)
class Row:
    """One row of a repeated step (one family member)."""

    number: int
    title: str
    subtitle: str
    questions: list[Question]
    open: bool
    index: int = 0

    @property
    def errors(self) -> int:
        return sum(1 for q in self.questions if q.error)


@dataclass(frozen=True)
class Sheet:
    """A step as drawn: ``questions`` for a single step, ``rows`` for a repeated one; ``errors`` is the list at the top
    of the page (sentence, where it jumps).
    """

    step: Step
    questions: list[Question] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)


def sheet(
    step: Step,
    shown: Any,
    errors: Mapping[str, str] | None = None,
    *,
    names: Sequence[Mapping[str, Any]] = (),
    files: Mapping[str, Sequence[Any]] | None = None,
    blank: bool = False,
) -> Sheet:
    """One step as it appears.

    ``shown``: the result of ``Form.shown`` (a dict or a list of dicts); ``errors``: key → sentence; ``names``: the rows
    the section has already (a step with given rows says “whose” by them); ``files``: attachment code → files uploaded;
    ``blank``: add an empty card at the end.
    """
    errors = dict(errors or {})
    if not step.repeat:
        questions = [_question(f, shown, errors, "", files) for f in step.fields]
        return Sheet(step, questions=questions, errors=_summary(errors, questions, []))
    rows = _rows(step, list(shown or []), errors, names, blank)
    asked = [q for row in rows for q in row.questions]
    return Sheet(step, rows=rows, errors=_summary(errors, asked, rows))


def _rows(
    step: Step, shown: list[Any], errors: Mapping[str, str], names: Sequence[Mapping[str, Any]], blank: bool
) -> list[Row]:
    if not step.fixed_rows and (blank or (not shown and not step.joins)):
        shown = [*shown, {}]
    rows = []
    for i, values in enumerate(shown):
        known = names[i] if i < len(names) else values
        # Fixed rows: whether a question is asked may depend on what earlier steps say of this row.
        row = {**known, **values}
        asked = [_question(f, row, errors, f"{i}.") for f in step.plain_fields if f.asked_of(row)]
        fresh = not step.fixed_rows and not any(v not in (None, "", []) for v in values.values())
        name = str(known.get("name") or "").strip()
        title = name or (f"第 {i + 1} 位" if step.fixed_rows else "新加一位" if step.joins else "新加一位家人")
        wrong = any(q.error for q in asked)
        opened = wrong or fresh or (step.fixed_rows and (len(shown) == 1 or _asks_first(known, asked)))
        rows.append(Row(i + 1, title, _subtitle(known, asked, step), asked, opened, i))
    return rows


def _asks_first(known: Mapping[str, Any], asked: Sequence[Question]) -> bool:
    """A step with several given rows: unfold it where something required is missing; when all is optional, adults are
    unfolded and children folded (mostly nothing there, and it can be opened).
    """
    if not _answered(asked):
        return True
    years = words.age_of_id(known.get("id_no"))
    return years is None or years >= CHILD_UNTIL


def _answered(asked: Sequence[Question]) -> bool:
    return all(q.value not in (None, "", []) for q in asked if q.shown and q.field.required)


def _subtitle(known: Mapping[str, Any], asked: Sequence[Question], step: Step) -> str:
    """The line under the name on a card: relation and age, or “还没有填”."""
    parts = [str(known.get("relation_title") or _relation(known, step))]
    parts.append(words.id_words(known.get("id_no"), short=True))
    text = "，".join(p for p in parts if p)
    if step.fixed_rows and not _answered(asked):
        return f"{text}　还没填完".strip()
    return text


def _relation(known: Mapping[str, Any], step: Step) -> str:
    found = next((f for f in step.fields if f.name == "relation"), None)
    value = known.get("relation") or ""
    return found.show(value) if found else str(value)


def _question(
    f: Field,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    prefix: str,
    files: Mapping[str, Sequence[Any]] | None = None,
) -> Question:
    key = prefix + f.name
    when = f.when
    return Question(
        f,
        key,
        value=values.get(f.name, ""),
        error=errors.get(key, ""),
        shown=f.applies(values),
        depends_on=prefix + when.field if when and when.field else "",
        depends_values="|".join(_token(v) for v in when.values) if when else "",
        files=(files or {}).get(f.kind or f.name, ()) if isinstance(f, Photo) else (),
    )


def _token(value: Any) -> str:
    return "yes" if value is True else "no" if value is False else str(value)


def _summary(errors: Mapping[str, str], asked: Sequence[Question], rows: Sequence[Row]) -> list[tuple[str, str]]:
    """The list of errors at the top, in the order of the page; an error of the whole step (empty key) comes first."""
    whole = [(text, "") for key, text in errors.items() if key == "" or key not in {q.name for q in asked}]
    several = len(rows) > 1
    owners = {q.name: row.title for row in rows for q in row.questions}
    each = [(f"{owners[q.name]}：{q.error}" if several else q.error, q.focus_id) for q in asked if q.error]
    return whole + each
