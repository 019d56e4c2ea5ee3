"""TensorFlow at the hard points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

PACKAGES = ("tensorflow_cpu", "tensorflow")


def gradient(function: Callable[..., Any], inputs: list[Any]) -> list[Any]:
    xs = [tf.constant(one) for one in inputs]
    with tf.GradientTape() as tape:
        tape.watch(xs)
        answer = function(*xs)
    return [None if one is None else one.numpy() for one in tape.gradient(answer, xs)]


def value(function: Callable[..., Any], inputs: list[Any]) -> Any:
    return function(*[tf.constant(one) for one in inputs]).numpy()


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "relu": tf.nn.relu,
    "relu6": tf.nn.relu6,
    "leaky_relu": lambda x: tf.nn.leaky_relu(x, 0.2),
    "abs": tf.abs,
    "sign": tf.sign,
    "floor": tf.floor,
    "round": tf.round,
    "clip": lambda x: tf.clip_by_value(x, 0.0, 1.0),
    "maximum": tf.maximum,
    "minimum": tf.minimum,
    "max": tf.reduce_max,
    "sort_first": lambda x: tf.sort(x)[0],
    "log": tf.math.log,
    "sqrt": tf.sqrt,
    "sqrt_of_square": lambda x: tf.sqrt(x * x),
    "sqrt_of_abs": lambda x: tf.sqrt(tf.abs(x)),
    "norm": tf.norm,
    "std": tf.math.reduce_std,
    "power_0": lambda x: x**0,
    "power_0.0": lambda x: x**0.0,
    "power_0.5": lambda x: x**0.5,
    "pow": tf.pow,
    "atan2": tf.atan2,
    "where_log": lambda x: tf.where(x > 0, tf.math.log(x), 0.0 * x),
    "where_sqrt": lambda x: tf.where(x > 0, tf.sqrt(x), 0.0 * x),
    "where_exp": lambda x: tf.where(x < 15, x, tf.exp(x * x)),
    "where_product": lambda x: tf.where(x < 15, x, x * tf.exp(x * x * x)),
    "xlogy": lambda x: tf.math.xlogy(x, x),
    "logsumexp": tf.reduce_logsumexp,
    "softplus": tf.nn.softplus,
    "log_sigmoid": tf.math.log_sigmoid,
    "bce": lambda x: tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.ones_like(x), logits=x),
    "prod": tf.reduce_prod,
    "cumprod": tf.math.cumprod,
    "mean_of_rows": lambda x: tf.reduce_mean(x, axis=0),
    "sigmoid": tf.sigmoid,
    "tanh": tf.tanh,
    "erf": tf.math.erf,
    "gelu": lambda x: tf.nn.gelu(x, approximate=False),
    "divide": tf.divide,
    "rsqrt": tf.math.rsqrt,
    "asinh": tf.asinh,
    "acosh": tf.acosh,
    "modulus_squared": lambda z: tf.abs(z) ** 2,
    "square": lambda z: z * z,
}
