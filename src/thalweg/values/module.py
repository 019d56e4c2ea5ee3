"""Module: an object that knows the Variables and Modules it holds."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from thalweg.core.trees import sorted_keys
from thalweg.values.name_scope import name_scope
from thalweg.values.variable import Variable

_HUMP = re.compile(r"((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))")
_IDENTIFIER = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


class Module:
    """Collects the Variables and Modules among its attributes, in lists, tuples and dictionaries too.

    They come in TensorFlow's order: a Module's own first, by attribute name and, within one, as
    nestings are flattened; then those of the Modules it holds. Each comes once.

    Args:
        name: a Python identifier; by default the class's name in small letters.

    Raises:
        ValueError: the name is no identifier.

    >>> import thalweg as tw
    >>> class Dense(tw.Module):
    ...     def __init__(self, inputs, outputs):
    ...         super().__init__()
    ...         with self.name_scope:
    ...             self.w = tw.Variable(tw.ones([inputs, outputs]), name="w")
    ...             self.b = tw.Variable(tw.zeros([outputs]), name="b")
    ...     def __call__(self, x):
    ...         return x @ self.w + self.b
    >>> [v.name for v in Dense(3, 2).trainable_variables]
    ['dense/b:0', 'dense/w:0']
    """

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            name = _HUMP.sub(r"_\1", type(self).__name__).lower()
        elif not _IDENTIFIER.fullmatch(str(name)):
            raise ValueError(
                f"{name!r} is not a valid module name. Module names must be valid Python identifiers "
                f"(e.g. a valid class name)."
            )
        self._name = name
        with name_scope(name) as scope:
            self._name_scope = name_scope(scope)

    @property
    def name(self) -> str:
        """The name, without those of the Modules around it."""
        return self._name

    @property
    def name_scope(self) -> name_scope:
        """The scope for the names of its Variables: `with self.name_scope:`."""
        return self._name_scope

    @property
    def variables(self) -> tuple[Any, ...]:
        """All Variables, its own and those of the Modules it holds."""
        return tuple(self._flatten(predicate=_is_variable))

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        """The Variables that tapes watch when they are read."""
        return tuple(self._flatten(predicate=lambda one: _is_variable(one) and one.trainable))

    @property
    def non_trainable_variables(self) -> tuple[Any, ...]:
        """The other Variables."""
        return tuple(self._flatten(predicate=lambda one: _is_variable(one) and not one.trainable))

    @property
    def submodules(self) -> tuple[Any, ...]:
        """All Modules that it holds, and those that they hold."""
        return tuple(self._flatten(predicate=lambda one: isinstance(one, Module)))

    @classmethod
    def with_name_scope(cls, method: Callable[..., Any]) -> Callable[..., Any]:
        """A method that runs inside the Module's name scope; for use as a decorator."""

        @functools.wraps(method)
        def scoped(self: Any, *args: Any, **named: Any) -> Any:
            with self.name_scope:
                return method(self, *args, **named)

        return scoped

    def _flatten(
        self,
        recursive: bool = True,
        predicate: Callable[[Any], Any] | None = None,
        attribute_traversal_key: Callable[[str], Any] | None = None,
        with_path: bool = False,
        expand_composites: bool = False,
    ) -> Iterator[Any]:
        """The leaves of the attributes; for classes that collect something else than Variables.

        Args:
            recursive: whether to go into the Modules it holds.
            predicate: which leaves; all by default.
            attribute_traversal_key: a key to sort the attributes' names by.
            with_path: whether to give `(path, leaf)`, and a leaf once for each path.
            expand_composites: accepted for TensorFlow's sake.
        """
        walk = _Walk(recursive, predicate or _anything, attribute_traversal_key, with_path)
        return walk.of(self, ())


def _anything(leaf: Any) -> bool:
    return True


def _is_variable(leaf: Any) -> bool:
    return isinstance(leaf, Variable)


class _Walk:
    """One walk over a Module and those that it holds; objects are told apart by identity."""

    def __init__(
        self,
        recursive: bool,
        predicate: Callable[[Any], Any],
        key: Callable[[str], Any] | None,
        with_path: bool,
    ) -> None:
        self.recursive = recursive
        self.predicate = predicate
        self.key = key
        self.with_path = with_path
        self.seen: list[Any] = []  # the leaves themselves: while they live, no id is given twice
        self.ids: set[int] = set()
        self.around: list[Module] = []

    def of(self, module: Module, path: tuple[Any, ...]) -> Iterator[Any]:
        if not self.around:
            self._is_new(module)
        turning_back = any(one is module for one in self.around)
        inner: list[tuple[tuple[Any, ...], Module]] = []
        attributes = vars(module)
        for name in sorted(attributes, key=self.key):
            for below, leaf in _leaves(attributes[name], (*path, name)):
                if not self.with_path and not self._is_new(leaf):
                    continue
                if self.predicate(leaf):
                    yield (below, leaf) if self.with_path else leaf
                if self.recursive and isinstance(leaf, Module) and not turning_back:
                    inner.append((below, leaf))
        self.around.append(module)
        for below, one in inner:
            yield from self.of(one, below)
        self.around.pop()

    def _is_new(self, leaf: Any) -> bool:
        if id(leaf) in self.ids:
            return False
        self.ids.add(id(leaf))
        self.seen.append(leaf)
        return True


def _leaves(tree: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The leaves of a nesting with the way to each: indices, keys, names of fields."""
    if isinstance(tree, Mapping):
        for key in sorted_keys(tree):
            yield from _leaves(tree[key], (*path, key))
    elif isinstance(tree, list | tuple):
        names = getattr(tree, "_fields", None)
        for place, branch in enumerate(tree):
            yield from _leaves(branch, (*path, names[place] if names else place))
    else:
        yield path, tree


__all__ = ["Module"]
