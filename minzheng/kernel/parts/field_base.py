"""What all fields share: order of cleaning, condition to appear, empty value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

# Options of a field: a sequence of (code, name), or a function asked each time (for example only one's own area)
Options = Sequence[tuple[str, str]] | Callable[[], Sequence[tuple[str, str]]]

#: Characters that no database and no UTF-8 page can carry: NUL, and halves of a pair.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
FULLWIDTH = str.maketrans("０１２３４５６７８９．－Ｘｘ，", "0123456789.-XX,")


class Invalid(ValueError):
    """A field is filled in wrongly. ``str(error)`` is one sentence for the person filling it in."""


@dataclass(frozen=True)
class When:
    """Shown and required only when another field has one of these values; empty ``values`` means “that field has any
    value”.
    """

    field: str
    values: tuple[Any, ...] = ()

    def holds(self, data: Mapping[str, Any]) -> bool:
        value = data.get(self.field)
        wanted = {token_of(v) for v in self.values}
        if isinstance(value, (list, tuple)):
            return bool(wanted & {token_of(v) for v in value}) if wanted else bool(value)
        return token_of(value) in wanted if wanted else value not in (None, "", False, "no", "0")


@dataclass(frozen=True)
class WhenRow(When):
    """Whether it appears depends on several things known of the whole row (earlier steps of the section too), so the
    server decides; the script on the page leaves it alone. ``field`` stays empty.
    """

    field: str = ""
    test: Callable[[Mapping[str, Any]], bool] = bool

    def holds(self, data: Mapping[str, Any]) -> bool:
        return bool(self.test(data))


@dataclass(frozen=True)
class Field:
    """What all fields share. ``name`` is the key in the data, ``label`` the name on screen."""

    name: str
    label: str
    _: KW_ONLY
    required: bool = False
    help: str = ""
    when: When | None = None
    autocomplete: str = ""

    widget: ClassVar[str] = "text"
    inputmode: ClassVar[str] = ""
    multiple: ClassVar[bool] = False
    empty: ClassVar[Any] = ""
    verb: ClassVar[str] = "填写"

    def applies(self, data: Mapping[str, Any]) -> bool:
        """Whether this field appears given these values."""
        return self.when is None or self.when.holds(data)

    def asked_of(self, data: Mapping[str, Any]) -> bool:
        """Whether to draw it: what depends on the whole row (``WhenRow``) the server decides, the page's script folds the rest."""
        return not isinstance(self.when, WhenRow) or self.applies(data)

    def clean(self, raw: Any) -> Any:
        """The clean value; ``Invalid`` when a required one is missing or the form is wrong."""
        text = text_of(raw)
        if not text:
            if self.required:
                raise Invalid(f"请{self.verb}{self.label}。")
            return self.empty
        return self.parse(text)

    def parse(self, text: str) -> Any:
        """Stripped, non-empty text → value."""
        return text

    def show(self, value: Any) -> str:
        return "" if value is None else str(value)

    def to_input(self, value: Any) -> str:
        return self.show(value)


def text_of(raw: Any) -> str:
    if isinstance(raw, (list, tuple)):
        raw = raw[-1] if raw else ""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    return _UNSTORABLE.sub("", str(raw)).strip()


def token_of(value: Any) -> str:
    """Yes/no is "yes"/"no" in raw data and True/False in clean data: one form before comparing."""
    return text_of(value)


def many_of(raw: Any) -> Iterable[Any]:
    if raw in (None, ""):
        return ()
    return raw if isinstance(raw, (list, tuple)) else (raw,)
