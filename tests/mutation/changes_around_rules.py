"""Mistakes planted around a rule, whatever its text: a factor, the sign, a cotangent written to."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.op import Op
from thalweg.ops.casting import cast
from thalweg.ops.comparison import select
from thalweg.ops.creation import zeros_like
from thalweg.ops.indexing import getitem
from thalweg.tape.gradient_tape import GradientTape
from thalweg.values.tensor import Tensor


@dataclass
class Around:
    """A rule with a mistake around it.

    Attributes:
        kind: of which kind, in words.
        words: what it does.
        function: to be put in the rule's place.
        calls: what the rule was called with, and whether the mistake changed anything then.
        idle: given the calls, the reason why the mistake is none, where there is one.
    """

    kind: str
    words: str
    function: Any
    calls: list[Any] = field(default_factory=list)
    idle: Callable[[list[Any]], str] = lambda calls: ""

    @property
    def met(self) -> bool:
        """Whether a complex cotangent came."""
        return any(_complex(values[0]) for values in self.calls)


NO_COMPLEX = "no complex cotangent comes: the kernel refuses complex numbers, or its answer is real"


def around(op: Op, rule: Any, name: str, *, reverse: bool) -> Iterator[Around]:
    """Every mistake of this file around one rule.

    Args:
        op: the row.
        rule: the rule's function.
        name: the input's.
        reverse: whether it is a reverse rule.
    """
    saved = list(inspect.signature(rule).parameters)[1:]
    values = [one for one in saved if one in ("ans", *op.input_names)]
    yield _result(rule, "missing factor", "twice the answer", lambda r: r + r, _always_zero)
    yield _result(rule, "sign", "the answer with its sign turned", lambda r: -r, _always_zero)
    yield _result(rule, "precision", "the answer rounded to float32", _rounded, _exact_in_float32)
    yield _result(rule, "constant beside it", "1e-13 added to the answer", lambda r: r + 1e-13)
    yield _written(rule)
    if reverse and len(op.input_names) > 1:
        yield _not_summed(rule, name)
    if op.elementwise and values:
        yield _nan_hidden(rule, [saved.index(one) + 1 for one in values])
    for at, one in enumerate(saved):
        if one in values:
            yield _detached(rule, one, at + 1)
    yield _detached(rule, "g", 0)


def _standing_for(rule: Any, body: Callable[..., Any], more: tuple[str, ...] = ()) -> Any:
    """A function that says of itself that its arguments are the rule's."""

    def planted(*values: Any) -> Any:
        return body(*values)

    signature = inspect.signature(rule)
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    extra = [inspect.Parameter(one, kind) for one in more]
    parameters = [one.replace(default=inspect.Parameter.empty) for one in signature.parameters.values()]  # fmt: skip
    planted.__signature__ = signature.replace(parameters=[*parameters, *extra])
    return planted


def _mapped(change: Callable[[Any], Any], result: Any) -> Any:
    if isinstance(result, tuple):
        return tuple(None if one is None else change(one) for one in result)
    return None if result is None else change(result)


def _result(rule: Any, kind: str, words: str, change: Any, idle: Any = lambda calls: "") -> Around:
    calls: list[Any] = []

    def body(*values: Any) -> Any:
        result = rule(*values)
        calls.append(result)
        return _mapped(change, result)

    return Around(kind, words, _standing_for(rule, body), calls, idle)


def _raws(result: Any) -> list[Any]:
    parts = result if isinstance(result, tuple) else (result,)
    return [np.asarray(_raw(one)) for one in parts if one is not None]


def _raw(value: Any) -> Any:
    return value.array if isinstance(value, Handle) else value


def _rounded(result: Any) -> Any:
    return cast(result, np.complex64 if _raw(result).dtype.kind == "c" else np.float32)


def _without_nan(result: Any) -> Any:
    return select(np.isnan(_raw(result)), zeros_like(result), result)


def _always_zero(calls: list[Any]) -> str:
    zero = all(not one.any() for call in calls for one in _raws(call))
    return "the rule answers 0 to everything" if zero else ""


def _exact_in_float32(calls: list[Any]) -> str:
    whole = all(np.isin(one, (0.0, 1.0)).all() for call in calls for one in _raws(call))
    return "the rule answers 0 to everything" if whole and not _always_zero(calls) else _always_zero(calls)  # fmt: skip


def _nan_hidden(rule: Any, places: list[int]) -> Around:
    calls: list[Any] = []

    def body(*values: Any) -> Any:
        calls.append(values)
        return _mapped(_without_nan, rule(*values))

    def idle(calls: list[Any]) -> str:
        made = any(_makes_nan(rule, values, at) for values in calls for at in places)
        return "" if made else "the rule makes no NaN of NaN"

    words = "0 where the answer is NaN"
    return Around("NaN hidden", words, _standing_for(rule, body), calls, idle)


def _makes_nan(rule: Any, values: tuple[Any, ...], place: int) -> bool:
    """Whether NaN at an argument comes out where the cotangent is none."""
    value = np.asarray(_raw(values[place]))
    if value.dtype.kind not in "fc" or not value.size:
        return False
    given = [_raw(one) for one in values]
    given[place] = np.full_like(value, np.nan)[()]
    with np.errstate(all="ignore"):
        return any(np.isnan(one).any() for one in _raws(rule(*given)))


