"""The command `thalweg`, and what becomes of everything that can go wrong in it.

Exit codes: 0 it succeeded; 1 the descent or the fit did not converge; 2 it cannot be done as it was
asked for; 70 a fault of thalweg itself; 130 interrupted; 141 nobody reads the output any more.
"""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any

import click

from thalweg.cli.fit import fit
from thalweg.cli.minimize import minimize
from thalweg.cli.one_line import complain, one_line
from thalweg.errors import ThalwegError

__all__ = ["main", "run"]

FAILED, INTERRUPTED, PIPE_CLOSED, OWN_FAULT = 2, 130, 141, 70


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        click.echo(f"thalweg {version('thalweg')}")
    except PackageNotFoundError:
        click.echo("thalweg, not installed (run from its sources)")
    context.exit()


class _Interrupted(Exception):  # noqa: N818 - it is no error, somebody has had enough
    """Ctrl-C."""


class _Commands(click.Group):
    """A group that leaves the line about an interrupt to `run`; click would print one of its own."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise _Interrupted from None


@click.group(
    cls=_Commands, invoke_without_command=True, context_settings={"help_option_names": ["--help"]}
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Print the version.",
)
@click.pass_context
def thalweg(context: click.Context) -> None:
    """Descend and fit, with exact gradients, and say how it ended.

    \b
    thalweg minimize "(x - 1)**2 + 10*(y - x**2)**2" x=-1 y=2
    thalweg minimize "x**3 + 2*x - 3" x=5 --target 0
    thalweg fit measurements.csv "y = b1*(1 - exp(-b2*x))" b1=500 b2=0.0001

    Exit codes: 0 success, 1 it did not converge, 2 it cannot be done as asked.
    """  # noqa: D301 - click wants the backspace itself: lines under it stay lines
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


thalweg.add_command(minimize)
thalweg.add_command(fit)


def main() -> None:
    """Runs the command with the words of the command line, and leaves with its exit code."""
    _have_streams()
    code = run(sys.argv[1:])
    # What still waits in the buffer would be written at exit, where nobody catches a closed pipe.
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = PIPE_CLOSED
    except OSError as error:
        complain("thalweg", error)
        code = FAILED
    if code == PIPE_CLOSED:
        _silence_stdout()
    if code == INTERRUPTED:
        # Where Ctrl-C falls into an `exec` (a dataclass made by an import, say), CPython ends itself
        # by the signal at exit although the interrupt was caught; our code is to be told instead.
        with contextlib.suppress(OSError):
            sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def run(words: Sequence[str]) -> int:
    """Runs the command and returns its exit code; every fault becomes one line on stderr.

    Args:
        words: the words after `thalweg`.
    """
    name = " ".join(["thalweg", *[w for w in words[:1] if w in thalweg.commands]])
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            # A name in a script that this terminal cannot show must not end the work.
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # a text stream may be any object
    try:
        with warnings.catch_warnings():
            if not sys.warnoptions:
                warnings.simplefilter("ignore")
            return _code(thalweg.main(list(words), prog_name="thalweg", standalone_mode=False))
    except (_Interrupted, click.Abort, KeyboardInterrupt):
        print(f"{name}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return PIPE_CLOSED
    except SystemExit:
        return PIPE_CLOSED  # click leaves so when a pipe is closed under it, and in no other case
    except (click.ClickException, ThalwegError, OSError) as error:
        complain(name, error)
        return FAILED
    except Exception as error:  # a user gets a line, also for what nobody foresaw
        if os.environ.get("THALWEG_TRACEBACK"):
            raise
        kind = type(error).__name__
        told = f"a fault of thalweg itself, {kind}: {one_line(error)}"
        print(f"{name}: {told} (THALWEG_TRACEBACK=1 shows where)", file=sys.stderr)
        return OWN_FAULT


def _code(answer: Any) -> int:
    return answer if isinstance(answer, int) else 0


def _have_streams() -> None:
    """Puts nothing-at-all in the place of a standard stream that was closed before we began."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nothing = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - open until the end
            setattr(sys, name, nothing)


def _silence_stdout() -> None:
    """Points standard output at nothing, so that Python's own flush at exit finds no fault."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())


if __name__ == "__main__":
    main()
