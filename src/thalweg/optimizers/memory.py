"""What does an optimizer remember of each Variable, and what are these things called?"""

from __future__ import annotations

from typing import Any

from thalweg.optimizers.kept import Part

__all__ = ["Memory"]


class Memory(dict[int, Any]):
    """The states of Variables, named tuples of arrays, by the Variables' keys.

    Args:
        words: what Keras calls the fields of a state, in its order; others follow under their own names.

    Attributes:
        parts: each field of each state that is no None, seen as a Variable.
    """

    def __init__(self, words: dict[str, str]) -> None:
        super().__init__()
        self.words = words
        self.parts: dict[int, dict[str, Part]] = {}
        self._names: dict[int, str] = {}

    def begin(self, key: int, name: str, state: Any) -> Any:
        """Keep the first state of a Variable."""
        self[key], self._names[key] = state, name
        words = self.words | {field: field for field in state._fields if field not in self.words}
        self.parts[key] = {
            field: Part(f"{name}_{word}", self, key, field)
            for field, word in words.items()
            if getattr(state, field, None) is not None
        }
        return state

    def variables(self) -> list[Part]:
        """All parts, for one Variable after the other."""
        return [part for key in self for part in self.parts[key].values()]

    def __reduce__(self) -> Any:
        """A copy has parts of its own."""
        return _remade, (self.words, {key: (self._names[key], self[key]) for key in self})


def _remade(words: dict[str, str], states: dict[int, tuple[str, Any]]) -> Memory:
    made = Memory(words)
    for key, (name, state) in states.items():
        made.begin(key, name, state)
    return made
