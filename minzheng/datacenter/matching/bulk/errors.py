"""What a batch match refuses, and what makes it distrust itself."""

from __future__ import annotations


class MatchRefused(Exception):
    """Not done; the text is a Chinese sentence that says what is wrong, where, and what to do."""

    exit_code = 2


class CheckFailed(Exception):
    """The run finished but one of its own checks did not hold, so nothing was published.

    ``found``: the checks as kept in run.json, for whoever has to look into it."""

    exit_code = 1

    def __init__(self, sentence: str, found: dict[str, object]):
        self.found = found
        super().__init__(sentence)
