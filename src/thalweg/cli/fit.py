"""`thalweg fit FILE "y = FORMULA"`: a formula's parameters from a file of measurements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from thalweg.cli.live_line import LiveLine
from thalweg.cli.picture_file import picture_file
from thalweg.cli.say import say, say_json
from thalweg.cli.start_words import (
    WholeNumber,
    read_bounds,
    read_number,
    read_starts,
    refuse_options,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from thalweg.cli.fit_columns import Columns
    from thalweg.fit.result import FitResult, FitStep

__all__ = ["fit"]


def _level(context: click.Context, option: click.Parameter, text: str | None) -> float | None:
    level = read_number(context, option, text)
    if level is not None and not 0.0 < level < 1.0:
        raise click.BadParameter("a confidence lies between 0 and 1, such as 0.95", context, option)
    return level


@click.command(
    context_settings={"ignore_unknown_options": True},  # "-y = a*x" is a formula
    short_help="Fit a formula to a file of measurements.",
)
@click.argument("file", metavar="FILE")
@click.argument("formula", metavar='"y = FORMULA"')
@click.argument("starts", metavar="[NAME=NUMBER]...", nargs=-1)
@click.option("--sigma", metavar="COLUMN", help="The column of the measurements' standard deviations.")  # fmt: skip
@click.option("--absolute-sigma", is_flag=True, help="These are known in y's units: errors are not scaled by the scatter.")  # fmt: skip
@click.option("--bounds", metavar="NAME=LOW:HIGH", multiple=True, help="Keep a parameter between bounds; may be repeated.")  # fmt: skip
@click.option("--level", metavar="NUMBER", callback=_level, help="Confidence of intervals in the table, and of the band in the picture (there by default 0.95).")  # fmt: skip
@click.option("--steps", metavar="N", type=WholeNumber(1), help="Steps allowed; by default 2000, then other starts.")  # fmt: skip
@click.option("--plot", metavar="FILE", help="Draw data, curve, band and residuals into a .png, .svg or .pdf file.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.pass_context
def fit(
    context: click.Context,
    file: str,
    formula: str,
    starts: tuple[str, ...],
    sigma: str | None,
    absolute_sigma: bool,
    bounds: tuple[str, ...],
    level: float | None,
    steps: int | None,
    plot: str | None,
    as_json: bool,
) -> int:
    """Fit a formula to measurements by least squares on exact derivatives.

    \b
    thalweg fit measurements.csv "y = b1*(1 - exp(-b2*x))" b1=500 b2=0.0001
    thalweg fit lamp.tsv "log(watts) = a + b*log(kelvin)" --plot lamp.png
    thalweg fit runs.csv "y = a + b*x1 + c*x2" --sigma error --bounds a=0:

    FILE is CSV, TSV or columns parted by blanks, with or without a header. Columns go by their
    names, or by position: the last is y, those before it x, or x1, x2, ... Other names are
    parameters; a start that is left out is guessed.

    Exit codes: 0 it converged, 1 it did not (and says why), 2 it cannot be done as asked.
    """  # noqa: D301 - click wants the backspace itself: lines under it stay lines
    refuse_options(context, [file, formula, *starts])
    from thalweg.cli.fit_columns import find_columns, sigma_column
    from thalweg.data import read_table
    from thalweg.expressions import parse_equation

    if file == "-":
        raise click.ClickException("-: standard input is not read; write the data to a file first")
    equation = parse_equation(formula)
    values = read_starts(starts)
    box = read_bounds(bounds)
    with picture_file(plot) as picture:
        with LiveLine(f"reading {file}") as line:
            table = read_table(file)
            columns = find_columns(table, equation, values)
            deviations = sigma_column(table, sigma, columns.own)
            from thalweg.fit.curve_fit import curve_fit

            line.tell(f"fitting {len(columns.parameters)} parameters to {table.rows} rows")
            result = curve_fit(
                formula,
                dict(columns.values),
                start=values,
                sigma=deviations,
                absolute_sigma=absolute_sigma,
                bounds=box,
                max_steps=steps,
                callback=_watcher(line),
            )
        if as_json:
            say_json(_numbers(result, columns))
        else:
            from thalweg.cli.fit_text import fit_text

            say(fit_text(result, columns, file, level, absolute_sigma))
        if picture is not None:
            picture.save(_picture(result, columns, level))
            if not as_json:
                say(f"picture: {plot}")
    return 0 if result.success else 1


def _watcher(line: LiveLine) -> Any:
    """What each step calls; None where nobody looks."""
    if not line.wanted:
        return None

    def tell(state: FitStep) -> None:
        if line.due():
            line.tell(f"step {state.step}: chi-square = {state.chisqr:.6g}")

    return tell


def _picture(result: FitResult, columns: Columns, level: float | None) -> Figure:
    from thalweg.plot import fit as draw

    return draw(result, level=level or 0.95, labels=columns.renamed)


def _numbers(result: FitResult, columns: Columns) -> dict[str, Any]:
    """The fit for JSON, in the result's own names."""
    return {
        "formula": result.formula,
        **result.as_dict(),
        "start": result.start,
        "residual": result.residual,
        "columns": dict(columns.own),
    }
