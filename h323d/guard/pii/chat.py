"""
Personal data in what somebody writes bit by bit: each message is looked through by itself, and
together with the last characters that were written before.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from h323d.guard.pii.detection import redacted
from h323d.guard.pii.plaintext import plain
from h323d.guard.pii.rules import Match, numbers

__all__ = ["REMEMBERED", "Chats"]

REMEMBERED = 256  # characters of what somebody has written
MAX_WRITERS = 10_000
_BETWEEN = ("", " ")  # as two messages may be read


class Chats:
    """
    What everybody has written last.
    """

    def __init__(self) -> None:
        self._written: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    def redacted(self, writer: str, text: str) -> str:
        """
        A message with C{[REDACTED:CARD]} and the like in place of what is in it, or what it
        completes.
        """
        before = self._written.pop(writer, ("", ""))
        pairs = tuple(zip(before, _BETWEEN, strict=True))
        completed = [each for pair in pairs for each in _completed(*pair, text)]
        self._written[writer] = tuple(
            (said + between + text)[-REMEMBERED:] for said, between in pairs
        )
        while len(self._written) > MAX_WRITERS:
            self._written.popitem(last=False)
        return redacted(text, completed)

    def forget(self, writer: str) -> None:
        """
        Nobody looks at what they write any more.
        """
        self._written.pop(writer, None)


def _completed(said: str, between: str, text: str) -> Iterator[Match]:
    """
    What begins in what was said, and goes on into a text: as far as it is in that.
    """
    begins = len(said + between)
    shown = plain(said + between + text[:REMEMBERED])
    for kind, start, end in numbers(shown.text):
        first, last = shown.span(start, end)
        if first < begins < last:
            yield kind, 0, last - begins
