"""What can go wrong with backups: each error is one Chinese sentence and an exit code."""

from __future__ import annotations

from minzheng.site.errors import SiteError


class SafekeepingError(SiteError):
    """The backup or the restore did not happen; nothing was changed."""


class BadBackup(SafekeepingError):
    """The file is not a whole, unaltered backup of ours."""


class KeyMissing(SafekeepingError):
    """The backup cannot be opened with the keys at hand."""

    exit_code = 2


class Refused(SafekeepingError):
    """What was asked would lose something."""

    exit_code = 2
