"""NumPy's two protocols: what a ufunc or a function with a Tensor among its arguments comes to.

Rows name the functions that come to them as they are. The rest, functions with arguments of their own
and those that carry no gradient, are read from `ops/as_numpy` when the first of them is called.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from thalweg.core.composite import COMPOSITES
from thalweg.core.op import TABLE
from thalweg.core.spans import spanned
from thalweg.errors import DTypeError
from thalweg.ops.casting import cast
from thalweg.values.numpy_declared import as_tensors, declared, on_values
from thalweg.values.tensor import Readable

Call = Callable[..., Any]

COMES_TO: dict[Any, Call] = {}
"""From a NumPy function to what it comes to."""

DIRECT: set[Any] = set()
"""Functions that come to a row as they are, by position."""

OF_THE_SHAPE: dict[Any, Call] = {
    np.shape: lambda a: tuple(a.shape),
    np.ndim: lambda a: a.ndim,
    np.size: lambda a, axis=None: a.size if axis is None else a.shape[axis],
}
"""What NumPy answers with Python's numbers: nothing to record."""

REFUSED: dict[Any, str] = {}
"""From a NumPy function that Tensors refuse to what to use instead."""

SILENT = ("order", "subok", "extobj")
"""What a ufunc may be given that changes nothing here."""


def fill() -> None:
    """Read the rows' `numpy` columns."""
    COMES_TO.update(OF_THE_SHAPE)
    sources: list[Any] = [*TABLE.values(), *COMPOSITES.values()]
    for source in sources:
        for function in source.numpy:
            adapter = source.numpy[function] if isinstance(source.numpy, Mapping) else None
            COMES_TO[function] = spanned(adapter, source.name) if adapter else source.behind
            if adapter is None:
                DIRECT.add(function)


def named(name: str) -> Any:
    """NumPy's function of a name such as `linalg.norm`; None in a NumPy that has none."""
    found: Any = np
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def read_forms() -> None:
    """Read what is not in the rows' columns; once."""
    if REFUSED:
        return
    from thalweg.ops import as_numpy

    for name, form in as_numpy.FORMS.items():
        function = named(name)
        if function is not None:
            COMES_TO[function] = _of_form(f"np.{name}", form)
    for groups, plain in ((as_numpy.ANSWERS, False), (as_numpy.PLAIN, True)):
        for name, reason in as_numpy.by_name(groups).items():
            function = named(name)
            if function is not None and function not in OF_THE_SHAPE:
                COMES_TO[function] = declared(f"np.{name}", function, reason, plain)
    for name, advice in as_numpy.REFUSED.items():
        REFUSED[named(name)] = advice


def _of_form(name: str, form: Call) -> Call:
    def call(*args: Any, **given: Any) -> Any:
        return as_tensors(on_values(name, form, args, given))

    return spanned(call, name)


def words(function: Any) -> str:
    """A function's name as the user writes it: `np.linalg.norm`."""
    home = getattr(function, "__module__", None) or "numpy"
    return f"{home.replace('numpy', 'np', 1)}.{function.__name__}"


def refusal(function: Any, method: str = "") -> DTypeError:
    """What is said of a function that comes to nothing."""
    advice = REFUSED.get(function)
    if advice:
        return DTypeError(f"{words(function)} of a Tensor is refused: {advice}")
    return DTypeError(
        f"{words(function)}{method} has no thalweg op; write x.numpy() where no gradient is wanted"
    )


def refuse_out(function: Any, method: str = "") -> None:
    """Raise DTypeError: an array would be written behind the tape's back."""
    raise DTypeError(
        f"{words(function)}{method}(..., out=) would write into an array behind the tape's back; "
        f"leave `out` away and use the answer"
    )


def array_ufunc(self: Any, ufunc: Any, method: str, *inputs: Any, **given: Any) -> Any:
    """NumPy's ufuncs with a Tensor among their arguments."""
    call = COMES_TO.get(ufunc) if method == "__call__" else None
    if call is not None and not given:
        return call(*inputs)
    read_forms()
    out = given.pop("out", None)
    shown = "" if method == "__call__" else f".{method}"
    if out is not None and (not isinstance(out, tuple) or any(one is not None for one in out)):
        refuse_out(ufunc, shown)
    if method == "at":
        raise DTypeError(
            f"{words(ufunc)}.at writes into its first argument, and Tensors never change; use "
            f"tw.tensor_scatter_nd_add(x, indices, updates)"
        )
    call = COMES_TO.get(ufunc)
    if call is None:
        raise refusal(ufunc, shown)
    if method == "__call__":
        return _with_keywords(ufunc, call, inputs, given)
    from thalweg.ops.as_numpy.ufunc_methods import METHODS

    def on_ops(*args: Any, **more: Any) -> Any:
        return METHODS[method](ufunc, call, *args, **more)

    return _of_form(f"{words(ufunc)}{shown}", on_ops)(*inputs, **given)


def _with_keywords(ufunc: Any, call: Call, inputs: tuple[Any, ...], given: dict[str, Any]) -> Any:
    """A ufunc's `dtype`, `casting` and `signature`, as NumPy resolves them; `where` is refused."""
    if given.pop("where", True) is not True:
        raise DTypeError(
            f"{words(ufunc)}(..., where=) leaves places of the answer unset; write "
            f"np.where(mask, {words(ufunc)}(...), other)"
        )
    for name in SILENT:
        given.pop(name, None)
    dtype, casting = given.pop("dtype", None), given.pop("casting", "same_kind")
    signature = given.pop("signature", given.pop("sig", None))
    if dtype is None and signature is None and casting == "same_kind":
        return on_values(words(ufunc), call, inputs, given)
    if signature is None and dtype is not None:
        signature = (*(None,) * ufunc.nin, *(np.dtype(dtype),) * ufunc.nout)
    kinds = [getattr(one, "dtype", type(one)) for one in inputs]
    found = on_values(
        words(ufunc), ufunc.resolve_dtypes, ((*kinds, *(None,) * ufunc.nout),),
        {"signature": signature, "casting": casting},
    )  # fmt: skip
    ready = [cast.eager(one, kind) for one, kind in zip(inputs, found[: ufunc.nin], strict=True)]
    return on_values(words(ufunc), call, tuple(ready), given)


def array_function(self: Any, function: Any, types: Any, args: Any, given: Any) -> Any:
    """NumPy's other functions with a Tensor among their arguments."""
    read_forms()
    call = COMES_TO.get(function)
    if call is None:
        raise refusal(function)
    if "out" in given or len(args) > 2:
        given = {name: value for name, value in given.items() if name != "out" or value is not None}
        if "out" in given or _out_by_place(function, args):
            refuse_out(function)
    if given and function in DIRECT:
        bound = inspect.signature(function).bind(*args, **given)
        return call(*bound.args, **bound.kwargs)
    return call(*args, **given)


def _out_by_place(function: Any, args: tuple[Any, ...]) -> bool:
    """Whether `out` came by its place among the arguments."""
    try:
        names = [*inspect.signature(function).parameters]
    except ValueError:
        return False
    place = names.index("out") if "out" in names else len(args)
    if "operands" in names or place >= len(args):
        return False
    return args[place] is not None


def install() -> None:
    """Teach Tensor and Variable NumPy's two protocols."""
    fill()
    Readable.__array_ufunc__ = array_ufunc  # type: ignore[attr-defined]  # installed here
    Readable.__array_function__ = array_function  # type: ignore[attr-defined]  # the same


__all__ = ["COMES_TO", "install", "read_forms"]
