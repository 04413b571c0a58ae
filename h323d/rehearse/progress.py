"""
How a rehearsal goes on, for whoever watches: one line, which a terminal has drawn anew.
"""

from __future__ import annotations

from typing import TextIO

from h323d.rehearse.script import ScriptedIncident

__all__ = ["Progress", "clockOf", "lineOf"]

SELDOM = 10.0  # seconds between two lines where they stay


def clockOf(seconds: float) -> str:
    """
    Minutes and seconds, as scripts have them.
    """
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02}"


def lineOf(
    elapsed: float,
    seconds: float,
    there: tuple[int, int],
    lost: float,
    cpu: float | None,
    coming: ScriptedIncident | None,
) -> str:
    """
    @param there: how many are in their calls, of how many.
    @param lost: the share of packets that did not come to the parties so far.
    @param cpu: of one processor, that the server uses; C{None} if that is not known.
    """
    parts = [f"{clockOf(elapsed)} of {clockOf(seconds)}", f"{there[0]} of {there[1]} there"]
    parts.append(f"{100 * lost:.2f} % lost")
    if cpu is not None:
        parts.append(f"server {cpu:.0f} % CPU")
    if coming is not None:
        parts.append(f"at {clockOf(coming.at)} {coming}")
    return "   ".join(parts)


class Progress:
    """
    Where it is written.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._isTerminal = stream.isatty()
        self._isOpen = False
        self._next = 0.0

    def say(self, text: str) -> None:
        """
        Something that stays.
        """
        self._write(("\n" if self._isOpen else "") + text + "\n")
        self._isOpen = False

    def show(self, elapsed: float, line: str) -> None:
        """
        How things stand; drawn over what was shown before, or now and then where that cannot be.
        """
        if self._isTerminal:
            self._write(f"\r\x1b[2K{line}")
            self._isOpen = True
        elif elapsed >= self._next:
            self._next = elapsed + SELDOM
            self._write(line + "\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
