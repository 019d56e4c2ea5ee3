"""Creation: zeros, ones, and what else is made from nothing or from a shape alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.evidence import NO_NONE, sample
from thalweg.core.op import row
from thalweg.core.wanted_dtype import wanted_dtype

SOURCE = "definition"

FROM_SHAPE_ALONE = "it depends on its input's shape and dtype alone"


@row(
    inputs="input", severs=FROM_SHAPE_ALONE, public="zeros_like",
    samples=(sample((2, 3)),), formula="0 in the shape of x",
    wrong=NO_NONE,
)  # fmt: skip
def zeros_like(input: Any, dtype: Any = None, name: Any = None, layout: Any = None) -> Any:
    """Zeros in the shape of the input.

    Args:
        input: any shape.
        dtype: by default the input's.
        name: accepted for TensorFlow's sake.
        layout: likewise.
    """
    return np.zeros(
        input.shape, input.dtype if dtype is None else wanted_dtype("zeros_like: dtype", dtype)
    )


@row(
    inputs="input", severs=FROM_SHAPE_ALONE, public="ones_like",
    samples=(sample((2, 3)),), formula="1 in the shape of x",
    wrong=NO_NONE,
)  # fmt: skip
def ones_like(input: Any, dtype: Any = None, name: Any = None, layout: Any = None) -> Any:
    """Ones in the shape of the input.

    Args:
        input: any shape.
        dtype: by default the input's.
        name: accepted for TensorFlow's sake.
        layout: likewise.
    """
    return np.ones(
        input.shape, input.dtype if dtype is None else wanted_dtype("ones_like: dtype", dtype)
    )
