"""Errors of organisations: one Chinese sentence each, for the screen."""

from __future__ import annotations


class OrganizationRefused(Exception):
    """An organisation that cannot be made, changed or closed so; the text says what is wrong and what to do."""
