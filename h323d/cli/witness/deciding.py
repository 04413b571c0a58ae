"""
C{h323d-witness decisions}: whether each decision of a log follows from what was known.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from h323d.cli.witness.logs import addLog
from h323d.cli.witness.recorded import decisionsIn, policiesOf, worded

__all__ = ["addDecisions"]


def addDecisions(parser: ArgumentParser) -> None:
    addLog(parser)
    parser.set_defaults(run=_decisions)


def _decisions(options: Namespace) -> int:
    count = wrong = 0
    for each in decisionsIn(options.log):
        count += 1
        was, follows = each.judged.decision, each.again(policiesOf(each.judged.opinions))
        if follows != was:
            wrong += 1
            print(f"record {each.record.index}: {worded(was)}, and {worded(follows)} follows")
    print(f"{count} decisions; {count - wrong} follow from what was known")
    return 1 if wrong else 0
