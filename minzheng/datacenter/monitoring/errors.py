"""What goes wrong in monitoring, as sentences for the screen."""

from __future__ import annotations

from minzheng.kernel.cases.errors import Refused


class MonitorRefused(Refused):
    """Not done, and nothing changed."""

    exit_code = 2
    #: A job does not try again what was refused.
    retry = False
