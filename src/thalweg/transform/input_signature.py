"""Which Tensors a function takes: its arguments held against an `input_signature`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.trees import flatten, flatten_up_to, is_nested, pack
from thalweg.errors import DTypeError
from thalweg.values.constant import convert_to_tensor
from thalweg.values.conversion import as_array, holds_handles
from thalweg.values.shape import TensorShape
from thalweg.values.tensor import Tensor
from thalweg.values.tensor_spec import TensorSpec

_REST = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)

_BECOMES = {"i": "iufc", "u": "iufc", "f": "fc", "c": "c"}
"""Which kinds of dtype a value that is no Tensor may be given in, by its own kind."""


class InputSignature:
    """What each argument of a function must be like.

    Args:
        function: whose arguments; the object that a method belongs to is not among them.
        specs: for each parameter, in order, a `TensorSpec` or a nesting of them; further ones are for
            `*args`.

    Raises:
        DTypeError: no list of TensorSpecs; too few or too many of them.
    """

    def __init__(self, function: Callable[..., Any], specs: Any) -> None:
        if not isinstance(specs, list | tuple):
            raise DTypeError(
                f"input_signature must be either a tuple or a list, got {type(specs).__name__}"
            )
        wrong = [leaf for leaf in flatten(specs) if not isinstance(leaf, TensorSpec)]
        if wrong:
            raise DTypeError(
                f"input_signature must be a possibly nested sequence of TensorSpec objects, got invalid "
                f"args {wrong} with types {[type(leaf).__name__ for leaf in wrong]}"
            )
        self.name = getattr(function, "__name__", "function")
        self.given = tuple(specs)
        self.signature = inspect.signature(function)
        self._in_a_class = _is_in_a_class(function)
        first = next(iter(self.signature.parameters), "")
        self._match(first == "self" or (first == "cls" and self._in_a_class))
        # A method's first parameter may have any name. That it is one is known when the class is finished,
        # where Python makes another error of what is raised; so a call tells what does not fit.
        if self._fault and not self._in_a_class:
            raise DTypeError(self._fault)

    def of_a_method(self) -> None:
        """Be told that the function is a method, so that the first parameter is the object."""
        if self._in_a_class:
            self._match(True)

    def _match(self, of_a_method: bool) -> None:
        """Give each parameter its specs."""
        left = list(self.given)
        self.specs: dict[str, Any] = {}
        self.rest: str | None = None
        self._fault = ""
        for place, parameter in enumerate(self.signature.parameters.values()):
            if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
                self.rest = parameter.name
            elif parameter.kind in _REST or (place == 0 and of_a_method):
                continue
            elif left:
                self.specs[parameter.name] = left.pop(0)
            elif parameter.default is inspect.Parameter.empty and not self._fault:
                self._fault = (
                    f"input_signature missing type constraint for {parameter.name}, of {self.name}"
                )
        if left and self.rest is None:
            self._fault = f"input_signature contains {len(left)} extra type constraints."
        self.rest_specs = left

    def bind(
        self, args: tuple[Any, ...], named: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments as Tensors, checked.

        Raises:
            DTypeError: one is missing or too many, or is not as the signature says.
        """
        if self._fault:
            raise DTypeError(self._fault)
        try:
            bound = self.signature.bind(*args, **named)
        except TypeError as error:
            raise DTypeError(
                f"Binding inputs to tf.function failed due to `{error}`: {self.name} takes "
                f"{self.signature}"
            ) from None
        arguments = bound.arguments
        for name, parameter in self.signature.parameters.items():
            if name in self.specs:
                value = arguments.get(name, parameter.default)
                arguments[name] = self._fitted(self.specs[name], value, name)
            elif name == self.rest:
                arguments[name] = self._fitted_rest(arguments.get(name, ()))
            elif name in arguments and parameter.kind not in _REST:
                self._check_default(parameter, arguments[name])
        return bound.args, bound.kwargs

    def _fitted_rest(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        if len(values) != len(self.rest_specs):
            raise DTypeError(
                f"{self.name} was given {len(values)} further arguments, but input_signature has "
                f"{len(self.rest_specs)} for *{self.rest}"
            )
        return tuple(
            self._fitted(spec, value, f"*{self.rest}[{place}]")
            for place, (spec, value) in enumerate(zip(self.rest_specs, values, strict=True))
        )

    def _check_default(self, parameter: inspect.Parameter, value: Any) -> None:
        """What the signature does not speak of keeps its default."""
        default = parameter.default
        if default is inspect.Parameter.empty or value is default:
            return
        if type(value) is type(default) and not is_nested(value) and value == default:
            return
        raise DTypeError(
            f"{self.name}: input_signature says nothing of {parameter.name}, so it keeps its default "
            f"{default!r}; add a TensorSpec for it to pass {value!r}"
        )

    def _fitted(self, spec: Any, value: Any, name: str) -> Any:
        values = flatten_up_to(spec, value)
        if values is None:
            raise DTypeError(
                f"{self.name}: argument {name} is not nested as input_signature says, {spec}"
            )
        pairs = zip(flatten(spec), values, strict=True)
        return pack(spec, [self._fitted_leaf(one, leaf, name) for one, leaf in pairs])

    def _fitted_leaf(self, spec: TensorSpec, value: Any, name: str) -> Any:
        tensor = self._tensor(spec, value, name)
        if not spec.is_compatible_with(tensor):
            raise DTypeError(
                f"{self.name}: argument {name} is {tensor.array.dtype.name} of shape "
                f"{TensorShape(tensor.array.shape)}, but input_signature wants {spec}"
            )
        return tensor

    def _tensor(self, spec: TensorSpec, value: Any, name: str) -> Any:
        if isinstance(value, Handle):
            return value
        if value is None:
            raise DTypeError(
                f"{self.name}: argument {name} is None, but input_signature wants {spec}"
            )
        if isinstance(value, list | tuple) and holds_handles(value):
            return convert_to_tensor(value)
        array = np.asarray(as_array(value))
        if spec.dtype.kind in _BECOMES.get(array.dtype.kind, ""):
            array = array.astype(spec.dtype)
        return Tensor(array[()])


def _is_in_a_class(function: Any) -> bool:
    """Whether a function is written in the body of a class."""
    outside = str(getattr(function, "__qualname__", "")).rpartition(".")[0]
    return bool(outside) and not outside.endswith("<locals>")


__all__ = ["InputSignature"]
