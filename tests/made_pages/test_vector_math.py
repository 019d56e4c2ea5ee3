"""The page of the vector mathematics says what was measured and what is stated."""

from __future__ import annotations

import json

import pytest

from benchmarks.vector_math.stated import BOUNDS, SPECIAL
from pages.making import DOCS
from pages.vector_math import MEASURED, PAGE, unmeasured, vector_math
from thalweg.native.vector_math import FUNCTIONS


@pytest.fixture
def measured(tmp_path):
    """A copy of what was measured, to be changed."""

    def changed(change):
        found = json.loads(MEASURED.read_text(encoding="utf-8"))
        change(found["errors"])
        file = tmp_path / "measured.json"
        file.write_text(json.dumps(found))
        return file

    return changed


def test_the_committed_page_is_as_it_is_made():
    assert vector_math() == {PAGE: (DOCS / PAGE).read_text(encoding="utf-8")}


def test_every_function_stands_in_the_three_tables():
    page = (DOCS / PAGE).read_text(encoding="utf-8")
    for name in FUNCTIONS:
        assert page.count(f"\n| `{name}` |") == 3


def test_everything_was_measured_and_is_within_its_bound():
    assert unmeasured() == []
    errors = json.loads(MEASURED.read_text(encoding="utf-8"))["errors"]
    for name, bounds in BOUNDS.items():
        for dtype, bound in zip(("float32", "float64"), bounds, strict=True):
            own = errors[name][dtype].values()
            assert min(one["points"] for one in own) > 10_000
            # A bound that is far above what is found says nothing.
            assert bound / 2 <= max(one["units"] for one in own) <= bound


def test_what_is_missing_gone_or_worse_is_told(measured):
    def change(errors):
        errors["log"]["float64"]["baseline"]["units"] = 7.5
        errors["lgo"] = errors.pop("exp")

    assert [line.partition(";")[0] for line in unmeasured(measured(change))] == [
        "exp: it was not measured",
        "lgo: there is no such function",
        "log (float64, baseline): 7.5 units, stated are 1.0",
    ]


def test_a_row_of_errors_shows_the_worst_machine_s_place(measured):
    def change(errors):
        errors["pow"]["float32"]["baseline"] = {"units": 0.5999, "at": [0.5, -3.0], "points": 9}

    page = vector_math(measured(change))[PAGE]
    row = next(line for line in page.splitlines() if line.startswith("| `pow` |"))
    assert row.split(" | ")[1] == "0.6"
    assert row.endswith("| 0.600 | 0.5, -3.0 |")


def test_special_values_are_printed_as_they_are_stated():
    rows = [line for line in vector_math()[PAGE].splitlines() if line.startswith("| `atan` |")]
    assert SPECIAL["atan"][1][1] == 0.0
    assert rows[-1] == (
        "| `atan` | 0 → 0; -0 → -0; ∞ → π/2; -∞ → -π/2; NaN → NaN; 1 → π/4; -1 → -π/4 |"
    )
