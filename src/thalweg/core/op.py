"""What a row of the op table is: everything about one op, in one place.

A row holds the op's name and inputs, the NumPy kernel, one reverse rule per input (or the reason why
there is none), how tangents pass, and the samples, special values and wrong inputs by which it is
tested. Rules are plain functions. Their parameter names say what they need, and only that is kept
alive between the forward call and the sweep:

`g`
    the cotangent of the answer (in a forward rule: the tangent of the input),
`ans`
    the answer,
an input's or a parameter's name
    its value,
an input's name with `_shape` behind it
    its shape, without keeping the value,
`i`
    in an op over a list of inputs, which of them is asked for.

Rules use operators and other rows. On a plain tape they run on raw arrays; where something records
they run on Tensors, by the same text, and so a gradient can be differentiated.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from thalweg.core.evidence import DO_NOT_FIT, NO_TEXT, Sample, Special, Wrong
from thalweg.core.handle import Handle
from thalweg.core.recording import KEPT
from thalweg.errors import DTypeError, MissingRuleError

TABLE: dict[str, Op] = {}
"""Every op by its name, in the order in which the families were read."""

Kernel = Callable[..., Any]

SINGLE = np.dtype(np.float32)
DOUBLE = np.dtype(np.float64)
REAL_TYPES = frozenset((float, int, bool, np.float64, np.float32))
"""By type, or by identity of the dtype, it takes least to see that there is no complex number."""


class Rule:
    """A rule and what it names: `rule.function(g, *rule.pick(environment))`.

    `count`, `first` and `second` tell the sweep's short cut where in an event the named values
    stand: most rules name one or two.
    """

    __slots__ = ("count", "first", "function", "names", "places", "second")

    def __init__(
        self, function: Callable[..., Any], environment: Mapping[str, int], op: str
    ) -> None:
        first, *names = inspect.signature(function).parameters
        unknown = [name for name in names if name not in environment]
        if first != "g" or unknown:
            raise TypeError(
                f"{op}: a rule takes g and then any of {list(environment)}, not {unknown}"
            )
        self.function = function
        self.names = frozenset(names)
        self.places = tuple([environment[name] for name in names])
        self.count = len(names)
        self.first, self.second = [KEPT + place for place in (*self.places, 0, 0)][:2]

    def pick(self, environment: Sequence[Any]) -> tuple[Any, ...]:
        """What the rule names, from answer, inputs, parameters and shapes."""
        return tuple([environment[place] for place in self.places])


@dataclass(eq=False, repr=False)
class Op:
    """One row.

    Attributes:
        name: the op's own name; its first public name where it has several.
        inputs: what can carry a gradient or an index, in the kernel's order; `values*` is a list.
        kernel: called as `kernel(*inputs, *params)` with arrays; returns an array, or a tuple.
        public: the names under `thalweg`, with blanks between: `"sin math.sin"`.
        numpy: NumPy's functions that come here when a Tensor is among their arguments.
        vjp: a reverse rule for each input, None for an input that carries no gradient.
        severs: why the answer has no gradient at all; instead of `vjp`.
        jvp: forward rules where neither `elementwise` nor `linear` nor `multilinear` gives them.
        elementwise: the answer at a place depends on the inputs at that place; the reverse rule
            then is the forward rule too.
        linear: inputs in which, taken together, the op is linear.
        multilinear: inputs in each of which, the others held fixed, the op is linear.
        bounded: the local derivative is finite for every input, NaN and infinities included, so
            that zero times it is zero; otherwise the sweeps see to that (the strong zero).
        holomorphic: for complex numbers the rule is that of a holomorphic function, or linear.
        real_only: the rule holds for real numbers; a complex gradient or tangent is refused.
        real_values: the op itself is for real numbers; complex ones are refused.
        several: the kernel answers with a tuple, though it has one or two inputs and no parameters.
        knows_absent: of several answers, those that received no cotangent give the rule None, not 0.
        prepare: `(inputs, params) -> params` in the form that kernel and rules use.
        domain: per input, the interval that samples are drawn from.
        samples, special, wrong: evidence for the test of all rows.
        formula, source, note: for the reference page; `note` states conventions at hard points. Where
            no source stands, the file's own `SOURCE` holds.
        native: for machine code where the kernel cannot be read: a function that writes the same in a
            graph's words, or, as text, why the op stays with NumPy.
    """

    name: str
    inputs: str
    kernel: Kernel
    public: str = ""
    numpy: Sequence[Callable[..., Any]] | Mapping[Any, Callable[..., Any] | None] = ()
    vjp: Mapping[str, Callable[..., Any] | None] = field(default_factory=dict)
    severs: str = ""
    jvp: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    elementwise: bool = False
    linear: str = ""
    multilinear: str = ""
    bounded: bool = False
    holomorphic: bool = True
    real_only: bool = False
    real_values: bool = False
    several: bool = False
    knows_absent: bool = False
    prepare: Callable[[tuple[Any, ...], tuple[Any, ...]], tuple[Any, ...]] | None = None
    domain: Sequence[tuple[float, float]] = ()
    samples: Sequence[Sample] = ()
    special: Sequence[Special] = ()
    wrong: Sequence[Wrong] = ()
    formula: str = ""
    source: str = ""
    note: str = ""
    native: Any = None
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.variadic = self.inputs.endswith("*")
        self.input_names = tuple(self.inputs.rstrip("*").split())
        self.parameter_names = tuple(self.parameters)
        if self.real_values:
            self.kernel = _real_alone(
                self.name, self.kernel, len(self.input_names), self.parameter_names
            )
        self.defaults = tuple(self.parameters.values())
        self.places = {name: place for place, name in enumerate(self.parameters)}
        names = ["ans", *self.input_names, *self.parameter_names]
        names += [f"{name}_shape" for name in self.input_names] + ["i"]
        environment = {name: place for place, name in enumerate(names)}
        if not self.severs:
            missing = [name for name in self.input_names if name not in self.vjp]
            if missing:
                raise TypeError(f"{self.name}: no rule and no reason for {missing}")
        self.reverse = self._rules(self.vjp, environment)
        self.forward = self._rules(self.jvp, environment)
        self.rules = tuple(self.reverse.get(name) for name in self.input_names)
        self.linear_names = tuple(self.linear.split())
        self.multilinear_names = tuple(self.multilinear.split())
        self.needs_shapes = any(
            name.endswith("_shape") for rule in self.reverse.values() for name in rule.names
        )
        self.plain = not self.variadic
        self.unbounded = self.elementwise and not self.bounded
        self.keep = self._what_to_keep()
        self.plans = self._what_to_run()
        self.eager: Callable[..., Any] = self._not_built
        # The same for a caller that itself stands for the user's line, such as `2 - t` or np.sin(t).
        self.behind: Callable[..., Any] = self._not_built
        if self.name in TABLE:
            raise TypeError(f"two rows are called {self.name}")
        TABLE[self.name] = self

    def _rules(self, given: Mapping[str, Any], environment: Mapping[str, int]) -> dict[str, Rule]:
        return {name: Rule(rule, environment, self.name) for name, rule in given.items() if rule}

    def _what_to_keep(self) -> tuple[tuple[bool, ...], ...]:
        """For each set of wanted inputs (as a bit mask): is the answer kept, and each input?"""
        plans = []
        count = len(self.input_names)
        for mask in range(1 << count):
            wanted = [rule for place, rule in enumerate(self.rules) if rule and mask >> place & 1]
            names = frozenset().union(*(rule.names for rule in wanted))
            plans.append(tuple(name in names for name in ("ans", *self.input_names)))
        return tuple(plans)

    def _what_to_run(self) -> tuple[tuple[tuple[int, Rule], ...], ...]:
        """For each set of wanted inputs: their places and rules."""
        count = len(self.input_names)
        return tuple(
            tuple((at, rule) for at, rule in enumerate(self.rules) if rule and mask >> at & 1)
            for mask in range(1 << count)
        )

    def rule(self, place: int) -> Rule | None:
        """The reverse rule of the input at a place."""
        return self.rules[0 if self.variadic else place]

    def _not_built(self, *args: Any, **kwargs: Any) -> Any:
        raise MissingRuleError(
            f"{self.name}: `import thalweg` builds the eager calls; do that first"
        )

    def bind(self, params: Sequence[Any], named: Mapping[str, Any]) -> tuple[Any, ...]:
        """Parameters by position and name, completed with defaults."""
        defaults = self.defaults
        if not named:
            return (*params, *defaults[len(params) :])
        values = [*params, *defaults[len(params) :]]
        for name, value in named.items():
            place = self.places.get(name)
            if place is None or place < len(params):
                raise TypeError(
                    f"{self.name}() got "
                    f"{'an unexpected keyword argument' if place is None else 'two values for'} "
                    f"'{name}'; its parameters are {', '.join(self.signature().parameters)}"
                )
            values[place] = value
        return tuple(values)

    def __call__(self, *args: Any, **named: Any) -> Any:
        """As rules call it: on raw arrays the kernel alone, on Tensors the recorded call."""
        count = len(self.input_names)
        if count == 1 and not self.variadic:
            if isinstance(args[0], Handle):
                return self.eager(*args, **named)
        else:
            for value in args[0] if self.variadic else args[:count]:
                if isinstance(value, Handle):
                    return self.eager(*args, **named)
        if not self.parameters:
            return self.kernel(*args)
        inputs, params = args[:count], args[count:]
        if named or len(params) < len(self.defaults):
            params = self.bind(params, named)
        if self.prepare is not None:
            params = self.prepare(inputs, params)
        return self.kernel(*inputs, *params)

    def refuse_complex(self, word: str) -> None:
        """Raise DTypeError: the rule of a row for real numbers was asked for a complex one."""
        raise DTypeError(
            f"{self.name} has a rule for real numbers alone, and a complex {word} came; take "
            f"tw.math.real, tw.math.imag or tw.abs of its input first"
        )

    def signature(self) -> inspect.Signature:
        """The public signature: inputs, parameters with their defaults, `name`."""
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        required = [inspect.Parameter(name, kind) for name in self.input_names]
        optional = [
            inspect.Parameter(name, kind, default=default)
            for name, default in self.parameters.items()
        ]
        if any(parameter.default is REQUIRED for parameter in optional):
            optional = [
                parameter.replace(default=inspect.Parameter.empty)
                if parameter.default is REQUIRED
                else parameter
                for parameter in optional
            ]
        if "name" not in self.parameters:
            optional.append(inspect.Parameter("name", kind, default=None))
        return inspect.Signature([*required, *optional])

    def __repr__(self) -> str:
        return f"<op {self.name}>"


NONE_CAME = "did the function that made it forget its return?"
"""The end of a message where None stands for a value."""


class _Required:
    """Stands where a parameter has no default."""

    def __repr__(self) -> str:
        return "required"


REQUIRED = _Required()


def _real_alone(name: str, kernel: Kernel, count: int, params: Sequence[str]) -> Kernel:
    """The kernel, with complex inputs refused in the op's name."""
    told = (
        f"{name} is for real numbers, and a complex one came; take tw.math.real, tw.math.imag or "
        f"tw.abs first"
    )

    def of_one(x: Any) -> Any:
        if type(x) in REAL_TYPES or x.dtype is DOUBLE or x.dtype is SINGLE:
            return kernel(x)
        if _any_complex((x,)):
            raise DTypeError(told)
        return kernel(x)

    def of_two(x: Any, y: Any) -> Any:
        try:
            real = (type(x) in REAL_TYPES or x.dtype is DOUBLE or x.dtype is SINGLE) and (
                type(y) in REAL_TYPES or y.dtype is DOUBLE or y.dtype is SINGLE
            )
        except AttributeError:  # a complex number of Python's, or nothing that computes
            real = False
        if not real and _any_complex((x, y)):
            raise DTypeError(told)
        return kernel(x, y)

    def of_several(*args: Any) -> Any:
        if _any_complex(args[:count]):
            raise DTypeError(told)
        return kernel(*args)

    made: Any = of_several if params else {1: of_one, 2: of_two}.get(count, of_several)
    made.__module__ = getattr(kernel, "__module__", "") or ""
    return made  # type: ignore[no-any-return]  # one of the three above


