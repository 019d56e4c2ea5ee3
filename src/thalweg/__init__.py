"""thalweg: exact gradients on a tape, descents and fits, and a plain answer to every why.

>>> import thalweg as tw
>>> x = tw.Variable(3.0)
>>> with tw.GradientTape() as tape:
...     y = x * x
>>> tape.gradient(y, x).numpy()
np.float32(6.0)
"""

from __future__ import annotations

import importlib
import sys
import types
import warnings
from typing import Any

import numpy as _np

# An overflow or a 0/0 inside an op is a value here, as in TensorFlow, not a warning. The filter
# names this package, so the user's own NumPy code warns as before (docs/decisions/0001).
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"thalweg\.")

from thalweg.errors import (  # noqa: E402 # the filter must stand before the first op runs
    ConditionError,
    DataError,
    DescentError,
    DTypeError,
    ExpressionError,
    MissingRuleError,
    NumericsError,
    ShapeError,
    ThalwegError,
)
from thalweg.tape.forward_accumulator import ForwardAccumulator  # noqa: E402 # the same
from thalweg.tape.gradient_tape import GradientTape  # noqa: E402 # the same
from thalweg.tape.unconnected import UnconnectedGradients  # noqa: E402 # the same
from thalweg.transform.branches import case, cond, switch_case  # noqa: E402 # the same
from thalweg.transform.custom_gradient import custom_gradient, grad_pass_through  # noqa: E402 # the same
from thalweg.transform.folds import foldl, foldr, scan  # noqa: E402 # the same
from thalweg.transform.fori_loop import fori_loop  # noqa: E402 # the same
from thalweg.transform.function import function  # noqa: E402 # the same
from thalweg.transform.gradient import grad, value_and_grad, vjp  # noqa: E402 # the same
from thalweg.transform.gradients import gradients, hessians  # noqa: E402 # the same
from thalweg.transform.map_fn import map_fn, vectorized_map  # noqa: E402 # the same
from thalweg.transform.matrices import hessian, jacobian  # noqa: E402 # the same
from thalweg.transform.recompute_grad import recompute_grad  # noqa: E402 # the same
from thalweg.transform.tangent import hvp, jvp  # noqa: E402 # the same
from thalweg.transform.while_loop import while_loop  # noqa: E402 # the same
from thalweg.values.constant import constant, convert_to_tensor, is_tensor  # noqa: E402 # the same
from thalweg.values.creation import PUBLIC as _CREATION  # noqa: E402 # the same
from thalweg.values.face import PUBLIC as _PUBLIC  # noqa: E402 # the same
from thalweg.values.floatx import floatx, set_floatx  # noqa: E402 # the same
from thalweg.values.module import Module  # noqa: E402 # the same
from thalweg.values.name_scope import name_scope  # noqa: E402 # the same
from thalweg.values.printing import PUBLIC as _PRINTING  # noqa: E402 # the same
from thalweg.values.random_generator import PUBLIC as _RANDOM  # noqa: E402 # the same
from thalweg.values.shape import TensorShape  # noqa: E402 # the same
from thalweg.values.tensor import Tensor  # noqa: E402 # the same
from thalweg.values.tensor_spec import TensorSpec  # noqa: E402 # the same
from thalweg.values.variable import Variable  # noqa: E402 # the same

__version__ = "0.1.0"

newaxis = None
for _name in ("float16", "float32", "float64", "complex64", "complex128", "int8", "int16", "int32",
              "int64", "uint8", "uint16", "uint32", "uint64"):  # fmt: skip
    globals()[_name] = _np.dtype(_name)
bool = _np.dtype("bool")


def _publish(dotted: str, value: Any) -> None:
    """Put a public call in its place: `sin` here, `math.sin` in the room `thalweg.math`."""
    *rooms, name = dotted.split(".")
    place: Any = sys.modules[__name__]
    for room in rooms:
        whole = f"{place.__name__}.{room}"
        if whole not in sys.modules:
            sys.modules[whole] = types.ModuleType(whole, f"The ops of {whole}.")
        setattr(place, room, sys.modules[whole])
        place = sys.modules[whole]
    setattr(place, name, value)


_publish("autodiff.ForwardAccumulator", ForwardAccumulator)
_publish("autodiff.GradientTape", GradientTape)
for _name, _value in (_PUBLIC | _CREATION | _PRINTING | _RANDOM).items():
    _publish(_name, _value)


# Read when first asked for, so that `import thalweg` costs little more than `import numpy`.
_LATER = {
    "curve_fit": "thalweg.fit.curve_fit",
    "find_root": "thalweg.descent.find_root",
    "maximize": "thalweg.descent.minimize",
    "minimize": "thalweg.descent.minimize",
}
_ROOMS = ("config", "debugging", "losses", "optimizers", "plot", "test", "testing")


def __getattr__(name: str) -> Any:
    if name in _LATER:
        value = getattr(importlib.import_module(_LATER[name]), name)
        globals()[name] = value
        return value
    if name in _ROOMS:
        return importlib.import_module(f"thalweg.{name}")
    from thalweg.values.absent import absence

    raise absence(sys.modules[__name__], name, sys._getframe(1))


# What this file and its imports leave in its namespace, and nobody looks for.
_INNER = {"Any", "annotations", "importlib", "sys", "types", "warnings", "core", "data", "descent",
          "diff", "expressions", "fit", "ops", "tape", "transform", "values"}  # fmt: skip


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER, *_ROOMS} - _INNER)


__all__ = [
    "ConditionError",
    "DTypeError",
    "DataError",
    "DescentError",
    "ExpressionError",
    "GradientTape",
    "MissingRuleError",
    "Module",
    "NumericsError",
    "ShapeError",
    "Tensor",
    "TensorShape",
    "TensorSpec",
    "ThalwegError",
    "UnconnectedGradients",
    "Variable",
    "case",
    "cond",
    "constant",
    "convert_to_tensor",
    "custom_gradient",
    "floatx",
    "foldl",
    "foldr",
    "fori_loop",
    "function",
    "grad",
    "grad_pass_through",
    "gradients",
    "hessian",
    "hessians",
    "hvp",
    "is_tensor",
    "jacobian",
    "jvp",
    "map_fn",
    "name_scope",
    "newaxis",
    "recompute_grad",
    "scan",
    "set_floatx",
    "switch_case",
    "value_and_grad",
    "vectorized_map",
    "vjp",
    "while_loop",
]
