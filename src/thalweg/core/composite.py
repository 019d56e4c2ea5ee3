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
from thalweg.errors import DTypeError

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

    def build(self, lift: Callable[[Any], Handle]) -> None:
        """Give the composite its public face; `lift` makes a Tensor of what is none."""
        function = self.function
        parameters_of = self.signature.parameters
        kinds = [parameter.kind for parameter in parameters_of.values()]
        names = list(parameters_of)
        places = [place for place, name in enumerate(names) if name in self.inputs]
        from_here = next((p for p in places if kinds[p] is inspect.Parameter.VAR_POSITIONAL), None)
        takes_name = "name" in names
        with_name = -1 if takes_name else self.with_name
        inputs, one_by_one = self.inputs, self.lists
        one_place = places == [0] and from_here is None
        called = self.name
        empty = inspect.Parameter.empty
        needed = frozenset(name for name in inputs if parameters_of[name].default is empty)

        def made(name: str, value: Any) -> Any:
            if name in one_by_one and not isinstance(value, Handle):
                return [None if part is None else lift(part) for part in value]
            return lift(value)

        def prepared(args: tuple[Any, ...]) -> list[Any]:
            lifted = list(args)
            for place in places:
                if place == from_here:
                    lifted[place:] = [lift(value) for value in lifted[place:]]
                elif place < len(lifted):
                    if lifted[place] is not None:
                        lifted[place] = made(names[place], lifted[place])
                    elif names[place] in needed:
                        raise _no_none(called, names[place])
            return lifted

        def call(*args: Any, **named: Any) -> Any:
            start = tick()
            if len(args) == with_name:
                args = args[:-1]
            if named:
                if not takes_name:
                    named.pop("name", None)
                for name in inputs:
                    if named.get(name) is not None:
                        named[name] = made(name, named[name])
                    elif name in named and name in needed:
                        raise _no_none(called, name)
            if not (one_place and args and isinstance(args[0], Handle)):
                args = prepared(args)  # type: ignore[assignment]  # a list unpacks as well
            try:
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
