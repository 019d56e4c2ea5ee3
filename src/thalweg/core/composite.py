"""Public functions made of ops, without a rule of their own: the chain rule of their parts is right."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from thalweg.core.handle import Handle
from thalweg.core.recording import tick
from thalweg.core.spans import leave_span

COMPOSITES: dict[str, Composite] = {}
"""Every composite by its name."""


class Composite:
    """A function written in ops and operators.

    Called from rules and other composites it runs on raw arrays or on Tensors, whichever came; the
    public face (`eager`, built above) makes Tensors of the named inputs first.
    """

    def __init__(
        self, function: Callable[..., Any], inputs: str, public: str, numpy: Any = ()
    ) -> None:
        self.function = function
        self.name = function.__name__.strip("_")
        self.inputs = tuple(name.rstrip("*") for name in inputs.split())
        self.lists = frozenset(name[:-1] for name in inputs.split() if name.endswith("*"))
        self.public = public
        self.numpy = numpy
        self.__doc__ = function.__doc__
        self.__wrapped__ = function
        self.signature = inspect.signature(function)
        self.eager: Callable[..., Any] = function
        if self.name in COMPOSITES:
            raise TypeError(f"two composites are called {self.name}")
        COMPOSITES[self.name] = self

    def __call__(self, *args: Any, **named: Any) -> Any:
        """As rules and other composites call it: on raw arrays or on Tensors, whichever come."""
        return self.function(*args, **named)

    def build(self, lift: Callable[[Any], Handle]) -> None:
        """Give the composite its public face; `lift` makes a Tensor of what is none."""
        function = self.function
        kinds = [parameter.kind for parameter in self.signature.parameters.values()]
        names = list(self.signature.parameters)
        places = [place for place, name in enumerate(names) if name in self.inputs]
        rest = inspect.Parameter.VAR_POSITIONAL
        from_here = next((place for place in places if kinds[place] is rest), None)
        takes_name = "name" in names
        inputs = self.inputs
        one_by_one = self.lists

        def made(name: str, value: Any) -> Any:
            if name in one_by_one and not isinstance(value, Handle):
                return [None if part is None else lift(part) for part in value]
            return lift(value)

        def call(*args: Any, **named: Any) -> Any:
            if not takes_name:
                named.pop("name", None)
            start = tick()
            lifted = list(args)
            for place in places:
                if place == from_here:
                    lifted[place:] = [lift(value) for value in lifted[place:]]
                elif place < len(lifted) and lifted[place] is not None:
                    lifted[place] = made(names[place], lifted[place])
            for name in inputs:
                if named.get(name) is not None:
                    named[name] = made(name, named[name])
            answer = function(*lifted, **named)
            leave_span(start, self.name)
            return answer

        call.__name__ = call.__qualname__ = self.name
        call.__doc__ = self.__doc__
        parameters = list(self.signature.parameters.values())
        if not takes_name:
            keywords = parameters and parameters[-1].kind is inspect.Parameter.VAR_KEYWORD
            parameters.insert(
                len(parameters) - bool(keywords),
                inspect.Parameter("name", inspect.Parameter.KEYWORD_ONLY, default=None),
            )
            call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # functions carry attributes
        else:
            call.__signature__ = self.signature  # type: ignore[attr-defined]  # the same
        self.eager = call


def composite(
    inputs: str, public: str = "", numpy: Any = ()
) -> Callable[[Callable[..., Any]], Composite]:
    """Make a public function of ops.

    Args:
        inputs: the parameters that are made Tensors, with blanks between; `values*` is a list whose
            elements are made Tensors one by one, and of `*args` all that come are.
        public: the names under `thalweg`, with blanks between; the function's own name otherwise.
        numpy: NumPy's functions that come here when a Tensor is among their arguments.
    """

    def make(function: Callable[..., Any]) -> Composite:
        return Composite(function, inputs, public or function.__name__.strip("_"), numpy)

    return make
