"""Random numbers: seeded streams on NumPy's SeedSequence and Philox.

The same seed gives the same bits on the same machine. `set_seed` starts the global stream again; a
call with a seed of its own draws from its own stream, which moves on with each call and starts again
with `set_seed`; the stateless functions give the same numbers for the same seed, always.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.core.handle import Handle
from thalweg.core.numbers_seen import numbers_seen, refuse_traces
from thalweg.core.whole_number import whole_number
from thalweg.errors import DTypeError, ShapeError
from thalweg.ops.gathering import take
from thalweg.values.constant import lift
from thalweg.values.conversion import as_array
from thalweg.values.creation import dtype_of, sizes_of
from thalweg.values.tensor import Tensor

KEY_BITS = 0xFFFFFFFFFFFFFFFF


def stream(*words: Any) -> np.random.Generator:
    """The stream of numbers that belongs to a list of whole numbers; negative ones count too."""
    entropy = [int(word) & KEY_BITS for word in words]
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(entropy)))


class _Streams:
    """The global stream and the streams of calls with a seed of their own; one lock for all."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.seed: int | None = None
        self.drawn: dict[int, int] = {}
        self.whole: np.random.Generator | None = None  # made when asked: numpy.random loads late

    def start(self, seed: int) -> None:
        """Begin anew."""
        with self.lock:
            self.seed = seed
            self.drawn = {}
            self.whole = stream(seed)

    def next(self, seed: Any) -> np.random.Generator:
        """The stream that a call draws from; one with a seed has it to itself."""
        refuse_traces("tw.random draws anew each time; draw before the call, and pass it in")
        with self.lock:
            if seed is None:
                if self.whole is None:
                    self.whole = np.random.Generator(np.random.Philox(np.random.SeedSequence()))
                return self.whole
            own = whole_number("a random stream's seed", seed)
            turn = self.drawn.get(own, 0)
            self.drawn[own] = turn + 1
            return stream(self.seed or 0, own, turn, 1)


STREAMS = _Streams()


def set_seed(seed: Any) -> None:
    """Start the global stream, and every stream of a seed, from a seed.

    Args:
        seed: a whole number.

    >>> import thalweg as tw
    >>> tw.random.set_seed(1); a = tw.random.normal([2])
    >>> tw.random.set_seed(1); b = tw.random.normal([2])
    >>> bool(tw.reduce_all(a == b))
    True
    """
    STREAMS.start(whole_number("set_seed's seed", seed))


def _float(function: str, dtype: Any) -> np.dtype[Any]:
    found = dtype_of(function, dtype)
    if found.kind != "f":
        raise DTypeError(f"{function}: its numbers are floats, not {found.name}")
    return found


