"""How a call travels: operands in, kernel, Tensor out, and every recorder sees it.

One closure a row, built once when the values are in place. The paths for one and two inputs are
written out, because they are the ones that a descent runs a million times: of a microsecond above
NumPy's own call, each Python call more would cost a twentieth.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from thalweg.core.beside import ARRAYS, LISTS, ODD, alone, converted, odd, two_plain
from thalweg.core.op import REQUIRED, Op
from thalweg.core.recording import MASK, STATE, leave_trace, tick
from thalweg.core.refusal import refusal

SINGLE = np.dtype(np.float32)
DOUBLE = np.dtype(np.float64)


class Values(NamedTuple):
    """What calls need to know of the values above them.

    Attributes:
        tensor: the class of the answers; called with an array.
        operand: from what the user passed to (array, key); key is None for what is no Tensor or
            Variable, and a Python number comes back as it is.
        convert: makes an array of a Python number.
        beside: `(list, its array, dtype, indices)`, the array of a list of Python numbers in the
            dtype of the operand beside it.
    """

    tensor: Any
    operand: Callable[[Any], tuple[Any, Any]]
    convert: Callable[[Any], Any]
    beside: Callable[[Any, Any, Any, bool], Any]


def build(op: Op, values: Values) -> None:
    """Give a row its eager call."""
    count = len(op.input_names)
    make: Callable[..., Any]
    if op.variadic or op.several or count > 2 or (count == 2 and op.parameters):
        make = _general
    elif count == 2:
        make = _binary
    else:
        make = _one_with_params if op.parameters else _unary
    call = make(op, values, 1)
    op.behind = make(op, values, 2)
    if make is _unary or make is _binary:
        _name_arguments(call, op.input_names)
        _name_arguments(op.behind, op.input_names)
    call.__name__ = call.__qualname__ = op.name
    call.__doc__ = op.__doc__
    call.__signature__ = op.signature()  # type: ignore[attr-defined]  # functions carry attributes
    call.op = op  # type: ignore[attr-defined]  # the same
    op.eager = call


def _name_arguments(call: Any, names: tuple[str, ...]) -> None:
    """Give a call's leading arguments the row's names, so that `relu(features=x)` binds.

    The written-out paths call theirs x and y. Taking any name by `**` would cost a dictionary a
    call; new names in the code object cost nothing.
    """
    code = call.__code__
    call.__code__ = code.replace(co_varnames=(*names, *code.co_varnames[len(names) :]))


def publish(op: Op, keys: Any, values: Any, params: Any, out: Any, site: Any) -> None:
    """Show a call to every recorder, or leave a trace of it in the ring."""
    recorded = False
    for recorder in STATE.recorders:
        recorded |= recorder.record(op, keys, values, params, out, site)
    if not recorded:
        leave_trace(op, keys, out, site)


def _unary(op: Op, values: Values, depth: int) -> Callable[..., Any]:
    tensor, operand, convert, _ = values
    kernel = op.kernel
    new = object.__new__
    frame_of = sys._getframe
    state = STATE
    recordable = op.elementwise and not op.severs and not op.needs_shapes and op.plans[1]
    plan = op.plans[1]
    keep_answer, keep_input = op.keep[1]

    def call(x: Any, name: Any = None) -> Any:
        if type(x) is tensor:
            a = x.array
            source = x.key
        else:
            a, source = operand(x)
            if source is None:
                a = alone(op, a, convert)
        try:
            value = kernel(a)
        except Exception as error:
            raise refusal(op, (a,), error) from error
        out = new(tensor)
        out.array = value
        out.key = key = tick()
        frame = frame_of(depth)
        keys = (source,)
        here = state.here
        followed = here.followed
        if followed is None:
            here.ring[key & MASK] = (key, op, keys, frame.f_code, frame.f_lasti)
        elif followed is False or not recordable:
            publish(op, keys, (a,), (), out, (frame.f_code, frame.f_lasti))
        elif source in followed:
            code = frame.f_code
            followed[key] = (value.shape, value.dtype, op, keys, code, frame.f_lasti)
            kept = value if keep_answer else None
            here.append((op, plan, keys, key, kept, a if keep_input else None))
        else:
            here.ring[key & MASK] = (key, op, keys, frame.f_code, frame.f_lasti)
        return out

    return call


def _one_with_params(op: Op, values: Values, depth: int) -> Callable[..., Any]:
    tensor, operand, convert, _ = values
    kernel, prepare, defaults = op.kernel, op.prepare, op.defaults
    new, state, frame_of = object.__new__, STATE, sys._getframe
    room, required = len(defaults), _required(op)
    least = required[-1] + 1 if required else 0
    recordable = not op.severs and op.plans[1]
    plan, keep_answer, keep_input = op.plans[1], *op.keep[1]
    needs_shapes = op.needs_shapes

    def call(x: Any = REQUIRED, *params: Any, name: Any = None, **named: Any) -> Any:
        if x is REQUIRED:
            (x,) = _inputs_by_name(op, (), named)
        if type(x) is tensor:
            a = x.array
            source = x.key
        else:
            a, source = operand(x)
            if source is None:
                a = alone(op, a, convert)
        count = len(params)
        if named or count < least or count > room:
            params = _completed(op, params, named, required)
        elif count < room:
            params += defaults[count:]
        try:
            if prepare is not None:
                params = prepare((a,), params)
            value = kernel(a, *params)
        except Exception as error:
            raise refusal(op, (a,), error) from error
        frame = frame_of(depth)
        keys = (source,)
        if type(value) is tuple:
            out: Any = tuple([tensor(part) for part in value])
            publish(op, keys, (a,), params, out, (frame.f_code, frame.f_lasti))
            return out
        out = new(tensor)
        out.array = value
        out.key = key = tick()
        here = state.here
        followed = here.followed
        if followed is None or (followed is not False and source not in followed):
            here.ring[key & MASK] = (key, op, keys, frame.f_code, frame.f_lasti)
            return out
        dtype = value.dtype
        if not recordable or followed is False or (dtype is not SINGLE and dtype is not DOUBLE):
            publish(op, keys, (a,), params, out, (frame.f_code, frame.f_lasti))
            return out
        followed[key] = (value.shape, dtype, op, keys, frame.f_code, frame.f_lasti)
        kept = value if keep_answer else None
        fed = a if keep_input else None
        if needs_shapes:
            here.append((op, plan, keys, key, kept, fed, *params, a.shape))
        else:
            here.append((op, plan, keys, key, kept, fed, *params))
        return out

    return call


def _required(op: Op) -> tuple[int, ...]:
    """The places of the parameters that have no default."""
    return tuple([place for place, value in enumerate(op.defaults) if value is REQUIRED])


def _completed(
    op: Op, given: tuple[Any, ...], named: dict[str, Any], required: tuple[int, ...]
) -> tuple[Any, ...]:
    """Parameters as they came, completed with names and defaults; `name`, when last, is dropped."""
    params = op.bind(given[: len(op.defaults)], named)
    if required:
        _check_complete(op, params, required)
    return params


def _check_complete(op: Op, params: tuple[Any, ...], required: tuple[int, ...]) -> None:
    for place in required:
        if params[place] is REQUIRED:  # by identity: a parameter may be an array
            name = op.parameter_names[place]
            raise TypeError(f"{op.name}() missing required argument '{name}'")


def _binary(op: Op, values: Values, depth: int) -> Callable[..., Any]:
    tensor, operand, convert, beside = values
    kernel = op.kernel
    new = object.__new__
    frame_of = sys._getframe
    state = STATE
    recordable = not op.severs and all(op.plans[1:])
    needs_shapes = op.needs_shapes
    left, right, both = [(op.plans[mask], *op.keep[mask]) for mask in (1, 2, 3)]

    def call(x: Any, y: Any, name: Any = None) -> Any:
        if type(x) is tensor:
            a = x.array
            first = x.key
        else:
            a, first = operand(x)
            if type(x) in ODD:
                a = odd(op, x, a, first, y, beside)
        if type(y) is tensor:
            b = y.array
            second = y.key
        else:
            b, second = operand(y)
            if type(y) in ODD:
                b = odd(op, y, b, second, x, beside)
            elif second is None and first is None:
                a, b = two_plain(a, b, convert)
        try:
            value = kernel(a, b)
        except Exception as error:
            raise refusal(op, (a, b), error) from error
        out = new(tensor)
        out.array = value
        out.key = key = tick()
        frame = frame_of(depth)
        keys = (first, second)
        here = state.here
        followed = here.followed
        if followed is None:
            here.ring[key & MASK] = (key, op, keys, frame.f_code, frame.f_lasti)
        elif followed is False or not recordable:
            publish(op, keys, (a, b), (), out, (frame.f_code, frame.f_lasti))
        else:
            if first in followed:
                plan, answer, one, two = both if second in followed else left
            elif second in followed:
                plan, answer, one, two = right
            else:
                here.ring[key & MASK] = (key, op, keys, frame.f_code, frame.f_lasti)
                return out
            code = frame.f_code
            followed[key] = (value.shape, value.dtype, op, keys, code, frame.f_lasti)
            kept = value if answer else None
            event: Any = (op, plan, keys, key, kept, a if one else None, b if two else None)
            if needs_shapes:  # a Python number has none
                event += (getattr(a, "shape", ()), getattr(b, "shape", ()))
            here.append(event)
        return out

    return call


def _general(op: Op, given: Values, depth: int) -> Callable[..., Any]:
    tensor, operand = given.tensor, given.operand
    kernel, prepare, variadic, defaults = op.kernel, op.prepare, op.variadic, op.defaults
    new, state, frame_of = object.__new__, STATE, sys._getframe
    count, required = len(op.input_names), _required(op)
    whole = count + len(defaults)
    least = count + (required[-1] + 1 if required else 0)

    def call(*args: Any, **named: Any) -> Any:
        came = len(args)
        if named or came < least or came > whole:
            named.pop("name", None)
            inputs = args[:count] if came >= count else _inputs_by_name(op, args, named)
            params = _completed(op, args[count:], named, required)
        elif came == count:
            inputs, params = args, defaults
        else:
            inputs, params = args[:count], args[count:] + defaults[came - count :]
        inputs = inputs[0] if variadic else inputs
        arrays, numbers, plainly = [], [], True
        for x in inputs:
            if type(x) is tensor:
                arrays.append(x.array)
                numbers.append(x.key)
            else:
                a, key = operand(x)
                arrays.append(a)
                numbers.append(key)
                plainly = plainly and isinstance(a, ARRAYS) and type(x) not in LISTS
        keys = tuple(numbers)
        values = tuple(arrays) if plainly else converted(op, inputs, arrays, keys, given)
        try:
            if variadic:
                if prepare is not None:
                    params = prepare((values,), params)
                value = kernel(values, *params)
            else:
                if prepare is not None:
                    params = prepare(values, params)
                value = kernel(*values, *params)
        except Exception as error:
            raise refusal(op, values, error) from error
        frame = frame_of(depth)
        site = (frame.f_code, frame.f_lasti)
        if type(value) is tuple:
            out: Any = tuple([tensor(part) for part in value])
            publish(op, keys, values, params, out, site)
            return out
        out = new(tensor)
        out.array = value
        out.key = key = tick()
        here = state.here
        followed = here.followed
        if followed is None or (followed is not False and followed.keys().isdisjoint(keys)):
            here.ring[key & MASK] = (key, op, keys, *site)
        else:
            publish(op, keys, values, params, out, site)
        return out

    return call


def _inputs_by_name(op: Op, inputs: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    missing = [name for name in op.input_names[len(inputs) :] if name not in named]
    if missing:
        raise TypeError(
            f"{op.name}() missing required argument '{missing[0]}'; its parameters are "
            f"{', '.join(op.signature().parameters)}"
        )
    return (*inputs, *(named.pop(name) for name in op.input_names[len(inputs) :]))
