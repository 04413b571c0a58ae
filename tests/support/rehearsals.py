"""
Rehearsals for tests: C{h323d-rehearse} as a person runs it, and what it has found.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from h323d.rehearse.document import fromJSON
from h323d.rehearse.results import Rehearsal, Verdict
from tests.support.processes import program, run

__all__ = ["Rehearsed", "rehearse"]

BUSIEST = 2.0  # processes for each processor, that want to run
ENOUGH = 3  # markers, of which one at least is heard on any machine
PREPARATION = (
    60.0  # seconds for all processes to start and end, and for all that was heard to be listened to
)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """
    @ivar status: what the program exited with.
    @ivar report: what it printed.
    @ivar found: the same, as values.
    """

    status: int
    report: str
    found: Rehearsal

    def verdict(self, words: str) -> Verdict:
        """
        What became of the promise with these words.
        """
        (verdict,) = [each for each in self.found.promises if words in each.promise]
        return verdict

    def kept(self, words: str) -> bool | None:
        """
        Whether that promise was kept; C{None} if it was not measured.
        """
        return self.verdict(words).kept

    def unheard(self) -> list[tuple[int, int]]:
        """
        Who was never heard by whom, of those who were together: by their numbers, from 0.  A machine that
        has much to do loses some of what is said, and not all.
        """
        busy = os.getloadavg()[0] / (os.cpu_count() or 1)
        if busy > BUSIEST:
            pytest.skip(f"{busy:.1f} processes want each processor: what is heard tells nothing")
        pairs = [each for each in self.found.heard.pairs if each.said >= ENOUGH]
        return [(each.speaker, each.listener) for each in pairs if not each.heard]


def rehearse(directory: Path, seconds: float, *options: str) -> Rehearsed:
    """
    @param seconds: that everybody is together.
    @param options: of C{h323d-rehearse}.
    """
    results = directory / "results.json"
    done = run(
        [
            *(program("h323d-rehearse"), "--seconds", str(seconds), "--seed", "7"),
            *("--keep", str(directory / "kept"), "--json", str(results), *options),
        ],
        seconds + PREPARATION,
        cwd=directory,
    )
    print(done.stdout)
    assert results.exists(), done.stdout[-2000:] + done.stderr[-4000:]
    return Rehearsed(done.returncode, done.stdout + done.stderr, fromJSON(results.read_text()))
