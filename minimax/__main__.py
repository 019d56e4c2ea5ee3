"""`python -m minimax [--check]`: derive the polynomials and write them, or compare with what is there."""

from __future__ import annotations

import sys

from minimax.writing import FILE, text


def main(words: list[str]) -> int:
    """Write the file, or say that it is not as it would be; the exit code is 1 where it differs."""
    if words not in ([], ["--check"]):
        print("usage: python -m minimax [--check]", file=sys.stderr)
        return 2
    made = text()
    if not words:
        FILE.write_text(made, encoding="utf-8")
        print(FILE.name)
        return 0
    if FILE.read_text(encoding="utf-8") != made:
        print(f"{FILE.name} is not as `python -m minimax` makes it")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
