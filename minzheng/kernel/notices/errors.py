"""Errors of messages."""

from __future__ import annotations


class MessageError(Exception):
    """A business error in sending; ``str(error)`` is a Chinese sentence without numbers or names."""


class SendFailed(MessageError):
    """The gateway did not take it this time. ``retry=False``: trying again is no use (no such number, malformed
    number).
    """

    def __init__(self, sentence: str, *, retry: bool = True) -> None:
        super().__init__(sentence)
        self.retry = retry
