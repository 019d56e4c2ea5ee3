"""What is traced with some values is right for all others, or the tracer says why it stops.

The danger of tracing is code that looks at a value's numbers while it runs: its answer is written down
as if it held for all. So every public function, its gradient and its second derivative are traced with
one set of values and their graphs computed with others.
"""

from __future__ import annotations

import copy
import pickle
import threading
from dataclasses import replace

import numpy as np
import pytest

import thalweg as tw
from graph.other_values import baked, of_order
from numpy_functions.test_agree_with_numpy import SUPPORTED, calls_of, floats, run
from peers import sweep, written
from peers.outcome import flat
from peers.program import Ref
from thalweg.values.numpy_protocol import named

pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # NaN and infinities are given on purpose
    pytest.mark.usefixtures("quiet"),
]


@pytest.fixture
def quiet():
    with np.errstate(all="ignore"):
        yield


def with_arrays_as_sources(program, numbers=()):
    """A program whose constant arrays, and numbers of the kinds named, are Tensors too."""
    more = []

    def lifted(value):
        if isinstance(value, np.ndarray) or type(value) in numbers:
            more.append(np.asarray(value, np.int32 if type(value) is int else None))
            return Ref(-len(program.sources) - len(more))
        if isinstance(value, list):
            return [lifted(one) for one in value]
        return tuple(map(lifted, value)) if type(value) is tuple else value

    steps = tuple(
        replace(
            step,
            args=tuple(map(lifted, step.args)),
            named={key: lifted(one) for key, one in step.named.items()},
        )
        for step in program.steps
    )
    sources = (*program.sources, *more)
    return replace(program, sources=sources, steps=steps, variables=(False,) * len(sources))


def of_program(program):
    def function(*sources):
        started = program.start(tw)
        started.sources = list(sources)
        return flat(started.steps())

    return function


def of_call(name, call):
    return lambda *values: run(named(name), call, list(values))


def wrong_of_program(program):
    function = of_program(program)
    try:
        function(*map(tw.constant, program.sources))
    except Exception:  # noqa: BLE001 # refused for the first values: there is nothing to trace
        return []
    return [
        f"order {order}, {found}\n{program}"
        for order in (0, 1, 2)
        if (found := baked(of_order(function, order), list(program.sources), program.seed))
        not in ("", "obstacle")
    ]


@pytest.mark.parametrize("name", sorted(sweep.PATTERNS))
def test_every_name(name):
    (program,) = sweep.single(name, 1, 31, tw)
    assert not wrong_of_program(with_arrays_as_sources(program))


@pytest.mark.sweep
@pytest.mark.parametrize("numbers", [(), (float,), (float, int, bool)], ids=str)
@pytest.mark.parametrize("name", sorted(sweep.PATTERNS))
def test_every_name_in_many_ways(name, numbers):
    wrong = []
    for program in sweep.single(name, 12, 32, tw):
        wrong += wrong_of_program(with_arrays_as_sources(program, numbers))
    assert not wrong, "\n\n".join(wrong[:3])


@pytest.mark.sweep
@pytest.mark.parametrize("turn", range(40))
def test_programs_of_several_calls(turn):
    wrong = []
    for place in range(10):
        wrong += wrong_of_program(with_arrays_as_sources(sweep.composed(10 * turn + place, 33, tw)))
    assert not wrong, "\n\n".join(wrong[:3])


@pytest.mark.parametrize("program", written.PROGRAMS, ids=lambda program: program.name)
def test_written_programs(program):
    for order in (0, 1, 2):
        found = baked(of_order(of_program(program), order), list(program.sources), 7)
        assert found in ("", "obstacle"), f"order {order}"


def numpys(numbers):
    return [
        pytest.param(name, place, id=f"{name}-{place}")
        for name in SUPPORTED
        for place in range(len(calls_of(name)))[numbers]
    ]


@pytest.mark.parametrize(("name", "place"), numpys(slice(1)))
def test_a_call_of_each_function_of_numpys(name, place):
    check_numpys(name, place, (1,))


@pytest.mark.sweep
@pytest.mark.parametrize(("name", "place"), numpys(slice(None)))
def test_every_call_of_numpys_functions(name, place):
    check_numpys(name, place, (0, 1, 2))


def check_numpys(name, place, orders):
    call = calls_of(name)[place]
    sources = [*floats(call.args), *floats(call.named)]
    for order in orders:
        found = baked(of_order(of_call(name, call), order), sources, place)
        assert found in ("", "obstacle"), f"order {order}"


