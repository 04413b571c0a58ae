"""
A ladder that goes on as messages come: what C{h323ctl trace --follow} does with each part of the
answer.

What is printed can be read at once, by whatever comes behind a pipe too.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from h323d.cli.table import printable
from h323d.cli.tracing.pcap import HEADER, Packets
from h323d.control.client import CommandFailed

__all__ = ["capture", "showLines", "showRows"]

Part = Mapping[str, Any]  # Any: of JSON; C{more} has rows, C{lost} counts those before them

_COLUMNS = {"time": 24, "source": 21, "target": 21, "protocol": 8, "what": 0}  # and their widths


def showRows(parts: Iterable[Part]) -> None:
    """
    A line of text for each message, below the names of the columns.
    """
    _print(_line({name: name for name in _COLUMNS}))
    for part in parts:
        if part["lost"]:
            _print(_lost(part["lost"]))
        for row in part["more"]:
            _print(_line(row))


def showLines(parts: Iterable[Part]) -> None:
    """
    A line of JSON for each message, and one that says C{lost} in place of those that are missing.
    """
    for part in parts:
        if part["lost"]:
            _print(json.dumps({"lost": part["lost"]}))
        for row in part["more"]:
            _print(json.dumps(row))


def capture(parts: Iterable[Part], path: Path) -> None:
    """
    A file for Wireshark that grows, and is whole at any time.

    @param parts: with L{WireView<h323d.operation.ladder.WireView>}s.

    @raise CommandFailed: it cannot be written.
    """
    packets = Packets()
    try:
        with path.open("wb", buffering=0) as file:
            file.write(HEADER)
            for part in parts:
                if part["lost"]:
                    print(f"h323ctl: {_lost(part['lost'])}", file=sys.stderr)
                file.write(b"".join(packets.ofAll(part["more"])))
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror}") from error


def _line(row: Mapping[str, Any]) -> str:
    cells = (f"{printable(str(row[name])):<{width}}" for name, width in _COLUMNS.items())
    return "  ".join(cells)


def _lost(number: int) -> str:
    return f"{number} messages are missing here: more came than could be read"


def _print(text: str) -> None:
    print(text, flush=True)
