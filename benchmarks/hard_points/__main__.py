"""`python -m benchmarks.hard_points`: ask the peers, and write what they answered, when, in which version."""

from __future__ import annotations

import datetime
import importlib
import importlib.metadata
import json
import re
from pathlib import Path
from types import ModuleType

from benchmarks.environment import processor
from benchmarks.hard_points.asking import ask

FILE = Path(__file__).with_name("peers.json")
PEERS = {
    "TensorFlow": "in_tensorflow",
    "PyTorch": "in_torch",
    "JAX": "in_jax",
    "autograd": "in_autograd",
}


def version(peer: ModuleType) -> str:
    """The installed version, under whichever name the package carries."""
    for name in peer.PACKAGES:
        try:
            return importlib.metadata.version(name).partition("+")[0]
        except importlib.metadata.PackageNotFoundError:
            continue
    raise LookupError(f"none of {peer.PACKAGES} is installed; the bench extra brings them")


def one_line_a_point(found: dict[str, object]) -> str:
    """JSON in which a change of one answer is a change of one line."""
    text = json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False)
    deeper = re.compile(r"\n {4,}| *\n {3}(?=[}\]])")
    return deeper.sub(" ", text) + "\n"


def main() -> None:
    found: dict[str, object] = {
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "processor": processor(),
        "versions": {},
        "answers": {},
    }
    for name, file in PEERS.items():
        peer = importlib.import_module(f"benchmarks.hard_points.{file}")
        found["versions"][name] = version(peer)
        found["answers"][name] = ask(peer)
        print(f"{name} {found['versions'][name]}: {len(found['answers'][name])} points")
    FILE.write_text(one_line_a_point(found), encoding="utf-8")
    print(f"{FILE.name} is written; `python -m pages` prints it")


main()
