"""What a page shows: six kinds of body, drawn by the six generic views, and one escape hatch (``Custom``).

Bodies are values. Differences between screens are other values (columns, panels, fields, functions), never subclasses.
Functions that fetch take the actor first: scope lives in selectors, so a body cannot show what its actor may not see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Column
from minzheng.kernel.parts.fields import Field
from minzheng.kernel.parts.filters import Filter
from minzheng.kernel.parts.panels import Panel


@dataclass(frozen=True)
class Done:
    """What a form or action returns after its one service call: a sentence to show and where to go."""

    message: str
    url: str
    tone: str = "success"


@dataclass(frozen=True)
class Outcome:
    """What became of one row of a batch: its name, whether it was done, and what to say about it."""

    title: str
    done: bool
    sentence: str
    url: str = ""


@dataclass(frozen=True)
class ListBody:
    """A table over ``rows(actor)``. Sorting, filters and page number live in the address.

    ``link`` names the detail page that a row opens: (page code, {argument: attribute path}). ``export`` is the code of
    an ``ExportBody`` page with its own permission. ``batches`` are the codes of ``BatchBody`` pages (or a function
    of the drawing that gives them): rows get a tick box when the actor may do at least one of them. ``empty`` says what would fill an empty list.
    ``summary(rows, drawing)``: a sentence of totals over all rows that the filters leave, above the table.
    ``tailored``: for a list that differs by what is asked (one page for all duty registers): (actor, values of the address)
    → the body that is drawn and exported instead; ``title`` and ``about`` (the object of its buttons) then say of what, and
    ``keep`` names the values of the address that a new filter leaves as they are. ``export_columns``: what files carry
    instead of the columns on screen.
    """

    kind: ClassVar[str] = "list"
    rows: Callable[[Any], QuerySet[Any]]
    columns: Sequence[Column]
    _: KW_ONLY
    filters: Sequence[Filter] = ()
    sort: str = "-pk"
    link: tuple[str, dict[str, str]] | None = None
    actions: Sequence[Action] = ()
    export: str = ""
    batches: Sequence[str] | Callable[[Any], Sequence[str]] = ()
    per_page: int = 20
    empty: str = "没有符合条件的记录。"
    lead: str = ""
    summary: Callable[[QuerySet[Any], Any], str] | None = None
    title: str = ""
    about: Any = None
    keep: Sequence[str] = ()
    export_columns: Sequence[Column] = ()
    tailored: Callable[[Any, Mapping[str, str]], ListBody] | None = None

    def asked(self, actor: Any, values: Mapping[str, str]) -> ListBody:
        """The body for these values of the address."""
        return self.tailored(actor, values) if self.tailored else self


@dataclass(frozen=True)
class DetailBody:
    """One object: ``get(actor, **url arguments)`` (None → 404), drawn by panels in two columns or by ``template``."""

    kind: ClassVar[str] = "detail"
    get: Callable[..., Any]
    panels: Sequence[Panel] = ()
    _: KW_ONLY
    side: Sequence[Panel] = ()
    title: Callable[[Any], str] | None = None
    subtitle: Callable[[Any], str] | None = None
    actions: Sequence[Action] = ()
    parent: str = ""
    template: str = ""
    context: Callable[[Any, Any], dict[str, Any]] | None = None


@dataclass(frozen=True)
class FormBody:
    """Fields on one page and one service call. ``save(actor, values, obj)`` returns ``Done`` or raises ``Refused``-like
    errors, whose sentences are shown above the form. ``get`` fetches the object that is edited, if any.
    ``lead``: a sentence, or a function of that object that says what the form is about."""

    kind: ClassVar[str] = "form"
    fields: Sequence[Field] | Callable[[Any, Any], Sequence[Field]]
    save: Callable[..., Done]
    _: KW_ONLY
    get: Callable[..., Any] | None = None
    initial: Callable[[Any, Any], dict[str, Any]] | None = None
    submit: str = "保存"
    parent: str = ""
    lead: str | Callable[[Any], str] = ""


@dataclass(frozen=True)
class ActionBody:
    """A small act on one object: GET asks, POST does it. ``run(actor, obj, values)`` returns ``Done``. ``question``: a sentence,
    or a function of the object that says what is judged. ``about``: the object in one line, above the question."""

    kind: ClassVar[str] = "action"
    get: Callable[..., Any]
    run: Callable[..., Done]
    _: KW_ONLY
    fields: Sequence[Field] | Callable[[Any, Any], Sequence[Field]] = ()
    question: str | Callable[[Any], str] = ""
    submit: str = "确定"
    danger: bool = False
    parent: str = ""
    about: Callable[[Any], str] | None = None


@dataclass(frozen=True)
class BoardBody:
    """Figures, charts as tables and short lists for one actor; each figure is a link to the list behind it."""

    kind: ClassVar[str] = "board"
    panels: Sequence[Panel] = ()
    _: KW_ONLY
    side: Sequence[Panel] = ()
    template: str = ""
    context: Callable[[Any, Any], dict[str, Any]] | None = None


@dataclass(frozen=True)
class ExportBody:
    """The rows and filters of the list page ``of`` as XLSX or CSV, behind this page's own permission; audited.

    ``columns`` replaces the list's columns. Many rows need somebody's leave (kernel/exports). Masked columns stay masked
    unless whole numbers were asked for with a purpose, somebody allowed it, and the actor holds ``person.unmask`` over
    the row."""

    kind: ClassVar[str] = "export"
    of: str
    _: KW_ONLY
    columns: Sequence[Column] = ()


@dataclass(frozen=True)
class BatchBody:
    """One thing done to many rows that were ticked on the list page ``of``: shown again with the question, then done
    row by row, each on its own, with a line of result for every row.

    ``run(actor, rows, values)`` returns one ``Outcome`` a row, or a response (a file to print). The rows come from the
    list's own selector, so nothing outside the actor's scope can be ticked by hand. ``left_out(actor, row)`` is "" or
    the sentence why this row cannot take part; it is asked before, so that nobody is surprised afterwards."""

    kind: ClassVar[str] = "batch"
    of: str
    run: Callable[..., Sequence[Outcome] | HttpResponse]
    _: KW_ONLY
    fields: Sequence[Field] = ()
    question: str = ""
    submit: str = "确定"
    icon: str = "check"
    left_out: Callable[[Any, Any], str] | None = None
    initial: Mapping[str, Any] = field(default_factory=dict)
    limit: int = 100

    @property
    def parent(self) -> str:
        """The list that one comes from and goes back to."""
        return self.of


@dataclass(frozen=True)
class Custom:
    """The escape hatch: ``view(request, **url arguments)``; ``request.actor`` is set and the gate has been passed.

    ``fields``: what its form may send, only for the description of the interface (the view reads it itself). ``parent``: the
    page above it, for the breadcrumb and the way back."""

    view: Callable[..., HttpResponse]
    kind: str = "custom"
    methods: Sequence[str] = field(default=("GET", "POST"))
    fields: Sequence[Field] | Callable[[], Sequence[Field]] = ()
    parent: str = ""

    def __call__(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.view(request, **kwargs)


Body = ListBody | DetailBody | FormBody | ActionBody | BoardBody | ExportBody | BatchBody | Custom