LOSSES = [name for name in dir(tw.losses) if callable(getattr(tw.losses, name)) and name[0] != "_"]
LABELS = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
SHARES = np.array([[0.2, 0.7, 0.1], [0.5, 0.3, 0.2]])


@pytest.mark.parametrize("labels", [LABELS, 2 * LABELS - 1, SHARES[::-1].copy()], ids=range(3))
@pytest.mark.parametrize("name", [name for name in LOSSES if "sparse" not in name])
def test_losses(name, labels):
    for order in (0, 1, 2):
        found = baked(of_order(getattr(tw.losses, name), order), [labels, SHARES], 3)
        assert found in ("", "obstacle"), f"order {order}"


X, S = np.array([0.7, -1.2, 1.9]), np.array(1.3)
N = "int32"


def along(x, direction, s):
    with tw.autodiff.ForwardAccumulator(x, direction) as accumulator:
        y = tw.sqrt(x) * s + tw.maximum(x, s) * x
    return [y, accumulator.jvp(y)]


@tw.custom_gradient
def thrice(x):
    return tw.sin(x), lambda upstream: upstream * x * 3.0


def paused(x, s):
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        with tape.stop_recording():
            slope = tape.gradient(y, x)
            z = y * s
        w = y * z
    return [slope, w, tape.gradient(w, x)]


