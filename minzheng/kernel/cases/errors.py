"""Why an act was not done: sentences for the screen."""

from __future__ import annotations

from collections.abc import Iterable


class Refused(Exception):
    """The act is refused. `sentences`: what is missing and what to do, one Chinese sentence each. `fields`: errors of
    single inputs, {name: sentence}."""

    def __init__(self, sentences: str | Iterable[str], fields: dict[str, str] | None = None) -> None:
        self.sentences = [sentences] if isinstance(sentences, str) else list(sentences)
        self.fields = fields or {}
        super().__init__("；".join([*self.sentences, *self.fields.values()]))


class NotAllowed(Refused):
    """This person may not do this act here (403). Kept apart from missing conditions, which the clerk can put right."""


class Stale(Refused):
    """Somebody else acted on the case after this page was opened."""


class NotFound(Exception):
    """No such case, or not within this person's reach: the two are never told apart."""


class TooMany(Refused):
    """Too many tries of the public query from one address."""
