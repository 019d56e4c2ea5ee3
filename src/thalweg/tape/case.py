"""One question why a gradient is None: what was asked, and the evidence laid out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from thalweg.core.handle import Handle, Trainable
from thalweg.core.recording import ALL_RINGS, Happening, Site
from thalweg.core.sites import Place, place
from thalweg.tape.intervals import Pause, pause_at
from thalweg.tape.lineage import PASSES, UNFOLLOWED, UNRECORDED, Lineage, Link
from thalweg.tape.recording import Recording
from thalweg.tape.routes import Routes, through_escapes, through_gradients
from thalweg.tape.source_lines import carries

PACKAGE = __file__[: __file__.rindex("tape")]
UNNAMED = "Variable"


class Evidence:
    """What all sources of one question share: the tape's traces and the ways back from the targets.

    Args:
        recording: the tape's record.
        history: when the tape was switched on and off.
        targets: what was asked for; not only Tensors.
        target_text: what the user calls it, "" where that is not known.
        asked: the line of the question.
    """

    def __init__(
        self,
        recording: Recording,
        history: Sequence[Happening],
        targets: Sequence[Any],
        target_text: str,
        asked: Site | None,
    ) -> None:
        self.recording = recording
        self.history = history
        self.targets = [one for one in targets if isinstance(one, Handle)]
        self.plain = [one for one in targets if not isinstance(one, Handle)]
        self.target_name = f"`{target_text}`" if target_text else "the target"
        self.asked = asked
        home = next((one.what for one in history if one.kind == "enter"), "MainThread")
        self.lineage = Lineage(recording, home)
        self.keys = [one.key for one in self.targets]

    @cached_property
    def routes(self) -> Routes:
        """The ways that are known for certain."""
        return Routes(self.lineage, self.keys)

    @cached_property
    def through_gradients(self) -> Routes:
        """With the ways from what a gradient gave to what it was taken of."""
        return Routes(self.lineage, self.keys, through_gradients(self.lineage))

    @cached_property
    def through_plain_values(self) -> Routes:
        """With the ways through plain values that the program's text shows."""
        return Routes(self.lineage, self.keys, through_escapes(self.lineage, True, self.asked))

    @cached_property
    def guesses(self) -> Routes:
        """With the ways through plain values that cannot be ruled out."""
        return Routes(self.lineage, self.keys, through_escapes(self.lineage, False, self.asked))


class Case:
    """A source beside the evidence.

    Args:
        evidence: of the question.
        source: anything.
        text: what the user calls it, "" where that is not known.
    """

    def __init__(self, evidence: Evidence, source: Any, text: str) -> None:
        self.evidence = evidence
        self.recording = evidence.recording
        self.history = evidence.history
        self.lineage = evidence.lineage
        self.routes = evidence.routes
        self.targets = evidence.targets
        self.target_name = evidence.target_name
        self.source = source
        self.text = text
        self.source_name = f"`{text}`" if text else "the source"
        if isinstance(source, Trainable):
            self.source_name = self.variable(source.key, source.name, text)
        self.guessed = False

    @cached_property
    def cuts(self) -> list[Link]:
        """Where the ways are cut; gradients and plain values are looked through where that is needed."""
        key = self.source.key
        found = self.routes.decisive(key, self.cut_again)
        if not found and self.lineage.gradients:
            found = self.evidence.through_gradients.decisive(key, self.cut_again)
        if not found and self.lineage.escapes:
            found = self.evidence.through_plain_values.decisive(key, self.cut_again)
            if not found:
                found = self.evidence.guesses.decisive(key, self.cut_again)
                self.guessed = bool(found)
        return found

    def cut_again(self, link: Link) -> bool:
        """Whether a link would still be a cut if everything before it were mended."""
        if link.kind in (PASSES, UNFOLLOWED):
            return False
        if link.kind is not UNRECORDED:
            return True
        if self.pause(link.at) is None:
            return False
        made_then = self.pause(link.source) is not None and link.source not in self.routes.origins
        return not made_then

    def reaches(self, key: Any) -> bool:
        """Whether a value was made of the source, by whatever calls."""
        return self.source.key in Routes(self.lineage, [key]).seen

    def escapes_to_target(self) -> list[Happening]:
        """Where a target that is a plain value may have left the library, most likely first."""
        asked = self.evidence.asked
        told = [(carries(one.site, asked) if asked else None, one) for one in self.lineage.escapes]
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
        span = self.lineage.span_at(at) if site is not None and internal(site) else None
        return place(span.site if span is not None else site)

    def call(self, link: Link) -> str:
        """The name of a link's call, as the user wrote it."""
        span = (
            self.lineage.span_at(link.at) if link.site is not None and internal(link.site) else None
        )
        return span.name if span is not None else link.name

    def variable(self, key: Any, name: str = "", text: str = "") -> str:
        """What to call a Variable: its own name, what the user calls it, or where it was made."""
        birth = self.lineage.births.get(key)
        own = (name or (birth.name if birth else "")).removesuffix(":0")
        if own and own != UNNAMED:
            return f"Variable '{own}'"
        if text:
            return f"`{text}`"
        made = place(birth.site) if birth is not None else None
        return f"the Variable made at {made}" if made else "the Variable"

    def variables_behind(self, key: Any) -> list[Any]:
        """The Variables that a value was computed from."""
        known = {*self.lineage.births, *self.recording.variables}
        return [one for one in Routes(self.lineage, [key]).seen if one in known and one != key]


def internal(site: Site) -> bool:
    """Whether a call site is in this package and not in the user's program."""
    return site[0].co_filename.startswith(PACKAGE)


__all__ = ["Case", "Evidence"]
