"""Errors of persons and households. Each carries one Chinese sentence for the screen."""

from __future__ import annotations


class SubjectError(Exception):
    """A change to a person's or a household's file that cannot be made."""


class NameMismatch(SubjectError):
    """The ID number already belongs to a file under another name."""


class MembershipConflict(SubjectError):
    """The person would be in two households on the same day, or the row is no longer the current knowledge."""


class ReasonNeeded(SubjectError):
    """A file is opened, or a number unmasked, without saying why."""
