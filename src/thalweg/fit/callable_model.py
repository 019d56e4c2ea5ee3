"""A callable f(x, *params) as a model: its exact Jacobian by one forward sweep a parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from thalweg.core.recording import tick
from thalweg.descent.may_compile import Search
from thalweg.descent.repeated import Repeated
from thalweg.errors import DescentError
from thalweg.fit.callable_slopes import CallableSlopes
from thalweg.fit.measurements import column, finite
from thalweg.fit.model import Array, FitTask
from thalweg.fit.names import callable_parameters
from thalweg.fit.slopes import written_value
from thalweg.transform.outside import LARGE
from thalweg.transform.worth import work_of_ticks

__all__ = ["CallableAt", "CallableModel", "callable_task"]


class CallableModel:
    """f(x, *params) over x.

    Args:
        function: the model; written with thalweg's or NumPy's functions.
        names: its parameters, in the order of its arguments.
        x: handed to it as it is.
        count: rows, n; None where the answer itself tells.
        slope: its Jacobian `(n, p)` by hand, called like `function`; None for the exact sweep.
        search: whether, and when, it becomes machine code; None for never.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        names: tuple[str, ...],
        x: Any,
        count: int | None,
        slope: Callable[..., Any] | None,
        search: Search | None = None,
    ) -> None:
        self.names = names
        self._function, self._x, self._count, self._slope = function, _kept(x), count, slope
        self._checked = False
        search, size = search or Search(jit_compile=False), len(names)
        form = _form(self._x, names)
        value, slopes = (form and (kind, *form) for kind in ("values", "slopes"))
        self._value = Repeated(search, written_value(self._of, size), (), value, known=True)
        self._slopes = CallableSlopes(search, self._of, size, count, slopes)
        self._latest: tuple[Array, Array] | None = None

    def _of(self, *params: Any) -> Any:
        return self._function(self._x, *params)

    def predict(self, params: Array) -> Array:
        """The callable's value, `(n,)`."""
        found = self._value(params)
        if found is not None:
            value = self._column(found[0])
        else:
            ticks = tick()
            value = self._column(self._of(*params))
            ticks = tick() - ticks
            self._value.spend(work_of_ticks(ticks, 1, value.size))
            self._slopes.met(ticks, value.size)
        self._latest = params.copy(), value
        return value

    def _column(self, answer: Any) -> Array:
        if answer is None:
            raise DescentError("the model returned None; its last line is missing a return")
        try:
            value = np.asarray(answer)
        except ValueError:
            raise DescentError(
                f"the model returned a {type(answer).__name__} of parts that make no array; it must "
                "give one number a row"
            ) from None
        if value.dtype.kind not in "biuf":
            came = type(answer).__name__ if value.dtype.kind in "OUS" else str(value.dtype)
            raise DescentError(f"the model returned {came}; a fit takes real numbers")
        value = value.astype(np.float64)
        if self._count is None:
            return value.reshape(-1)
        if value.ndim == 0 or value.size == 1:
            return np.full(self._count, float(value.reshape(-1)[0]))
        if value.size != self._count:
            raise DescentError(
                f"the model gave {value.size} values of shape {value.shape} for {self._count} "
                "measurements; it must give one a row"
            )
        return value.reshape(-1)

    def jacobian(self, params: Array) -> Array:
        """Its derivatives, `(n, p)`."""
        if self._slope is not None:
            found = column("jac's answer", self._slope(self._x, *params))
            wanted = (self._count, len(self.names))
            lone = len(self.names) == 1 and found.shape == (self._count,)
            if self._count is not None and found.shape != wanted and not lone:
                raise DescentError(
                    f"jac gave an array of shape {found.shape}; it must give {wanted}, a row for "
                    "each measurement and a column for each parameter"
                )
            return found.reshape(-1, len(self.names))
        if not self._checked or not self._count:
            self._predicted(params)
        slopes = self._slopes(params, lambda: self._predicted(params))
        found = np.zeros((self._count or self._predicted(params).size, params.size), order="F")
        for j, slope in enumerate(slopes):
            if slope is not None:
                found[:, j] = np.reshape(slope, -1)
        if not self._checked:
            self._check(params, found)
            self._checked = True
        return found

    def _predicted(self, params: Array) -> Array:
        """The value, computed anew where the latest was for other parameters."""
        if self._latest is not None and np.array_equal(self._latest[0], params):
            return self._latest[1]
        return self.predict(params)

    def _check(self, params: Array, found: Array) -> None:
        """Refuse a model that moves with a parameter that its recorded ops do not show."""
        with np.errstate(all="ignore"):
            before = self.predict(params)
            for j in np.flatnonzero(~np.any(found != 0, axis=0)):
                moved = params.copy()
                moved[j] += 0.01 * (abs(moved[j]) or 1.0)
                after = self.predict(moved)
                if np.all(np.isfinite(after)) and np.any(after != before):
                    raise DescentError(
                        f"the model changes with {self.names[j]}, but not through operations that "
                        "can be differentiated; compute it with thalweg's or NumPy's functions of "
                        "the arguments themselves (no float(), no .numpy()), or give jac="
                    )


