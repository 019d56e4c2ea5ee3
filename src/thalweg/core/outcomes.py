"""Who wants to see what came of a whole: of a function made of ops, of a rule in a sweep.

Recorders see each op; but inside a function made of ops, and inside a rule, a NaN may come up that
the next op takes away again. What such a whole came to is shown to the watchers here. The list is
empty unless somebody debugs, and then nothing is shown to anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Watcher(Protocol):
    """Somebody who sees outcomes."""

    def composed(self, name: str, given: Any, answer: Any) -> None:
        """See what a function made of ops answered.

        Args:
            name: the function's name.
            given: its arguments, a nesting.
            answer: what it answers, a nesting.
        """

    def ruled(self, op: Any, word: str, given: Any, answer: Any, lineage: Any) -> None:
        """See what a rule answered, in the shape and dtype of its input.

        Args:
            op: the row.
            word: "gradient" or "tangent".
            given: what the rule had, a nesting.
            answer: the gradient or the tangent.
            lineage: of the op's call, as a tape keeps it: shape, dtype, op, keys, code, offset.
        """


WATCHERS: list[Watcher] = []
"""All of them, on whatever thread."""


def shown(whole: Any, args: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """Call a function made of ops, and show the watchers what it answers."""
    answer = whole.function(*args, **named)
    for watcher in WATCHERS:
        watcher.composed(whole.name, (args, named), answer)
    return answer
