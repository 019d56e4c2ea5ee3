"""numpy.__all__ and numpy.linalg.__all__: each callable in exactly one class, taking NumPy's arguments."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import thalweg as tw
from thalweg.ops import as_numpy
from thalweg.values.numpy_names import NO_GRADIENT, REFUSED, SUPPORTED, classes, every_class, names
from thalweg.values.numpy_protocol import COMES_TO, named, read_forms

read_forms()
newest = pytest.mark.skipif(
    np.lib.NumpyVersion(np.__version__) < "2.4.0",
    reason="names and arguments are those of NumPy 2.4",
)
ODD = {"piecewise", "apply_along_axis", "pad"}
"""Their signature cannot be compared name by name: they hand arguments on."""


def test_each_name_is_in_exactly_one_class():
    assert {name: said for name, said in every_class().items() if len(said) != 1} == {}


@newest
def test_no_name_is_left_to_the_words_for_unknown_ones():
    unsaid = {name for name, (_, words) in classes().items() if words == as_numpy.WITHOUT_GRADIENT}
    assert unsaid == set()


@newest
def test_nothing_is_listed_that_numpy_never_had():
    listed = [*as_numpy.FORMS, *as_numpy.REFUSED]
    for groups in (as_numpy.ANSWERS, as_numpy.PLAIN, as_numpy.ALONE):
        listed += as_numpy.by_name(groups)
    older = {"trapz", "row_stack", "in1d"}  # in NumPy 2.0, or gone from it since
    known = set(names()) | older
    assert [name for name in listed if name not in known] == []


def test_every_class_is_there():
    kinds = [kind for kind, _ in classes().values()]
    assert min(kinds.count(SUPPORTED), kinds.count(NO_GRADIENT), kinds.count(REFUSED)) > 5


def plain(default) -> object:
    """A default, with NumPy's mark for 'not given' as our None, False or True."""
    return None if default is np._NoValue else default


