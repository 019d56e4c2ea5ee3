"""`python -m mutation`: plant mistakes in gradient rules and see which are found."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mutation.reporting import PAGE, page
from mutation.running import EXPLAINED, FOUND, NONE, SAME, SURVIVED, run


def main() -> int:
    """Run, tell, and answer 1 where something was not found and has no reason."""
    parser = argparse.ArgumentParser(prog="mutation", description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="rows by their names")
    parser.add_argument("--write", action="store_true", help=f"write docs/{PAGE.name}")
    parser.add_argument(
        "--kept", type=Path, metavar="FILE", help="remember outcomes, and go on from there"
    )
    given = parser.parse_args()
    done = run(given.only, lambda line: print(line, flush=True), kept=given.kept)
    tried = len(done.outcomes) - done.count(NONE, SAME)
    print(
        f"{done.count(FOUND)} of {tried} found, {done.score:.2%}; {done.count(EXPLAINED)} explained, "
        f"{done.count(SURVIVED)} not; {done.count(SAME)} change no answer that was drawn (with these "
        f"{done.strict_score:.2%}); {done.count(NONE)} no mistakes; {done.seconds:.0f} s"
    )
    for line in done.stale:
        print(f"a reason for what did not survive: {line}")
    if given.write:
        PAGE.write_text(page(done), encoding="utf-8")
    return int(bool(done.count(SURVIVED) or done.failing or done.stale))


if __name__ == "__main__":
    sys.exit(main())