def _any_complex(values: Sequence[Any]) -> bool:
    for value in values:
        if type(value) in REAL_TYPES:
            continue
        dtype = getattr(value, "dtype", None)
        if dtype is not DOUBLE and (dtype.kind == "c" if dtype else np.iscomplexobj(value)):
            return True
    return False


def row(inputs: str, **columns: Any) -> Callable[[Kernel], Op]:
    """Make a row of a kernel written as a function: name, parameters and text are the function's.

    Args:
        inputs: the leading parameters that are inputs; the rest are parameters of the op.
        columns: the row's other columns, see `Op`.
    """

    def make(kernel: Kernel) -> Op:
        count = len(inputs.split())
        signature = list(inspect.signature(kernel).parameters.values())
        parameters = {
            p.name: REQUIRED if p.default is inspect.Parameter.empty else p.default
            for p in signature[count:]
        }
        name = columns.pop("name", kernel.__name__.strip("_"))
        op = Op(name, inputs, kernel, parameters=parameters, **columns)
        op.__doc__ = kernel.__doc__
        return op

    return make


def elementwise(name: str, inputs: str, kernel: Kernel, **columns: Any) -> Op:
    """A row for an op that works place by place and has no parameters.

    Where it states no wrong inputs of its own, it refuses texts, or shapes that do not broadcast.
    """
    columns.setdefault("wrong", {1: NO_TEXT, 2: DO_NOT_FIT}.get(len(inputs.split()), ()))
    op = Op(name, inputs, kernel, elementwise=True, **columns)
    text = op.formula or name
    op.__doc__ = f"{text}, elementwise.{' ' + op.note if op.note else ''}"
    return op
