"""What the lake refuses."""

from __future__ import annotations

from minzheng.kernel.cases.errors import Refused


class LakeRefused(Refused):
    """Not done; Chinese sentences that say what is wrong, where, and what to do (command line: exit code 2)."""

    exit_code = 2
