"""Shapes: sizes, rank and number of elements as values."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.evidence import NO_NONE, sample
from thalweg.core.op import row
from thalweg.core.wanted_dtype import wanted_dtype

SOURCE = "definition"

FROM_SHAPE_ALONE = "it depends on its input's shape alone"


@row(
    inputs="input", public="shape", severs=FROM_SHAPE_ALONE, samples=(sample((2, 3)), sample(())),
    formula="the sizes of the axes",
    wrong=NO_NONE,
)  # fmt: skip
def shape(input: Any, out_type: Any = None) -> Any:
    """The sizes of the axes as a Tensor.

    Args:
        input: any shape.
        out_type: dtype of the answer; int32 by default.
    """
    return np.array(input.shape, dtype=out_type or np.int32)


@row(
    inputs="input", public="size", severs=FROM_SHAPE_ALONE, samples=(sample((2, 3)), sample(())),
    formula="how many elements",
    wrong=NO_NONE,
)  # fmt: skip
def size(input: Any, out_type: Any = None) -> Any:
    """How many elements, as a Tensor.

    Args:
        input: any shape.
        out_type: dtype of the answer; int32 by default.
    """
    return wanted_dtype("size: out_type", np.int32 if out_type is None else out_type).type(
        input.size
    )


@row(
    inputs="input", public="rank", severs=FROM_SHAPE_ALONE, samples=(sample((2, 3)), sample(())),
    formula="how many axes",
    wrong=NO_NONE,
)  # fmt: skip
def rank(input: Any) -> Any:
    """How many axes, as an int32 Tensor.

    Args:
        input: any shape.
    """
    return np.int32(input.ndim)
