"""Public functions made of ops, without a rule of their own: the chain rule of their parts is right."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.named_error import raise_named
from thalweg.core.op import NONE_CAME, Op
from thalweg.core.outcomes import WATCHERS, shown
from thalweg.core.recording import tick
from thalweg.core.spans import leave_span
from thalweg.errors import DTypeError, ShapeError

PLACES = frozenset({"arr", "ids", "indices", "labels", "predictions", "segment_ids"})
"""Inputs of these names are places or counts: a list of whole numbers stays one."""

COMPOSITES: dict[str, Composite] = {}
"""Every composite by its name."""


class Composite:
    """A function written in ops and operators.

    Called from rules and other composites it runs on raw arrays or on Tensors, whichever came; the
    public face (`eager`, built above) makes Tensors of the named inputs first.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        inputs: str,
        public: str,
        numpy: Any = (),
        alone: Op | None = None,
    ) -> None:
        self.function = function
        self.name = function.__name__.strip("_")
        self.inputs = tuple(name.rstrip("*") for name in inputs.split())
        self.lists = frozenset(name[:-1] for name in inputs.split() if name.endswith("*"))
        self.public = public
        self.numpy = numpy
        self.alone = alone
        self.__doc__ = function.__doc__
        self.__wrapped__ = function
        self.signature = inspect.signature(function)
        # How many come by position where the last of them is the `name` that a face adds.
        self.with_name = 1 + _by_position(self.signature.parameters)
        self.eager: Callable[..., Any] = function
        # The same for a caller in this package, such as what np.matmul(a, b) comes to.
        self.behind: Callable[..., Any] = function
        if self.name in COMPOSITES:
            raise TypeError(f"two composites are called {self.name}")
        COMPOSITES[self.name] = self

    def __call__(self, *args: Any, **named: Any) -> Any:
        """As rules and other composites call it: on raw arrays or on Tensors, whichever come."""
        return self.function(*args, **named)

    def build(self, lift: Callable[..., Handle], floats_of: Callable[[Any], Any]) -> None:
        """Give the composite its public face.

        Args:
            lift: `(value, dtype, indices)`, a Tensor of what is none; Python numbers take the dtype,
                and with `indices` whole numbers stay whole.
            floats_of: the dtype of the floats among values, None where there are none.
        """
        function, called = self.function, self.name
        takes_name = "name" in self.signature.parameters
        with_name = -1 if takes_name else self.with_name
        one_place = [*self.signature.parameters].index(self.inputs[0]) == 0 == len(self.inputs) - 1
        one_place = one_place and "*" + self.inputs[0] not in str(self.signature)
        lifted = self._lifted_by(lift, floats_of)

        def call(*args: Any, **named: Any) -> Any:
            start = tick()
            if len(args) == with_name:
                args = args[:-1]
            if named and not takes_name:
                named.pop("name", None)
            try:
                if named or not (one_place and args and isinstance(args[0], Handle)):
                    args = lifted(args, named)
                answer = function(*args, **named) if not WATCHERS else shown(self, args, named)
            except Exception as error:  # noqa: BLE001 # raised again, under the name that was called
                raise_named(called, error)
            leave_span(start, called, (), 2)
            return answer

        self.behind = call
        if self.alone is not None:
            call = _straight(self.alone, call)
        call.__name__ = call.__qualname__ = self.name
        call.__doc__ = self.__doc__
        call.__signature__ = self._public_signature()  # type: ignore[attr-defined]  # functions carry attributes
        self.eager = call

    def _lifted_by(
        self, lift: Callable[..., Handle], floats_of: Callable[[Any], Any]
    ) -> Callable[..., Any]:
        """What makes Tensors of the inputs among arguments: it answers those by position."""
        parameters_of = self.signature.parameters
        names = list(parameters_of)
        places = [place for place, name in enumerate(names) if name in self.inputs]
        inputs, one_by_one, called = self.inputs, self.lists, self.name
        empty, rest = inspect.Parameter.empty, inspect.Parameter.VAR_POSITIONAL
        needed = frozenset(name for name in inputs if parameters_of[name].default is empty)

        def made(name: str, value: Any, dtype: Any) -> Any:
            if isinstance(value, Handle):
                return value
            if value is None:
                if name in needed:
                    raise _no_none(called, name)
                return None
            if name in one_by_one:
                return [None if part is None else lift(part, dtype) for part in value]
            try:
                return lift(value, dtype, name in PLACES)
            except (DTypeError, ShapeError) as error:
                raise type(error)(f"{called}: {name}: {error}") from error

        def lifted(args: tuple[Any, ...], named: dict[str, Any]) -> Any:
            dtype = floats_of(_one_level((*args, *named.values())))
            for name in inputs:
                if name in named:
                    named[name] = made(name, named[name], dtype)
            answer = list(args)
            for place in places:
                if parameters_of[names[place]].kind is rest:
                    answer[place:] = [lift(value, dtype) for value in answer[place:]]
                elif place < len(answer):
                    answer[place] = made(names[place], answer[place], dtype)
            return answer

        return lifted

    def _public_signature(self) -> inspect.Signature:
        """The function's own signature, with TensorFlow's `name` where it has none."""
        parameters = list(self.signature.parameters.values())
        if "name" in self.signature.parameters:
            return self.signature
        place = _by_position(self.signature.parameters)
        kind = (
            inspect.Parameter.POSITIONAL_OR_KEYWORD
            if place >= 0
            else inspect.Parameter.KEYWORD_ONLY
        )
        if place < 0:
            place = sum(p.kind is not inspect.Parameter.VAR_KEYWORD for p in parameters)
        parameters.insert(place, inspect.Parameter("name", kind, default=None))
        return inspect.Signature(parameters)


def _one_level(values: Any) -> list[Any]:
    """What came, and what stands in lists among it."""
    found: list[Any] = []
    for value in values:
        if isinstance(value, list | tuple):
            found.extend(value)
        else:
            found.append(value)
    return found


def _no_none(called: str, name: str) -> DTypeError:
    return DTypeError(f"{called} cannot take None as its {name}; {NONE_CAME}")


def _by_position(parameters: Mapping[str, inspect.Parameter]) -> int:
    """Count the parameters that may come by position; -2 where `*args` takes as many as come."""
    kinds = [parameter.kind for parameter in parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL in kinds:
        return -2
    return sum(kind is inspect.Parameter.POSITIONAL_OR_KEYWORD for kind in kinds)


def _straight(op: Op, call: Callable[..., Any]) -> Callable[..., Any]:
    """A face that goes to a row at once where its inputs came, as arrays, and nothing else."""
    count = len(op.input_names)
    behind = op.behind
    arrays = (Handle, np.ndarray)

    def face(*args: Any, **named: Any) -> Any:
        if len(args) == count and not named:
            for value in args:
                if not isinstance(value, arrays):
                    break
            else:
                return behind(*args)
        return call(*args, **named)

    return face


def composite(
    inputs: str, public: str = "", numpy: Any = (), alone: Op | None = None
) -> Callable[[Callable[..., Any]], Composite]:
    """Make a public function of ops.

    Args:
        inputs: the parameters that are made Tensors, with blanks between; `values*` is a list whose
            elements are made Tensors one by one, and of `*args` all that come are.
        public: the names under `thalweg`, with blanks between; the function's own name otherwise.
        numpy: NumPy's functions that come here when a Tensor is among their arguments.
        alone: the row that the function comes to where nothing but that row's inputs is given.
    """

    def make(function: Callable[..., Any]) -> Composite:
        return Composite(function, inputs, public or function.__name__.strip("_"), numpy, alone)

    return make
