"""`python -m pages [--check]`: write what is made of `docs/` and README.md, or say what is not as made."""

from __future__ import annotations

import sys

from pages import readme
from pages.making import differing, make, write


def main(words: list[str]) -> int:
    """Write, or compare; the exit code is 1 where something is missing or differs."""
    if words not in ([], ["--check"]):
        print("usage: python -m pages [--check]", file=sys.stderr)
        return 2
    made, lacking = make()
    lacking += readme.lacking()
    for line in lacking:
        print(line, file=sys.stderr)
    if lacking:
        print(f"{len(lacking)} missing; no page was written", file=sys.stderr)
        return 1
    if not words:
        for name in write(made):
            print(name)
        readme.README.write_text(readme.made(), encoding="utf-8")
        return 0
    stale = [f"docs/{name}" for name in differing(made)]
    if readme.README.read_text(encoding="utf-8") != readme.made():
        stale.append(readme.README.name)
    for name in stale:
        print(f"{name} is not as `python -m pages` makes it")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
