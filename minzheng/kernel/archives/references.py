"""Requests for deletion were answered under the file they were made under: they stay."""

from __future__ import annotations

from minzheng.kernel.subjects.merging import Reference, declare

declare(Reference("kernel.DeletionRequest", "person"))
