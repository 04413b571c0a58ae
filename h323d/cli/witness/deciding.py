"""
C{h323d-witness decisions}: whether each decision of a log follows from what was known, and each
signature is by whose it is said to be.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from h323d.cli.witness.logs import addLog
from h323d.cli.witness.recorded import Recorded, decisionsIn, policiesOf, worded
from h323d.cli.witness.signatures import OCTETS, Openings, holds

__all__ = ["addDecisions"]


def addDecisions(parser: ArgumentParser) -> None:
    addLog(parser)
    parser.set_defaults(run=_decisions)


class _Sums:
    """
    How many there were of what.
    """

    def __init__(self) -> None:
        self.decisions = self.wrong = 0
        self.signatures = self.forged = self.erased = 0
        self._openings: Openings | None = None

    def follow(self, each: Recorded) -> None:
        self.decisions += 1
        was, follows = each.judged.decision, each.again(policiesOf(each.judged.opinions))
        if follows != was:
            self.wrong += 1
            print(f"record {each.record.index}: {worded(was)}, and {worded(follows)} follows")
        if each.judged.key:
            self._look(each)

    def _look(self, each: Recorded) -> None:
        if self._openings is None or self._openings.place != each.place:
            self._openings = Openings(each.place)
        self.signatures += 1
        octets = self._openings.of(each.record, OCTETS)
        if octets is None:
            self.erased += 1
        elif not holds(each.record, octets, each.judged.key):
            self.forged += 1
            print(f"record {each.record.index}: the signature is not by the key that it names")


def _decisions(options: Namespace) -> int:
    log: Path = options.log
    sums = _Sums()
    for each in decisionsIn(log):
        sums.follow(each)
    print(f"{sums.decisions} decisions; {sums.decisions - sums.wrong} follow from what was known")
    hold = sums.signatures - sums.forged - sums.erased
    erased = f"; {sums.erased} cannot be looked at any more" if sums.erased else ""
    print(f"{sums.signatures} signatures; {hold} hold{erased}")
    return 1 if sums.wrong or sums.forged else 0
