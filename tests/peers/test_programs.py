"""Random programs of TensorFlow's names come out as in TensorFlow, or as docs/differences.md says.

Each pattern of the catalogue gives 24 programs, which vary its arguments; 1200 more are composed of one
to six of them. Values, gradients and Hessian-vector products are compared, in float64 and float32.
"""

from __future__ import annotations

import pytest

import thalweg
from peers import coverage, signatures, sweep, written

pytestmark = pytest.mark.peers

EACH, BUNDLES, IN_BUNDLE, SEED = 24, 24, 50, 20
EXEMPT = {
    "name": "a name changes no value",
    "layout": "about devices",
    "validate_indices": "without effect in TensorFlow too",
    "output_type": "of matmul: for 8-bit numbers",
    "grad_a": "TensorFlow's own mark on the matmuls of gradients",
    "grad_b": "likewise",
    "bad_indices_policy": "the default alone, as docs/differences.md says",
    "message": "words of an error",
    "gate_gradients": "about graphs",
    "aggregation_method": "likewise",
    "var": "about graphs",
    "a_is_sparse": "about the speed of a kernel that takes float32 alone",
    "b_is_sparse": "likewise",
}
ELSEWHERE = {
    "Tensor": "what constant makes",
    "nn.dropout": "drawn by chance: its moments",
    "debugging.enable_check_numerics": "changes the whole library",
    "debugging.disable_check_numerics": "likewise",
    "function": "its arguments are about graphs",
}


@pytest.fixture(scope="module")
def tensorflow():
    return pytest.importorskip("tensorflow", reason="TensorFlow is in the bench extra")


def unlisted(programs, tensorflow):
    return [
        f"{precision}, {fault.aspect}: {fault.text}\n{program}"
        for program in programs
        for precision, fault in sweep.judged(program, tensorflow, thalweg)
        if not sweep.accounted(program, fault, thalweg)
    ]


@pytest.mark.parametrize("program", written.PROGRAMS, ids=lambda program: program.name)
def test_written_programs(program, tensorflow):
    assert (
        sweep.observe(program, tensorflow).refused == sweep.observe(program, thalweg).refused == ""
    )
    found = unlisted([program], tensorflow)
    assert not found, "\n\n".join(found)


def test_every_name_and_argument_is_called(tensorflow):
    given = {}
    for name in sweep.PATTERNS:
        for program in sweep.single(name, EACH, SEED, tensorflow):
            coverage.note_steps(program, given)
    for program in written.PROGRAMS:
        program.start(coverage.Watching(tensorflow, given)).steps()
    listed = set(signatures.dotted_names(tensorflow)) - set(signatures.listed_names()["later"])
    asked = {name for name in listed if not name.startswith("random.") and name not in ELSEWHERE}
    assert coverage.missing(given, asked, EXEMPT) == []


@pytest.mark.parametrize("name", sorted(sweep.PATTERNS))
def test_calls_of_a_name(name, tensorflow):
    found = unlisted(sweep.single(name, EACH, SEED, tensorflow), tensorflow)
    assert not found, "\n\n".join(found[:3])


@pytest.mark.parametrize("bundle", range(BUNDLES))
def test_composed_programs(bundle, tensorflow):
    turns = range(bundle * IN_BUNDLE, (bundle + 1) * IN_BUNDLE)
    found = unlisted((sweep.composed(turn, SEED, tensorflow) for turn in turns), tensorflow)
    assert not found, "\n\n".join(found[:3])
