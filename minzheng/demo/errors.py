"""Errors of demo data: each is one Chinese sentence (what, where, what to do) with an exit code for the command line."""

from __future__ import annotations


class DemoError(Exception):
    """Bad input: the sentence names the file, line or option."""

    exit_code = 2


class NotDemo(DemoError):
    """Loading would touch data that is not part of a demonstration."""


class NotLoaded(DemoError):
    """There is no demonstration in this database."""

    exit_code = 1
