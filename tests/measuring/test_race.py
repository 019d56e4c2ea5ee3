"""How rivals are compared: answers first, then turns, then ratios."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from scipy.integrate import quad

from benchmarks import ocean
from benchmarks.case import Case, Rival
from benchmarks.interleave import turns
from benchmarks.race import distance, quickest, race
from benchmarks.seconds import written
from benchmarks.two_threads import two_cores


def rival(answer, steps=1, note=""):
    return lambda: Rival(lambda: sum(range(500)), steps, lambda: answer, lambda: note)


def fails():
    raise ValueError("\nno such thing\nmore")


@pytest.fixture(scope="module")
def row():
    makers = {
        "thalweg": rival([np.ones(3), 2.0], steps=2, note="as Python"),
        "TensorFlow, eager": rival([np.ones(3), 2.0 + 1e-7]),
        "TensorFlow, XLA": rival([np.ones(3), 2.1]),
        "PyTorch, eager": fails,
        "JAX, jit": rival([np.ones(4), 2.0]),
        "NumPy, by hand": rival([np.ones(3), 2.0], steps=1000),
    }
    return race(Case("a row", makers, 1e-6), rounds=3)


def test_who_fails_or_answers_otherwise_is_told_and_not_timed(row):
    told = {name: one["failed"] for name, one in row["rivals"].items() if "failed" in one}
    assert told == {
        "TensorFlow, XLA": "another answer than ours: 5.0e-02 away",
        "PyTorch, eager": "ValueError: no such thing",
        "JAX, jit": "another answer than ours, or of another shape",
    }
    assert next(iter(row["rivals"])) == "thalweg"
    assert row["rivals"]["thalweg"]["note"] == "as Python"


def test_the_ratio_is_of_steps_and_by_peers_alone(row):
    theirs, ours = row["rivals"]["TensorFlow, eager"], row["rivals"]["thalweg"]
    assert row["ratio"]["peer"] == "TensorFlow, eager"
    assert row["ratio"]["median"] == theirs["median"] / ours["median"]
    assert row["ratio"]["low"] <= row["ratio"]["high"]
    json.dumps(row, allow_nan=False)


def test_where_ours_fails_there_is_no_ratio():
    row = race(Case("a row", {"thalweg": fails, "JAX, jit": rival(1.0)}, 1e-6), rounds=3)
    assert "ratio" not in row
    assert row["rivals"]["JAX, jit"]["turns"] == 3


def test_numpy_is_a_peer_by_its_full_name():
    timed = {"NumPy, by hand": {"median": 1.0}, "NumPy": {"median": 2.0}, "JAX, x": {"median": 3.0}}
    assert quickest(timed, ["JAX"], "NumPy") == "NumPy"
    assert quickest(timed, ["JAX"]) == "JAX, x"
    assert quickest(timed, ["PyTorch"]) == ""


def test_a_nan_is_no_answer():
    assert not distance([np.array([np.nan, 1.0])], [np.ones(2)]) <= 1.0


def test_a_slow_rival_sits_out_rounds():
    now = itertools.count()
    slow = turns({"slow": lambda: next(now)}, rounds=12, clock=lambda: next(now), patience=8.0)
    assert 3 <= len(slow["slow"]) < 12
    assert set(slow["slow"]) <= set(range(12))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1.5, "1.50 s"), (9.996e-4, "1.00 ms"), (9.99e-4, "999 µs"), (2.34e-8, "23.4 ns"), (1e-10, "0.10 ns")],
)  # fmt: skip
def test_seconds_as_a_reader_reads_them(seconds, text):
    assert written(seconds) == text


def test_two_cores_of_those_allowed():
    assert two_cores({5}) == {5}
    assert len(two_cores({0, 1, 2, 3})) == 2


def test_the_slope_of_enthalpy_is_that_of_the_integral():
    """Dynamic enthalpy is ∫ v dp, so its slope is the integral of v's difference by temperature."""

    def volume(sa, ct, p):
        salinity = {1: sa, 1.5: sa**1.5, 2: sa * sa}
        tables = (ocean.A0, ocean.A1, ocean.A2, ocean.A3, ocean.B0, ocean.TWICE_B1, ocean.B2)
        a0, a1, a2, a3, *b = (ocean.with_slope(one, ct, salinity)[0] for one in tables)
        return (a0 + p * (a1 + p * (a2 + p * a3))) / (b[0] + p * (b[1] + p * b[2]))

    for sa, ct, p in ((35.0, 10.0, 1000.0), (5.0, -2.0, 300.0), (0.5, 19.0, 50.0)):
        h = 1e-3
        above = quad(lambda q, sa=sa, ct=ct: volume(sa, ct + h, q) - volume(sa, ct - h, q), 0, p)
        found = ocean.enthalpy_slope(np, np.float64(sa), np.float64(ct), np.float64(p))
        assert found == pytest.approx(1e4 * above[0] / (2 * h), rel=1e-6)
