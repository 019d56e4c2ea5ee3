"""Every loss against its formula written out in NumPy, with gradients by differences of that formula."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from thalweg import losses

pytestmark = pytest.mark.filterwarnings(
    r"ignore::RuntimeWarning:thalweg\..*"
)  # values, not warnings

LONG = np.longdouble
RNG = np.random.default_rng(11)
NUMBERS = RNG.uniform(0.2, 2.0, (4, 3))
OTHERS = RNG.uniform(0.2, 2.0, (4, 3))
LOGITS = 3 * RNG.normal(size=(4, 3))
SHARES = RNG.dirichlet([1, 1, 1], 4)
PROBABILITIES = RNG.dirichlet([2, 2, 2], 4)
CHANCES = RNG.uniform(0.05, 0.95, (4, 3))
CLASSES = np.array([0, 2, 1, 1])
ONE_HOT = np.eye(3)[CLASSES]
BITS = (RNG.uniform(size=(4, 3)) > 0.5).astype(float)


def log_shares(x, axis=-1):
    return x - np.log(np.exp(x).sum(axis, keepdims=True))


def smoothed(y, part, classes):
    return y * (1 - LONG(part)) + LONG(part) / classes


def lengths(x, axis):
    return np.sqrt((x * x).sum(axis, keepdims=True))


def huber_of(e, delta):
    size = abs(e)
    return np.where(size <= delta, e * e / 2, delta * (size - LONG(delta) / 2))


def bits(y, p):
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


FORMULAS = {
    "MSE": ({}, NUMBERS, OTHERS, lambda y, p: ((y - p) ** 2).mean(-1)),
    "MAE": ({}, NUMBERS, OTHERS, lambda y, p: abs(y - p).mean(-1)),
    "MAPE": ({}, NUMBERS, OTHERS, lambda y, p: 100 * (abs(y - p) / y).mean(-1)),
    "MSLE": ({}, NUMBERS, OTHERS, lambda y, p: ((np.log(1 + y) - np.log(1 + p)) ** 2).mean(-1)),
    "huber": ({"delta": 0.3}, NUMBERS, OTHERS, lambda y, p: huber_of(p - y, LONG(0.3)).mean(-1)),
    "log_cosh": ({}, NUMBERS, LOGITS, lambda y, p: np.log(np.cosh(p - y)).mean(-1)),
    "poisson": ({}, NUMBERS, OTHERS, lambda y, p: (p - y * np.log(p + LONG(1e-7))).mean(-1)),
    "cosine_similarity": (
        {"axis": 0}, NUMBERS, LOGITS,
        lambda y, p: -(y / lengths(y, 0) * p / lengths(p, 0)).sum(0),
    ),
    "KLD": ({}, SHARES, PROBABILITIES, lambda y, p: (y * np.log(y / p)).sum(-1)),
    "hinge": ({}, 2 * BITS - 1, LOGITS, lambda y, p: np.maximum(1 - y * p, 0).mean(-1)),
    "squared_hinge": ({}, BITS, LOGITS, lambda y, p: (np.maximum(1 - (2 * y - 1) * p, 0) ** 2).mean(-1)),
    "categorical_hinge": (
        {}, ONE_HOT, LOGITS,
        lambda y, p: np.maximum(((1 - y) * p).max(-1) - (y * p).sum(-1) + 1, 0),
    ),
    "categorical_crossentropy": (
        {}, ONE_HOT, 1.5 * PROBABILITIES,
        lambda y, p: -(y * np.log(p / p.sum(-1, keepdims=True))).sum(-1),
    ),
    "categorical_crossentropy, logits": (
        {"from_logits": True, "label_smoothing": 0.1}, ONE_HOT, LOGITS,
        lambda y, p: -(smoothed(y, 0.1, 3) * log_shares(p)).sum(-1),
    ),
    "categorical_crossentropy, other axis": (
        {"from_logits": True, "axis": 0, "label_smoothing": 0.1}, SHARES, LOGITS,
        lambda y, p: -(smoothed(y, 0.1, 4) * log_shares(p, 0)).sum(0),
    ),
    "binary_crossentropy": ({"axis": 0}, BITS, CHANCES, lambda y, p: bits(y, p).mean(0)),
    "binary_crossentropy, logits": (
        {"from_logits": True, "label_smoothing": 0.2}, BITS, LOGITS,
        lambda y, p: bits(smoothed(y, 0.2, 2), 1 / (1 + np.exp(-p))).mean(-1),
    ),
    "sparse_categorical_crossentropy": (
        {}, CLASSES, PROBABILITIES,
        lambda y, p: -np.log(np.take_along_axis(p / p.sum(-1, keepdims=True), y[:, None], -1))[:, 0],
    ),
    "sparse_categorical_crossentropy, logits": (
        {"from_logits": True, "ignore_class": 2}, CLASSES, LOGITS,
        lambda y, p: np.where(y == 2, 0, -np.take_along_axis(log_shares(p), y[:, None], -1)[:, 0]),
    ),
}  # fmt: skip


STEP = LONG(2) ** -20


def slopes(formula, y, p, weights):
    """The gradient of Σ w·formula by central differences, extrapolated once, in long double."""
    found = np.zeros(p.shape, LONG)
    for place in np.ndindex(p.shape):

        def at(move, place=place):
            moved = p.copy()
            moved[place] += move
            return (weights * formula(y, moved)).sum()

        wide, narrow = [(at(h) - at(-h)) / (2 * h) for h in (2 * STEP, STEP)]
        found[place] = narrow + (narrow - wide) / 3
    return found


@pytest.mark.parametrize("name", FORMULAS)
def test_value_and_gradient(name):
    named, y, p, formula = FORMULAS[name]
    loss = getattr(losses, name.split(",")[0])
    exact_y = y if y.dtype.kind == "i" else y.astype(LONG)
    wanted = formula(exact_y, p.astype(LONG))
    weights = np.random.default_rng(2).normal(size=wanted.shape)
    x = tw.Variable(p)
    with tw.GradientTape() as tape:
        came = loss(y, x, **named)
        total = tw.reduce_sum(weights * came)
    assert came.shape == wanted.shape
    np.testing.assert_allclose(came.numpy(), wanted.astype(float), rtol=1e-13, atol=1e-15)
    slope = slopes(formula, exact_y, p.astype(LONG), weights).astype(float)
    np.testing.assert_allclose(tape.gradient(total, x).numpy(), slope, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", FORMULAS)
def test_float32_stays_float32(name):
    named, y, p, _ = FORMULAS[name]
    loss = getattr(losses, name.split(",")[0])
    x = tw.Variable(p.astype(np.float32))
    with tw.GradientTape() as tape:
        came = loss(y, x, **named)
    assert came.dtype == np.float32
    assert tape.gradient(came, x).dtype == np.float32


def test_short_names_are_the_same_functions():
    for long, *short in (
        ("mean_squared_error", "MSE", "mse"),
        ("mean_absolute_error", "MAE", "mae"),
        ("mean_absolute_percentage_error", "MAPE", "mape"),
        ("mean_squared_logarithmic_error", "MSLE", "msle"),
        ("kl_divergence", "KLD", "kld"),
        ("log_cosh", "logcosh"),
    ):
        assert all(getattr(losses, name) is getattr(losses, long) for name in short)
