"""What does a function of one or two numbers look like?"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from thalweg.errors import DescentError
from thalweg.plot.contours import draw_arrows, draw_contours
from thalweg.plot.landscape import Function, Landscape
from thalweg.plot.sheet import BLUE, Sheet, plain, styled

__all__ = ["function"]


def function(fun: Function, *, arrows: bool = True, **ranges: tuple[float, float]) -> Figure:
    """Draw a function: a curve over one number, contours with arrows downhill over two.

    An arrow points along −∇f, which is down; its length grows with the slope.

    Args:
        fun: a formula, or a callable of numbers by name.
        arrows: whether the arrows are drawn.
        **ranges: for each name its low and high end; the first goes across, the second up.

    Returns:
        A matplotlib `Figure`.

    Raises:
        DescentError: there are not one or two ranges, or one of them is empty.
        ExpressionError: the formula cannot be read, or has other names.

    >>> function("sin(x)*cos(y)", x=(-3, 3), y=(-2, 2)).savefig("hills.png")
    """
    if len(ranges) not in (1, 2):
        raise DescentError(
            f"{len(ranges)} ranges came; a picture shows one or two numbers, such as x=(-1, 1)."
        )
    for name, (low, high) in ranges.items():
        if not low < high:
            raise DescentError(f"The range of {name} is ({low:g}, {high:g}); low, then high.")
    middle = {name: 0.5 * (low + high) for name, (low, high) in ranges.items()}
    scene = Landscape(fun, middle)
    box = np.array([ranges[name] for name in scene.names], dtype=np.float64)
    sheet = Sheet()
    axes = sheet.add_subplot()
    if len(ranges) == 1:
        grid = np.linspace(box[0, 0], box[0, 1], 601)
        axes.plot(grid, scene.values(grid[:, None]), color=BLUE, linewidth=1.8)
        styled(axes, scene.names[0], "f")
    else:
        draw_contours(sheet, axes, scene, box)
        if arrows:
            draw_arrows(axes, scene, box)
        styled(axes, *scene.names)
        axes.grid(False)
    axes.set_title(plain(scene.title), fontsize=10)
    return sheet
