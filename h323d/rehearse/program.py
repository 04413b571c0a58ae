"""
C{h323d-rehearse}.
"""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from h323d.cli.party import PartyFailed
from h323d.dsp.provisions import provisions
from h323d.rehearse.document import NotResults
from h323d.rehearse.findings import found
from h323d.rehearse.opinions import EModel, withOpinions
from h323d.rehearse.options import Plan, planOf, reportOptions
from h323d.rehearse.progress import Progress
from h323d.rehearse.promises import exitStatus, judged
from h323d.rehearse.report.making import again, written
from h323d.rehearse.run import Run

__all__ = ["FAILED", "main"]

FAILED = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """
    @return: L{exitStatus} of the promises; L{FAILED} if it came to nothing.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["report"]:
        return _report(words[1:])
    plan = planOf(words)
    directory = Path(plan.keep or tempfile.mkdtemp(prefix="h323d-rehearsal-"))
    try:
        directory.mkdir(parents=True, exist_ok=True)
        return _rehearse(plan, directory.resolve())
    except (PartyFailed, OSError) as error:
        print(f"h323d-rehearse: {error}", file=sys.stderr)
        return FAILED
    finally:
        if plan.keep is None:
            shutil.rmtree(directory, ignore_errors=True)


def _report(arguments: Sequence[str]) -> int:
    """
    Once more, from results that were kept.
    """
    options = reportOptions().parse_args(arguments)
    try:
        text, status = again(options.results, options.html, shutil.get_terminal_size().columns)
    except (OSError, NotResults) as error:
        print(f"h323d-rehearse: {options.results}: {error}", file=sys.stderr)
        return FAILED
    print(text, end="")
    return status


def _rehearse(plan: Plan, directory: Path) -> int:
    from twisted.internet import reactor  # only now: it is the one that this process uses

    began = datetime.now(UTC)
    running: Any = reactor  # Any: the reactor is a module to mypy
    run = Run(running, plan, directory, Progress(sys.stdout))
    performance = _Performance(running, run)
    running.callWhenRunning(performance.begin)
    running.run()
    if not any(each.told.joins for each in run.players):
        raise PartyFailed(run.fault or "interrupted before anybody was there")
    people = EModel([each.format for each in provisions()])
    rehearsal = judged(withOpinions(found(plan, run, began), people))
    print(written(rehearsal, plan.json, plan.html, shutil.get_terminal_size().columns), end="")
    if run.fault:
        raise PartyFailed(run.fault)
    return exitStatus(rehearsal.promises)


class _Performance:
    """
    A run on a reactor, which Ctrl-C ends early.
    """

    def __init__(self, reactor: Any, run: Run) -> None:
        """
        @param reactor: Any: of many interfaces.
        """
        self._reactor = reactor
        self._run = run

    def begin(self) -> None:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, self._interrupted)
        performing = Deferred.fromCoroutine(self._run.perform())
        performing.addErrback(self._failed)
        performing.addCallback(self._over)

    def _failed(self, failure: Failure) -> None:
        """
        It is a fault of ours; what was measured is reported all the same.
        """
        self._run.fault = failure.getTraceback()

    def _over(self, result: None) -> None:
        self._reactor.stop()

    def _interrupted(self, number: int, frame: object) -> None:
        self._reactor.callFromThread(self._run.interrupt)


if __name__ == "__main__":
    sys.exit(main())
