"""Errors of this layer: each is one Chinese sentence (what, where, what to do) with an exit code for the command line.

Exit codes: 0 done; 1 a check failed or tampering was found; 2 bad input; 3 database unavailable.
"""

from __future__ import annotations


class SiteError(Exception):
    """Trouble with starting, configuration or the environment."""

    exit_code = 1


class DatabaseUnavailable(SiteError):
    """The database does not answer or cannot start."""

    exit_code = 3


class BadSetting(SiteError):
    """An environment variable is wrong."""

    exit_code = 2
