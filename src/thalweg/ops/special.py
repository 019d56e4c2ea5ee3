"""Special functions: the error function's and the gamma function's, as SciPy computes them.

SciPy is read when the first of them is called.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.composite import composite
from thalweg.core.evidence import sample, special
from thalweg.core.op import Op, elementwise
from thalweg.ops.gaussian import gaussian, scipy_function
from thalweg.ops.reductions import reduce_sum

SOURCE = "DLMF 5, 7"

ANY = ((-3.0, 3.0),)
POSITIVE = ((0.3, 4.0),)
TWO_OVER_ROOT_PI = 2 / math.sqrt(math.pi)


def _by_scipy(name: str) -> Callable[[Any], Any]:
    """A kernel that asks SciPy; float16 comes back as float16."""

    def kernel(x: Any) -> Any:
        answer = scipy_function(name)(x)
        return answer.astype(np.float16) if x.dtype == np.float16 else answer

    return kernel


erf = elementwise(
    "erf", "x", _by_scipy("erf"), public="math.erf",
    vjp={"x": lambda g, x: g * (TWO_OVER_ROOT_PI * gaussian(x))}, domain=ANY, formula="erf x",
    source="DLMF 7.2.1",
    special=(
        special(0.0, value=0.0, grad=(TWO_OVER_ROOT_PI,)),
        special(5.0, grad=(TWO_OVER_ROOT_PI * math.exp(-25.0),)),
        special(-np.inf, value=-1.0, grad=(0.0,)),
        special(np.nan, value=np.nan, grad=(np.nan,)),
    ),
)  # fmt: skip
erfc = elementwise(
    "erfc", "x", _by_scipy("erfc"), public="math.erfc",
    vjp={"x": lambda g, x: -g * (TWO_OVER_ROOT_PI * gaussian(x))}, domain=ANY,
    formula="1 - erf x", source="DLMF 7.2.2",
    special=(
        special(0.0, value=1.0, grad=(-TWO_OVER_ROOT_PI,)),
        special(10.0, value=2.088487583762545e-45, dtypes=("float64",)),
        special(np.inf, value=0.0, grad=(0.0,)),
    ),
)  # fmt: skip
erfinv = elementwise(
    "erfinv", "x", _by_scipy("erfinv"), public="math.erfinv",
    vjp={"x": lambda g, ans: g / (TWO_OVER_ROOT_PI * gaussian(ans))}, domain=((-0.8, 0.8),),
    formula="the x of which erf is the input", source="DLMF 7.17.1",
    special=(
        special(0.0, value=0.0, grad=(1 / TWO_OVER_ROOT_PI,)),
        special(1.0, value=np.inf, grad=(np.inf,)),
        special(2.0, value=np.nan, grad=(np.nan,)),
    ),
)  # fmt: skip
lgamma = elementwise(
    "lgamma", "x", _by_scipy("gammaln"), public="math.lgamma",
    vjp={"x": lambda g, x: g * digamma(x)}, domain=POSITIVE, formula="log |Γ(x)|",
    source="DLMF 5.2.1",
    special=(
        special(1.0, value=0.0, grad=(-np.euler_gamma,)),
        special(5.0, value=math.log(24.0), grad=(25 / 12 - np.euler_gamma,)),
    ),
)  # fmt: skip
digamma: Op = elementwise(
    "digamma", "x", _by_scipy("psi"), public="math.digamma",
    vjp={"x": lambda g, x: g * polygamma(1.0, x)}, domain=POSITIVE, real_only=True, formula="Γ′(x) / Γ(x)",
    source="DLMF 5.2.2",
    special=(special(1.0, value=-np.euler_gamma, grad=(math.pi**2 / 6,)),),
)  # fmt: skip


def _polygamma(a: Any, x: Any) -> Any:
    if np.iscomplexobj(x):
        raise TypeError("polygamma is for real numbers")
    dtype = x.dtype if getattr(x, "dtype", None) is not None else np.result_type(a, np.float32)
    answer = scipy_function("polygamma")(np.asarray(a, np.float64), np.asarray(x, np.float64))
    return answer.astype(dtype if dtype.kind == "f" else np.float64)[()]


polygamma: Op = elementwise(
    "polygamma", "a x", _polygamma, public="math.polygamma",
    vjp={"a": None, "x": lambda g, a, x: g * polygamma(a + 1, x)},
    samples=(sample(np.array([0.0, 1.0, 2.0]), np.array([0.5, 1.5, 3.0])), sample(1.0, 2.5)),
    formula="the a-th derivative of digamma", source="DLMF 5.15.1",
    note="The order a is a whole number from 0 up and carries no gradient.",
    special=(special(1.0, 1.0, value=math.pi**2 / 6, grad=(None, -2.4041138063191885)),),
)  # fmt: skip


@composite(inputs="x", public="math.lbeta")
def lbeta(x: Any) -> Any:
    """log |B(x)| along the last axis: Σ log Γ(xᵢ) - log Γ(Σ xᵢ).

    Args:
        x: (…, n), positive.

    >>> import thalweg as tw
    >>> tw.math.lbeta([1.0, 2.0]).numpy()
    np.float32(-0.6931472)
    """
    return reduce_sum(lgamma(x), -1) - lgamma(reduce_sum(x, -1))
