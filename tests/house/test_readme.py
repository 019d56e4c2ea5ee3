"""The README's two commands are where `.ci/run` looks for them, and name files that exist."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parents[2]


def command(number: int) -> subprocess.CompletedProcess[str]:
    script = str(TOP / ".ci" / "readme_commands.py")
    return subprocess.run(
        [sys.executable, script, str(TOP / "README.md"), str(number)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_first_command_installs_and_fits_what_ships():
    words = shlex.split(command(1).stdout)
    assert words[:6] == ["pip", "install", ".", "&&", "thalweg", "fit"]
    assert (TOP / words[6]).is_file()


def test_the_second_command_installs_and_tests():
    words = shlex.split(command(2).stdout)
    assert words[:7] == ["pip", "install", ".[test]", "&&", "python", "-m", "pytest"]


def test_a_command_that_is_not_there_is_told():
    answer = command(99)
    assert answer.returncode == 1
    assert "number 99 was asked for" in answer.stderr
