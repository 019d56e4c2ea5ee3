"""`random.Generator`: a stream of random numbers that belongs to its holder alone."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.core.numbers_seen import refuse_traces
from thalweg.values import random
from thalweg.values.tensor import Tensor


class Generator:
    """A stream of random numbers of its own; mostly made by `Generator.from_seed`.

    Args:
        copy_from: another generator; this one goes on from where that one stands.
        state: whole numbers that the stream depends on, in place of a generator.
        alg: accepted for TensorFlow's sake; it is Philox.

    Raises:
        ValueError: neither of the two, or both.

    >>> import thalweg as tw
    >>> a, b = tw.random.Generator.from_seed(7), tw.random.Generator.from_seed(7)
    >>> bool(tw.reduce_all(a.normal([3]) == b.normal([3])))
    True
    """

    def __init__(self, copy_from: Any = None, state: Any = None, alg: Any = None) -> None:
        if (copy_from is None) == (state is None):
            raise ValueError(
                "a Generator needs copy_from or state; Generator.from_seed(7) is shorter"
            )
        if copy_from is None:
            words = np.asarray(static(state)).ravel().tolist()
            self._rng = np.random.Generator(
                np.random.Philox(
                    np.random.SeedSequence([int(word) & (2**64 - 1) for word in words])
                )
            )
        else:
            self._rng = copy.deepcopy(copy_from._rng)

    @classmethod
    def _over(cls, rng: np.random.Generator) -> Generator:
        made = cls.__new__(cls)
        made._rng = rng
        return made

    @classmethod
    def from_seed(cls, seed: Any, alg: Any = None) -> Generator:
        """A generator whose numbers depend on the seed alone.

        Args:
            seed: a whole number.
            alg: accepted for TensorFlow's sake; it is Philox.
        """
        return cls._over(random.stream(int(static(seed)), 3))

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """A generator started from the system's own randomness."""
        return cls._over(np.random.Generator(np.random.Philox(np.random.SeedSequence())))

    def _drawn(self) -> np.random.Generator:
        """The stream, for a call that draws from it."""
        refuse_traces(
            "a tw.random.Generator draws anew each time; draw before the call, and pass it in"
        )
        return self._rng

    def normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, name: Any = None
    ) -> Tensor:
        """Normally distributed numbers, as `random.normal`."""
        return random.normal_from(self._drawn(), shape, mean, stddev, dtype)

    def truncated_normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, name: Any = None
    ) -> Tensor:
        """Normally distributed numbers within two standard deviations of the mean."""
        return random.truncated_from(self._drawn(), shape, mean, stddev, dtype)

    def uniform(
        self, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = None, name: Any = None
    ) -> Tensor:
        """Evenly distributed numbers, as `random.uniform`."""
        return random.uniform_from(self._drawn(), shape, minval, maxval, dtype)

    def split(self, count: Any = 1) -> list[Generator]:
        """Several generators whose numbers have nothing to do with each other's."""
        return [self._over(one) for one in self._drawn().spawn(int(static(count)))]

    def reset_from_seed(self, seed: Any) -> None:
        """Start again from a seed."""
        self._rng = random.stream(int(static(seed)), 3)


PUBLIC: dict[str, Callable[..., Any]] = {
    "random.Generator": Generator,
    "random.categorical": random.categorical,
    "random.gamma": random.gamma,
    "random.normal": random.normal,
    "random.poisson": random.poisson,
    "random.set_seed": random.set_seed,
    "random.shuffle": random.shuffle,
    "random.stateless_normal": random.stateless_normal,
    "random.stateless_uniform": random.stateless_uniform,
    "random.truncated_normal": random.truncated_normal,
    "random.uniform": random.uniform,
}
"""What is public, by dotted name below `thalweg`."""
