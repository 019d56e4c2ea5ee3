"""`function`: a Python function that is written down once for each kind of arguments, and compiled."""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.handle import Handle, Trainable
from thalweg.core.recording import STATE
from thalweg.core.trees import flatten, is_nested, map_leaves
from thalweg.errors import DTypeError
from thalweg.transform.follow_all import FollowAll, asks_for_gradients
from thalweg.transform.input_signature import InputSignature
from thalweg.transform.own_tensor import own_arguments
from thalweg.values.constant import convert_to_tensor
from thalweg.values.conversion import as_array
from thalweg.values.tensor import Tensor

INSIDE_A_TAPE = (
    "a tape around the call records, so that it runs as Python; put the tape inside of the function, or "
    "the step with its tape into a function of its own"
)


class Function:
    """A Python function that takes and returns Tensors; what `tw.function` makes.

    Attributes:
        python_function: the function as it was written.
    """

    def __init__(self, python_function: Callable[..., Any], input_signature: Any = None) -> None:
        if not callable(python_function):
            raise DTypeError(f"{python_function!r} is not a callable object")
        functools.update_wrapper(self, python_function)
        self.python_function = python_function
        self._signature = (
            None if input_signature is None else InputSignature(python_function, input_signature)
        )
        self._follows: bool | None = None
        self._cache: Any = None
        self._inside_tapes = False

    @property
    def input_signature(self) -> tuple[Any, ...] | None:
        """What each argument must be like, if that was said."""
        return None if self._signature is None else self._signature.given

    def why_not_compiled(self) -> str:
        """Why calls run as Python, one line for each kind of arguments: the line and what stands there.

        Empty where every kind of call so far is compiled, or is when it comes again: the first call of
        a kind runs as Python. Where many kinds came once each, it tells what changes from call to call.

        >>> import thalweg as tw
        >>> f = tw.function(lambda x: x * 2.0 if x > 0 else x)
        >>> _ = f(tw.constant(1.0))
        >>> "bool() takes a value out to Python" in f.why_not_compiled()
        True
        """
        lines = [] if self._cache is None else [str(self._cache.why_not_compiled())]
        if self._inside_tapes:
            lines.append(INSIDE_A_TAPE)
        return "\n".join([one for one in lines if one])

    def explain(self, *args: Any, **named: Any) -> Any:
        """What became of the function for such arguments, from graph to assembly.

        A function that was not called with arguments of this kind is called first.

        Args:
            args: as in a call.
            named: likewise.

        Returns:
            `Stages`, with a text for each of graph, simplified, kernels, llvm and assembly; or, where
            the function runs as Python, the line and the reason.

        >>> import thalweg as tw
        >>> f = tw.function(lambda x: tw.exp(x) * 1.0)
        >>> print(f.explain(tw.constant([1.0, 2.0])).simplified)
        %0 = input place=0 : float32[2]
        %1 = exp %0 : float32[2]
        outputs %1
        """
        ready = self._arguments(args, named)
        found = None if self._cache is None else self._cache.explain(*ready)
        if found is None:
            self(*args, **named)
            found = INSIDE_A_TAPE if self._cache is None else self._cache.explain(*ready)
        return found or "the next call may be written down: this one made Variables"

    def _arguments(self, args: Any, named: Any) -> tuple[Any, Any]:
        """Arguments as the Python function takes them: as the signature says, arrays as Tensors."""
        if self._signature is not None:
            return self._signature.bind(args, named)
        return (
            tuple([_argument(value) for value in args]),
            {name: _argument(value) for name, value in named.items()},
        )

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Call it: arrays come to it as Tensors, numbers leave it as Tensors."""
        if self._cache is not None and self._cache.ready is not None and not named:
            answer = self._cache.ready(args)
            if answer is not NotImplemented:
                return answer
        args, named = self._arguments(args, named)
        if not STATE.here.recorders:
            if self._cache is None:  # read when a function is called: it stands on all of `graph/`
                from thalweg.transform.signature_cache import SignatureCache

                self._cache = SignatureCache(self.python_function)
            return self._cache.call(self._as_python, args, named)
        if STATE.here.tracer is None:
            self._inside_tapes = True
        args, named = own_arguments(args, named)
        return self._as_python(*args, **named)

    def _as_python(self, *args: Any, **named: Any) -> Any:
        """Run the Python function itself."""
        if self._follows is None:  # at the first call, when the names in its text are bound
            self._follows = asks_for_gradients(self.python_function)
        if not self._follows:
            return _answer(self.python_function(*args, **named))
        with FollowAll() as recorder:
            recorder.meet([args, named])
            return _answer(self.python_function(*args, **named))

    def __set_name__(self, owner: Any, name: str) -> None:
        if self._signature is not None:
            self._signature.of_a_method()

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    def __reduce__(self) -> Any:
        """Copy and pickle it as Python does functions: by its name where it has one, never its machine code."""
        found: Any = sys.modules.get(self.__module__)
        name = getattr(self, "__qualname__", "")
        for part in name.split("."):
            found = getattr(found, part, None)
        if found is self:
            return name
        return type(self), (self.python_function, self.input_signature)

    def __repr__(self) -> str:
        return (
            f"<tw.function {getattr(self.python_function, '__qualname__', self.python_function)}>"
        )


def _argument(value: Any) -> Any:
    """An argument with Tensors in place of NumPy's arrays, as TensorFlow takes them."""
    if isinstance(value, np.ndarray):
        return Tensor(as_array(value))
    if is_nested(value) and any(isinstance(leaf, np.ndarray) for leaf in flatten(value)):
        return map_leaves(_argument, value)
    return value