def _drawn(draw: Callable[..., Any], sizes: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray:
    """Numbers in float32 or float64 as the generator makes them; float16 from float32."""
    made = np.dtype(np.float64) if dtype == np.float64 else np.dtype(np.float32)
    return np.asarray(draw(sizes, dtype=made)).astype(dtype, copy=False)


def _placed(noise: Any, mean: Any, stddev: Any) -> Tensor:
    """mean + stddev·noise; recorded where one of them is a Tensor, so that gradients reach them."""
    if isinstance(mean, Handle) or isinstance(stddev, Handle):
        return Tensor(noise) * stddev + mean  # type: ignore[no-any-return]  # operators are installed on the class
    scale, middle = [_plain(value, noise.dtype) for value in (stddev, mean)]
    return Tensor(noise * scale + middle)


def _plain(value: Any, dtype: np.dtype[Any]) -> Any:
    """A parameter of a distribution; NumPy would make NaN of None, and numbers of texts."""
    if value is None or np.asarray(as_array(value)).dtype.kind not in "biuf":
        raise DTypeError(
            f"a parameter of a random distribution is {value!r}; real numbers were wanted"
        )
    return np.asarray(value, dtype=dtype)


def normal_from(rng: np.random.Generator, shape: Any, mean: Any, stddev: Any, dtype: Any) -> Tensor:
    """Normally distributed numbers from a stream."""
    sizes, kind = sizes_of("normal", shape), _float("normal", dtype)
    return _placed(_drawn(rng.standard_normal, sizes, kind), mean, stddev)


def truncated_from(
    rng: np.random.Generator, shape: Any, mean: Any, stddev: Any, dtype: Any
) -> Tensor:
    """Normal numbers, those beyond two standard deviations drawn again."""
    sizes, kind = sizes_of("truncated_normal", shape), _float("truncated_normal", dtype)
    noise = np.atleast_1d(_drawn(rng.standard_normal, sizes, kind)).copy()
    while (far := np.abs(noise) > 2).any():
        noise[far] = _drawn(rng.standard_normal, (int(far.sum()),), noise.dtype)
    return _placed(noise.reshape(sizes), mean, stddev)


def uniform_from(rng: np.random.Generator, shape: Any, low: Any, high: Any, dtype: Any) -> Tensor:
    """Evenly distributed numbers from a stream."""
    found, sizes = dtype_of("uniform", dtype), sizes_of("uniform", shape)
    if found.kind in "iu":
        if high is None:
            raise ValueError(f"uniform: maxval must be given for {found.name}")
        return Tensor(np.asarray(rng.integers(static(low), static(high), sizes, found)))
    top = 1.0 if high is None else high
    if isinstance(low, Handle) or isinstance(top, Handle):
        span = lift(top) - low
        return _placed(_drawn(rng.random, sizes, _float("uniform", found)), low, span)
    small, large = _plain(low, found), _plain(top, found)
    numbers = _drawn(rng.random, sizes, _float("uniform", found)) * (large - small) + small
    # Rounding may meet the upper end, which does not belong to the interval.
    inside = np.where(large > small, np.minimum(numbers, np.nextafter(large, small)), numbers)
    return Tensor(inside.astype(found, copy=False))


def normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None,
    name: Any = None,
) -> Tensor:  # fmt: skip
    """Normally distributed numbers.

    Args:
        shape: the sizes of the answer.
        mean: numbers or arrays that broadcast to it; gradients reach them.
        stddev: likewise.
        dtype: float32 by default, or what `set_floatx` says.
        seed: of a stream of its own; the global one by default.
        name: accepted for TensorFlow's sake.

    >>> import thalweg as tw
    >>> tw.random.normal([2, 3]).shape
    TensorShape([2, 3])
    """
    return normal_from(STREAMS.next(seed), shape, mean, stddev, dtype)


def truncated_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None,
    name: Any = None,
) -> Tensor:  # fmt: skip
    """Normally distributed numbers, none further from the mean than two standard deviations.

    Args:
        shape: as `normal` takes them.
        mean: as `normal` takes them.
        stddev: as `normal` takes them.
        dtype: as `normal` takes them.
        seed: as `normal` takes them.
        name: as `normal` takes them.
    """
    return truncated_from(STREAMS.next(seed), shape, mean, stddev, dtype)


def uniform(
    shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = None, seed: Any = None,
    name: Any = None,
) -> Tensor:  # fmt: skip
    """Evenly distributed numbers, `minval` included, `maxval` not.

    Args:
        shape: the sizes of the answer.
        minval: the ends; 1 above for floats by default, for integers it must be given.
        maxval: likewise.
        dtype: float32 by default, or what `set_floatx` says; integers too.
        seed: of a stream of its own; the global one by default.
        name: accepted for TensorFlow's sake.
    """
    return uniform_from(STREAMS.next(seed), shape, minval, maxval, dtype)


def shuffle(value: Any, seed: Any = None, name: Any = None) -> Any:
    """The parts along the first axis in a random order; gradients go back to their places.

    Args:
        value: at least one axis.
        seed: of a stream of its own; the global one by default.
        name: accepted for TensorFlow's sake.
    """
    tensor = lift(value)
    if not tensor.array.ndim:
        raise ShapeError("shuffle takes at least one axis, and a scalar came")
    return take.eager(tensor, STREAMS.next(seed).permutation(len(tensor.array)), 0)


