"""What a fit hands back: parameters with their uncertainties, and how good the fit is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from thalweg.descent.status import Status
from thalweg.errors import DescentError
from thalweg.fit.model import Array, Model
from thalweg.fit.report import fit_report
from thalweg.fit.statistics import quantile

__all__ = ["FitResult", "FitStep"]


@dataclass(frozen=True)
class FitStep:
    """A fit on its way, as its callback sees it.

    Attributes:
        step: steps down taken so far.
        chisqr: Σ((y − f)/σ)² there.
        params: the parameters there, by name.
    """

    step: int
    chisqr: float
    params: dict[str, float]


@dataclass(frozen=True, repr=False)
class FitResult:
    """A fit, in lmfit's words where it has them.

    Attributes:
        formula: the model as text.
        names: the parameters, in the order of all arrays here.
        params: fitted values by name.
        stderr: standard errors by name; inf where the data put no limit, NaN at a bound.
        start: where the descent began, by name.
        guessed: names of the parameters whose start was guessed.
        covariance: `(p, p)`; inf on the diagonal and NaN beside it for undetermined parameters, NaN
            for those at a bound.
        correlation: `(p, p)`, NaN likewise.
        chisqr: Σ((y − f)/σ)².
        redchi: χ² per degree of freedom, NaN where there is none.
        rsquared: 1 − χ²/Σ((y − ȳ)/σ)², NaN for constant data.
        aic: n ln(χ²/n) + 2p.
        bic: n ln(χ²/n) + p ln n.
        ndata: rows, n.
        nvarys: parameters that the data determine, p (all of them, as a rule).
        nfree: n − p.
        residual: (y − f)/σ, `(n,)`; without sigma y − f.
        best_fit: f, `(n,)`.
        predictors: what the curve goes over, float64 arrays by name; a callable's x under "x", and
            nothing where it took something else than numbers.
        sigma: the measurements' standard deviations as given, `(n,)`, None where there were none.
        success: whether a minimum was reached.
        status: how it ended, in one word; only "converged" is success.
        message: the same in a sentence, with what is particular about this fit.
        undetermined: which combinations of parameters the data leave open, a sentence each.
        at_bound: names of the parameters that rest on a bound.
        offset: Bates and Watts' relative offset: the distance to the minimum in standard errors.
        condition: of the Jacobian with columns of length one.
        nfev: evaluations of the model.
        njev: evaluations of its Jacobian.
        nit: steps tried.
        why_not_compiled: why the model ran as Python; empty where it came to run in machine code.
    """

    formula: str
    names: tuple[str, ...]
    params: dict[str, float]
    stderr: dict[str, float]
    start: dict[str, float]
    guessed: tuple[str, ...]
    covariance: Array
    correlation: Array
    chisqr: float
    redchi: float
    rsquared: float
    aic: float
    bic: float
    ndata: int
    nvarys: int
    nfree: int
    residual: Array
    best_fit: Array
    predictors: Mapping[str, Array]
    sigma: Array | None
    success: bool
    status: Status
    message: str
    undetermined: tuple[str, ...]
    at_bound: tuple[str, ...]
    offset: float
    condition: float
    nfev: int
    njev: int
    nit: int
    _at: Callable[[Any], tuple[Model, tuple[int, ...]]] = field(compare=False)
    _spread: tuple[Array, Array] = field(compare=False)
    _absolute_sigma: bool = field(compare=False)
    why_not_compiled: str = field(default="", compare=False)

    def predict(self, x: Any) -> Any:
        """The fitted curve at new points: f(x, params).

        Args:
            x: as `curve_fit` took it: an array, or a mapping of predictor names to arrays.

        Returns:
            float64, in the shape of `x` (for a mapping: of its columns together).

        >>> import thalweg as tw
        >>> fit = tw.curve_fit("y = a + b*x", [0.0, 1.0, 2.0], [1.0, 3.0, 5.0])
        >>> [round(float(v), 6) for v in fit.predict([10.0, 20.0])]
        [21.0, 41.0]
        """
        model, shape = self._at(x)
        with np.errstate(all="ignore"):
            return model.predict(self._vector()).reshape(shape)[()]

    def band(self, x: Any, level: float = 0.95) -> Any:
        """Half the width of the confidence band of the curve: t·√(J C Jᵀ).

        The curve lies within `predict(x) ± band(x)` with this confidence at any one x, as far as
        the model is linear over the parameters' uncertainty.

        Args:
            x: as `predict` takes it.
            level: confidence, between 0 and 1.

        Returns:
            float64, in the shape of `x`; inf where the curve hangs on what the data leave open.

        Raises:
            DescentError: `level` is not between 0 and 1.

        >>> import thalweg as tw
        >>> fit = tw.curve_fit("y = a + b*x", [0.0, 1.0, 2.0, 3.0], [1.1, 2.9, 5.1, 6.9])
        >>> round(float(fit.band(1.5)), 4)
        0.2721
        """
        variance, shape = self._variance(x)
        return (self._reach(level) * np.sqrt(variance)).reshape(shape)[()]

    def prediction_band(self, x: Any, level: float = 0.95, sigma: Any = None) -> Any:
        """Half the width of the band for one new measurement: t·√(J C Jᵀ + σ²).

        Args:
            x: as `predict` takes it.
            level: confidence, between 0 and 1.
            sigma: the new measurement's standard deviation, in the units of the fit's `sigma`; 1
                where None, so that a fit without sigma takes its own scatter.

        Returns:
            float64, in the shape of `x`.
        """
        variance, shape = self._variance(x)
        scale = 1.0 if self._absolute_sigma else self.redchi
        own = np.square(np.asarray(1.0 if sigma is None else sigma, dtype=np.float64)) * scale
        whole = np.sqrt(variance.reshape(shape) + own)
        return (self._reach(level) * whole)[()]

    def report(self, least_correlation: float = 0.1) -> str:
        """The fit as text: parameters with errors, goodness, correlations, what stays open."""
        return fit_report(self, least_correlation)

    def as_dict(self) -> dict[str, Any]:
        """The numbers as plain Python, for JSON: what is not finite becomes None."""
        return {
            "params": dict(self.params),
            "stderr": {name: _plain(v) for name, v in self.stderr.items()},
            "covariance": [[_plain(v) for v in row] for row in self.covariance],
            "correlation": [[_plain(v) for v in row] for row in self.correlation],
            **{name: _plain(getattr(self, name)) for name in _NUMBERS},
            "success": self.success,
            "status": str(self.status),
            "message": self.message,
            "undetermined": list(self.undetermined),
            "guessed": list(self.guessed),
            "at_bound": list(self.at_bound),
        }

    def __str__(self) -> str:
        return self.report()

    def __repr__(self) -> str:
        pairs = ", ".join(
            f"{name}={value:.6g}±{self.stderr[name]:.2g}" for name, value in self.params.items()
        )
        return f"<FitResult {self.formula!r}: {pairs}, {self.status}>"

    def _vector(self) -> Array:
        return np.array([self.params[name] for name in self.names], dtype=np.float64)

    def _reach(self, level: float) -> float:
        if not 0.0 < level < 1.0:
            raise DescentError(f"level is {level}; a confidence lies between 0 and 1, such as 0.95")
        if self.nfree <= 0 and not self._absolute_sigma:
            return float("inf")
        return quantile(level, self.nfree, self._absolute_sigma)

    def _variance(self, x: Any) -> tuple[Array, tuple[int, ...]]:
        """J C Jᵀ's diagonal at new points, infinite along undetermined directions."""
        model, shape = self._at(x)
        inverse, loose = self._spread
        with np.errstate(all="ignore"):
            slope = model.jacobian(self._vector())
        scale = 1.0 if self._absolute_sigma else self.redchi
        if not np.isfinite(scale):
            return np.full(slope.shape[0], np.inf), shape
        variance = np.einsum("ij,jk,ik->i", slope, inverse, slope) * scale
        variance = np.maximum(variance, 0.0)
        if loose.shape[1]:
            sizes = np.abs(slope) @ np.abs(loose)
            open_rows = np.any(np.abs(slope @ loose) > 1e-6 * sizes, axis=1)
            variance = np.where(open_rows, np.inf, variance)
        return variance, shape


_NUMBERS = (
    "chisqr",
    "redchi",
    "rsquared",
    "aic",
    "bic",
    "ndata",
    "nvarys",
    "nfree",
    "nfev",
    "njev",
    "nit",
)


def _plain(value: float) -> float | int | None:
    if isinstance(value, int):
        return value
    return float(value) if np.isfinite(value) else None


def by_name(names: tuple[str, ...], values: Array) -> dict[str, float]:
    """A vector of parameters as a mapping of names to Python numbers."""
    return {name: float(value) for name, value in zip(names, values, strict=True)}


def as_mapping(names: tuple[str, ...], values: Mapping[str, float]) -> Array:
    """A mapping of names to numbers as a vector, NaN where a name has none."""
    return np.array([values.get(name, np.nan) for name in names], dtype=np.float64)
