"""Casting: the same numbers in another dtype."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import row
from thalweg.core.wanted_dtype import wanted_dtype
from thalweg.errors import DTypeError

SOURCE = "definition"


@row(
    inputs="x", public="cast", vjp={"x": lambda g: g}, linear="x", bounded=True,
    holomorphic=False, samples=(sample((2, 3), dtype="float64"),),
    wrong=(wrong(np.ones(2), error=DTypeError, words="float99", dtype="float99"),),
    special=(
        special(1.5 + 2.0j, value=1.5, params={"dtype": "float64"}, why="the real part, as in TensorFlow"),
        special(-1.5, value=-1, params={"dtype": "int32"}, why="towards 0"),
        special(1e300, value=np.inf, params={"dtype": "float32"}, dtypes=("float64",)),
    ),
    formula="x in another dtype",
    native=lambda x, dtype: x.astype(dtype),
    note="Through an integer or a truth value no gradient passes: it is None.",
)  # fmt: skip
def cast(x: Any, dtype: Any) -> Any:
    """The same numbers in another dtype.

    Args:
        x: any shape.
        dtype: a NumPy dtype or its name, such as `tw.float32`.
    """
    target = wanted_dtype("cast: dtype", dtype)
    array = x if type(x) is np.ndarray else np.asarray(x)
    if array.dtype.kind == "c" and target.kind != "c":
        array = array.real
    answer = array.astype(target)
    return answer if answer.ndim else answer[()]
