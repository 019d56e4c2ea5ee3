"""PyTorch at the hard points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional

PACKAGES = ("torch",)


def gradient(function: Callable[..., Any], inputs: list[Any]) -> list[Any]:
    xs = [torch.tensor(one, requires_grad=True) for one in inputs]
    answer = function(*xs)
    answer.backward(torch.ones_like(answer))
    return [None if x.grad is None else x.grad.numpy() for x in xs]


def value(function: Callable[..., Any], inputs: list[Any]) -> Any:
    return function(*[torch.tensor(one) for one in inputs]).numpy()


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "relu": torch.relu,
    "relu6": functional.relu6,
    "leaky_relu": lambda x: functional.leaky_relu(x, 0.2),
    "abs": torch.abs,
    "sign": torch.sign,
    "floor": torch.floor,
    "round": torch.round,
    "clip": lambda x: torch.clamp(x, 0.0, 1.0),
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "max": torch.max,
    "sort_first": lambda x: torch.sort(x).values[0],
    "median": torch.median,
    "log": torch.log,
    "sqrt": torch.sqrt,
    "sqrt_of_square": lambda x: torch.sqrt(x * x),
    "sqrt_of_abs": lambda x: torch.sqrt(torch.abs(x)),
    "norm": torch.linalg.vector_norm,
    "std": lambda x: torch.std(x, correction=0),
    "power_0": lambda x: x**0,
    "power_0.0": lambda x: x**0.0,
    "power_0.5": lambda x: x**0.5,
    "pow": torch.pow,
    "atan2": torch.atan2,
    "where_log": lambda x: torch.where(x > 0, torch.log(x), 0.0 * x),
    "where_sqrt": lambda x: torch.where(x > 0, torch.sqrt(x), 0.0 * x),
    "where_exp": lambda x: torch.where(x < 15, x, torch.exp(x * x)),
    "where_product": lambda x: torch.where(x < 15, x, x * torch.exp(x * x * x)),
    "xlogy": lambda x: torch.xlogy(x, x),
    "logsumexp": lambda x: torch.logsumexp(x, 0),
    "sinc": torch.sinc,
    "softplus": functional.softplus,
    "log_sigmoid": functional.logsigmoid,
    "bce": lambda x: functional.binary_cross_entropy_with_logits(x, torch.ones_like(x)),
    "prod": torch.prod,
    "cumprod": lambda x: torch.cumprod(x, 0),
    "mean_of_rows": lambda x: torch.mean(x, 0),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "erf": torch.erf,
    "gelu": functional.gelu,
    "hypot": torch.hypot,
    "divide": torch.divide,
    "rsqrt": torch.rsqrt,
    "asinh": torch.asinh,
    "acosh": torch.acosh,
    "modulus_squared": lambda z: torch.abs(z) ** 2,
    "square": lambda z: z * z,
}
