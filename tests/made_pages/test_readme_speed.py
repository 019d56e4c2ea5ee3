"""The README's part about speed says what was measured."""

from __future__ import annotations

import json

import pytest

from pages.readme import BEGIN, END, MEASURED, NOTHING, README, lacking, made, plain

FACTS = {
    "date": "2026-11-21",
    "processor": "Some processor",
    "numpy_kernel": "SkylakeX",
    "cores": 2,
    "threads": 2,
    "versions": {"numpy": "2.4.6", "torch": "2.13.0+cpu", "jax": "0.10.2", "scipy": "1.17.1"},
    "variables": {"OPENBLAS_CORETYPE": "unset"},
}


def timed(median, **more):
    return {"median": median, "low": 0.9 * median, "high": 1.1 * median, "turns": 11, **more}


def row(title, group, rivals, ratio=None):
    found = {"title": title, "group": group, "rivals": rivals}
    return found if ratio is None else {**found, "ratio": ratio}


ROWS = [
    row(
        "a step",
        "steps",
        {
            "thalweg": timed(7.5e-9),
            "thalweg, eager": timed(1e-9),
            "TensorFlow, eager": {"failed": "ValueError: a `tensor` | /some/where/file.py is None"},
            "PyTorch, eager": timed(4e-5),
            "JAX, jit": timed(1.2e-5),
            "JAX, fori_loop": timed(1.951e-8),
        },
        {"median": 2.6, "low": 2.4449, "high": 12.75, "peer": "JAX, fori_loop"},
    ),
    row(
        "a call",
        "steps",
        {"thalweg": timed(1.0, note="runs as Python: a line"), "JAX, jit": timed(0.99951)},
        {"median": 0.5, "low": 0.4, "high": 123.4, "peer": "JAX, jit"},
    ),
    row(
        "a fit",
        "solvers",
        {
            "thalweg": timed(2e-3),
            "thalweg, Python": timed(1e-3),
            "SciPy, curve_fit": timed(1e-3),
            "JAX, jit, SciPy's curve_fit": timed(3e-3),
        },
        {"median": 0.5, "low": 0.4, "high": 0.6, "peer": "SciPy, curve_fit"},
    ),
    *[
        row(
            f"matrix product, {dtype}, {size}",
            "matrices",
            {"thalweg": timed(size * 1e-6), "NumPy": timed(size * 2e-6)},
            {"median": 2.0, "low": 1.9, "high": 2.1, "peer": "NumPy"},
        )
        for dtype in ("float32", "float64")
        for size in (4, 2048)
    ],
]
ONE_THREAD = {"thalweg": 1.2e-4, "numpy": 1.5e-4, "ratio": 1.25}
ALONE = {
    "start": {
        "import numpy": [0.1, 0.09, 0.11],
        "import thalweg": [0.2, 0.19, 0.21],
        "import jax.numpy": [0.5, 0.4, 0.6],
    },
    "products": {"float32 128×784×128": ONE_THREAD, "float64 512³": ONE_THREAD},
}


@pytest.fixture
def page(tmp_path):
    """The README made from a README and measurements of our own."""

    def of(rows=ROWS, alone=ALONE, quick=False):
        readme, measured = tmp_path / "README.md", tmp_path / "measured.json"
        readme.write_text(f"before\n\n{BEGIN}\n\nold\n\n{END}\n\nafter\n", encoding="utf-8")
        found = {"environment": FACTS, "quick": quick, "rows": rows, "alone": alone}
        measured.write_text(json.dumps(found), encoding="utf-8")
        return readme, measured

    return of


def lines(text):
    return [line for line in text.splitlines() if line.startswith(("|", "-"))]


def test_the_committed_readme_is_what_was_measured():
    assert lacking() == []
    assert README.read_text(encoding="utf-8") == made(), "run `python -m pages`"
    assert (NOTHING in made()) is not MEASURED.exists()


def test_the_table(page):
    text = made(*page())
    assert text.startswith(f"before\n\n{BEGIN}\n\nMedians")
    assert text.endswith(f"\n\n{END}\n\nafter\n")
    assert "old" not in text
    assert "NumPy 2.4.6, SciPy 1.17.1, PyTorch 2.13.0, JAX 0.10.2 (OpenBLAS kernel SkylakeX" in text
    assert lines(text) == [
        "|  | thalweg | TensorFlow | PyTorch | JAX | ratio |",
        "| --- | --: | --: | --: | --: | --: |",
        "| a step | 7.50 ns | fails | 40.0 µs | 19.5 ns | **2.60** (2.44 to 12.8) |",
        "| a call | 1.00 s* | – | – | 1.00 s | **0.50** (0.40 to 123) |",
        "| import, a process (NumPy alone 100 ms) | 200 ms | – | – | 500 ms | **2.50** |",
        "| fits and searches | thalweg | SciPy | with JAX's functions | ratio |",
        "| --- | --: | --: | --: | --: |",
        "| a fit | 2.00 ms | 1.00 ms | 3.00 ms | **0.50** (0.40 to 0.60) |",
        "|  | 4 | 2 048 |",
        "| --- | --: | --: |",
        "| matrix product, float32 | 4.00 µs | 2.05 ms |",
        "| ratio to the best of NumPy, TensorFlow, PyTorch, JAX | **2.00** | **2.00** |",
        "| matrix product, float64 | 4.00 µs | 2.05 ms |",
        "| ratio to the best of NumPy, TensorFlow, PyTorch, JAX | **2.00** | **2.00** |",
        "- TensorFlow, eager: ValueError: a tensor … is None (a step)",
        "- \\* thalweg: runs as Python: a line (a call)",
    ]
    assert "float64 512³ 120 µs, NumPy 150 µs, ratio **1.25**." in text


def test_where_nothing_was_measured_it_says_so(page):
    readme, measured = page()
    measured.unlink()
    assert made(readme, measured) == f"before\n\n{BEGIN}\n\n{NOTHING}\n\n{END}\n\nafter\n"
    assert lacking(measured) == []


def test_a_quick_run_makes_no_table(page):
    assert "--quick" in lacking(page(quick=True)[1])[0]
    assert lacking(page()[1]) == []


def test_a_lost_mark_is_told(page):
    readme, measured = page()
    readme.write_text(f"{BEGIN}\nno end\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"README\.md has lost one of its marks"):
        made(readme, measured)


def test_a_long_message_is_cut():
    assert plain("word " * 100) == ("word " * 100)[:119] + "…"
