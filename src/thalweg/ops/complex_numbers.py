"""Complex numbers: parts, conjugate, and putting them together.

The gradient with respect to z = a + ib is ∂/∂a + i·∂/∂b, as TensorFlow has it.
"""

from __future__ import annotations

import builtins
import operator
from typing import Any

import numpy as np

from thalweg.core.evidence import NO_NONE, special
from thalweg.core.op import elementwise

SOURCE = "DLMF 1.9(i)"

ANY = ((-3.0, 3.0),)


def _complex(real: Any, imag: Any) -> Any:
    shape = np.broadcast_shapes(np.shape(real), np.shape(imag))
    out = np.empty(shape, np.result_type(real, imag, np.complex64))
    out.real = real  # not real + 1j * imag, which makes NaN of an infinite part
    out.imag = imag
    return out[()]


complex_of = builtins.complex

conj = elementwise(
    "conj", "x", np.conjugate, public="math.conj", numpy=(np.conjugate,),
    vjp={"x": lambda g: conj(g)}, bounded=True, holomorphic=False, linear="x",
    domain=ANY, formula="the complex conjugate of x",
    special=(
        special(1.0 + 2.0j, value=1.0 - 2.0j),
        special(complex_of(0.0, np.inf), value=complex_of(0.0, -np.inf)),
        special(-0.0, value=-0.0, grad=(1.0,)),
    ),
)  # fmt: skip
real = elementwise(
    "real", "input", operator.attrgetter("real"), public="math.real", numpy=(np.real,),
    vjp={"input": lambda g: g}, linear="input", bounded=True, holomorphic=False,
    domain=ANY, formula="Re x", wrong=NO_NONE,
    special=(
        special(3.0 + 4.0j, value=3.0, grad=(1.0 + 0.0j,)),
        special(complex_of(-0.0, np.nan), value=-0.0, grad=(1.0 + 0.0j,)),
        special(np.inf, value=np.inf, grad=(1.0,)),
    ),
)  # fmt: skip
imag = elementwise(
    "imag", "input", operator.attrgetter("imag"), public="math.imag", numpy=(np.imag,),
    vjp={"input": lambda g: g * 1j}, linear="input", bounded=True, holomorphic=False,
    domain=ANY, formula="Im x", wrong=NO_NONE,
    special=(
        special(3.0 + 4.0j, value=4.0, grad=(1.0j,)),
        special(complex_of(np.inf, -0.0), value=-0.0, grad=(1.0j,)),
        special(2.0, value=0.0, grad=(0.0,), why="a real number has no imaginary part"),
    ),
)  # fmt: skip
complex = elementwise(
    "complex", "real imag", _complex,
    native="complex numbers have no machine code",
    public="complex",
    vjp={"real": lambda g: real(g), "imag": lambda g: imag(g)}, linear="real imag",
    bounded=True, holomorphic=False, domain=ANY * 2, formula="a + ib",
    special=(
        special(1.0, np.inf, value=complex_of(1.0, np.inf), why="a + 1j * inf has a NaN in it"),
        special(-0.0, -0.0, value=complex_of(-0.0, -0.0)),
    ),
)  # fmt: skip
