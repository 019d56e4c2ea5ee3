"""What a start costs: the import, ours and the peers', `--help`, a descent from the command line."""

from __future__ import annotations

import importlib.util
import os
import statistics
import subprocess
import sys
import time

ROUNDS = 11
CUBIC = ["minimize", "x**3 + 2*x - 3", "--target", "0", "x=5"]
PEERS = {
    "import tensorflow": "tensorflow",
    "import torch": "torch",
    "import jax.numpy": "jax",
}
PEERS_ROUNDS = 3
COMMANDS = {
    "python": [sys.executable, "-c", "pass"],
    "import numpy": [sys.executable, "-c", "import numpy"],
    "import thalweg": [sys.executable, "-c", "import thalweg"],
    "thalweg --help": [sys.executable, "-m", "thalweg.cli.main", "--help"],
    "thalweg minimize (N4.3)": [sys.executable, "-m", "thalweg.cli.main", *CUBIC],
}


def starts() -> dict[str, tuple[float, float, float]]:
    """Wall seconds of each command: median and quartiles, in turns; the peers', which are long, in few."""
    commands = COMMANDS | {
        words: [sys.executable, "-c", words]
        for words, package in PEERS.items()
        if importlib.util.find_spec(package)
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    # As after an installation, modules are compiled: the round that does not count writes them down.
    writes = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    quiet = {**writes, "NO_COLOR": "1"}
    for number in range(ROUNDS + 1):
        for name, command in commands.items():
            if name in PEERS and number > PEERS_ROUNDS:
                continue
            begin = time.perf_counter()
            subprocess.run(
                command,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=True,
                env=quiet,
            )
            seconds[name].append(time.perf_counter() - begin)
    cut = {name: statistics.quantiles(values[1:], n=4) for name, values in seconds.items()}
    return {name: (middle, low, high) for name, (low, middle, high) in cut.items()}
