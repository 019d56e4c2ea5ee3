"""The watch for the first NaN: once enabled, the op that makes one raises at once.

The watch is a recorder, the outermost on its thread, and sees every op; where it is not enabled there
is no recorder, and ops cost what they cost. What an op inside a function made of ops, or inside a
gradient rule, comes to is not judged: the next may take it away again, as `where` does. What the whole
comes to is.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.outcomes import WATCHERS
from thalweg.core.recording import LIBRARIES, STATE, Happening, caller_site, set_recorders
from thalweg.core.sites import place
from thalweg.core.trees import flatten
from thalweg.errors import NumericsError
from thalweg.ops.finiteness import not_finite

WHOLES = {
    ("thalweg.core.composite", "call"), ("thalweg.diff.reverse", "reverse_sweep"),
    ("thalweg.diff.forward", "forward_step"),
}  # fmt: skip
"""The functions inside which ops are not judged one by one."""


class NumericsWatch:
    """A recorder and a watcher of outcomes: it keeps nothing, and raises at the first new NaN."""

    traces = False

    def __init__(self) -> None:
        self.here = STATE.here  # one for each thread; its number may be another's one day

    def record(
        self, op: Any, keys: Any, values: Any, params: Any, out: Any, site: Any
    ) -> bool:  # fmt: skip
        """Judge the answer of an op that the user called."""
        answers = _floats(out)
        if _new(answers, values) and not _within_a_whole(2):
            names = op.input_names if not op.variadic else [op.input_names[0]] * len(values)
            given = list(zip(names, values, strict=True))
            _refuse(op.name, answers, given, elementwise=op.elementwise)
        return False

    def composed(self, name: str, given: Any, answer: Any) -> None:
        """Judge the answer of a function made of ops."""
        if STATE.here is not self.here:
            return
        args, named = given
        answers, values = _floats(answer), _floats([*args, *named.values()])
        if _new(answers, values) and not _within_a_whole(4):
            _refuse(name, answers, [("argument", value) for value in values])

    def ruled(self, op: Any, word: str, given: Any, answer: Any, lineage: Any) -> None:
        """Judge a gradient or a tangent."""
        if STATE.here is not self.here:
            return
        answers, values = _floats(answer), _floats(given)
        if _new(answers, values):
            site = lineage[4:6] if lineage is not None and len(lineage) > 5 else None
            where = f", which was called at {place(site)}" if site else ""
            _refuse(f"the {word} of {op.name}{where}", answers, [("given", v) for v in values])

    def adopt(self, call: Any) -> bool:
        """Judge the answers of a function with a gradient of the user's own."""
        return False

    def read(self, variable: Any) -> None:
        """Variables may hold what they hold."""

    def note(self, happening: Happening) -> None:
        """Not of interest."""


def _floats(tree: Any) -> list[Any]:
    """The arrays of floats in a nesting."""
    leaves = [leaf.array if isinstance(leaf, Handle) else leaf for leaf in flatten(tree)]
    return [
        leaf
        for leaf in leaves
        if isinstance(leaf, np.ndarray | np.generic) and leaf.dtype.kind in "fc"
    ]


def _new(answers: list[Any], values: Any) -> bool:
    """Whether there is a NaN in the answers and none in the values, or an infinity out of nothing."""
    bad = [one for one in answers if not np.isfinite(one).all()]
    if not bad:
        return False
    given = [one for one in _floats(list(values)) if not np.isfinite(one).all()]
    if not given:
        return True
    return any(np.isnan(one).any() for one in bad) and not any(np.isnan(one).any() for one in given)


def _within_a_whole(depth: int) -> bool:
    """Whether the frames of this package below the user's line hold one of `WHOLES`."""
    frame: Any = sys._getframe(depth)
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if not module.startswith(LIBRARIES):
            return False
        if (module, frame.f_code.co_name) in WHOLES:
            return True
        frame = frame.f_back
    return False


def _refuse(name: str, answers: list[Any], given: list[Any], *, elementwise: bool = False) -> None:
    """Raise, with the answer, the user's line and the inputs' ranges."""
    answer = next(one for one in answers if not np.isfinite(one).all())
    at: Any = None
    if elementwise and np.ndim(answer):
        at = tuple(int(i) for i in np.argwhere(~np.isfinite(answer))[0])
    told = [f"{word} {_range(value, at, np.shape(answer))}" for word, value in given]
    raise NumericsError(
        f"{name}: the answer, {_brief(answer)}, {not_finite(answer)}; at {place(caller_site())}; "
        f"{'inputs: ' + '; '.join(told) if told else 'no inputs'}"
    )


def _brief(value: Any) -> str:
    return f"{value.dtype.name}{list(np.shape(value))}"


def _range(value: Any, at: Any, shape: tuple[int, ...]) -> str:
    """An input in words: dtype, shape, from where to where, and what stood at the place."""
    if not isinstance(value, np.ndarray | np.generic):
        return repr(value)[:60]
    if value.dtype.kind not in "fiub" or not np.size(value):
        return _brief(value)
    if not np.ndim(value):
        return f"{value.dtype.name} {value}"
    words = f"{_brief(value)} from {np.min(value)} to {np.max(value)}"
    if at is not None:
        words += f", there {np.broadcast_to(value, shape)[at]}"
    return words


def enable_check_numerics(stack_height_limit: int = 30, path_length_limit: int = 50) -> None:
    """From here on, on this thread, an op raises when it answers with a NaN or an infinity that no input had.

    Gradient rules and tangents are watched too, and functions made of ops as a whole. `log(x)` at 0
    raises also where a `where` around it would take the infinity away. A NaN that an
    input already had raises nothing: the op that made it, if it was one, has raised. Everything is
    slower while this is enabled, and nothing is when it is not.

    Args:
        stack_height_limit: accepted for TensorFlow's sake.
        path_length_limit: likewise.

    Raises:
        NumericsError: later, from the op: names it, the line, the answer and the inputs' ranges.

    >>> import thalweg as tw
    >>> tw.debugging.enable_check_numerics()
    >>> tw.math.log([1.0, 0.0])
    Traceback (most recent call last):
        ...
    thalweg.errors.NumericsError: log: the answer, float32[2], had Inf values: 1 Inf of 2, the first -inf at [1]; ...
    >>> tw.debugging.disable_check_numerics()
    """
    if _mine() is None:
        watch = NumericsWatch()
        set_recorders((watch, *STATE.recorders))
        WATCHERS.append(watch)


def disable_check_numerics() -> None:
    """Take the watch of `enable_check_numerics` off this thread.

    >>> import thalweg as tw
    >>> tw.debugging.disable_check_numerics()
    >>> float(tw.math.log(0.0))
    -inf
    """
    watch = _mine()
    if watch is not None:
        set_recorders(tuple([one for one in STATE.recorders if one is not watch]))
        WATCHERS.remove(watch)


def _mine() -> Any:
    """This thread's watch, or None."""
    return next((one for one in STATE.recorders if isinstance(one, NumericsWatch)), None)
