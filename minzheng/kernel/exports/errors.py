"""Refusals of exports: each is one Chinese sentence for the screen."""

from __future__ import annotations

from minzheng.kernel.cases.errors import Refused


class ExportRefused(Refused):
    """An export that may not be asked for, decided on, made or fetched; the sentence says why and what to do."""
