"""Why an objection is not taken: one Chinese sentence, saying what to do instead."""

from __future__ import annotations


class ObjectionRefused(Exception):
    """Not taken; the sentence says why and where to go."""


class TooLate(ObjectionRefused):
    """The publicity is over: what comes now is a complaint, which goes another way."""
