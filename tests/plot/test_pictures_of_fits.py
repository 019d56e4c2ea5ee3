"""A picture of a fit shows the data, the curve, its band and the residuals where they belong."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex

import thalweg as tw
from thalweg import plot

X = np.array([0.0, 1.0, 2.0, 3.0, 5.0, 8.0])
Y = np.array([1.2, 2.8, 5.1, 7.2, 10.9, 17.1])
NO_BREAK = "\u00a0"


def line(axes, label):
    (found,) = [one for one in axes.get_lines() if one.get_label() == label]
    return np.array(found.get_xdata(), float), np.array(found.get_ydata(), float)


def dots(axes):
    """The points drawn as dots."""
    found = [one for one in axes.get_lines() if one.get_marker() == "o"]
    return np.array(found[-1].get_xdata(), float), np.array(found[-1].get_ydata(), float)


@pytest.fixture(scope="module")
def straight():
    return tw.curve_fit("y = a + b*x", X, Y)


def test_data_curve_and_residuals(straight):
    top, bottom = plot.fit(straight).axes
    slope, height = np.polyfit(X, Y, 1)
    assert line(top, "data") == (pytest.approx(X), pytest.approx(Y))
    grid, curve = line(top, "fit")
    assert grid[0] <= X.min() < X.max() <= grid[-1]
    assert curve == pytest.approx(height + slope * grid)
    assert dots(bottom) == (pytest.approx(X), pytest.approx(Y - height - slope * X))


@pytest.mark.parametrize("level", [0.5, 0.95])
def test_the_band_is_the_textbook_s(straight, level):
    from scipy.stats import t

    top = plot.fit(straight, level=level).axes[0]
    (band,) = top.collections
    assert band.get_label() == f"{100 * level:g} % band of the curve"
    corners = band.get_paths()[0].vertices
    slope, height = np.polyfit(X, Y, 1)
    scatter = np.sqrt(np.sum((Y - height - slope * X) ** 2) / 4)
    # Confidence band of a regression line: s t √(1/n + (x − x̄)²/Σ(xᵢ − x̄)²)
    distance = (corners[:, 0] - X.mean()) ** 2 / np.sum((X - X.mean()) ** 2)
    half = t.ppf(0.5 + level / 2, 4) * scatter * np.sqrt(1 / 6 + distance)
    assert np.abs(corners[:, 1] - height - slope * corners[:, 0]) == pytest.approx(half, rel=1e-6)


def test_sigma_gives_bars_and_residuals_in_its_units():
    sigma = np.array([0.1, 0.1, 0.2, 0.2, 0.3, 0.3])
    result = tw.curve_fit("y = a + b*x", X, Y, sigma=sigma)
    top, bottom = plot.fit(result).axes
    (bars,) = [c for c in top.collections if len(c.get_paths()) == X.size]
    ends = np.array([path.vertices[:, 1] for path in bars.get_paths()])
    assert ends == pytest.approx(np.stack([Y - sigma, Y + sigma], axis=1))
    slope, height = np.polyfit(X, Y, 1, w=1 / sigma)
    assert dots(bottom)[1] == pytest.approx((Y - height - slope * X) / sigma)
    assert bottom.get_ylabel() == "residual / σ"


def test_labels_are_written_as_they_came(straight):
    top, bottom = plot.fit(straight, labels={"x": "cost ($)", "y": "power (mW)"}).axes
    assert (bottom.get_xlabel(), top.get_ylabel()) == (r"cost (\$)", "power (mW)")
    assert top.get_title().replace(NO_BREAK, " ").startswith("y = a + b*x\na = ")


def test_a_title_breaks_between_parameters_not_within_one():
    x = np.linspace(0, 1, 40)
    start = {f"parameter{number}": 1.0 for number in range(5)}
    powers = " + ".join(f"{name}*x**{power}" for power, name in enumerate(start))
    title = plot.fit(tw.curve_fit(f"y = {powers}", x, np.sin(3 * x), start)).axes[0].get_title()
    told = [line for line in title.splitlines() if "±" in line]
    assert len(told) > 1
    assert all(line.startswith("parameter") and line.count("=") == line.count("±") for line in told)


def test_two_predictors_show_measured_against_predicted():
    data = {"u": X, "v": np.array([1.0, 0.0, 2.0, 1.0, 0.0, 3.0])}
    y = 1 + 2 * data["u"] - data["v"] + 0.1 * np.array([1, -1, 1, -1, 1, -1])
    result = tw.curve_fit("y = a + b*u + c*v", data, y)
    top, bottom = plot.fit(result).axes
    design = np.column_stack([np.ones(6), data["u"], data["v"]])
    predicted = design @ np.linalg.lstsq(design, y, rcond=None)[0]
    assert line(top, "rows") == (pytest.approx(predicted), pytest.approx(y))
    assert dots(bottom)[1] == pytest.approx(y - predicted)
    assert (top.get_ylabel(), bottom.get_xlabel()) == ("y, measured", "y, predicted")


def test_a_model_over_no_numbers_shows_the_rows():
    result = tw.curve_fit(lambda x, a: a * np.ones(len(x)), ["r", "s"], [1.0, 3.0])
    assert plot.fit(result).axes[1].get_xlabel() == "y, predicted"


def test_a_callable_s_fit_has_its_curve():
    result = tw.curve_fit(lambda x, a, b: a + b * x, X, Y)
    named = tw.curve_fit(lambda d, a, b: a + b * d["t"], {"t": X}, Y)
    same = line(plot.fit(named).axes[0], "fit")
    assert same == tuple(pytest.approx(v) for v in line(plot.fit(result).axes[0], "fit"))
    assert plot.fit(named).axes[1].get_xlabel() == "t"
    grid, curve = line(plot.fit(result).axes[0], "fit")
    slope, height = np.polyfit(X, Y, 1)
    assert curve == pytest.approx(height + slope * grid)


def test_predictors_over_many_decades_stand_on_a_logarithmic_axis():
    x = np.geomspace(1e-2, 1e3, 30)
    result = tw.curve_fit("y = a*x**b", x, 2 * x**0.5 + 0.1 * np.cos(x))
    top, bottom = plot.fit(result).axes
    assert bottom.get_xscale() == "log"
    grid, _ = line(top, "fit")
    assert grid[1] / grid[0] == pytest.approx(grid[-1] / grid[-2])


def test_a_curve_is_not_continued_over_the_end_of_its_domain():
    x = np.array([0.01, 1.0, 2.0, 4.0])
    result = tw.curve_fit("y = a + b*log(x)", x, np.log(x) + 0.1 * np.array([1, -1, 1, -1]))
    grid, curve = line(plot.fit(result).axes[0], "fit")
    assert grid.min() >= 0
    assert np.isfinite(curve[grid > 0]).all()


def test_where_the_data_leave_the_curve_open_there_is_no_band():
    result = tw.curve_fit("y = a + b*x", [1.0, 1.0, 1.0], [1.0, 2.0, 3.0], {"a": 1, "b": 1})
    top = plot.fit(result).axes[0]
    assert "unknown" in top.get_title()


def test_a_fit_that_failed_says_so_in_its_title():
    result = tw.curve_fit("y = a*exp(-b*x)", X, Y, {"a": 100, "b": 9}, max_steps=1)
    assert not result.success
    assert "out of steps" in plot.fit(result).axes[0].get_title()


def test_a_cloud_of_points_stands_behind_the_curve():
    x = np.linspace(0, 1, 1000)
    result = tw.curve_fit("y = a + b*x", x, x + np.sin(99 * x))
    top = plot.fit(result).axes[0]
    order = {one.get_label(): one.get_zorder() for one in top.get_lines()}
    assert order["data"] < order["fit"]


def test_a_level_that_is_no_confidence_is_refused(straight):
    with pytest.raises(tw.DescentError, match="a confidence lies between 0 and 1"):
        plot.fit(straight, level=1.5)


def test_data_and_curve_differ_for_the_colour_blind(straight):
    # Okabe and Ito's blue and vermillion differ in lightness and for every kind of colour vision.
    top = plot.fit(straight).axes[0]
    colours = {one.get_label(): to_hex(one.get_color()).upper() for one in top.get_lines()}
    assert colours == {"data": "#0072B2", "fit": "#D55E00"}
