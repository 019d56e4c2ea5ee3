"""What a descent hands back: `OptimizeResult`, SciPy's fields in a class of our own."""

from __future__ import annotations

from typing import Any

__all__ = ["OptimizeResult"]


class OptimizeResult(dict[str, Any]):
    """A mapping whose entries are attributes as well, with the fields of SciPy's result.

    SciPy's own class is not used because importing `scipy.optimize` takes a third of a second.

    Fields: `x` (structured as the start was), `fun`, `jac`, `nit`, `nfev`, `njev`, `nhev`,
    `success`, `status`, `message`, `method`; `path` when it was recorded; `rate` for methods that
    have one, `rate_limit` when it was too large; `value` when there was a `target`.

    Attributes:
        why_not_compiled: why the search ran as Python; empty where it went on in machine code. It is no
            entry of the mapping: it is about how the answer was found, not what it is.

    >>> OptimizeResult(x=1.0, success=True).x
    1.0
    """

    why_not_compiled: str = ""

    def told(self, why_not_compiled: str) -> OptimizeResult:
        """Note why the search ran as Python; returns the result."""
        object.__setattr__(self, "why_not_compiled", why_not_compiled)
        return self

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            known = ", ".join(sorted(self))
            raise AttributeError(f"This result has no {name!r}; it has: {known}.") from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        try:
            del self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self]

    def __repr__(self) -> str:
        width = max((len(name) for name in self), default=0)
        indent = "\n" + " " * (width + 2)
        rows = (f"{name:>{width}}: {_shown(self[name], indent)}" for name in self)
        return "\n".join(rows) if self else "OptimizeResult()"


def _shown(value: Any, indent: str) -> str:
    text = str(value) if isinstance(value, str) else repr(value)
    return text.replace("\n", indent)