def _kept(x: Any) -> Any:
    """x in arrays that the model cannot write to: a fit sees the same data at every step."""
    if isinstance(x, dict):
        return {name: _kept(values) for name, values in x.items()}
    if isinstance(x, np.ndarray):
        x = x.view()
        x.flags.writeable = False
    return x


def _form(x: Any, names: tuple[str, ...]) -> tuple[Any, ...] | None:
    """What a model is called with, so that its machine code is found again; None where that is much."""
    data = x if isinstance(x, dict) else {"": x}
    if not all(isinstance(one, np.ndarray) and one.nbytes <= LARGE for one in data.values()):
        return None
    return names, *[(name, one.shape, one.tobytes()) for name, one in data.items()]


def _read(x: Any) -> Any:
    """x as arrays of finite numbers where it is numbers, else as it came."""
    if isinstance(x, Mapping):
        return {name: finite(str(name), column(str(name), values)) for name, values in x.items()}
    if x is None or callable(x) or isinstance(x, str):
        return x
    try:
        found = np.asarray(x)
    except ValueError:
        return x
    if found.dtype.kind in "mM":
        raise DescentError(
            f"x holds {found.dtype}; a fit takes real numbers, such as (x - x[0]) / "
            "np.timedelta64(1, 's')"
        )
    return finite("x", column("x", x)) if found.dtype.kind in "biuf" else x


@dataclass(frozen=True)
class CallableAt:
    """A callable laid over new points; a fit can be pickled where the callable can.

    Args:
        function: the model.
        names: its parameters.
        data: what it was fitted over.
        slope: its Jacobian by hand, or None.
    """

    function: Callable[..., Any]
    names: tuple[str, ...]
    data: Any
    slope: Callable[..., Any] | None

    def __call__(self, points: Any) -> tuple[CallableModel, tuple[int, ...]]:
        """The model over these points, and the shape of its answer."""
        data = self.data
        if isinstance(data, dict) and len(data) == 1 and not isinstance(points, Mapping):
            points = dict.fromkeys(data, points)
        fresh = _read(points)
        shape = np.shape(fresh) if isinstance(data, np.ndarray) and data.ndim == 1 else (-1,)
        count = int(np.prod(shape)) if shape != (-1,) else None
        return CallableModel(self.function, self.names, fresh, count, self.slope), shape


def callable_task(
    function: Callable[..., Any],
    x: Any,
    y: Any,
    start: Any,
    slope: Callable[..., Any] | None,
    search: Search | None = None,
) -> FitTask:
    """Lay a callable over its data.

    Args:
        function: f(x, *params); parameters are named by its signature or by `start`.
        x: what it takes first: an array of any shape, or a mapping of names to arrays.
        y: the measurements, `(n,)`.
        start: starts as they came.
        slope: the Jacobian by hand, or None.
        search: whether, and when, it becomes machine code.

    Raises:
        DescentError: there is no y, names cannot be told, or data are no finite numbers.
    """
    names, defaults = callable_parameters(function, start)
    for name in start if isinstance(start, Mapping) else ():
        if name not in names:
            raise DescentError(
                f"start has {name!r}, which the model does not; it has the parameters "
                f"{', '.join(names)}"
            )
    if y is None:
        raise DescentError("y is missing: a callable's measurements come as the third argument")
    target = finite("y", column("y", y).reshape(-1))
    if target.size == 0:
        raise DescentError("y is empty; a fit needs at least one row")
    data = _read(x)
    if isinstance(data, np.ndarray) and data.ndim == 1 and data.size != target.size:
        raise DescentError(
            f"the columns' lengths differ: x has {data.size}, y has {target.size}; each row needs "
            "both"
        )
    if search is not None:
        search.given = (data,)
    model = CallableModel(function, names, data, target.size, slope, search)
    rows = data if isinstance(data, np.ndarray) and data.shape == target.shape else None

    def every(k: int) -> CallableModel:
        if rows is None or slope is not None:
            return model
        thin = rows[::k]
        return CallableModel(function, names, thin, thin.size, None)

    label = getattr(function, "__name__", type(function).__name__)
    columns = {str(k): v for k, v in (data if isinstance(data, dict) else {"x": data}).items()}
    predictors = {name: v for name, v in columns.items() if isinstance(v, np.ndarray)}
    return FitTask(
        formula=f"y = {label}(x, {', '.join(names)})",
        model=model,
        target=target,
        predictors=predictors,
        places=[*(v.reshape(-1) for v in predictors.values()), target],
        defaults=defaults,
        every=every,
        at=CallableAt(function, names, data, slope),
        wide=lambda: None,
    )
