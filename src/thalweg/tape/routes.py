"""The ways from a source to a target: which are whole, and where each of the others is cut first."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from thalweg.core.recording import Happening, Site
from thalweg.tape.lineage import DIFFERENTIATED, ESCAPED, PASSES, Lineage, Link
from thalweg.tape.source_lines import carries, takes_plain

More = Callable[[Any, list[Link], list[Link]], list[Link]]
"""From a value, its known links and the links that use it, to further links."""


class Routes:
    """Everything that targets were made of, as links from inputs to answers.

    Args:
        lineage: the traces.
        targets: keys.
        more: further links of a value, besides those that are known for certain.
    """

    def __init__(self, lineage: Lineage, targets: Iterable[Any], more: More | None = None) -> None:
        self.targets = tuple(targets)
        self.onward: dict[Any, list[Link]] = {}
        self.seen: set[Any] = set()
        self.origins: set[Any] = set()
        pending: list[tuple[Any, float]] = [(key, float("inf")) for key in self.targets]
        visited: set[tuple[Any, float]] = set()
        while pending:
            key, before = pending.pop()
            node = (key, before if key in lineage.assigns else 0.0)
            if node in visited:
                continue
            visited.add(node)
            self.seen.add(key)
            links = lineage.links(key, before)
            if more is not None:
                links = links + more(key, links, self.onward.get(key, []))
            if not links:
                self.origins.add(key)
            for link in links:
                self.onward.setdefault(link.source, []).append(link)
                pending.append((link.source, link.at))

    def reached(self, source: Any) -> dict[Any, Link | None]:
        """What a gradient of the source passes, each with the link by which it is reached first."""
        found: dict[Any, Link | None] = {source: None}
        pending = deque([source])
        while pending:
            for link in self.onward.get(pending.popleft(), ()):
                if link.kind is PASSES and link.answer not in found:
                    found[link.answer] = link
                    pending.append(link.answer)
        return found

    def whole(self, source: Any) -> list[Link] | None:
        """A way on which a gradient passes from a target to the source, first call first; or None."""
        if source not in self.seen:
            return None
        found = self.reached(source)
        for target in self.targets:
            if target in found:
                way: list[Link] = []
                link = found[target]
                while link is not None:
                    way.append(link)
                    link = found[link.source]
                return way[::-1]
        return None

    def cuts(self, source: Any) -> list[Link]:
        """Where the ways from the source are cut: the first link of each that no gradient passes."""
        if source not in self.seen:
            return []
        found = self.reached(source)
        return [
            link for key in found for link in self.onward.get(key, ()) if link.kind is not PASSES
        ]

    def decisive(self, source: Any, again: Callable[[Link], bool]) -> list[Link]:
        """Of the cuts those behind which the way to the target is cut least often.

        A comparison that chooses between two values cuts a way that no gradient could ever pass
        further on; what cuts the way of the values themselves is what the user wants to hear of.

        Args:
            source: a key.
            again: whether a link behind a cut is a cut of its own.
        """
        cuts = self.cuts(source)
        if len(cuts) < 2:
            return cuts
        left = self._cuts_left(again)
        least = min(left[link.answer] for link in cuts)
        return [link for link in cuts if left[link.answer] == least]

    def _cuts_left(self, again: Callable[[Link], bool]) -> dict[Any, int]:
        """How often the way from each value to a target is still cut, at least."""
        into: dict[Any, list[Link]] = {}
        for links in self.onward.values():
            for link in links:
                into.setdefault(link.answer, []).append(link)
        left: dict[Any, int] = dict.fromkeys(self.targets, 0)
        pending = deque(self.targets)
        while pending:
            key = pending.popleft()
            for link in into.get(key, ()):
                cost = left[key] + again(link)
                if cost < left.get(link.source, cost + 1):
                    left[link.source] = cost
                    (pending.append if again(link) else pending.appendleft)(link.source)
        return left


def through_gradients(lineage: Lineage) -> More:
    """Links from what a gradient gave back to its targets and sources."""

    def more(key: Any, links: list[Link], users: list[Link]) -> list[Link]:
        span = lineage.in_gradient(key)
        if span is None:
            return []
        return [
            Link(key, one, DIFFERENTIATED, "gradient", span.end, span.site)
            for one in span.keys
            if one < span.start
        ]

    return more


def through_escapes(lineage: Lineage, certain: bool, asked: Site | None) -> More:
    """Links from what was made of plain values to the Tensors that those values may have been.

    Args:
        lineage: the traces.
        certain: only where the program's text shows that the value went there; otherwise also where
            the text does not tell.
        asked: where the explanation was asked for.
    """
    known: dict[Any, bool | None] = {}

    def flows(escape: Happening, use: Site | None) -> bool:
        if use is None:
            return not certain
        pair = (escape.site, use)
        if pair not in known:
            known[pair] = carries(*pair)
        verdict = known[pair]
        return not certain if verdict is None else verdict

    def more(key: Any, links: list[Link], users: list[Link]) -> list[Link]:
        uses = _entrances(lineage, key, links, users, asked)
        return [
            Link(key, one.keys[0], ESCAPED, one.what, one.at, one.site)
            for one in lineage.escapes
            if one.keys[0] != key and any(one.at < at and flows(one, use) for at, use in uses)
        ]

    return more


def _entrances(
    lineage: Lineage, key: Any, links: list[Link], users: list[Link], asked: Site | None
) -> list[tuple[int, Site | None]]:
    """When and where plain values came into a value."""
    call = lineage.call_of(key)
    if call is not None:
        keys, site = call
        tensors = len([one for one in keys if one is not None])
        return [(key, site)] if None in keys and takes_plain(site, tensors) else []
    uses: list[tuple[int, Site | None]] = [
        (one.at, one.site) for one in lineage.assigns.get(key, ()) if one.keys[1] is None
    ]
    birth = lineage.births.get(key)
    if birth is not None:
        return [*uses, (key, birth.site)] if birth.value is None else uses
    if links:
        return uses
    return [*uses, *[(key, one.site) for one in users]] or [(key, asked)]


__all__ = ["Routes", "through_escapes", "through_gradients"]
