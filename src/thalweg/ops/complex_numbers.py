"""Complex numbers: parts, conjugate, and putting them together.

The gradient with respect to z = a + ib is ∂/∂a + i·∂/∂b, as TensorFlow has it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.op import elementwise

ANY = ((-3.0, 3.0),)


def _complex(real: Any, imag: Any) -> Any:
    shape = np.broadcast_shapes(np.shape(real), np.shape(imag))
    out = np.empty(shape, np.result_type(real, imag, np.complex64))
    out.real = real  # not real + 1j * imag, which makes NaN of an infinite part
    out.imag = imag
    return out[()]


conj = elementwise(
    "conj", "x", np.conjugate, public="math.conj", numpy=(np.conjugate,),
    vjp={"x": lambda g: conj(g)}, bounded=True, holomorphic=False, linear="x",
    domain=ANY, formula="the complex conjugate of x",
)  # fmt: skip
real = elementwise(
    "real", "input", np.real, public="math.real", numpy=(np.real,),
    vjp={"input": lambda g: g}, linear="input", bounded=True, holomorphic=False,
    domain=ANY, formula="Re x",
)  # fmt: skip
imag = elementwise(
    "imag", "input", np.imag, public="math.imag", numpy=(np.imag,),
    vjp={"input": lambda g: g * 1j}, linear="input", bounded=True, holomorphic=False,
    domain=ANY, formula="Im x",
)  # fmt: skip
complex = elementwise(
    "complex", "real imag", _complex, public="complex",
    vjp={"real": lambda g: real(g), "imag": lambda g: imag(g)}, linear="real imag",
    bounded=True, holomorphic=False, domain=ANY * 2, formula="a + ib",
)  # fmt: skip
