"""Copies of functions have a bound, and long programs compile and say what the eager ones say."""

from __future__ import annotations

import numpy as np

import thalweg as tw
from thalweg.native import compiled as programs
from thalweg.native import compiling, disk_cache
from thalweg.native.inlining import ROOM, begin_alike, with_fewer_copies

MATH = """define internal double @tw.sin.f64(double %x0) alwaysinline {
entry:
  %v1 = fadd double %x0, %x0
  ret double %v1
}
define internal double @tw.cos.f64(double %x0) alwaysinline {
entry:
  ret double %x0
}
"""


def caller(name: str, *called: str) -> str:
    lines = [f"  %v{k} = call double @tw.{one}.f64(double %x0)" for k, one in enumerate(called, 1)]
    return "\n".join([f"define double @{name}(double %x0) {{", *lines, "ret double %v1", "}", ""])


def test_few_copies_stay_copies():
    text = MATH + caller("one", "sin", "cos")
    assert with_fewer_copies(text) == text


def test_of_too_many_copies_those_that_take_most_lines_become_calls():
    often = ROOM // 2
    text = MATH + caller("one", *["sin"] * often, *["cos"] * 9)
    found = with_fewer_copies(text)
    assert found == text.replace(
        "@tw.sin.f64(double %x0) alwaysinline", "@tw.sin.f64(double %x0) noinline"
    )
    assert found.count("alwaysinline") == 1
    both = with_fewer_copies(MATH + caller("one", *["sin"] * 2 * often, *["cos"] * 3 * often))
    assert both.count("alwaysinline") == 0


def test_functions_in_which_two_calls_begin_alike():
    text = (
        MATH + caller("one", "sin") + caller("both", "cos", "sin") + caller("twice", "sin", "sin")
    )
    assert begin_alike(text) == ("both", "twice")
    assert begin_alike(text.replace("alwaysinline", "noinline")) == ()
    assert begin_alike(caller("none", "exp")) == ()


def test_the_gradient_through_many_turns():
    """LLVM's pass NewGVN stopped the process at functions like this one."""
    rng = np.random.default_rng(0)
    w, xs = tw.constant(np.eye(4) * 0.5 + 0.01), tw.constant(rng.normal(size=(70, 4)))

    def slope(w, xs):
        with tw.GradientTape() as tape:
            tape.watch(w)
            state = tw.zeros((1, 4), tw.float64)
            for turn in range(70):
                state = tw.tanh(state @ w + xs[turn])
            loss = tw.reduce_sum(state * state)
        return tape.gradient(loss, w)

    compiled = tw.function(slope)
    for _ in range(2):
        found = compiled(w, xs)
    assert not compiled.why_not_compiled()
    np.testing.assert_allclose(found.numpy(), slope(w, xs).numpy(), rtol=1e-12, atol=1e-14)


def test_angles_in_common_are_the_same_angles():
    x = np.linspace(-40, 40, 1001)
    both = tw.function(lambda x: tw.sin(x) ** 2 + tw.cos(x) ** 2 + tw.sin(2 * x) * tw.cos(x))
    for _ in range(2):
        found = both(tw.constant(x))
    wanted = np.sin(x) ** 2 + np.cos(x) ** 2 + np.sin(2 * x) * np.cos(x)
    assert not both.why_not_compiled()
    np.testing.assert_allclose(found.numpy(), wanted, rtol=1e-14, atol=1e-15)


def test_a_long_program_says_the_same_at_every_level(monkeypatch):
    monkeypatch.setenv(disk_cache.VARIABLE, "off")
    x = tw.constant(np.linspace(0.1, 3.0, 37))

    def terms(x):
        found = [tw.sin(x + float(place)) * x / (x + 1.0) for place in range(40)]
        while len(found) > 1:
            found = [found[0] + found[1], *found[2:]]
        return found[0]

    wanted, levels = terms(x).numpy(), []
    real = compiling._target
    monkeypatch.setattr(
        compiling, "_target", lambda machine, level: levels.append(level) or real(machine, level)
    )
    for long, endless, level in ((10**9, 10**9, 2), (5, 10**9, 1), (5, 5, 0)):
        monkeypatch.setattr(compiling, "_LONG", long)
        monkeypatch.setattr(compiling, "_ENDLESS", endless)
        compiled = tw.function(lambda x: terms(x))
        programs._programs.clear()
        levels.clear()
        for _ in range(2):
            found = compiled(x)
        assert not compiled.why_not_compiled()
        assert set(levels) == {level}
        np.testing.assert_allclose(found.numpy(), wanted, rtol=1e-14, atol=1e-13)