WRITTEN_DOWN = {
    "one tangent": lambda x, s: along(x, 2.0 * x, s),
    "a tangent of another dtype": lambda x, s: along(x, tw.cast(x, "float32"), s),
    "jvp": lambda x, s: tw.jvp(lambda v: tw.sin(v) * s, (x,), (2.0 * x,)),
    "grad": lambda x, s: tw.grad(lambda v: tw.reduce_sum(v**3 * s))(x),
    "hessian": lambda x, s: tw.hessian(lambda v: tw.reduce_sum(v**3 * s))(x),
    "jacobian": lambda x, s: tw.jacobian(lambda v: v**3 * s)(x),
    "custom_gradient": lambda x, s: tw.grad(lambda v: tw.reduce_sum(thrice(v) * s))(x),
    "grad_pass_through": lambda x, s: tw.grad(lambda v: tw.reduce_sum(tw.grad_pass_through(tw.round)(v) * s))(x),
    "recompute_grad": lambda x, s: tw.grad(lambda v: tw.reduce_sum(tw.recompute_grad(lambda a: tw.sin(a) * s)(v)))(x),
    "gradients": lambda x, s: tw.function(lambda a: tw.gradients(tw.sin(a) * s, a))(x),
    "stop_recording": paused,
    "map_fn": lambda x, s: tw.map_fn(lambda row: row * s, x),
    "scan": lambda x, s: tw.scan(lambda total, row: total * row + s, x),
    "a loop that counts": lambda x, s: tw.while_loop(lambda i, v: i < 3, lambda i, v: (i + 1, v * s), (tw.constant(0), x)),
    "while": lambda x, s: tw.while_loop(
        lambda v: v[0] < 9.0, lambda v: [v * v + 1], [x], maximum_iterations=9
    ),
    "cond": lambda x, s: tw.cond(s > 0, lambda: x * s, lambda: tw.sin(x * s)),
    "case": lambda x, s: tw.case([(s > 0, lambda: x * s)], default=lambda: tw.cos(x * s)),
    "switch_case": lambda x, s: tw.switch_case(
        tw.cast(tw.sign(s), N), [lambda: tw.exp(x * s), lambda: x * s, lambda: tw.sin(s * x)]
    ),
    "numbers of a seed": lambda x, s: tw.random.stateless_normal([3], [1, 2], mean=s, dtype="float64") * x,
    "np.where": lambda x, s: np.where(x > 0, x, s),
    "an index": lambda x, s: x[tw.cast(s, N)],
    "check_numerics": lambda x, s: tw.debugging.check_numerics(x * s, "x"),
}  # fmt: skip
OBSTACLES = {
    "dropout": (lambda x, s: tw.nn.dropout(x, 0.5), "draws anew"),
    "normal": (lambda x, s: x * tw.random.normal([3], dtype="float64"), "draws anew"),
    "uniform": (lambda x, s: x * tw.random.uniform([3], dtype="float64"), "draws anew"),
    "shuffle": (lambda x, s: tw.random.shuffle(x), "draws anew"),
    "gamma": (lambda x, s: tw.random.gamma([3], 1.0), "draws anew"),
    "poisson": (lambda x, s: tw.random.poisson([3], tw.abs(x)), "draws anew"),
    "categorical": (lambda x, s: tw.random.categorical(x[None], 3), "draws anew"),
    "Generator": (lambda x, s: tw.random.Generator.from_seed(1).normal([3]), "draws anew"),
    "a seed": (lambda x, s: tw.random.stateless_normal([3], [1, tw.cast(s, N)]), "a parameter"),
    "print": (lambda x, s: (tw.print(x, output_stream=lambda _: None), x)[1], "writes each time"),
    "str": (lambda x, s: x * len(str(s)), r"str\(\) takes"),
    "repr": (lambda x, s: x * len(repr(s)), r"repr\(\) takes"),
    "format": (lambda x, s: x * len(f"{s:.2f}"), r"format\(\) takes"),
    "pickle": (lambda x, s: s * len(pickle.dumps(x)), "a pickle"),
    "asarray": (lambda x, s: np.asarray(x) * s, "a NumPy conversion"),
    "constant": (lambda x, s: tw.constant(x) * s, r"constant\(\) takes"),
    "an assertion": (lambda x, s: (tw.debugging.assert_greater(s, -9.0), x)[1], "an assertion"),
    "range": (lambda x, s: tw.range(tw.cast(s, N)), r"range\(\) takes"),
    "sequence_mask": (lambda x, s: tw.sequence_mask(tw.cast(s, N)), r"sequence_mask\(\) takes"),
    "maximum_iterations": (
        lambda x, s: tw.while_loop(lambda v: True, lambda v: [v * s], [x], maximum_iterations=tw.cast(s, N)),
        "maximum_iterations takes",
    ),
    "while": (lambda x, s: tw.while_loop(lambda v: float(v[0]) < 9.0, lambda v: [v * v + 1], [x]), r"float\(\)"),
    "cond": (lambda x, s: tw.cond(s > 0, lambda: x, lambda: x[:1]), r"bool\(\)|branches answer"),
    "case": (lambda x, s: tw.case([(s > 0, lambda: x)], default=lambda: x[1:]), r"bool\(\)|branches answer"),
    "switch_case": (lambda x, s: tw.switch_case(tw.cast(s, N), [lambda: x, lambda: tw.random.shuffle(x)]), r"not taken|draws anew"),
    "an index that is a stretch": (lambda x, s: x[: tw.cast(s, N)], "an index takes"),
    "a mask": (lambda x, s: x[x > 0], "an index takes"),
    "a sort by Python": (lambda x, s: sorted([s, -s])[0] * x, r"bool\(\)"),
    "another thread": (lambda x, s: on_another_thread(x, s), "another thread"),
    "a search": (lambda x, s: tw.minimize(lambda v: (v - s) ** 2, 0.0).x * x, "searches in Python"),
    "a root": (lambda x, s: tw.find_root(lambda v: v - s, 0.0).x * x, "searches in Python"),
    "a Variable": (lambda x, s: tw.Variable(x) * s, "is made in here"),
    "an optimizer": (lambda x, s: tw.optimizers.SGD(0.1) and x * s, "is made in here"),
    "np.unwrap": (lambda x, s: np.unwrap(x), "goes by the values"),
}  # fmt: skip


def on_another_thread(x, s):
    found = []
    worker = threading.Thread(target=lambda: found.append(x * s))
    worker.start()
    worker.join()
    return found[0] + x


@pytest.mark.parametrize("name", WRITTEN_DOWN)
def test_what_is_written_down_is_right(name):
    for order in (0, 1, 2):
        assert baked(of_order(WRITTEN_DOWN[name], order), [X, S], 5) == "", f"order {order}"


@pytest.mark.parametrize("name", OBSTACLES)
def test_what_is_not_the_same_each_time_is_an_obstacle(name):
    function, words = OBSTACLES[name]
    compiled = tw.function(function)
    for _ in range(5):
        compiled(tw.constant(X), tw.constant(S))
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(compiled.why_not_compiled())
    assert "test_nothing_is_baked.py:" in compiled.why_not_compiled()


def test_a_copy_is_the_same_value():
    assert baked(lambda x: [copy.deepcopy(x * 2.0), copy.copy(x)], [X], 1) == ""
