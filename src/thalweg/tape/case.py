"""One question why a gradient is None: what was asked, and the evidence laid out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from thalweg.core.handle import Handle, Trainable
from thalweg.core.recording import ALL_RINGS, Happening, Site
from thalweg.core.sites import Place, place
from thalweg.tape.intervals import Pause, pause_at
from thalweg.tape.lineage import Lineage, Link
from thalweg.tape.recording import Recording
from thalweg.tape.routes import Routes, through_escapes, through_gradients
from thalweg.tape.source_lines import carries


class Case:
    """A target and a source on one tape.

    Args:
        recording: the tape's record.
        history: when the tape was switched on and off.
        targets: what was asked for; not only Tensors.
        source: by what; anything.
        names: what the user calls target and source, "" where that is not known.
        asked: the line of the question.
    """

    def __init__(
        self,
        recording: Recording,
        history: Sequence[Happening],
        targets: Sequence[Any],
        source: Any,
        names: tuple[str, str],
        asked: Site | None,
    ) -> None:
        self.recording = recording
        self.history = history
        self.targets = [one for one in targets if isinstance(one, Handle)]
        self.plain = [one for one in targets if not isinstance(one, Handle)]
        self.source = source
        self.asked = asked
        home = next((one.what for one in history if one.kind == "enter"), "MainThread")
        self.lineage = Lineage(recording, home)
        self.keys = [one.key for one in self.targets]
        self.target_name = f"`{names[0]}`" if names[0] else "the target"
        self.source_name = self.named(source, names[1])

    @cached_property
    def routes(self) -> Routes:
        """The ways that are known for certain."""
        return Routes(self.lineage, self.keys)

    @cached_property
    def cuts(self) -> list[Link]:
        """Where the ways are cut; gradients and plain values are looked through where that is needed."""
        found = self.routes.cuts(self.source.key)
        if not found and self.lineage.gradients:
            found = Routes(self.lineage, self.keys, through_gradients(self.lineage)).cuts(
                self.source.key
            )
        for certain in (True, False):
            if not found:
                more = through_escapes(self.lineage, certain, self.asked)
                found = Routes(self.lineage, self.keys, more).cuts(self.source.key)
                self.guessed = not certain and bool(found)
        return found

    guessed = False

    def reaches(self, key: Any) -> bool:
        """Whether a value was made of the source, by whatever calls."""
        return self.source.key in Routes(self.lineage, [key]).seen

    def escapes_to_target(self) -> list[Happening]:
        """Where a target that is a plain value may have left the library, most likely first."""
        escapes = list(self.lineage.escapes())
        told = [(carries(one.site, self.asked) if self.asked else None, one) for one in escapes]
        sure = [one for verdict, one in told if verdict]
        return sure or [one for verdict, one in told if verdict is None]

    def uses_of_source(self) -> list[Link]:
        """The calls that the source went into, earliest first."""
        key = self.source.key
        answers = {
            answer
            for answer, spec in self.recording.specs.items()
            if len(spec) > 2 and key in spec[3]
        }
        answers.update(out for out, entry in self.lineage.severed.items() if key in entry[1])
        for _, ring in tuple(ALL_RINGS.values()):
            answers.update(entry[0] for entry in ring if entry is not None and key in entry[2])
        links = [link for one in sorted(answers) for link in self.lineage.links(one)]
        return [link for link in links if link.source == key]

    def pause(self, at: int) -> Pause | None:
        """The pause of the tape that a moment lies in."""
        return pause_at(self.history, at)

    def place(self, at: int, site: Site | None) -> Place | None:
        """The user's line of something that happened."""
        if site is not None and internal(site):
            site = self.lineage.outside(at, site)
        return place(site)

    def named(self, value: Any, text: str = "") -> str:
        """What to call a value."""
        if isinstance(value, Trainable):
            return self.variable(value.key, value.name, text)
        return f"`{text}`" if text else "the source"

    def variable(self, key: Any, name: str = "", text: str = "") -> str:
        """What to call a Variable: its own name, what the user calls it, or where it was made."""
        birth = self.lineage.births.get(key)
        own = (name or (birth.name if birth else "")).removesuffix(":0")
        if own and own != "Variable":
            return f"Variable '{own}'"
        if text:
            return f"`{text}`"
        made = place(birth.site) if birth is not None else None
        return f"the Variable made at {made}" if made else "the Variable"

    def roots_of(self, key: Any) -> list[Any]:
        """The Variables that a value was computed from."""
        routes = Routes(self.lineage, [key])
        known = {*self.lineage.births, *self.recording.variables}
        return [one for one in routes.seen if one in known and one != key]


def internal(site: Site) -> bool:
    """Whether a call site is in this package and not in the user's program."""
    return site[0].co_filename.startswith(PACKAGE)


PACKAGE = __file__[: __file__.rindex("tape")]
