"""
SIP messages that a server has kept, as text: what C{h323ctl export sip-logs} prints.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from h323d.operation.command import OperatorError

__all__ = ["logOf", "since"]

Row = Mapping[str, Any]  # Any: of JSON; a L{WireView<h323d.operation.ladder.WireView>}

_AGO = re.compile(r"(\d{1,9})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def since(text: str, now: float) -> float:
    """
    @param text: how long ago, as in C{90s}, C{10m}, C{2h} and C{1d}; or a time by ISO 8601, in UTC
        if it does not say otherwise.
    @param now: seconds since 1970.

    @return: seconds since 1970.

    @raise OperatorError: it is neither.
    """
    ago = _AGO.fullmatch(text)
    if ago is not None:
        return now - int(ago[1]) * _SECONDS[ago[2]]
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise OperatorError(
            f"--since is how long ago, as in 10m, or a time, as in 2026-12-01T08:00, not {text}"
        ) from None


def logOf(rows: Iterable[Row]) -> str:
    """
    Each message, below when and by which way it came or left.
    """
    return "".join(map(_entry, rows))


def _entry(row: Row) -> str:
    moment = datetime.fromtimestamp(row["at"], UTC).isoformat(timespec="milliseconds")
    when = moment.replace("+00:00", "Z")
    text = bytes.fromhex(row["octets"]).decode("utf-8", "backslashreplace")
    lines = [line.rstrip("\r") for line in text.rstrip("\r\n").split("\n")]
    head = f"-- {when} {row['transport']} {row['source']} > {row['target']}"
    return "\n".join((head, *map(_showable, lines), "", ""))


def _showable(line: str) -> str:
    """
    A line without what could steer a terminal.
    """
    return "".join(
        each if each.isprintable() or each == "\t" else each.encode("unicode_escape").decode()
        for each in line
    )
