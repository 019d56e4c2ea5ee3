"""Which differences from TensorFlow are deliberate? Each stands on docs/differences.md.

A difference has a name, words that stand on that page, and a test of a fault. Where ours is a
derivative that TensorFlow has not, or has otherwise, `checked` says that an oracle must confirm it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from peers.compare import Fault
from peers.program import Program

STEPS_OF_STAIRS = {"floor", "ceil", "round", "rint", "floordiv"}
LENGTHS = {"reduce_std", "norm", "global_norm", "reduce_euclidean_norm"}


@dataclass(frozen=True)
class Listed:
    """One row of the page."""

    name: str
    page: str
    applies: Callable[[Program, Fault], bool]
    checked: bool = False


def calls(program: Program) -> set[str]:
    """The last words of the names that a program calls."""
    return {step.name.rpartition(".")[2].lstrip("@") for step in program.steps}


def zeros_for_none(fault: Fault) -> bool:
    return "None" in fault.aspect and fault.theirs is None and not np.any(np.asarray(fault.ours))


def apart_by_single_rounding(fault: Fault) -> bool:
    gap = fault.gap
    return gap is not None and gap < 2e-7


def nan_there(fault: Fault) -> bool:
    theirs, ours = fault.theirs, fault.ours
    return (
        isinstance(theirs, np.ndarray)
        and isinstance(ours, np.ndarray)
        and bool(np.isnan(theirs).any())
        and bool(np.isfinite(ours).all())
    )


def at_tie(program: Program, fault: Fault) -> bool:
    """A derivative of a program of whole numbers and halves, where ties are common."""
    return program.halves and fault.aspect in ("gradients", "products")


def said(*words: str) -> Callable[[Program, Fault], bool]:
    return lambda program, fault: (
        "only TensorFlow refuses" in fault.aspect and any(word in fault.text for word in words)
    )


def empty(program: Program, fault: Fault) -> bool:
    return "only TensorFlow refuses" in fault.aspect and any(s.size == 0 for s in program.sources)


LISTED = (
    Listed("stairs", "`floor`, `ceil`, `round`, `rint`, `floordiv`",
           lambda p, f: zeros_for_none(f) and bool(calls(p) & STEPS_OF_STAIRS)),
    Listed("real parts", "`angle` at 0, and of real numbers; `imag` of real numbers",
           lambda p, f: zeros_for_none(f) and bool(calls(p) & {"angle", "imag"})),
    Listed("no rule there", "gradients of `softsign` (second order), `lu`", said("gradient registry has no entry"), checked=True),
    Listed("mixed dtypes", "`float32 * float64`, `int * float`",
           said("was expected to be a", "must have the same dtype", "Tensor conversion requested dtype", "to EagerTensor of dtype int64")),
    Listed("dtypes without a kernel", "of whole numbers of 8 and 16 bits",
           said("is not in the list of allowed values", "Could not find device for node")),
    Listed("quotients of small integers", "quotients of whole numbers of 8 and 16 bits",
           lambda p, f: f.aspect == "values: dtype" and bool(calls(p) & {"divide", "truediv"})),
    Listed("constants in single precision", "`leaky_relu`, `gelu` in float64",
           lambda p, f: apart_by_single_rounding(f) and bool(calls(p) & {"leaky_relu", "gelu"})),
    Listed("constant rows", "`norm([0, 0])`, `std([1, 1])`",
           lambda p, f: f.aspect != "values" and nan_there(f) and bool(calls(p) & LENGTHS)),
    Listed("ties", "`maximum(1, 1)`, `minimum` at a tie",
           lambda p, f: at_tie(p, f) and bool(calls(p) & {"maximum", "minimum"})),
    Listed("just as long", "`clip_by_norm` of a vector of just that length",
           lambda p, f: at_tie(p, f) and bool(calls(p) & {"clip_by_norm", "embedding_lookup"})),
    Listed("vectors of equal values", "`svd`, `eigh`: V·f(Λ)·Vᴴ and the like at equal values",
           lambda p, f: p.halves and "only thalweg refuses" in f.aspect and "UndeterminedGradientError" in f.text),
    Listed("rounded quotients", "`mod` where the quotient rounds to a whole number",
           lambda p, f: at_tie(p, f) and bool(calls(p) & {"mod", "floormod"})),
    Listed("weighted cross-entropy", "`weighted_cross_entropy_with_logits` at a logit 0",
           lambda p, f: at_tie(p, f) and "weighted_cross_entropy_with_logits" in calls(p), checked=True),
    Listed("equal eigenvalues", "the largest of equal eigenvalues or singular values",
           lambda p, f: at_tie(p, f) and "eigvalsh" in calls(p)),
    Listed("softmax cross-entropy", "second derivatives of `softmax_cross_entropy_with_logits`",
           lambda p, f: f.aspect == "products" and "softmax_cross_entropy_with_logits" in calls(p), checked=True),
    Listed("moments", "second derivatives of `moments`",
           lambda p, f: f.aspect == "products" and "moments" in calls(p), checked=True),
    Listed("empty arrays", "gradients of empty arrays", empty),
    Listed("one place", "`gather_nd` with one place alone",
           lambda p, f: said("ScatterNd")(p, f) and "gather_nd" in calls(p), checked=True),
    Listed("places in int64", "`top_k` with int64 places",
           lambda p, f: said("expected to be a int64")(p, f) and "top_k" in calls(p), checked=True),
    Listed("cumulative log-sum-exp", "second derivatives of `cumulative_logsumexp`",
           lambda p, f: f.aspect == "products" and "cumulative_logsumexp" in calls(p), checked=True),
    Listed("Euclidean norm", "second derivatives of `reduce_euclidean_norm`",
           lambda p, f: f.aspect == "products" and nan_there(f) and "reduce_euclidean_norm" in calls(p), checked=True),
    Listed("empty segments", "second derivatives of `segment_max`, `segment_mean`, `segment_min`",
           lambda p, f: f.aspect == "products" and nan_there(f) and bool(calls(p) & {"segment_max", "segment_mean", "segment_min"}),
           checked=True),
    Listed("six axes", "second derivatives through `tile` of three axes or more", said("Broadcast between"), checked=True),
    Listed("indexed slices", "second derivatives through the `IndexedSlices`", said("IndexedSlices"), checked=True),
    Listed("cross-entropy along another axis", "`softmax_cross_entropy_with_logits` along a middle axis",
           lambda p, f: said("start <= limit")(p, f) and "softmax_cross_entropy_with_logits" in calls(p)),
    Listed("truth values", "`one_hot` of truth values",
           lambda p, f: said("to EagerTensor of dtype bool")(p, f) and "one_hot" in calls(p)),
)  # fmt: skip


def reason_for(program: Program, fault: Fault) -> Listed | None:
    """Return the listed difference that a fault is, if it is one."""
    return next((row for row in LISTED if row.applies(program, fault)), None)
