"""Which functions may a search replace by machine code, as far as their text shows?"""

from __future__ import annotations

import functools
import math
import types

import numpy as np
import pytest

import thalweg as tw
from thalweg.transform.repeatable import read

RNG = np.random.default_rng(0)
DATA = RNG.normal(size=(5, 3))
VARIABLE = tw.Variable(2.0)
FACTOR = 3.0
SEEN = []
COUNT = 0


def loss(w):
    return tw.reduce_mean((DATA @ w) ** 2) * FACTOR + VARIABLE


def local_list(w):
    terms = []
    for k in range(3):
        terms.append(w * k)  # noqa: PERF401 # a list that grows is what is tried
    return sum(terms) + sum(a * w for a in (1.0, 2.0)) + tw.reduce_sum([a * w for a in [1, 2]])


WORDS = types.SimpleNamespace(sin=tw.sin, k=3.0)


def rebinds(m, w):
    m = w if SEEN else m
    return m.sin(w)


def inner_function(w):
    def scaled(z):
        return z * FACTOR

    return scaled(w)


def own_tape(w):
    with tw.GradientTape() as tape:
        tape.watch(w)
        y = w * w
    return tape.gradient(y, w)


def with_default(w, powers=(1, 2), *, shift=0.5):
    return sum(w**k for k in powers) + shift


def closed_over(a):
    return lambda w: np.sin(a * w) + np.linalg.norm(w) + math.pi + math.exp(-1.0)


class Model:
    """With data, a method, a property, and what it is called for."""

    def __init__(self):
        self.a = np.ones(3)
        self.calls = 0

    @property
    def doubled(self):
        return 2.0 * self.a

    @staticmethod
    def square(w):
        return w @ w

    def value(self, w):
        return tw.reduce_sum(self.doubled * w) + self.square(w)

    def counting(self, w):
        self.calls += 1
        return w @ w

    def __call__(self, w):
        return self.value(w)


MODEL = Model()

SAME = {
    "data, a number and a Variable": loss,
    "a list of its own": local_list,
    "a function of its own": inner_function,
    "a tape of its own": own_tape,
    "defaults": with_default,
    "a closure": closed_over(2.0),
    "an object": MODEL,
    "a method": MODEL.value,
    "a partial": functools.partial(lambda a, w: a * w, 2.0),
    "a partial by name": functools.partial(lambda a, w, *, b: a * w + b, 2.0, b=1.0),
    "words in a namespace": functools.partial(lambda m, w: m.sin(w) * m.k, WORDS),
    "a model as an argument": functools.partial(lambda m, w: m.a * w, types.SimpleNamespace(a=2.0)),
    "NumPy's": np.linalg.norm,
    "thalweg's": tw.reduce_sum,
    "a gradient": tw.grad(loss),
    "a tw.function": tw.function(loss),
    # What draws or prints by thalweg's own functions is told by the tracer.
    "thalweg's draws": lambda w: w + tw.random.normal([3]),
}


@pytest.mark.parametrize("name", SAME)
def test_what_does_the_same_is_known(name):
    assert read(SAME[name]).why == ""


def appends(w):
    SEEN.append(1)
    return w * w


def counts(w):
    global COUNT  # what is tried
    COUNT += 1
    return w * w


def closed_count():
    count = 0

    def f(w):
        nonlocal count
        count += 1
        return w * w

    return f


def imports(w):
    import random  # what is tried

    return w * random.random()  # noqa: S311 # likewise


def own_generator(w):
    return w * np.random.default_rng().normal()


class Counts:
    """Counts, whatever it is asked by."""

    def __init__(self):
        self.calls = 0

    def __call__(self, w):
        return w * w

    def __getitem__(self, place):
        self.calls += 1
        return self.calls


class Several(list):
    """A list that counts."""

    def __getitem__(self, place):
        SEEN.append(place)
        return 2.0


COUNTS, SEVERAL = Counts(), Several([1.0])
MASKED = np.ma.masked_array([1.0, 2.0, 3.0], [False, True, False])


class Shadow:
    """Answers for any attribute."""

    def __getattr__(self, name):
        return 2.0


