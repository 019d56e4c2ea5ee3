"""Which pages are there to make, and how do those in `docs/` compare?"""

from __future__ import annotations

from pathlib import Path

from pages.families import families
from pages.missing import faults
from pages.numerics import lacking, numerics
from pages.reference import FOLDER, reference
from pages.vector_math import unmeasured, vector_math

DOCS = Path(__file__).parents[1] / "docs"


def make() -> tuple[dict[str, str], list[str]]:
    """The pages by their path below `docs/`, and what is missing for them; one of the two is empty."""
    found = families()
    missing = [*faults(found), *lacking(), *unmeasured()]
    if missing:
        return {}, missing
    return {**reference(found), **numerics(), **vector_math()}, []


def differing(made: dict[str, str], docs: Path = DOCS) -> list[str]:
    """The pages that are missing, differ, or are no longer made."""
    there = {f"{FOLDER}/{file.name}" for file in (docs / FOLDER).glob("*.md")}
    read = {
        name: (docs / name).read_text(encoding="utf-8") for name in made if (docs / name).exists()
    }
    return sorted({name for name in made if read.get(name) != made[name]} | (there - set(made)))


def write(made: dict[str, str], docs: Path = DOCS) -> list[str]:
    """Bring `docs/` up to date; returns the pages that changed."""
    changed = differing(made, docs)
    for name in changed:
        file = docs / name
        if name in made:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(made[name], encoding="utf-8")
        else:
            file.unlink()
    return changed
