"""
Takes up, in an interpreter of its own, a server that was written down elsewhere, and does what
was done there: C{python -m tests.support.following FILE}.
"""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from h323d.media.relay.table import RelayTable
from tests.support.led import Inside
from tests.support.turns import Record
from tests.support.written import read

__all__ = ["Moment", "Trace", "follow", "keep"]

Trace = list[list[int] | list[str]]
"""
The sums of what left in each turn, and the facts, told since the beginning.
"""


@dataclass(frozen=True)
class Moment:
    """
    When a server was written down.

    @ivar turn: the first that happened after it.
    """

    turn: int
    written: bytes


def keep(path: Path, moments: Sequence[Moment], record: Record) -> None:
    """
    Write for L{follow} what to begin with, and what was done.
    """
    path.write_bytes(pickle.dumps((moments, record)))


def follow(moment: Moment, record: Record) -> Trace:
    """
    Go on from where a server was written down, to the end.
    """
    inside: Inside = read(moment.written, {"table": RelayTable(False)})
    sums = [inside.turns.follow(turn) for turn in record[moment.turn :]]
    return [sums, [str(fact) for fact in inside.facts]]


def main(path: Path) -> None:
    """
    Go on from each of the moments, and print what came of it.
    """
    moments, record = pickle.loads(path.read_bytes())
    print(json.dumps([follow(moment, record) for moment in moments]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