SHADOW = Shadow()
PRINTING = np.frompyfunc(print, 1, 1)

DIFFERENT = {
    "appends": (appends, "SEEN.append"),
    "counts": (counts, "COUNT"),
    "closed": (closed_count(), "count"),
    "imports": (imports, "may not be the same"),
    "prints": (lambda w: print(w) or w, "print"),
    "draws": (lambda w: w + RNG.normal(), "RNG.normal"),
    "draws globally": (lambda w: w + np.random.normal(), "np.random.normal"),
    "its own generator": (own_generator, "default_rng"),
    "an object that counts": (MODEL.counting, "calls"),
    "brackets that count": (lambda w: COUNTS(w) * COUNTS[0], "calls"),
    "a list that counts": (lambda w: w * SEVERAL[0], "SEEN.append"),
    "a mask that may change": (lambda w: w * MASKED, "MaskedArray"),
    "any attribute": (lambda w: w * SHADOW.factor, "SHADOW.factor"),
    "opens": (lambda w: w * len(open("x").read()), "open"),  # noqa: SIM115 # never called
    "a function of a function": (lambda w: appends(w) + 1, "SEEN.append"),
    "a gradient of such": (tw.grad(appends), "SEEN.append"),
    "a partial of such": (functools.partial(appends), "SEEN.append"),
    "words that are handed on": (
        functools.partial(lambda m, w: str(m) and w, WORDS),
        "m may not be",
    ),
    "words that are bound anew": (functools.partial(rebinds, WORDS), "m.sin"),
    "a tw.function of such": (tw.function(appends), "SEEN.append"),
    "in a list": (lambda w, fs=(appends,): fs[0](w), "SEEN.append"),
    "getattr": (lambda w: getattr(w, "shape"), "getattr"),  # noqa: B009 # what is tried
    "a NumPy ufunc of print": (lambda w: PRINTING(w), "PRINTING"),
    "a name that nobody knows": (lambda w: w * nowhere, "nowhere"),  # noqa: F821 # what is tried
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_may_differ_is_named_with_its_line(name):
    function, word = DIFFERENT[name]
    why = read(function).why
    assert word in why
    assert "test_repeatable.py" in why
    assert "jit_compile=True" in why


def test_nothing_is_run():
    before = list(SEEN), COUNT
    for function, _ in DIFFERENT.values():
        read(function)
    assert before == (SEEN, COUNT)


def test_changes_outside_are_seen():
    held, box = np.ones(3), {"k": 1.0}

    def f(w):
        return tw.reduce_sum(held * w) * box["k"] * FACTOR

    outside = read(f).outside
    assert outside.changed() == ""
    held[1] = 2.0
    assert outside.changed() == "held"
    held[1] = 1.0
    assert outside.changed() == ""
    box["k"] = 2.0
    assert outside.changed() == "box"
    box["k"] = 1.0
    held = np.ones(3)
    assert outside.changed() in ("held", "box")  # another number object counts as another number


def test_an_array_that_nobody_can_write_to_is_not_large():
    big = np.zeros(1 << 18)
    assert read(lambda w: tw.reduce_sum(big) * w).outside.large == "big"
    big.flags.writeable = False
    assert read(lambda w: tw.reduce_sum(big) * w).outside.large == ""


def test_another_word_in_a_namespace_is_seen():
    words = types.SimpleNamespace(f=tw.sin, k=2.0)
    outside = read(functools.partial(lambda m, w: m.f(w) * m.k, words)).outside
    assert outside.changed() == ""
    words.f = tw.cos
    assert outside.changed() == "m.f"
    words.f, words.k = tw.sin, 3.0
    assert outside.changed() == "m.k"


@pytest.mark.parametrize(
    "name", ["arange", "array", "asarray", "zeros", "ones", "eye", "linspace", "full"]
)
def test_arrays_that_are_made_anew_are_the_same_each_time(name):
    make = getattr(np, name)
    assert read(lambda w: tw.reduce_sum(make(3)) * w).why == ""
    assert read(lambda w: tw.reduce_sum(DATA.dot(make(3))) * w).why == ""
    bound = DATA.dot
    assert "bound may not be the same" in read(lambda w: bound(make(3)) * w).why
