"""
Which personal data is in the texts of a request, and the texts without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from h323d.guard.pii.plaintext import plain
from h323d.guard.pii.rules import Match, PIIKind, matches, numbers

__all__ = ["LONGEST", "found", "foundAmong", "redacted"]

LONGEST = 512  # characters of a text that is looked through


def found(text: str) -> list[Match]:
    """
    What is in a text, in its order; none of it overlaps.
    """
    if len(text) > LONGEST:
        return [(PIIKind.UNEXAMINED, 0, len(text))]
    shown = plain(text)
    if len(shown.text) > LONGEST:  # some characters stand for eighteen
        return [(PIIKind.UNEXAMINED, 0, len(text))]
    spans = [(kind, *shown.span(start, end)) for kind, start, end in matches(shown.text)]
    return list(_merged(spans))


def foundAmong(texts: Sequence[str]) -> frozenset[PIIKind]:
    """
    What is in the texts of one message: in each, and in what they make together.
    """
    kinds = {kind for text in texts for kind, _, _ in found(text)}
    if len(texts) > 1:
        for between in ("", " "):
            together = plain(between.join(text[:LONGEST] for text in texts)).text
            kinds.update(kind for kind, _, _ in numbers(together))
    return frozenset(kinds)


def redacted(text: str, more: Sequence[Match] = ()) -> str:
    """
    A text with C{[REDACTED:SSN]} and the like in place of what is in it.

    @param more: what else is to be cut out.
    """
    parts: list[str] = []
    place = 0
    for kind, start, end in _merged([*more, *found(text)]):
        parts += (text[place:start], f"[REDACTED:{kind.value}]")
        place = end
    return "".join((*parts, text[place:]))


def _merged(spans: Sequence[Match]) -> Iterator[Match]:
    """
    Spans in their order, those that overlap as one, by the name of the first that was found.
    """
    ordered = sorted(enumerate(spans), key=_startOf)
    current: tuple[int, Match] | None = None
    for rank, (kind, start, end) in ordered:
        if current is None or start >= current[1][2]:
            if current is not None:
                yield current[1]
            current = (rank, (kind, start, end))
            continue
        known, (name, first, last) = current
        name, known = (name, known) if known < rank else (kind, rank)
        current = (known, (name, first, max(last, end)))
    if current is not None:
        yield current[1]


def _startOf(ranked: tuple[int, Match]) -> tuple[int, int]:
    rank, (_, start, _) = ranked
    return start, rank
