"""Whole searches: minima, fits and roots by our solvers, by SciPy, and by SciPy on JAX's jitted gradients.

A row is one search from start to end, warm: JAX's functions are compiled before, and ours if our rule finds
in some searches before that this pays. "thalweg, Python" never compiles, "thalweg, on demand" does at the
second call, each time anew. SciPy alone has no derivatives, as it is mostly used; in many dimensions it is
given the gradient written by hand.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import thalweg as tw
from benchmarks.case import Case, Maker, Rival, Sizes, missing

JITS = {"thalweg": None, "thalweg, Python": False, "thalweg, on demand": True}
Search = Callable[[], Any]
BEFORE = 20
"""So many searches before the one that is timed."""


def cases(sizes: Sizes) -> Iterator[Case]:
    yield minimum("Rosenbrock, 2 dimensions, Newton", _rosenbrock, np.array([-1.2, 1.0]), "newton")
    yield minimum("Rosenbrock, 2 dimensions, L-BFGS", _rosenbrock, np.array([-1.2, 1.0]), "lbfgs")
    many = sizes.shorter(1000, 50)
    start = np.tile([-1.2, 1.0], many // 2)
    yield minimum(f"Rosenbrock, {many} dimensions, L-BFGS", _rosenbrock, start, "lbfgs")
    yield descent(sizes.shorter(10_000, 500))
    yield network_fit(sizes.shorter(200, 20))
    yield thurber()
    yield many_points(sizes.shorter(100_000, 1000))
    yield pendulum(sizes.shorter(300, 30))
    yield root()
    yield system(sizes.shorter(40, 10))


def _rosenbrock(total: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Σ 100(xᵢ₊₁ - xᵢ²)² + (1 - xᵢ)², by a library's sum."""
    return lambda x: total(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def _rivals(
    ours: Callable[[Any], Search],
    peers: dict[str, Callable[[], Search]],
    tolerance: float,
    title: str,
) -> Case:
    """A case of searches, each of which gives the point that it found."""

    def maker(make: Callable[[], Search], before: int) -> Maker:
        def rival() -> Rival:
            search = make()
            for _ in range(before):
                search()
            return Rival(search, 1, search)

        return rival

    makers = {
        name: maker(lambda jit=jit: ours(jit), BEFORE if jit is None else 0)
        for name, jit in JITS.items()
    }
    makers |= {name: maker(make, 0) for name, make in peers.items()}
    return Case(title, makers, tolerance)


def minimum(title: str, f: Callable[[Any], Any], start: np.ndarray, method: str) -> Case:
    """A minimum by one method and its namesake in SciPy."""
    theirs = {"newton": "Newton-CG", "lbfgs": "L-BFGS-B"}[method]
    settings = {"maxiter": 20_000, "maxfun": 10**7, "gtol": 1e-9, "ftol": 1e-15}
    if method == "newton":
        settings = {"xtol": 1e-9, "maxiter": 20_000}

    def ours(jit: Any) -> Search:
        g = f(tw.reduce_sum)  # one function, so that its code is found again
        return lambda: tw.minimize(g, start, method=method, jit_compile=jit).x

    def scipy() -> Search:
        from scipy import optimize

        g = f(np.sum)
        if method == "newton":  # it takes no function without derivatives
            return lambda: optimize.minimize(g, start, method="BFGS", options={"gtol": 1e-6}).x
        slope = optimize.rosen_der if start.size > 10 else None
        return lambda: optimize.minimize(g, start, jac=slope, method=theirs, options=settings).x

    def jax() -> Search:
        from scipy import optimize

        jnp = _in_jax().jnp

        value, hessian = _jitted(f(jnp.sum))
        more = {"hess": hessian} if method == "newton" else {}
        return lambda: (
            optimize.minimize(value, start, jac=True, method=theirs, options=settings, **more).x
        )

    named = "SciPy, BFGS" if method == "newton" else f"SciPy, {theirs}"
    named += ", gradient by hand" if start.size > 10 else ""
    peers = {named: scipy, **_if_jax({f"JAX, jit, SciPy's {theirs}": jax})}
    return _rivals(ours, peers, 1e-3, title)


def _if_jax(peers: dict[str, Callable[[], Search]]) -> dict[str, Callable[[], Search]]:
    return {} if missing("JAX") else peers


def _in_jax() -> Any:
    """Our room for JAX, which sets it to float64 when it is loaded."""
    return importlib.import_module("benchmarks.rivals.in_jax")


def _jitted(f: Callable[[Any], Any]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """f with its gradient, and its Hessian, jitted, on NumPy's arrays."""
    jax = _in_jax().jax

    both, second = jax.jit(jax.value_and_grad(f)), jax.jit(jax.hessian(f))

    def value(x: np.ndarray) -> tuple[float, np.ndarray]:
        found, slope = both(x)
        return float(found), np.asarray(slope)

    return value, lambda x: np.asarray(second(x))


def descent(steps: int) -> Case:
    """N4.3 as the note has it: (x³ + 2x - 3)², x ← x - rate·slope, no test for an end but ours."""

    def ours(jit: Any) -> Search:
        def f(x: Any) -> Any:
            return (x**3 + 2.0 * x - 3.0) ** 2

        return lambda: (
            tw.minimize(f, 1.5, method="gd", rate=1e-5, max_steps=steps, jit_compile=jit).x
        )

    def jax() -> Search:
        value, _ = _jitted(lambda x: (x**3 + 2.0 * x - 3.0) ** 2)

        def search() -> float:
            x = 1.5
            for _ in range(steps):
                _, slope = value(x)
                x = x - 1e-5 * slope
            return float(x)

        return search

    return _rivals(
        ours, _if_jax({"JAX, jit, a loop in Python": jax}), 1e-9, f"N4.3 by gd, {steps} steps"
    )


def network_fit(steps: int) -> Case:
    """N4.5: 300 points, 1-10-1 with tanh, 31 parameters, by Levenberg and Marquardt."""
    rng = np.random.default_rng(0)
    x = np.linspace(-1.0, 1.0, 300)
    y = x**2 - 0.5 + rng.normal(0.0, 0.05, x.size)
    start = rng.normal(size=31)

    def model(tanh: Callable[[Any], Any], x: Any, w: Any) -> Any:
        return sum(w[20 + k] * tanh(w[k] * x + w[10 + k]) for k in range(10)) + w[30]

    def ours(jit: Any) -> Search:
        def f(x: Any, *w: Any) -> Any:
            return model(tw.tanh, x, w)

        return lambda: _misfit(
            tw.curve_fit(f, x, y, start, max_steps=steps, jit_compile=jit).residual
        )

    def scipy() -> Search:
        from scipy import optimize

        def f(w: np.ndarray) -> np.ndarray:
            return model(np.tanh, x, w) - y

        return lambda: _misfit(
            optimize.least_squares(f, start, method="lm", max_nfev=steps * 32).fun
        )

    def jax() -> Search:
        from scipy import optimize

        room = _in_jax()
        jax, jnp = room.jax, room.jnp

        f = jax.jit(lambda w: model(jnp.tanh, x, w) - y)
        slopes = jax.jit(jax.jacfwd(lambda w: model(jnp.tanh, x, w) - y))
        return lambda: _misfit(
            optimize.least_squares(
                lambda w: np.asarray(f(w)), start, lambda w: np.asarray(slopes(w)),
                method="lm", max_nfev=steps,
            ).fun
        )  # fmt: skip

    peers = {"SciPy, lm": scipy, **_if_jax({"JAX, jit, SciPy's lm": jax})}
    return _rivals(ours, peers, 0.05, f"N4.5's fit, 31 parameters, {steps} steps")


def _misfit(residual: np.ndarray) -> float:
    return float(np.sqrt(np.mean(residual**2)))


# NIST's Thurber: ⟨www.itl.nist.gov/div898/strd/nls/data/thurber.shtml⟩, the second start.
_THURBER = np.array([
    [80.574, -3.067], [84.248, -2.981], [87.264, -2.921], [87.195, -2.912], [89.076, -2.84],
    [89.608, -2.797], [89.868, -2.702], [90.101, -2.699], [92.405, -2.633], [95.854, -2.481],
    [100.696, -2.363], [101.06, -2.322], [401.672, -1.501], [390.724, -1.46], [567.534, -1.274],
    [635.316, -1.212], [733.054, -1.1], [759.087, -1.046], [894.206, -0.915], [990.785, -0.714],
    [1090.109, -0.566], [1080.914, -0.545], [1122.643, -0.4], [1178.351, -0.309],
    [1260.531, -0.109], [1273.514, -0.103], [1288.339, 0.01], [1327.543, 0.119],
    [1353.863, 0.377], [1414.509, 0.79], [1425.208, 0.963], [1421.384, 1.006], [1442.962, 1.115],
    [1464.35, 1.572], [1468.705, 1.841], [1447.894, 2.047], [1457.628, 2.2],
])  # fmt: skip
_THURBER_START = np.array([1300.0, 1500.0, 500.0, 75.0, 1.0, 0.4, 0.05])


def thurber() -> Case:
    """NIST's Thurber, one of the harder ones: a quotient of cubics in seven parameters."""
    y, x = _THURBER.T.copy()
    text = "y = (b1 + b2*x + b3*x**2 + b4*x**3) / (1 + b5*x + b6*x**2 + b7*x**3)"
    names = [f"b{k}" for k in range(1, 8)]
    start = dict(zip(names, _THURBER_START, strict=True))

    def model(x: Any, b: Any) -> Any:
        return (b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3) / (
            1.0 + b[4] * x + b[5] * x**2 + b[6] * x**3
        )

    def ours(jit: Any) -> Search:
        return lambda: np.array([*tw.curve_fit(text, x, y, start, jit_compile=jit).params.values()])

    def scipy() -> Search:
        from scipy import optimize

        def f(x: np.ndarray, *b: float) -> np.ndarray:
            return model(x, b)

        return lambda: optimize.curve_fit(f, x, y, _THURBER_START)[0]

    def jax() -> Search:
        from scipy import optimize

        jax = _in_jax().jax

        f = jax.jit(lambda x, *b: model(x, b))
        slopes = jax.jit(lambda x, *b: jax.jacfwd(lambda b: model(x, b))(jax.numpy.stack(b)))
        return lambda: (
            optimize.curve_fit(
                lambda x, *b: np.asarray(f(x, *b)), x, y, _THURBER_START,
                jac=lambda x, *b: np.asarray(slopes(x, *b)),
            )[0]
        )  # fmt: skip

    peers = {"SciPy, curve_fit": scipy, **_if_jax({"JAX, jit, SciPy's curve_fit": jax})}
    return _rivals(ours, peers, 1e-3, "NIST's Thurber, curve_fit")


def many_points(count: int) -> Case:
    """A formula over many points."""
    x = np.linspace(0.0, 10.0, count)
    y = 3.0 * np.exp(-0.5 * x) + 1.0 + np.random.default_rng(0).normal(0.0, 0.05, count)
    start = {"a": 1.0, "b": 1.0, "c": 0.0}

    def ours(jit: Any) -> Search:
        text = "y = a*exp(-b*x) + c"
        return lambda: np.array([*tw.curve_fit(text, x, y, start, jit_compile=jit).params.values()])

    def scipy() -> Search:
        from scipy import optimize

        def f(x: np.ndarray, a: float, b: float, c: float) -> np.ndarray:
            return a * np.exp(-b * x) + c

        return lambda: optimize.curve_fit(f, x, y, [*start.values()])[0]

    return _rivals(ours, {"SciPy, curve_fit": scipy}, 1e-5, f"a formula over {count} points")


def pendulum(turns: int) -> Case:
    """A damped pendulum by Runge and Kutta's steps: two constants and two starts from the angles."""
    h, truth, start = 0.1, np.array([1.3, 0.1, 1.0, 0.0]), np.array([1.25, 0.08, 0.9, 0.05])

    def step(sin: Callable[[Any], Any], p: Any) -> Callable[[Any, Any], Any]:
        def slopes(angle: Any, speed: Any) -> Any:
            return speed, -p[0] * p[0] * sin(angle) - p[1] * speed

        def turn(state: Any, _: Any) -> Any:
            angle, speed = state
            k1, l1 = slopes(angle, speed)
            k2, l2 = slopes(angle + h / 2 * k1, speed + h / 2 * l1)
            k3, l3 = slopes(angle + h / 2 * k2, speed + h / 2 * l2)
            k4, l4 = slopes(angle + h * k3, speed + h * l3)
            return (
                angle + h / 6 * (k1 + 2.0 * (k2 + k3) + k4),
                speed + h / 6 * (l1 + 2.0 * (l2 + l3) + l4),
            )

        return turn

    def plainly(x: Any, *p: float) -> np.ndarray:
        turn, state, met = step(np.sin, p), (p[2], p[3]), []
        for _ in range(turns):
            state = turn(state, 0)
            met.append(state[0])
        return np.array(met)

    x = h * np.arange(1, turns + 1)
    y = plainly(x, *truth) + np.random.default_rng(0).normal(0.0, 0.01, turns)

    def ours(jit: Any) -> Search:
        def f(x: Any, w: Any, damping: Any, angle: Any, speed: Any) -> Any:
            turn = step(tw.sin, (w, damping))
            return tw.scan(turn, tw.range(turns), initializer=(angle, speed))[0]

        return lambda: np.array([*tw.curve_fit(f, x, y, start, jit_compile=jit).params.values()])

    def scipy() -> Search:
        from scipy import optimize

        return lambda: optimize.curve_fit(plainly, x, y, start)[0]

    return _rivals(ours, {"SciPy, curve_fit": scipy}, 1e-4, f"a pendulum, {turns} steps of RK4")


def root() -> Case:
    """One equation in one unknown."""

    def ours(jit: Any) -> Search:
        def f(x: Any) -> Any:
            return x**3 - 2.0 * x - 5.0

        return lambda: tw.find_root(f, 2.0, jit_compile=jit).x

    def scipy() -> Search:
        from scipy import optimize

        return lambda: optimize.root_scalar(lambda x: x**3 - 2.0 * x - 5.0, x0=2.0, x1=2.1).root

    def jax() -> Search:
        from scipy import optimize

        jax = _in_jax().jax

        both = jax.jit(jax.value_and_grad(lambda x: x**3 - 2.0 * x - 5.0))

        def value(x: float) -> tuple[float, float]:
            found, slope = both(x)
            return float(found), float(slope)

        return lambda: optimize.root_scalar(value, x0=2.0, fprime=True, method="newton").root

    peers = {"SciPy, root_scalar": scipy, **_if_jax({"JAX, jit, SciPy's root_scalar": jax})}
    return _rivals(ours, peers, 1e-9, "a root of x³ - 2x - 5")


def system(size: int) -> Case:
    """Broyden's tridiagonal equations (Moré, Garbow, Hillstrom, ACM TOMS 7 (1981) 17-41, number 30)."""

    def equations(concat: Callable[..., Any], x: Any) -> Any:
        zero = x[:1] * 0.0
        before, after = concat([zero, x[:-1]], 0), concat([x[1:], zero], 0)
        return (3.0 - 2.0 * x) * x - before - 2.0 * after + 1.0

    start = np.full(size, -1.0)

    def ours(jit: Any) -> Search:
        def f(x: Any) -> Any:
            return equations(tw.concat, x)

        return lambda: tw.find_root(f, start, jit_compile=jit).x

    def scipy() -> Search:
        from scipy import optimize

        return lambda: optimize.root(lambda x: equations(np.concatenate, x), start).x

    def jax() -> Search:
        from scipy import optimize

        room = _in_jax()
        jax, jnp = room.jax, room.jnp

        f = jax.jit(lambda x: equations(jnp.concatenate, x))
        slopes = jax.jit(jax.jacfwd(lambda x: equations(jnp.concatenate, x)))
        return lambda: (
            optimize.root(lambda x: np.asarray(f(x)), start, jac=lambda x: np.asarray(slopes(x))).x
        )

    peers = {"SciPy, hybr": scipy, **_if_jax({"JAX, jit, SciPy's hybr": jax})}
    return _rivals(ours, peers, 1e-6, f"Broyden's tridiagonal equations, {size} unknowns")
