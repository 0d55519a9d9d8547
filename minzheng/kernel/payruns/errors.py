"""Why a pay act was not done: a Chinese sentence that says what, where and what to do. Commands exit with `exit_code`."""

from __future__ import annotations

from minzheng.kernel.cases.errors import NotAllowed, NotFound, Refused


class PayRefused(Refused):
    """The act is refused as things stand: wrong state, the same person twice, open findings, nothing to pay."""

    exit_code = 1


class PayNotAllowed(PayRefused, NotAllowed):
    """This person may not do this act here (403 on pages)."""


class PayNotFound(NotFound):
    """No such batch or line, or not within this person's reach: the two are never told apart."""

    exit_code = 2


class PayInput(Refused):
    """What was given cannot be understood: a month, a benefit, a region."""

    exit_code = 2
