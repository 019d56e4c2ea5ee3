"""HIPS autograd at the hard points: NumPy's and SciPy's functions; activations as one writes them there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
from autograd.scipy import special
from autograd.scipy.stats import norm

PACKAGES = ("autograd",)


def gradient(function: Callable[..., Any], inputs: list[Any]) -> list[Any]:
    def total(*xs: Any) -> Any:
        return anp.sum(function(*xs))

    complex_answer = np.iscomplexobj(total(*inputs))
    take = autograd.holomorphic_grad if complex_answer else autograd.grad
    return [np.asarray(take(total, place)(*inputs)) for place in range(len(inputs))]


def value(function: Callable[..., Any], inputs: list[Any]) -> Any:
    return np.asarray(function(*inputs))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "relu": lambda x: anp.maximum(x, 0.0),
    "relu6": lambda x: anp.minimum(anp.maximum(x, 0.0), 6.0),
    "leaky_relu": lambda x: anp.where(x >= 0, x, 0.2 * x),
    "abs": anp.abs,
    "sign": anp.sign,
    "floor": anp.floor,
    "round": anp.round,
    "clip": lambda x: anp.clip(x, 0.0, 1.0),
    "maximum": anp.maximum,
    "minimum": anp.minimum,
    "max": anp.max,
    "sort_first": lambda x: anp.sort(x)[0],
    "log": anp.log,
    "sqrt": anp.sqrt,
    "sqrt_of_square": lambda x: anp.sqrt(x * x),
    "sqrt_of_abs": lambda x: anp.sqrt(anp.abs(x)),
    "norm": anp.linalg.norm,
    "std": anp.std,
    "power_0": lambda x: x**0,
    "power_0.0": lambda x: x**0.0,
    "power_0.5": lambda x: x**0.5,
    "pow": anp.power,
    "atan2": anp.arctan2,
    "where_log": lambda x: anp.where(x > 0, anp.log(x), 0.0),
    "where_sqrt": lambda x: anp.where(x > 0, anp.sqrt(x), 0.0),
    "where_exp": lambda x: anp.where(x < 15, x, anp.exp(x * x)),
    "where_product": lambda x: anp.where(x < 15, x, x * anp.exp(x * x * x)),
    "logsumexp": special.logsumexp,
    "sinc": anp.sinc,
    "softplus": lambda x: anp.logaddexp(0.0, x),
    "log_sigmoid": lambda x: -anp.logaddexp(0.0, -x),
    "prod": anp.prod,
    "mean_of_rows": lambda x: anp.mean(x, axis=0),
    "sigmoid": special.expit,
    "tanh": anp.tanh,
    "erf": special.erf,
    "gelu": lambda x: x * norm.cdf(x),
    "divide": anp.divide,
    "rsqrt": lambda x: 1 / anp.sqrt(x),
    "asinh": anp.arcsinh,
    "acosh": anp.arccosh,
    "modulus_squared": lambda z: anp.abs(z) ** 2,
    "square": lambda z: z * z,
}
