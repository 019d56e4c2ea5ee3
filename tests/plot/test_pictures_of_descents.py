"""A picture of a descent shows the function, the way that was taken, its start and its end."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.quiver import Quiver

import thalweg as tw
from thalweg import plot

BOWL = "(x - 1)**2 + 4*y**2"


def by_label(axes, start):
    (found,) = [one for one in axes.get_lines() if str(one.get_label()).startswith(start)]
    return np.column_stack([found.get_xdata(), found.get_ydata()]).astype(float)


def down(fun, start, **words):
    return tw.minimize(fun, start, record=True, **words)


def test_one_number_a_curve_with_the_steps_on_it():
    result = down("x**2 + 3*x", {"x": 4.0}, method="gd", rate=0.1)
    (axes,) = plot.descent(result, "x**2 + 3*x").axes
    grid, height = by_label(axes, "f").T
    assert height == pytest.approx(grid**2 + 3 * grid)
    steps = by_label(axes, f"{result.nit} steps")
    # x + 1.5 shrinks by 1 − 2·rate at every step
    assert steps[:5, 0] == pytest.approx(5.5 * 0.8 ** np.arange(5) - 1.5)
    assert steps[:, 1] == pytest.approx(steps[:, 0] ** 2 + 3 * steps[:, 0])
    assert by_label(axes, "start")[0] == pytest.approx([4, 28])
    assert by_label(axes, "end")[0] == pytest.approx([-1.5, -2.25])
    assert axes.get_xlabel() == "x"
    assert "gd, rate 0.1: converged" in axes.get_title()


def test_a_target_has_its_line():
    result = down("x**3 + 2*x - 3", {"x": 5.0}, target=30)
    (axes,) = plot.descent(result, "x**3 + 2*x - 3", target=30).axes
    assert by_label(axes, "target 30")[:, 1].tolist() == [30, 30]
    assert by_label(axes, "end")[0] == pytest.approx([3, 30])


def test_a_leap_out_of_the_picture_is_told_and_not_drawn():
    words = {"method": "gd", "rate": 0.01, "target": 0}
    result = down("x**3 + 2*x - 3", {"x": 5.0}, **words)
    (axes,) = plot.descent(result, "x**3 + 2*x - 3", target=0).axes
    assert max(np.abs(axes.get_xlim())) < 1000
    assert ["leaves the picture" in text.get_text() for text in axes.texts] == [True]
    assert "diverged" in axes.get_title()
    assert "would have held" in axes.get_title()
    assert not any(str(one.get_label()).startswith("end") for one in axes.get_lines())


def test_two_numbers_contours_with_the_path():
    result = down(BOWL, {"x": 4.0, "y": 2.0}, method="gd", rate=0.1)
    sheet = plot.descent(result, BOWL)
    axes, bar = sheet.axes
    path = np.column_stack([result.path["x"], result.path["y"]])
    drawn = [one.get_xydata() for one in axes.get_lines() if len(one.get_xydata()) == len(path)]
    assert any(np.array_equal(one, path) for one in drawn)
    assert by_label(axes, "start")[0].tolist() == [4, 2]
    assert by_label(axes, "end")[0] == pytest.approx([1, 0], abs=1e-6)
    assert (axes.get_xlabel(), axes.get_ylabel(), bar.get_ylabel()) == ("x", "y", "f")
    low, high = axes.get_xlim()
    assert low < 1 < 4 < high


def test_the_arrows_point_downhill():
    result = down(BOWL, {"x": 4.0, "y": 2.0})
    axes = plot.descent(result, BOWL).axes[0]
    (arrows,) = [one for one in axes.collections if isinstance(one, Quiver)]
    x, y = arrows.X, arrows.Y
    slope = np.stack([2 * (x - 1), 8 * y])
    along = np.stack([arrows.U, arrows.V])
    cosine = np.sum(-slope * along, axis=0) / np.linalg.norm(slope, axis=0)
    assert cosine == pytest.approx(np.linalg.norm(along, axis=0))


def test_with_a_target_the_arrows_point_to_it_from_both_sides():
    result = down("x + 2*y", {"x": 4.0, "y": 2.0}, target=5)
    axes = plot.descent(result, "x + 2*y", target=5).axes[0]
    (arrows,) = [one for one in axes.collections if isinstance(one, Quiver)]
    above = arrows.X + 2 * arrows.Y > 5
    assert above.any()
    assert (~above).any()
    assert ((arrows.U < 0) == above).all()


def test_a_wide_range_of_heights_gets_levels_by_equal_factors():
    fun = "(x - 1)**2 + 100*(y - x**2)**2"
    bar = plot.descent(down(fun, {"x": -1.0, "y": 2.0}), fun).axes[1]
    levels = np.array([float(t.get_text()) for t in bar.get_yticklabels() if t.get_text()])
    assert levels.size >= 4
    assert levels[-1] / levels[-2] > 1.5
    # the lowest is f's own lowest value, from which the others are counted
    assert levels[2:] / levels[1:-1] == pytest.approx(levels[-1] / levels[-2], rel=0.05)


def test_a_callable_goes_as_well_as_a_formula():
    def bowl(v):
        return (v[0] - 1) ** 2 + 4 * v[1] ** 2

    result = down(bowl, np.array([4.0, 2.0]))
    axes = plot.descent(result, bowl).axes[0]
    assert by_label(axes, "end")[0] == pytest.approx([1, 0], abs=1e-9)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x[0]", "x[1]")


def test_many_numbers_f_and_its_slope_step_by_step():
    start = np.array([3.0, -2.0, 1.0])

    def bowl(v):
        return tw.reduce_sum(v * v)

    result = down(bowl, start, method="gd", rate=0.1)
    top, bottom = plot.descent(result, bowl).axes
    (line,) = top.get_lines()
    steps, values = line.get_xdata(), line.get_ydata()
    assert values[:9] == pytest.approx(14 * 0.8 ** (2 * steps[:9]))
    (line,) = bottom.get_lines()
    assert line.get_ydata()[:9] == pytest.approx(2 * np.sqrt(14) * 0.8 ** steps[:9])
    assert (bottom.get_xlabel(), bottom.get_yscale()) == ("step", "log")


def test_an_ascent_is_drawn_too():
    result = tw.maximize("x*exp(-x)", {"x": 0.5}, record=True)
    (axes,) = plot.descent(result, "x*exp(-x)").axes
    assert by_label(axes, "end")[0] == pytest.approx([1, np.exp(-1)])


def test_a_long_way_is_drawn_with_few_marks():
    result = down("x**2", {"x": 1.0}, method="gd", rate=0.0005)
    assert result.nit > 1000
    (axes,) = plot.descent(result, "x**2").axes
    assert len(by_label(axes, f"{result.nit} steps")) <= 60


def test_without_a_path_there_is_nothing_to_draw():
    with pytest.raises(tw.DescentError, match="record=True"):
        plot.descent(tw.minimize("x**2", {"x": 1.0}), "x**2")


DEGENERATE = [
    ("log(x)", {"x": -1.0}, {}),
    ("log(x*y)", {"x": -1.0, "y": 1.0}, {}),
    ("log(x*y*z)", {"x": -1.0, "y": 1.0, "z": 1.0}, {}),
    ("x", {"x": 1.0}, {}),
    ("x**2", {"x": 1e300}, {}),
    ("x**2 + y**2", {"x": 1e-300, "y": 1e300}, {}),
    ("x**2 + y**2", {"x": 0.0, "y": 0.0}, {}),
    ("0*x*y", {"x": 1.0, "y": 1.0}, {}),
    ("0*x", {"x": 1.0}, {}),
    ("x**2", {"x": 1.0}, {"max_steps": 0}),
    ("x*y", {"x": 2.0, "y": 1.0}, {"method": "gd", "rate": 0.1}),
    ("a**2*$".replace("$", "b**2 + " + " + ".join(["a"] * 90)), {"a": 1.0, "b": 1.0}, {}),
]


@pytest.mark.parametrize(("fun", "start", "words"), DEGENERATE, ids=lambda v: str(v)[:30])
def test_every_descent_has_a_picture_and_nothing_is_cut_off(fun, start, words):
    sheet = plot.descent(down(fun, start, **words), fun)
    plot.save(sheet, "way.png")
    inside = sheet.get_tightbbox()
    width, height = sheet.get_size_inches()
    assert inside.x0 >= -0.02
    assert inside.y0 >= -0.02
    assert inside.x1 <= width + 0.02
    assert inside.y1 <= height + 0.02


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