def _written(rule: Any) -> Around:
    """The answer is right, but the cotangent is another afterwards."""
    calls: list[Any] = []

    def body(g: Any, *values: Any) -> Any:
        result = _mapped(lambda r: r * 1, rule(g, *values))
        for one in g if isinstance(g, tuple) else (g,):
            array = _raw(one)
            possible = isinstance(array, np.ndarray) and array.flags.writeable and array.size
            calls.append(bool(possible))
            if possible:
                array *= 2
        return result

    def idle(calls: list[Any]) -> str:
        return "" if any(calls) else "no cotangent can be written to"

    return Around("cotangent written to", "g doubled in place", _standing_for(rule, body), calls, idle)  # fmt: skip


def _not_summed(rule: Any, name: str) -> Around:
    """Where the value was broadcast, the first part of the answer instead of the sum."""
    calls: list[Any] = []
    shape_name = f"{name}_shape"
    own = shape_name in inspect.signature(rule).parameters
    place = list(inspect.signature(rule).parameters).index(shape_name) if own else -1

    def body(*values: Any) -> Any:
        shape = tuple(values[place])
        result = rule(*(values if own else values[:-1]))
        came = _raw(result).shape
        lead = len(came) - len(shape)
        cut = lead >= 0 and came != shape
        calls.append(cut and np.asarray(_raw(result)).any())
        if not cut:
            return result
        parts = [
            slice(0, 1) if size == 1 else slice(None)
            for size in shape
        ]  # fmt: skip
        return getitem(result, (*(0,) * lead, *parts))

    def idle(calls: list[Any]) -> str:
        return "" if any(calls) else "nothing is broadcast, or nothing comes but zeros"

    function = _standing_for(rule, body, () if own else (shape_name,))
    return Around("lost broadcast", "the first part instead of the sum", function, calls, idle)


def _detached(rule: Any, name: str, place: int) -> Around:
    """The first order is right, but the rule does not show what it depends on."""
    calls: list[Any] = []

    def body(*values: Any) -> Any:
        calls.append(values)
        given = list(values)
        one = given[place]
        given[place] = tuple(map(_raw, one)) if isinstance(one, tuple) else _raw(one)
        return rule(*given)

    def idle(calls: list[Any]) -> str:
        if not any(_floats(values[place]) for values in calls):
            return "it is no number that carries a gradient"
        constant = all(_locally_constant(rule, values, place) for values in calls)
        return "the rule is locally constant in it" if constant else ""

    return Around("detached", f"`{name}` by its raw values", _standing_for(rule, body), calls, idle)


def conjugates(rule: Any) -> Around:
    """The rule itself, watched: does it matter on which side of it complex numbers are conjugated?"""
    calls: list[Any] = []

    def body(*values: Any) -> Any:
        calls.append(values)
        return rule(*values)

    def idle(calls: list[Any]) -> str:
        some = [values for values in calls if _complex(values[0])]
        if not some:
            return NO_COMPLEX
        alike = all(_conjugates_pass(rule, values) for values in some)
        return "the slope is a real number" if alike else ""

    return Around("", "", _standing_for(rule, body), calls, idle)


def _complex(g: Any) -> bool:
    parts = g if isinstance(g, tuple) else (g,)
    return any(np.asarray(_raw(one)).dtype.kind == "c" for one in parts)


def _conjugates_pass(rule: Any, values: tuple[Any, ...]) -> bool:
    g, *rest = [tuple(map(_raw, one)) if isinstance(one, tuple) else _raw(one) for one in values]
    with np.errstate(all="ignore"):
        straight = _raws(rule(g, *rest))
        turned = _raws(rule(_mapped(np.conj, g), *rest))
    return all(
        np.array_equal(one, np.conj(other), equal_nan=True)
        for one, other in zip(straight, turned, strict=True)
    )


def _floats(value: Any) -> bool:
    parts = value if isinstance(value, tuple) else (value,)
    return any(np.asarray(_raw(one)).dtype.kind in "fc" for one in parts)


def _locally_constant(rule: Any, values: tuple[Any, ...], place: int) -> bool:
    """Whether a tape finds no way from an argument of the rule to its answer, or slope 0."""
    given = [tuple(map(_lifted, one)) if isinstance(one, tuple) else _lifted(one) for one in values]
    asked = given[place] if isinstance(given[place], tuple) else (given[place],)
    if not all(isinstance(one, Tensor) for one in asked):
        return False
    with np.errstate(all="ignore"), GradientTape() as tape:
        tape.watch(list(asked))
        result = rule(*given)
    answers = [
        one for one in (result if isinstance(result, tuple) else (result,)) if one is not None
    ]
    if not all(isinstance(one, Tensor) for one in answers):
        return True
    found = tape.gradient(answers, list(asked)) if answers else []
    return all(one is None or not one.array.any() for one in found)


def _lifted(value: Any) -> Any:
    floats = isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "fc"
    return Tensor(value) if floats else value
