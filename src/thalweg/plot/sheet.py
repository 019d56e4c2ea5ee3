"""What does an empty picture look like? Its paper, its colours, its text."""

from __future__ import annotations

import io
import textwrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

__all__ = ["BLUE", "GREEN", "GREY", "ORANGE", "RED", "Sheet", "legend_above", "plain", "styled"]

# Okabe and Ito's palette, which colour-blind readers can tell apart:
# M. Okabe, K. Ito, "Color Universal Design" (2008), https://jfly.uni-koeln.de/color/
BLUE, RED, GREEN, ORANGE, GREY = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#666666"


class Sheet(Figure):
    """A figure of its own: it needs no window and no pyplot, and shows itself in notebooks.

    Args:
        width: inches.
        height: inches.
    """

    def __init__(self, width: float = 7.2, height: float = 5.4, **kwargs: Any) -> None:
        super().__init__(figsize=(width, height), dpi=150, layout="constrained", **kwargs)

    def _repr_png_(self) -> bytes:
        page = io.BytesIO()
        self.savefig(page, format="png")
        return page.getvalue()


def styled(axes: Axes, across: str = "", up: str = "") -> None:
    """Gives axes their labels, a light grid and no box."""
    axes.set_xlabel(plain(across))
    axes.set_ylabel(plain(up))
    axes.grid(True, color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def plain(text: str, width: int = 88) -> str:
    r"""Returns text that matplotlib draws as it is written, on lines of at most `width` signs.

    >>> plain("cost in $ and $")
    'cost in \\$ and \\$'
    """
    if len(text) > 3 * width:
        text = f"{text[: 3 * width - 4]} ..."
    return "\n".join(textwrap.wrap(text, width)).replace("$", r"\$")


def legend_above(figure: Figure, axes: Axes) -> None:
    """Puts the legend above the axes, where it hides no data."""
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        figure.legend(
            handles,
            labels,
            loc="outside upper center",
            ncols=5,
            frameon=False,
            fontsize=9,
            columnspacing=1.4,
            handletextpad=0.5,
        )
