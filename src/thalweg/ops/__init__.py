"""The table: one family a file, one row an op.

Reading this package fills `core.op.TABLE` and `core.composite.COMPOSITES`.
"""

from thalweg.ops import (
    arithmetic,
    casting,
    comparison,
    complex_numbers,
    contraction,
    creation,
    indexing,
    joining,
    logic,
    movement,
    reductions,
    severing,
)

__all__ = [
    "arithmetic",
    "casting",
    "comparison",
    "complex_numbers",
    "contraction",
    "creation",
    "indexing",
    "joining",
    "logic",
    "movement",
    "reductions",
    "severing",
]