@newest
@pytest.mark.parametrize("name", sorted(as_numpy.FORMS))
def test_a_form_has_numpys_arguments(name):
    function = named(name)
    if function is None or isinstance(function, np.ufunc):
        return
    if name in ODD:
        pytest.skip("it hands arguments on to another function")
    ours = inspect.signature(as_numpy.FORMS[name]).parameters
    numpys = inspect.signature(function).parameters
    order = [p for p in ours.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    theirs = [p for p in numpys.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    assert [p.name for p in order][: len(theirs)] == [p.name for p in theirs]
    for parameter in numpys.values():
        mine = ours[parameter.name]
        if parameter.default is np._NoValue or parameter.default is inspect.Parameter.empty:
            assert mine.default in (None, False, True) or mine.default is parameter.default
        else:
            assert mine.default == parameter.default


@pytest.mark.parametrize(
    "name",
    [name for name, (kind, _) in classes().items() if kind == REFUSED and name in as_numpy.REFUSED],
)
def test_a_refusal_says_what_to_do(name):
    x = tw.Variable([[1.0, 2.0], [3.0, 4.0]])
    arguments = {
        "put_along_axis": (x, np.array([[0]]), 1.0, 0), "roots": (x[0],), "i0": (x,), "linalg.eig": (x,), "linalg.eigvals": (x,), "datetime_as_string": (x,),
        "fill_diagonal": (x, 1.0), "busday_count": (x, x), "busday_offset": (x, x), "copyto": (x, x),
    }.get(name, (x, [0], [1.0]))  # fmt: skip
    with pytest.raises(tw.DTypeError, match="is refused: ") as told:
        named(name)(*arguments)
    assert as_numpy.REFUSED[name] in str(told.value)
    assert "\n" not in str(told.value)


X = np.array([[0.3, -1.2, 2.0], [1.7, 0.4, -0.6]])
WHOLE = np.array([[3, 1, 2], [4, 0, 5]])
ON_WHOLE = {
    "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not", "bitwise_invert", "invert", "left_shift",
    "right_shift", "bitwise_left_shift", "bitwise_right_shift", "bitwise_count", "gcd", "lcm", "packbits",
}  # fmt: skip
ARGUMENTS = {
    "isin": (X, [0.3]), "isclose": (X, X + 1e-9), "is_busday": None, "isnat": None, "lexsort": ((X[0], X[1]),),
    "searchsorted": (np.sort(X[0]), X[1]), "digitize": (X, [0.0, 1.0]), "unravel_index": (WHOLE, (3, 3)),
    "ravel_multi_index": ((WHOLE % 2, WHOLE % 3), (2, 3)), "argpartition": (X, 1), "histogram2d": (X[0], X[1]),
    "nextafter": (X, 5.0), "unpackbits": (WHOLE.astype(np.uint8),), "diag_indices_from": (X[:2, :2],),
    "packbits": (WHOLE > 2,), "linalg.matrix_rank": (X,), "histogramdd": (X, 3),
    "allclose": (X, X), "array_equal": (X, X), "array_equiv": (X, X), "can_cast": None, "shares_memory": (X, X),
    "may_share_memory": (X, X), "einsum_path": ("ij,kj->ik", X, X), "broadcast_shapes": None, "common_type": (X, X),
    "result_type": (X, X), "min_scalar_type": (X,), "save": None, "savetxt": None, "savez": None,
    "savez_compressed": None, "histogram_bin_edges": (X,), "size": (X,),
}  # fmt: skip


def arguments_of(name):
    if name in ARGUMENTS:
        return ARGUMENTS[name]
    function = named(name)
    one = WHOLE if name in ON_WHOLE else X
    return (one, one[:1]) if isinstance(function, np.ufunc) and function.nin == 2 else (one,)


def tensors(tree):
    """Arrays as Tensors, but those that a function takes as a shape or as bins."""
    if isinstance(tree, np.ndarray):
        return tw.Variable(tree)
    return tuple(tensors(one) for one in tree) if isinstance(tree, tuple) else tree


DECLARED = [
    name
    for name, (kind, _) in classes().items()
    if kind == NO_GRADIENT and named(name) in COMES_TO and arguments_of(name) is not None
]


def flat(answer):
    return (
        [leaf for one in answer for leaf in flat(one)]
        if isinstance(answer, list | tuple)
        else [answer]
    )


@pytest.mark.parametrize("name", DECLARED)
def test_without_gradient_the_answer_is_numpys_and_the_reason_is_told(name):
    function, reason = named(name), classes()[name][1]
    arguments = arguments_of(name)
    variables = tensors(arguments)
    watched = next(one for one in flat(variables) if isinstance(one, tw.Variable))
    with tw.GradientTape() as tape:
        tape.watch(watched)
        ours = function(*variables)
    assert len(flat(ours)) == len(flat(function(*arguments)))
    for mine, theirs in zip(flat(ours), flat(function(*arguments)), strict=True):
        if isinstance(theirs, np.ndarray | np.generic) and theirs.dtype.kind in "biufc":
            np.testing.assert_array_equal(np.asarray(mine), theirs)
            assert np.asarray(mine).dtype == theirs.dtype
    target = next((one for one in flat(ours) if isinstance(one, tw.Tensor)), None)
    if target is not None and watched.dtype.kind == "f":
        told = str(tape.explain(tw.cast(target, tw.float64), watched))
        assert reason in told
        assert tape.gradient(target, watched) is None


def test_files_are_written_with_the_values(tmp_path):
    np.save(tmp_path / "x.npy", tw.constant(X))
    np.testing.assert_array_equal(np.load(tmp_path / "x.npy"), X)
    np.savetxt(tmp_path / "x.txt", tw.constant(X))
    np.testing.assert_allclose(np.loadtxt(tmp_path / "x.txt"), X)


def test_a_newer_functions_name_may_be_missing(monkeypatch):
    monkeypatch.delattr(np, "matvec", raising=False)
    assert named("matvec") is None
    assert "matvec" in as_numpy.FORMS
