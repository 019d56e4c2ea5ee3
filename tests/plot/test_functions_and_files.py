"""Functions of one and two numbers; pictures that belong to nobody else; files."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from matplotlib.quiver import Quiver

import thalweg as tw
from thalweg import plot


def test_a_curve():
    (axes,) = plot.function("sin(x)", x=(-3, 3)).axes
    (line,) = axes.get_lines()
    grid = line.get_xdata()
    assert (grid[0], grid[-1]) == (-3, 3)
    assert line.get_ydata() == pytest.approx(np.sin(grid))


def test_contours_go_across_by_the_formula_s_names():
    axes = plot.function("sin(b)*a", a=(-1, 2), b=(0, 5)).axes[0]
    assert {axes.get_xlabel(), axes.get_ylabel()} == {"a", "b"}
    limits = {axes.get_xlabel(): axes.get_xlim(), axes.get_ylabel(): axes.get_ylim()}
    assert limits == {"a": (-1, 2), "b": (0, 5)}


def test_arrows_can_be_left_out():
    def arrows(sheet):
        return [one for one in sheet.axes[0].collections if isinstance(one, Quiver)]

    assert len(arrows(plot.function("x*y", x=(-1, 1), y=(-1, 1)))) == 1
    assert arrows(plot.function("x*y", arrows=False, x=(-1, 1), y=(-1, 1))) == []


def test_a_callable_is_the_same_curve():
    (axes,) = plot.function(lambda x: tw.math.exp(x), x=(0, 1)).axes
    (line,) = axes.get_lines()
    assert line.get_ydata() == pytest.approx(np.exp(line.get_xdata()))


def test_what_is_not_a_number_is_not_drawn():
    (axes,) = plot.function("log(x)", x=(-1, 1)).axes
    (line,) = axes.get_lines()
    assert np.isnan(line.get_ydata()[line.get_xdata() <= 0]).all()


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ({}, "0 ranges came"),
        ({"x": (0, 1), "y": (0, 1), "z": (0, 1)}, "3 ranges came"),
        ({"x": (1, 0)}, r"The range of x is \(1, 0\)"),
        ({"y": (0, 1)}, "x has no start value"),
    ],
)
def test_wrong_ranges_are_refused(words, part):
    with pytest.raises(tw.ThalwegError, match=part):
        plot.function("x**2", **words)


@pytest.mark.parametrize(
    ("kind", "magic"), [("png", b"\x89PNG\r\n"), ("svg", b"<?xml"), ("pdf", b"%PDF")]
)
def test_the_same_picture_is_the_same_file(kind, magic, tmp_path):
    files = [tmp_path / f"one.{kind}", tmp_path / f"two.{kind}"]
    for file in files:
        plot.save(plot.function("x**2 + y**2", x=(-1, 1), y=(-1, 1)), file)
    first, second = (file.read_bytes() for file in files)
    assert first.startswith(magic)
    assert first == second


def test_notebooks_get_a_png():
    assert plot.function("x**2", x=(-1, 1))._repr_png_().startswith(b"\x89PNG\r\n")


def test_no_window_and_no_shared_canvas():
    program = (
        "import sys, thalweg as tw; from thalweg import plot;"
        "plot.function('x**2', x=(-1, 1)); print('matplotlib.pyplot' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert (answer.stdout, answer.stderr) == ("False\n", "")


def test_plot_is_a_room_of_the_face():
    assert tw.plot is plot
