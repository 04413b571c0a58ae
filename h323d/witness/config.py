"""
The configuration of the call detail records.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = ["CDRConfig", "LoggedCalls"]


class LoggedCalls(enum.Enum):
    """
    The calls that have lines in the log.
    """

    NONE = "none"
    OURS = "ours"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class CDRConfig:
    """
    Where a record of each call is written when it is over.
    """

    file: str = ""
    """A file with an object of JSON in each line; a relative path is under the state directory
    (control.stateDirectory), and empty writes none.  It may be renamed at any time."""

    database: str = ""
    """An SQLite database with a row for each call; paths as for file, and empty writes none."""

    recent: int = 1000
    """How many records are kept in memory, for h323ctl cdr."""

    log: LoggedCalls = LoggedCalls.OURS
    """Which calls have a line in the server's log when they begin and when they are over, with the
    names of both parties: none, those whose signalling passes through here (ours), or all, which
    are those too that endpoints make directly, and of which only RAS tells."""

    def __post_init__(self) -> None:
        for name in ("file", "database"):
            if "\0" in getattr(self, name):
                raise ValueError(f"{name}: is not a path")
        if not 0 <= self.recent <= 1_000_000:
            raise ValueError("recent: must be 0 to 1000000")
