"""What does a public name of a library take: which parameters, in which order, with which defaults?

`python tests/peers/signatures.py` reads TensorFlow's and writes them to `signatures.json`, against
which the default test run holds this library where TensorFlow is not installed.
"""

from __future__ import annotations

import inspect
import json
from enum import Enum
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NAMES = HERE / "names.json"
STORED = HERE / "signatures.json"

KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: "positional",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "either",
    inspect.Parameter.VAR_POSITIONAL: "*",
    inspect.Parameter.KEYWORD_ONLY: "keyword",
    inspect.Parameter.VAR_KEYWORD: "**",
}
BY_KIND = {text: kind for kind, text in KINDS.items()}


def listed_names() -> dict[str, Any]:
    """Return the names in scope: `rooms`, `members`, `later`, `unlike`."""
    return json.loads(NAMES.read_text("utf-8"))


def dotted_names(library: Any) -> list[str]:
    """Return every dotted name in scope; the root's names stand in `math` too where `library` has them."""
    rooms = listed_names()["rooms"]
    names = list(rooms["root"])
    names += [f"math.{n}" for n in rooms["root"] if hasattr(library.math, n)]
    names += [f"{room}.{n}" for room in rooms if room != "root" for n in rooms[room]]
    return sorted(set(names))


def find(library: Any, dotted: str) -> Any:
    """Walk a dotted name down from the library; AttributeError where it ends."""
    value = library
    for part in dotted.split("."):
        value = getattr(value, part)
    return value


def member_of(library: Any, owner: str, member: str) -> Any:
    """Return a class's member as it stands there; TensorFlow makes its Tensors of a class below."""
    value = find(library, owner)
    if not hasattr(value, member):
        value = type({"Tensor": library.constant, "Variable": library.Variable}[owner](1.0))
    return inspect.getattr_static(value, member)


def read(value: Any) -> list[list[Any]] | None:
    """Return a callable's parameters as `[name, kind]` or `[name, kind, default]`, None if it is none."""
    if not callable(value) or (inspect.isclass(value) and issubclass(value, Enum)):
        return None
    if inspect.isclass(value) and value.__name__.endswith("Variable"):
        value = value.__init__  # the classes above it hide the parameters behind *args
    try:
        parameters = list(inspect.signature(value).parameters.values())
    except ValueError:
        return None  # made in C, and never called by users: TensorFlow's Tensor
    return [
        [p.name, KINDS[p.kind], *([] if p.default is p.empty else [plain(p.default)])]
        for p in parameters
        if p.name != "self"
    ]


def plain(default: Any) -> Any:
    """Return a default as JSON can hold it; a dtype and an enumeration's member by name."""
    if isinstance(default, Enum):
        return default.value if isinstance(default.value, str) else {"member": default.name}
    if default is None or isinstance(default, str | bool | int | float | dict):
        return default
    if isinstance(default, tuple | list):
        return [plain(part) for part in default]
    if hasattr(default, "as_numpy_dtype"):
        return {"dtype": default.name}
    try:
        import numpy as np

        return {"dtype": np.dtype(default).name}
    except TypeError:
        return {"text": type(default).__name__}


def read_all(library: Any) -> dict[str, Any]:
    """Return the parameters of every name and member in scope; a name missing there is left out."""
    found: dict[str, Any] = {}
    for dotted in dotted_names(library):
        try:
            value = find(library, dotted)
        except AttributeError:
            continue
        found[dotted] = read(value)
    for owner, members in listed_names()["members"].items():
        for member in members:
            found[f"{owner}.{member}"] = read_member(library, owner, member)
    return found


def read_member(library: Any, owner: str, member: str) -> Any:
    """Return the parameters of a method, or "property"; Python's own operators say no more than that."""
    value = member_of(library, owner, member)
    if isinstance(value, staticmethod | classmethod):
        value = getattr(find(library, owner), member)
    if not callable(value):
        return "property"
    return "operator" if member.startswith("__") else read(value)


def rebuilt(parameters: list[list[Any]]) -> inspect.Signature:
    """Make a signature of stored parameters, each default standing for itself."""
    return inspect.Signature(
        [
            inspect.Parameter(
                name, BY_KIND[kind], default=default[0] if default else inspect.Parameter.empty
            )
            for name, kind, *default in parameters
        ]
    )


def main() -> None:
    import tensorflow

    found = read_all(tensorflow)
    lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(found.items()))
    STORED.write_text(f"{{\n{lines}\n}}\n", "utf-8")
    print(f"{len(found)} names of TensorFlow {tensorflow.__version__} written to {STORED.name}")


if __name__ == "__main__":
    main()
