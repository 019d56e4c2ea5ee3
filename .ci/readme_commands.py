"""Print the README's shell commands, so that what CI runs and what the README says are one text.

usage: readme_commands.py README.md NUMBER     for example: readme_commands.py README.md 1

NUMBER counts the fenced blocks marked `sh`, from 1.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

_SHELL_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shell_commands(markdown: str) -> list[str]:
    """Return the text of every fenced block marked `sh`, in order."""
    return [block.strip() for block in _SHELL_BLOCK.findall(markdown)]


def main(readme: str, number: str) -> None:
    """Print one command, or leave with a line that says what is missing."""
    commands = shell_commands(Path(readme).read_text(encoding="utf-8"))
    if not 1 <= int(number) <= len(commands):
        sys.exit(f"{readme}: {len(commands)} blocks marked sh, but number {number} was asked for")
    print(commands[int(number) - 1])


if __name__ == "__main__":
    main(*sys.argv[1:])
