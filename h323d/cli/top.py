"""
C{h323ctl top}: who is heard well and who is not, the worst first, as long as somebody looks.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TextIO

from h323d.cli.table import Table, printable
from h323d.operation.command import Column
from h323d.operation.commands import WAYS

__all__ = ["Shown", "lines", "look", "top"]

Ask = Callable[..., Any]
"""
Asks the server a command, by words; Any, as JSON can say anything.
"""

INTERVAL = 2.0  # seconds between two looks: as often as the server itself looks
_GRADES = ("poor", "fair", "good", None)
_COLOURS = {"poor": "\x1b[31m", "fair": "\x1b[33m"}
_PLAIN = "\x1b[0m"
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"  # another screen, no cursor
_HOME, _END_OF_LINE, _BELOW = "\x1b[H", "\x1b[K", "\x1b[J"


@dataclass(frozen=True, slots=True)
class Shown:
    """
    What there is to see at one time.

    @ivar rows: the worst first; Any, as JSON has it.
    """

    head: str
    rows: list[dict[str, Any]]
    columns: tuple[Column, ...]


def look(ask: Ask, room: str | None) -> Shown:
    """
    @param room: C{None} for every leg that has sound.
    """
    if room is None:
        rows = [row for row in ask("calls") if "media" in row]
        names = ("calling", "called", "room", "callId")
    else:
        rows = ask("room", room)
        names = ("name", "voice", "level", "legId")
    rows.sort(key=lambda row: _GRADES.index(_gradeOf(row)))  # who is alike stays as they came
    grades = Counter(_gradeOf(row) for row in rows)
    words = [f"{grades[each]} {each}" for each in _GRADES if each and grades[each]]
    if grades[None]:
        words.append(f"{grades[None]} not known yet")
    head = f"{'all calls' if room is None else printable(room)}: {', '.join(words) or 'nobody'}"
    texts = ("calling", "called", "name")
    columns = ("quality", names[0], *WAYS, *names[1:])
    return Shown(head, rows, tuple(Column(each, each in texts) for each in columns))


def _gradeOf(row: dict[str, Any]) -> str | None:
    grade: str | None = (row.get("quality") or {}).get("grade")
    return grade


def lines(shown: Shown, width: int | None, height: int | None, coloured: bool) -> list[str]:
    """
    What is drawn: the head, and a table of as many as there is room for.

    @param width: of the terminal; C{None} for as wide as it is, likewise C{height}.
    """
    table = str(Table(shown.rows, shown.columns, width)).splitlines() if shown.rows else []
    drawn = [shown.head, *table[:1]]
    for row, text in zip(shown.rows, table[1:], strict=True):
        colour = _COLOURS.get(_gradeOf(row) or "") if coloured else None
        drawn.append(text if colour is None else f"{colour}{text}{_PLAIN}")
    if height is None or len(drawn) <= height:
        return drawn
    return [*drawn[: height - 1], f"{len(drawn) - height + 1} more"]


def top(
    ask: Ask,
    room: str | None,
    asJSON: bool,
    wide: bool,
    out: TextIO,
    sleep: Callable[[float], None],
) -> None:
    """
    Draw anew every L{INTERVAL} until interrupted; once, for what is no terminal.

    @param room: as for L{look}.
    @param wide: whether nothing is cut or left out.
    @param sleep: waits for so many seconds.
    """
    if asJSON:
        print(json.dumps(look(ask, room).rows, indent=2), file=out)
        return
    if not out.isatty():
        print(*lines(look(ask, room), None, None, False), sep="\n", file=out)
        return
    first = look(ask, room)  # what cannot be asked is told on the screen that was there
    out.write(_ENTER)
    try:
        _draw(first, wide, out)
        while True:
            sleep(INTERVAL)
            _draw(look(ask, room), wide, out)
    except KeyboardInterrupt:
        pass
    finally:
        out.write(_LEAVE)
        out.flush()


def _draw(shown: Shown, wide: bool, out: TextIO) -> None:
    size = shutil.get_terminal_size()
    coloured = not os.environ.get("NO_COLOR")
    drawn = lines(shown, None if wide else size.columns, size.lines, coloured)
    out.write(_HOME + "\n".join(line + _END_OF_LINE for line in drawn) + _BELOW)
    out.flush()
