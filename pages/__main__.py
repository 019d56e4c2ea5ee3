"""`python -m pages [--check]`: write the made pages of `docs/`, or say which are not as they would be."""

from __future__ import annotations

import sys

from pages.making import differing, make, write


def main(words: list[str]) -> int:
    """Write, or compare; the exit code is 1 where something is missing or differs."""
    if words not in ([], ["--check"]):
        print("usage: python -m pages [--check]", file=sys.stderr)
        return 2
    made, lacking = make()
    for line in lacking:
        print(line, file=sys.stderr)
    if lacking:
        print(f"{len(lacking)} missing; no page was written", file=sys.stderr)
        return 1
    if not words:
        for name in write(made):
            print(name)
        return 0
    stale = differing(made)
    for name in stale:
        print(f"docs/{name} is not as `python -m pages` makes it")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
