"""The page of numerics: the promises about hard points, with what the peers were found to answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pages.hard_points import EXACT, shown
from pages.promises import PROMISES, ULPS, Promise, every_promise, is_as_stated

PAGE = "numerics.md"
MEASURED = Path(__file__).parents[1] / "benchmarks" / "hard_points" / "peers.json"
DASH = "–"
SHORT = 4
"""Digits of an answer; one that differs only behind those is shown with all of its own."""

TOP = """\
<!-- Made by `python -m pages` from pages/promises.py and benchmarks/hard_points/peers.json. -->

# Numbers at the hard points

At every point below thalweg answers what stands in its column, in float64 and in float32 unless the
point names one. The tests read the same rows. "An incorrect result is worse than an error" (NumPy's
NEP 23).

Beside it stands what the peers answered on {date}, when `python -m benchmarks.hard_points` asked
{peers}.
An answer in **bold** is another one than thalweg's, by more than {ulps} units in the last place (zeros of
either sign are one). Where a peer answers differently in the two dtypes, both are named. A dash: it has
no such function. autograd has no activations; they were written in its NumPy functions, `relu` as
`maximum(x, 0)` and `leaky_relu` by `where`.

What stands there is the gradient of the summed answer by each input, unless the point says "value".
Every op's own stated points are in the [reference](reference/README.md); differences from TensorFlow
beyond numbers are in [differences](differences.md).

What is behind the answers:

- **Strong zero.** Where the incoming cotangent is exactly 0, a rule whose local derivative is infinite or
  NaN answers 0: a branch that was not taken cannot poison a gradient with 0·∞. It costs one compare an
  element; `GradientTape(strict=True)` turns it off.
- **NaN is passed on**, in values and in gradients, to the input that is NaN.
- **Tails are exact**: the slopes of sigmoid, tanh, softplus, log_sigmoid, erf and gelu keep their digits
  however far out, because each is an op with a rule of its own.
- **Small shares stay**: where one share of softmax, or one element of a vector, is nearly all, derivatives
  are made of the others' sum and not of 1 - p.
- **Scaled**: neither values nor gradients of norm, hypot, atan2, division, rsqrt, asinh and acosh overflow
  on the way to an answer that is in range.
- **Ties** are shared by what is symmetric in its arguments (`maximum`, `reduce_max`); what picks places
  (`sort`, `top_k`) takes the first.

And what falls short:

- **A kink hides what is behind it.** `abs`, `norm`, `hypot`, `reduce_std` and `maximum` have gradient 0, or a
  share, at their kink, and its derivative there counts as 0. So of `abs(x)**2`, `norm(x)**2` and
  `maximum(x, -x)**2`, which are smooth, the second derivative at 0 comes out as 0, and not as 2; of
  `abs(x)**4` the fourth as 0, and not as 24. `square(x)`, `x**4` and `reduce_sum(square(x))` have them all.
- **Equal eigenvalues and singular values.** A symmetric function of them (of singular values that are 0 an
  even one) has the right first and second derivatives, these by a tape over a tape and by `hvp`. By a
  `ForwardAccumulator`, of the third order, with the vectors, and of other functions they are refused with
  `UndeterminedGradientError`. Of a function that is not symmetric in a pair of equal values, with a gradient
  that hides it (the square of the least, at 0), the second derivative is the one-sided one along the
  direction that is asked for.
- **Shares that are nearly 1.** Softmax, its logarithm, `reduce_logsumexp` and the cross-entropies keep all digits
  of the small shares, in values and in derivatives. `math.cumulative_logsumexp` does so to the first order: its
  second derivative takes the share from 1, and is off by about 1e-16 where it is smaller. And of two shares that
  are nearly ½ each, a derivative with the factor 1 - 2p is off by as much.
"""


def numerics(measured: Path = MEASURED) -> dict[str, str]:
    """The page by its path below `docs/`."""
    found = json.loads(measured.read_text(encoding="utf-8"))
    versions = found["versions"]
    told = [f"{name} {version}" for name, version in versions.items()]
    parts = [
        TOP.format(
            peers=f"{', '.join(told[:-1])} and {told[-1]}", date=found["date"], ulps=ULPS
        ).rstrip(),
        _count(found["answers"]),
    ]
    for title, promises in PROMISES.items():
        head = ["", "thalweg", *versions, ""]
        rows = [
            [f"`{one.point}`" + _only(one), _stated(one), *_answers(one, found["answers"]), one.why]
            for one in promises
        ]
        lines = [head, ["---"] * len(head), *rows]
        parts += [f"## {title}", "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)]
    return {PAGE: "\n\n".join(parts) + "\n"}


def lacking(measured: Path = MEASURED) -> list[str]:
    """One line for each point that no peer was asked, or that is asked no more."""
    asked = json.loads(measured.read_text(encoding="utf-8"))["answers"]
    known = {(one.point, dtype) for one in every_promise() for dtype in one.dtypes}
    there = {
        (point, dtype) for peer in asked.values() for point, own in peer.items() for dtype in own
    }
    again = "run `python -m benchmarks.hard_points`"
    return [
        f"{point} ({dtype}): {'no peer was asked' if (point, dtype) in known else 'it is no promise'}; {again}"
        for point, dtype in sorted(known ^ there)
    ]


def differs(promise: Promise, dtype: str, answer: Any) -> bool:
    """Whether a peer's answer, as JSON holds it, is another one than the stated."""
    if isinstance(answer, dict):
        return True
    pairs = zip(answer, promise.stated, strict=True)
    return not all(is_as_stated(_number(one), stated, dtype) for one, stated in pairs)


def _count(answers: dict[str, Any]) -> str:
    """How many of the answers differ, peer by peer."""
    told = []
    for name, own in answers.items():
        asked = [one for one in every_promise() if one.point in own]
        wrong = [
            one
            for one in asked
            if any(differs(one, dtype, own[one.point][dtype]) for dtype in one.dtypes)
        ]
        told.append(f"{name} at {len(wrong)} of {len(asked)}")
    return f"Of {len(every_promise())} points the peers answer differently: {', '.join(told)}."


def _answers(promise: Promise, answers: dict[str, Any]) -> list[str]:
    return [
        _peer(promise, own[promise.point]) if promise.point in own else DASH
        for own in answers.values()
    ]


def _peer(promise: Promise, own: dict[str, Any]) -> str:
    """A peer's answer in every dtype; in one word where they are the same."""
    texts = {dtype: _marked(promise, dtype, own[dtype]) for dtype in promise.dtypes}
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return "; ".join(f"{dtype} {text}" for dtype, text in texts.items())


def _marked(promise: Promise, dtype: str, answer: Any) -> str:
    if isinstance(answer, dict):
        return f"**raises {answer['raises']}**"
    if not differs(promise, dtype, answer):
        return _joined([_number(one) for one in answer], SHORT)
    values = [_number(one) for one in answer]
    short = _joined(values, SHORT)
    return f"**{_joined(values, EXACT) if short == _stated(promise) else short}**"


def _stated(promise: Promise) -> str:
    return _joined(promise.stated, SHORT)


def _joined(values: list[Any], digits: int) -> str:
    return ", ".join(shown(value, digits) for value in values)


def _number(one: Any) -> Any:
    """A number as JSON holds it: texts stand for NaN, the infinities and complex numbers."""
    if isinstance(one, list):
        return [_number(part) for part in one]
    if isinstance(one, str):
        return complex(one) if one.rstrip(")").endswith("j") else float(one)
    return one


def _only(promise: Promise) -> str:
    return "" if len(promise.dtypes) > 1 else f" in {promise.dtypes[0]}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
