"""JAX at the hard points, with 64-bit numbers allowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)

PACKAGES = ("jax",)


def gradient(function: Callable[..., Any], inputs: list[Any]) -> list[Any]:
    def total(*xs: Any) -> Any:
        return jnp.sum(function(*xs))

    xs = [jnp.asarray(one) for one in inputs]
    holomorphic = bool(jnp.iscomplexobj(total(*xs)))
    found = jax.grad(total, argnums=tuple(range(len(xs))), holomorphic=holomorphic)(*xs)
    return [np.asarray(one) for one in found]


def value(function: Callable[..., Any], inputs: list[Any]) -> Any:
    return np.asarray(function(*[jnp.asarray(one) for one in inputs]))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "relu": jax.nn.relu,
    "relu6": jax.nn.relu6,
    "leaky_relu": lambda x: jax.nn.leaky_relu(x, 0.2),
    "abs": jnp.abs,
    "sign": jnp.sign,
    "floor": jnp.floor,
    "round": jnp.round,
    "clip": lambda x: jnp.clip(x, 0.0, 1.0),
    "maximum": jnp.maximum,
    "minimum": jnp.minimum,
    "max": jnp.max,
    "sort_first": lambda x: jnp.sort(x)[0],
    "median": jnp.median,
    "log": jnp.log,
    "sqrt": jnp.sqrt,
    "sqrt_of_square": lambda x: jnp.sqrt(x * x),
    "sqrt_of_abs": lambda x: jnp.sqrt(jnp.abs(x)),
    "norm": jnp.linalg.norm,
    "std": jnp.std,
    "power_0": lambda x: x**0,
    "power_0.0": lambda x: x**0.0,
    "power_0.5": lambda x: x**0.5,
    "pow": jnp.power,
    "atan2": jnp.arctan2,
    "where_log": lambda x: jnp.where(x > 0, jnp.log(x), 0.0),
    "where_sqrt": lambda x: jnp.where(x > 0, jnp.sqrt(x), 0.0),
    "where_exp": lambda x: jnp.where(x < 15, x, jnp.exp(x * x)),
    "where_product": lambda x: jnp.where(x < 15, x, x * jnp.exp(x * x * x)),
    "xlogy": lambda x: jax.scipy.special.xlogy(x, x),
    "logsumexp": jax.nn.logsumexp,
    "sinc": jnp.sinc,
    "softplus": jax.nn.softplus,
    "log_sigmoid": jax.nn.log_sigmoid,
    "prod": jnp.prod,
    "cumprod": jnp.cumprod,
    "mean_of_rows": lambda x: jnp.mean(x, axis=0),
    "sigmoid": jax.nn.sigmoid,
    "tanh": jnp.tanh,
    "erf": jax.scipy.special.erf,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "hypot": jnp.hypot,
    "divide": jnp.divide,
    "rsqrt": jax.lax.rsqrt,
    "asinh": jnp.arcsinh,
    "acosh": jnp.arccosh,
    "modulus_squared": lambda z: jnp.abs(z) ** 2,
    "square": lambda z: z * z,
}
