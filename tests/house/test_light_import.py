"""`import thalweg` loads NumPy and the package, nothing heavy, and prints nothing."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {"click", "llvmlite", "matplotlib", "rich", "scipy"}

PROGRAM = """
import sys
import numpy
before = set(sys.modules)
import thalweg
print(*sorted({name.partition(".")[0] for name in set(sys.modules) - before}))
"""


def test_import_loads_nothing_heavy_and_is_quiet():
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert answer.stderr == ""
    (line,) = answer.stdout.splitlines()
    loaded = set(line.split())
    assert "thalweg" in loaded
    assert loaded & HEAVY == set()


def test_what_tab_shows_is_what_people_look_for():
    from typing import Any

    import thalweg as tw

    shown = {name for name in dir(tw) if not name.startswith("_")}
    assert {"GradientTape", "minimize", "curve_fit", "math", "nn", "losses", "plot"} <= shown
    assert set(tw.__all__) <= shown
    assert all(hasattr(tw, name) for name in shown)
    ours = {name: getattr(tw, name) for name in shown}
    assert not [name for name, value in ours.items() if value is Any]
    foreign = [
        name
        for name, value in ours.items()
        if isinstance(value, type(sys)) and not value.__name__.startswith("thalweg")
    ]
    assert foreign == []