def gamma(
    shape: Any, alpha: Any, beta: Any = None, dtype: Any = None, seed: Any = None, name: Any = None
) -> Tensor:
    """Gamma distributed numbers; no gradient reaches `alpha` and `beta`.

    Args:
        shape: sizes of the draws, in front of the axes of `alpha` and `beta`.
        alpha: the shape parameter.
        beta: the inverse scale; 1 by default.
        dtype: as `normal` takes them.
        seed: as `normal` takes them.
        name: as `normal` takes them.
    """
    shapes = _from_zero("gamma's alpha", _array(alpha))
    scales = _from_zero("gamma's beta", _array(1.0 if beta is None else beta), least_out=True)
    a, b = np.broadcast_arrays(shapes, scales)
    numbers = STREAMS.next(seed).standard_gamma(a, (*sizes_of("gamma", shape), *a.shape)) / b
    return Tensor(np.asarray(numbers).astype(_float("gamma", dtype)))


def poisson(shape: Any, lam: Any, dtype: Any = None, seed: Any = None, name: Any = None) -> Tensor:
    """Poisson distributed counts; no gradient reaches `lam`.

    Args:
        shape: sizes of the draws, in front of the axes of `lam`.
        lam: the rate.
        dtype: as `normal` takes them.
        seed: as `normal` takes them.
        name: as `normal` takes them.
    """
    rate = _from_zero("poisson's lam", _array(lam))
    counts = STREAMS.next(seed).poisson(rate, (*sizes_of("poisson", shape), *rate.shape))
    return Tensor(np.asarray(counts).astype(dtype_of("poisson", dtype)))


def categorical(
    logits: Any, num_samples: Any, dtype: Any = None, seed: Any = None, name: Any = None
) -> Tensor:
    """Classes drawn with the probabilities `softmax(logits)`, by the Gumbel-max rule.

    Args:
        logits: shape `(batch, classes)`.
        num_samples: how many draws a row.
        dtype: int64 by default.
        seed: as `normal` takes them.
        name: as `normal` takes them.

    Returns:
        Shape `(batch, num_samples)`.
    """
    rows = _array(logits)
    if rows.ndim != 2 or not rows.shape[1]:
        raise ShapeError(f"categorical takes logits of shape (batch, classes), not {rows.shape}")
    count = whole_number("categorical's num_samples", num_samples, least=0)
    noise = STREAMS.next(seed).gumbel(size=(len(rows), count, rows.shape[-1]))
    return Tensor(
        np.argmax(rows[:, None, :] + noise, -1).astype(
            np.dtype(np.int64) if dtype is None else dtype_of("categorical", dtype)
        )
    )


def _array(value: Any) -> np.ndarray:
    return _plain(numbers_seen(value, "tw.random"), np.dtype(np.float64))  # type: ignore[no-any-return]  # an array


def _from_zero(name: str, values: np.ndarray, *, least_out: bool = False) -> np.ndarray:
    """Parameters that are not below zero, nor zero where that is left out, nor NaN."""
    good = values > 0 if least_out else values >= 0
    if not np.all(good):
        came = np.extract(~good, values)[0]
        raise ValueError(
            f"{name} is {came:g}; it must be {'above 0' if least_out else '0 or more'}"
        )
    return values


def _two(seed: Any) -> np.random.Generator:
    words = static(seed)
    several = words if isinstance(words, tuple) else (words,)
    return stream(*[whole_number("a stateless seed", word) for word in several], 2)


def stateless_normal(
    shape: Any, seed: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, name: Any = None,
    alg: Any = "auto_select",
) -> Tensor:  # fmt: skip
    """Normally distributed numbers that depend on the seed alone.

    Args:
        shape: as `normal` takes them.
        mean: as `normal` takes them.
        stddev: as `normal` takes them.
        dtype: as `normal` takes them.
        name: as `normal` takes them.
        seed: two whole numbers.
        alg: accepted for TensorFlow's sake; it is Philox.
    """
    return normal_from(_two(seed), shape, mean, stddev, dtype)


def stateless_uniform(
    shape: Any, seed: Any, minval: Any = 0, maxval: Any = None, dtype: Any = None, name: Any = None,
    alg: Any = "auto_select",
) -> Tensor:  # fmt: skip
    """Evenly distributed numbers that depend on the seed alone.

    Args:
        shape: as `uniform` takes them.
        minval: as `uniform` takes them.
        maxval: as `uniform` takes them.
        dtype: as `uniform` takes them.
        name: as `uniform` takes them.
        seed: two whole numbers.
        alg: accepted for TensorFlow's sake; it is Philox.
    """
    return uniform_from(_two(seed), shape, minval, maxval, dtype)
