"""Complex numbers: parts, conjugate, and putting them together.

The gradient with respect to z = a + ib is ∂/∂a + i·∂/∂b, as TensorFlow has it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.op import elementwise

ANY = ((-3.0, 3.0),)


def _complex(real: Any, imag: Any) -> Any:
    return real + 1j * imag if np.result_type(real, imag) != np.float32 else np.complex64(
        np.asarray(real) + 1j * np.asarray(imag)
    )


conj = elementwise(
    "conj", "x", np.conjugate, public="math.conj", numpy=(np.conjugate,),
    vjp={"x": lambda g: conj(g)}, bounded=True, holomorphic=False, linear="x",
    domain=ANY, formula="the complex conjugate of x",
)  # fmt: skip
real = elementwise(
    "real", "input", lambda x: np.real(x) + x.real.dtype.type(0), public="math.real", numpy=(np.real,),
    vjp={"input": lambda g: g}, linear="input", bounded=True, holomorphic=False,
    domain=ANY, formula="Re x",
)  # fmt: skip
imag = elementwise(
    "imag", "input", lambda x: np.imag(x) + x.real.dtype.type(0), public="math.imag", numpy=(np.imag,),
    vjp={"input": lambda g: 1j * g}, linear="input", bounded=True, holomorphic=False,
    domain=ANY, formula="Im x",
)  # fmt: skip
complex = elementwise(
    "complex", "real imag", _complex, public="complex",
    vjp={"real": lambda g: real(g), "imag": lambda g: imag(g)}, linear="real imag",
    bounded=True, holomorphic=False, domain=ANY * 2, formula="a + ib",
)  # fmt: skip
