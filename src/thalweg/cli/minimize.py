"""`thalweg minimize "EXPR" x=5`: down to a minimum, or to where the expression takes a value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from thalweg.cli.live_line import LiveLine
from thalweg.cli.minimize_text import minimize_text, point_text
from thalweg.cli.picture_file import picture_file
from thalweg.cli.say import say, say_json
from thalweg.cli.start_words import (
    WholeNumber,
    listed,
    read_bounds,
    read_number,
    read_starts,
    refuse_options,
)

if TYPE_CHECKING:
    from thalweg.descent.result import OptimizeResult
    from thalweg.expressions import Expression

__all__ = ["METHODS", "minimize"]

METHODS = (
    "auto",
    "gd",
    "momentum",
    "nesterov",
    "adagrad",
    "rmsprop",
    "adam",
    "bb",
    "lbfgs",
    "newton",
)
"""What `thalweg.descent` knows; written out, because help is printed without loading it."""


@click.command(
    context_settings={"ignore_unknown_options": True},  # "-x**2" is an expression
    short_help="Find a minimum of an expression, or where it takes a value.",
)
@click.argument("expression", metavar='"EXPR"')
@click.argument("starts", metavar="NAME=NUMBER...", nargs=-1)
@click.option("--target", metavar="NUMBER", callback=read_number, help="Find where EXPR has this value: (EXPR - target)**2 is minimised.")  # fmt: skip
@click.option("--method", type=click.Choice(METHODS), default="auto", show_default=True)
@click.option("--rate", metavar="NUMBER", callback=read_number, help="The step rate (learning rate) of gd, momentum, nesterov, adagrad, rmsprop, adam.")  # fmt: skip
@click.option("--steps", metavar="N", type=WholeNumber(0), help="Steps allowed; by default 500 for newton, 10000 for others.")  # fmt: skip
@click.option("--bounds", metavar="NAME=LOW:HIGH", multiple=True, help="Keep a name between bounds; may be repeated.")  # fmt: skip
@click.option("--restarts", metavar="N", type=WholeNumber(0), default=0, help="Try so many more starts, drawn around the given one.")  # fmt: skip
@click.option(
    "--seed", metavar="N", type=WholeNumber(0), help="Makes the drawn starts the same each time."
)
@click.option("--plot", metavar="FILE", help="Draw the way down into a .png, .svg or .pdf file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.pass_context
def minimize(
    context: click.Context,
    expression: str,
    starts: tuple[str, ...],
    target: float | None,
    method: str,
    rate: float | None,
    steps: int | None,
    bounds: tuple[str, ...],
    restarts: int,
    seed: int | None,
    plot: str | None,
    as_json: bool,
) -> int:
    """Find a minimum of an expression by exact gradients, from a start, and say how it ended.

    \b
    thalweg minimize "(x - 1)**2 + 10*(y - x**2)**2" x=-1 y=2
    thalweg minimize "x**3 + 2*x - 3" x=5 --target 0
    thalweg minimize "x**2 + 3*x" x=4 --method gd --rate 0.1 --plot way.png

    Every name in the expression needs a start value. Operators are + - * / ** with brackets;
    functions are NumPy's (sin, exp, log, sqrt, tanh, hypot, ...), constants pi and e.

    Exit codes: 0 it converged, 1 it did not (and says why), 2 it cannot be done as asked.
    """  # noqa: D301 - click wants the backspace itself: lines under it stay lines
    refuse_options(context, [expression, *starts])
    formula, values = _read(expression, starts)
    box = read_bounds(bounds)
    with picture_file(plot) as picture:
        from thalweg.descent.minimize import minimize as descend

        with LiveLine(f"descending from {point_text(values)}") as line:
            result = descend(
                formula,
                values,
                method=method,
                rate=rate,
                target=target,
                max_steps=steps,
                bounds=box,
                callback=_watcher(line),
                record=picture is not None,
                restarts=restarts,
                seed=seed,
            )
        if as_json:
            say_json(_numbers(result, expression))
        else:
            say(minimize_text(result, expression, values, target))
        if picture is not None:
            from thalweg.plot import descent

            picture.save(descent(result, formula, target=target))
            if not as_json:
                say(f"picture: {plot}")
    return 0 if result.success else 1


def _read(text: str, words: Sequence[str]) -> tuple[Expression, dict[str, float]]:
    """The expression, and a start value for each of its names."""
    from thalweg.expressions import parse

    formula = parse(text)
    values = read_starts(words)
    if not formula.names:
        raise click.ClickException(
            "the expression has no name, so that there is nothing to vary; write one such as (x - 1)**2"
        )
    for name in values:
        if name not in formula.names:
            told = f"{name}=... is of no use: the expression has no {name}, but {listed(formula.names)}"
            raise click.ClickException(told)
    missing = [name for name in formula.names if name not in values]
    if missing:
        verb = "have no start values" if len(missing) > 1 else "has no start value"
        words_wanted = " ".join(f"{name}=1" for name in missing[:12])
        raise click.ClickException(f"{listed(missing)} {verb}; add {words_wanted}, for example")
    return formula, {name: values[name] for name in formula.names}


def _watcher(line: LiveLine) -> Any:
    """What each step calls; None where nobody looks."""
    if not line.wanted:
        return None

    def tell(state: OptimizeResult) -> None:
        if line.due():
            line.tell(f"step {state.nit}: f = {state.fun:.6g} at {point_text(state.x)}")

    return tell


def _numbers(result: OptimizeResult, expression: str) -> dict[str, Any]:
    """The result for JSON: its own names, without the path."""
    told = {name: value for name, value in result.items() if name != "path"}
    return {"expression": expression, **told}
