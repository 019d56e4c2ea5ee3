"""Data: tables of measurements out of files."""

from __future__ import annotations

from thalweg.data.table import Table, read_table

__all__ = ["Table", "read_table"]
