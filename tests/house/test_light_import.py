"""`import thalweg` loads NumPy and the package, nothing heavy, and prints nothing."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {"click", "matplotlib", "rich", "scipy"}

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
