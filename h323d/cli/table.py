"""
Answers of the server as an operator's terminal shows them: rows as a table, the rest as a
line for each key.

What does not fit is cut or left out; nothing is, where the width is C{None}.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from h323d.operation.command import Column

__all__ = ["Table", "listing", "printable"]

GAP = 2  # columns of the terminal between two of ours
LEAST = 10  # what is left of a text, however little room there is
INDENT = 15  # where the values of a listing begin
ELLIPSIS = "…"

Row = dict[str, Any]  # Any: whatever JSON can say


class Table:
    """
    Rows, in columns that stand in the order of their importance: the last are left out
    first.

    @ivar hidden: how many columns there was no room for.
    """

    def __init__(self, rows: Sequence[Row], columns: Sequence[Column], width: int | None) -> None:
        """
        @param columns: what is shown; in a table as wide as it likes, all that rows have
            follows.
        @param width: of the terminal.
        """
        flat = [_flat(row) for row in rows]
        present = dict.fromkeys(key for row in flat for key in row)
        chosen = [each for each in columns if each.name in present]
        if width is None or not columns:
            named = {each.name for each in columns}
            chosen += [Column(name) for name in present if name not in named]
        measured = [_Measured(each, [_cell(row.get(each.name)) for row in flat]) for each in chosen]
        kept = len(measured) if width is None else _fitting(measured, width)
        self.hidden = len(measured) - kept
        self._columns = measured[:kept]
        self._widths = [each.natural for each in self._columns]
        if width is not None:
            self._shrink(width - GAP * (kept - 1))

    def _shrink(self, room: int) -> None:
        """
        Cut the widest texts, until all is within C{room}.
        """
        self._widths = [min(each, max(room, LEAST)) for each in self._widths]
        texts = [index for index, each in enumerate(self._columns) if each.column.text]
        for _ in range(sum(self._widths) - room):
            widest = max(texts, key=self._widths.__getitem__, default=None)
            if widest is None or self._widths[widest] <= self._columns[widest].least:
                return
            self._widths[widest] -= 1

    def __str__(self) -> str:
        if not self._columns:
            return "none"
        columns = [[each.column.name, *each.cells] for each in self._columns]
        lines = zip(*columns, strict=True)
        gap = " " * GAP
        return "\n".join(
            gap.join(
                _padded(_cut(cell, width) if each.column.text else cell, width)
                for each, cell, width in zip(self._columns, line, self._widths, strict=True)
            ).rstrip()
            for line in lines
        )


@dataclass(frozen=True, slots=True)
class _Measured:
    """
    One column, with what stands in it.
    """

    column: Column
    cells: list[str]

    @property
    def natural(self) -> int:
        return max(_width(each) for each in (self.column.name, *self.cells))

    @property
    def least(self) -> int:
        least = max(LEAST, len(self.column.name))
        return min(self.natural, least) if self.column.text else self.natural


def _fitting(columns: Sequence[_Measured], width: int) -> int:
    """
    How many of the columns have room; the first always has.
    """
    used = -GAP
    for index, each in enumerate(columns):
        used += GAP + each.least
        if used > width and index:
            return index
    return len(columns)


def listing(view: Row, width: int | None) -> str:
    """
    A line for each key; values that are too long go on in further lines, and so does each
    item of a list of things.
    """
    lines = []
    for key, value in view.items():
        things = isinstance(value, list) and value and isinstance(value[0], dict)
        texts = [_cell(each) for each in value] if things else [_cell(value)]
        head = f"{key:<{INDENT - 1}} "
        for text in texts:
            for line in _wrapped(text, width):
                lines.append((head + line).rstrip())
                head = " " * INDENT
    return "\n".join(lines)


def _wrapped(text: str, width: int | None) -> Iterator[str]:
    if width is None:
        yield text
        return
    line = ""
    for word in text.split(" "):
        if line and INDENT + _width(f"{line} {word}") > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def _flat(row: Row) -> Row:
    """
    A row without the details that only C{--json} shows.
    """
    flat = {key: value for key, value in row.items() if not isinstance(value, dict)}
    media = row.get("media")
    if isinstance(media, dict):
        flat |= {
            key: media[key]
            for key in ("format", "encryption", "packetsReceived", "packetsLost", "packetsSent")
        }
        flat["jitter ms"] = round(media["jitter"] * 1000, 2)
    quality = row.get("quality")
    return flat | _qualityOf(quality) if isinstance(quality, dict) else flat


def _qualityOf(quality: Row) -> Row:
    """
    What there is room for of how good the sound is: the word, and the figures of each way.
    """
    flat: Row = {"quality": quality["grade"]}
    for way, label in (("received", "from"), ("sent", "to")):
        seen = quality[way]
        flat |= {
            f"MOS {label}": seen["mos"],
            f"loss% {label}": _scaled(seen["loss"], 100, 1),
            f"delay {label}": _scaled(seen["delay"], 1000, 0),
            f"jitter {label}": _scaled(seen["jitter"], 1000, 1),
        }
    return flat


def _scaled(figure: float | None, factor: int, digits: int) -> float | None:
    if figure is None:
        return None
    scaled = round(figure * factor, digits)
    return scaled if digits else int(scaled)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, dict):
        return " ".join(f"{key}={_cell(each)}" for key, each in value.items()) or "-"
    if isinstance(value, list):
        items = (each["name"] if isinstance(each, dict) else each for each in value)
        return ", ".join(map(_cell, items)) or "-"
    return printable(str(value))


def printable(text: str) -> str:
    """
    A peer's own text, so that it cannot steer the terminal.
    """
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def _width(text: str) -> int:
    """
    How much of the terminal it takes: ideographs two columns, what stands above or below
    another character none.
    """
    return len(text) if text.isascii() else sum(map(_columnsOf, text))


def _columnsOf(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "FW" else 1


def _cut(text: str, width: int) -> str:
    if _width(text) <= width:
        return text
    room, kept = width - 1, ""
    for character in text:
        room -= _columnsOf(character)
        if room < 0:
            break
        kept += character
    return kept + ELLIPSIS


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