def _answer(value: Any) -> Any:
    """An answer with Tensors in place of Variables, arrays and numbers; what is no value as it is."""
    if is_nested(value):
        leaves = flatten(value)
        if all(_settled(leaf) is leaf for leaf in leaves):
            return value
        return map_leaves(_settled, value)
    return _settled(value)


def _settled(leaf: Any) -> Any:
    if isinstance(leaf, Trainable):
        return convert_to_tensor(leaf)
    if isinstance(leaf, Handle) or not isinstance(
        leaf, bool | int | float | complex | str | np.ndarray | np.generic
    ):
        return leaf
    return Tensor(as_array(leaf))


def function(
    func: Callable[..., Any] | None = None,
    input_signature: Any = None,
    autograph: bool = True,
    jit_compile: bool | None = None,
    reduce_retracing: bool = False,
    experimental_implements: Any = None,
    experimental_autograph_options: Any = None,
    experimental_attributes: Any = None,
    experimental_relax_shapes: Any = None,
    experimental_compile: Any = None,
    experimental_follow_type_hints: Any = None,
) -> Any:
    """A function that takes and returns Tensors and runs in machine code; for use as a decorator.

    The first call with arguments of some kind (shapes, dtypes, and everything that is no Tensor) runs
    as Python, and what it computes is written down; later calls run that, compiled. So Python's own
    effects, such as a print, happen once for each kind of arguments, as in TensorFlow, and Tensors and
    Variables are what changes from call to call: Variables are read and set each time. Where the
    function takes a value out to Python, as `if x > 0` does, or uses what has no machine code, it
    keeps running as Python, and `why_not_compiled()` tells the line. So it does while a tape around
    the call records. It serves bare, with arguments, and on methods.

    Args:
        func: the function.
        input_signature: a list with a `TensorSpec`, or a nesting of them, for each argument.
        autograph: accepted for TensorFlow's sake; Python's `if` and `while` work on Tensors as they are.
        jit_compile: accepted for TensorFlow's sake.
        reduce_retracing: likewise; each shape is written down by itself.
        experimental_implements: likewise.
        experimental_autograph_options: likewise.
        experimental_attributes: likewise.
        experimental_relax_shapes: likewise.
        experimental_compile: likewise.
        experimental_follow_type_hints: likewise.

    Returns:
        A callable with the function's name, documentation and signature; `.python_function` is the
        function itself. Without `func`, a decorator.

    Raises:
        DTypeError: `func` is no function; the signature does not fit it; at a call, an argument that is
            not as the signature says.

    >>> import thalweg as tw
    >>> @tw.function(input_signature=[tw.TensorSpec([None], tw.float32)])
    ... def double(x):
    ...     return 2.0 * x
    >>> double([1.0, 2.0]).numpy()
    array([2., 4.], dtype=float32)
    """

    def decorated(inner: Callable[..., Any]) -> Function:
        return Function(inner, input_signature)

    return decorated if func is None else decorated(func)


__all__ = ["Function", "function"]
