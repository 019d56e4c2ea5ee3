"""Which functions are there, and how does one come into a module?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from thalweg.native.lanes import Floats, Lanes
from thalweg.native.listing import Listing, Module
from thalweg.native.machine import Machine
from thalweg.native.vector_math import (
    error_function,
    exponential,
    hyperbolic,
    inverse_hyperbolic,
    inverse_trigonometric,
    logarithm,
    logistic,
    normal_distribution,
    power,
    remainders,
    roots,
    trigonometric,
)

__all__ = ["FUNCTIONS", "Function", "define", "define_sin_and_cos"]


@dataclass(frozen=True)
class Function:
    """One function of the library.

    Attributes:
        name: NumPy's or SciPy's name.
        arguments: how many it takes.
        write: writes its instructions for vectors and returns the answer's vector.
    """

    name: str
    arguments: int
    write: Callable[..., Floats]


def _of(*writers: Callable[..., Floats], arguments: int = 1) -> dict[str, Function]:
    return {w.__name__: Function(w.__name__, arguments, w) for w in writers}


FUNCTIONS = {
    **_of(exponential.exp, exponential.exp2, exponential.expm1),
    **_of(logarithm.log, logarithm.log2, logarithm.log10, logarithm.log1p),
    **_of(trigonometric.sin, trigonometric.cos, trigonometric.tan),
    **_of(inverse_trigonometric.asin, inverse_trigonometric.acos, inverse_trigonometric.atan),
    **_of(inverse_trigonometric.atan2, arguments=2),
    **_of(hyperbolic.sinh, hyperbolic.cosh, hyperbolic.tanh),
    **_of(inverse_hyperbolic.asinh, inverse_hyperbolic.acosh, inverse_hyperbolic.atanh),
    **_of(logistic.sigmoid, logistic.softplus),
    **_of(error_function.erf, error_function.erfc, error_function.erfcx),
    **_of(normal_distribution.gaussian, normal_distribution.normal_pdf),
    **_of(normal_distribution.normal_cdf),
    **_of(normal_distribution.gelu, normal_distribution.gelu_slope),
    **_of(power.pow, arguments=2),
    **_of(roots.sqrt, roots.rsqrt, roots.cbrt),
    **_of(roots.hypot, logistic.logaddexp, remainders.fmod, arguments=2),
}


def define(module: Module, machine: Machine, name: str, bits: int, width: int) -> str:
    """Define a function in a module, once, and return the name to call it by.

    Args:
        module: where it is wanted.
        machine: for which processor.
        name: one of `FUNCTIONS`.
        bits: 32 or 64.
        width: how many floats at once; 1 means the scalar type.

    >>> from thalweg.native.machine import machine
    >>> define(Module(), machine("baseline"), "exp", 32, 4)
    'tw.exp.v4f32'
    """
    function = FUNCTIONS[name]
    listing = Listing(module)
    lanes = Lanes(listing, machine, bits, width)
    symbol = f"tw.{name}.{lanes.short}"
    if not module.defines(symbol):
        answer = function.write(*(lanes.argument(k) for k in range(function.arguments)))
        kind = lanes.float_type
        listing.line(f"ret {kind} {answer.name}")
        module.define(
            symbol,
            listing.function(
                symbol, f"internal {kind}", *[kind] * function.arguments, attributes="alwaysinline"
            ),
        )
    return symbol


def define_sin_and_cos(module: Module, machine: Machine, bits: int, width: int) -> tuple[str, str]:
    """Define the function of an angle's sine and cosine; returns its name and what it returns."""
    listing = Listing(module)
    lanes = Lanes(listing, machine, bits, width)
    symbol, kind = f"tw.sin_and_cos.{lanes.short}", f"{{ {lanes.float_type}, {lanes.float_type} }}"
    if not module.defines(symbol):
        found = "poison"
        for place, one in enumerate(trigonometric.sin_and_cos(lanes.argument(0))):
            found = listing.value(
                f"insertvalue {kind} {found}, {lanes.float_type} {one.name}, {place}"
            )
        listing.line(f"ret {kind} {found}")
        text = listing.function(
            symbol, f"internal {kind}", lanes.float_type, attributes="alwaysinline"
        )
        module.define(symbol, text)
    return symbol, kind
