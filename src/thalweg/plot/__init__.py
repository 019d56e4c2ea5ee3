"""Pictures: a fit with its band and residuals, the way of a descent, a function with its arrows.

Each call returns a matplotlib `Figure` that belongs to nobody else: nothing is drawn on a shared
canvas, no window opens, and a notebook shows it where it stands last in a cell.

>>> import thalweg as tw
>>> from thalweg import plot
>>> result = tw.minimize("(x - 1)**2 + 10*(y - x**2)**2", {"x": -1, "y": 2}, record=True)
>>> plot.descent(result, "(x - 1)**2 + 10*(y - x**2)**2").savefig("way.png")
"""

from __future__ import annotations

from thalweg.plot.descent import descent
from thalweg.plot.fit import fit
from thalweg.plot.function import function
from thalweg.plot.save import save

__all__ = ["descent", "fit", "function", "save"]
