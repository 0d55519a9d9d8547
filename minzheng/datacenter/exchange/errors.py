"""Errors of the exchange."""

from __future__ import annotations

from minzheng.kernel.cases.errors import Refused


class ExchangeRefused(Refused):
    """Something a member of staff asked for cannot be done; sentences for the screen."""

    exit_code = 2


class Rejected(Exception):
    """A message that is not taken. `code` is for the partner's program, `status` the HTTP status; the sentence carries no
    personal data. `poison`: as a file it goes to quarantine; otherwise it may simply come again later."""

    def __init__(self, code: str, sentence: str, *, status: int = 400, poison: bool = True) -> None:
        super().__init__(sentence)
        self.code, self.status, self.poison = code, status, poison


class Unreachable(Exception):
    """The partner could not be reached or answered nonsense; trying again later may help."""
