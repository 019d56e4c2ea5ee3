"""A fit as text, laid out like lmfit's report."""

from __future__ import annotations

import math
from typing import Protocol

from thalweg.fit.model import Array

__all__ = ["fit_report"]


class _Fit(Protocol):
    """What a report reads of a fit."""

    @property
    def formula(self) -> str: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def params(self) -> dict[str, float]: ...
    @property
    def stderr(self) -> dict[str, float]: ...
    @property
    def start(self) -> dict[str, float]: ...
    @property
    def guessed(self) -> tuple[str, ...]: ...
    @property
    def at_bound(self) -> tuple[str, ...]: ...
    @property
    def undetermined(self) -> tuple[str, ...]: ...
    @property
    def correlation(self) -> Array: ...
    @property
    def message(self) -> str: ...
    @property
    def chisqr(self) -> float: ...
    @property
    def redchi(self) -> float: ...
    @property
    def rsquared(self) -> float: ...
    @property
    def aic(self) -> float: ...
    @property
    def bic(self) -> float: ...
    @property
    def ndata(self) -> int: ...
    @property
    def nvarys(self) -> int: ...


def _error(fit: _Fit, name: str) -> str:
    error, value = fit.stderr[name], fit.params[name]
    if name in fit.at_bound:
        return "   (at its bound)"
    if math.isinf(error):
        return " +/- unknown"
    percent = f" ({abs(error / value) * 100.0:.2f}%)" if value != 0 else ""
    return f" +/- {error:.8g}{percent}"


def _parameters(fit: _Fit) -> list[str]:
    width = max(len(name) for name in fit.names)
    lines = []
    for name in fit.names:
        began = "guessed" if name in fit.guessed else f"start {fit.start[name]:.6g}"
        lines.append(
            f"    {name + ':':<{width + 1}} {fit.params[name]: .10g}{_error(fit, name)} ({began})"
        )
    return lines


def _correlations(fit: _Fit, least: float) -> list[str]:
    found: list[tuple[float, str]] = []
    for i, first in enumerate(fit.names):
        for j, second in enumerate(fit.names[:i]):
            value = float(fit.correlation[i, j])
            if abs(value) >= least:  # NaN, where one of them is open, is not
                found.append((value, f"    C({second}, {first}) = {value:+.4f}"))
    return [text for _, text in sorted(found, key=lambda pair: -abs(pair[0]))]


def fit_report(fit: _Fit, least_correlation: float = 0.1) -> str:
    """The report: formula, statistics, parameters, correlations, what the data leave open.

    Args:
        fit: the result.
        least_correlation: correlations smaller than this are left out.

    Returns:
        Lines of text, without a line break at the end.
    """
    lines = [
        "[[Model]]",
        f"    {fit.formula}",
        "[[Fit]]",
        f"    {fit.message}",
        "[[Fit Statistics]]",
        f"    data points         = {fit.ndata}",
        f"    variables           = {fit.nvarys}",
        f"    chi-square          = {fit.chisqr:.10g}",
        f"    reduced chi-square  = {fit.redchi:.10g}",
        f"    Akaike info crit    = {fit.aic:.10g}",
        f"    Bayesian info crit  = {fit.bic:.10g}",
        f"    R-squared           = {fit.rsquared:.10g}",
        "[[Variables]]",
        *_parameters(fit),
    ]
    if fit.undetermined:
        lines += ["[[Not determined by the data]]", *(f"    {one}" for one in fit.undetermined)]
    correlations = _correlations(fit, least_correlation)
    if correlations:
        lines.append(f"[[Correlations]] (below {least_correlation:g} left out)")
        lines += correlations
    return "\n".join(lines)
