"""
Takes up, in an interpreter of its own, a server that was written down elsewhere, and does what
was done there: C{python -m tests.support.following FILE}.
"""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.led import Inside, Moment, follow
from tests.support.written import read

__all__ = ["Trace", "goOn", "keep"]

Trace = tuple[int, list[str]]
"""
The last turn, and the facts that were told since the beginning.
"""


def keep(path: Path, moments: Sequence[Moment], log: Sequence[bytes]) -> None:
    """
    Write what to begin with, and what was done.
    """
    path.write_bytes(pickle.dumps((moments, log)))


def goOn(moment: Moment, log: Sequence[bytes]) -> Trace:
    """
    Go on from where a server was written down, to the end.

    @raise h323d.ha.following.Diverged: something else comes of it.
    """
    inside: Inside = read(moment.written, {})
    following = follow(inside, log[moment.records :], moment.turn)
    return following.turn, [str(fact) for fact in inside.facts]


def main(path: Path) -> None:
    """
    Go on from each of the moments, and print what came of it.
    """
    moments, log = pickle.loads(path.read_bytes())
    print(json.dumps([goOn(moment, log) for moment in moments]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
