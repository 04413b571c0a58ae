"""
A follower becomes the leader: it does what its leader was about to do, and goes on.

What was to leave in the last turn may have left wholly, in part or not at all.  Of connections the
kernel knows; messages to the media have numbers, and all are said again that may not have been
heard; a datagram is sent once more, which the protocols that use them bear.  An input that was
logged, and of which nothing more is known, happens now; unless it is what the leader has died of
(L{h323d.ha.quarantine}).
"""

from __future__ import annotations

from typing import Protocol

from twisted.logger import Logger

from h323d.ha.doors import Doors, Kind
from h323d.ha.following import Following
from h323d.ha.leading import Leading, Log
from h323d.ha.quarantine import connectionOf, poisonOf
from h323d.ha.reconcile import Irreconcilable
from h323d.ha.records import InputRecord, QuarantinedRecord
from h323d.ha.surroundings import Reached
from h323d.ha.turns import Output
from h323d.ha.watch import Death

__all__ = ["Ledger", "takeOver"]

_OTHERWISE = (Doors.write.__name__, Doors.say.__name__)
_log = Logger()


class Ledger(Protocol):
    """
    What the kernel knows of the connections of the process that died.
    """

    def readAndWritten(self, number: int) -> tuple[int, int] | None:
        """How many octets were read and written; C{None} if the connection is gone."""

    def discard(self, number: int, octets: int) -> None:
        """Read octets that have happened already."""

    def discardHandled(self, record: InputRecord) -> None:
        """If what waits first is the input that was logged last, take it away."""


def takeOver(
    following: Following,
    reached: Reached,
    doors: Doors,
    ledger: Ledger,
    log: Log,
    death: Death = Death.KILLED,
) -> Leading:
    """
    @param following: has taken all that the leader has logged.
    @param log: of whoever follows next.
    @param death: how the leader died.

    @return: who leads from now on; nothing has entered yet, but that what the leader died of is put
        aside.  A connection that is not as it was left is cut off.
    """
    poison = poisonOf(following, death)
    outputs = () if following.last is None else following.last.outputs
    leading = Leading(reached.turns, doors, log, following.turn, following.epoch + 1)
    _write(reached, doors, ledger)
    for each in reached.processes.outstanding():
        _carryOut(doors, each)
    asked = reached.questions.outstanding()
    for each in outputs:
        if each.order not in _OTHERWISE and not any(each is other for other in asked):
            _carryOut(doors, each)
    for each in asked:
        _carryOut(doors, each)
    if poison is not None:
        log.note(QuarantinedRecord(poison.turn, leading.epoch))
    elif following.begun is not None:
        begun = following.begun
        leading.finish(reached.turns.run(begun.at, begun.kind, begun.arguments))
    _read(following, reached, doors, ledger, poison)
    doors.wakeAt(reached.turns.due())
    if poison is not None:
        told = (poison.turn, poison.kind, poison.arguments, death)
        leading.enter(Kind.QUARANTINED.value, *told)
    return leading


def _carryOut(doors: Doors, output: Output) -> None:
    getattr(doors, output.order)(*output.arguments)


def _cutOff(doors: Doors, number: int, error: Irreconcilable) -> None:
    _log.error("connection {number} is cut off: {reason}", number=number, reason=str(error))
    doors.abort(number)


def _write(reached: Reached, doors: Doors, ledger: Ledger) -> None:
    for number, line in reached.lines.open.items():
        known = ledger.readAndWritten(number)
        if known is None:
            continue
        try:
            rest = line.position.unwritten(known[1])
        except Irreconcilable as error:
            _cutOff(doors, number, error)
        else:
            if rest:
                doors.write(number, rest)


def _read(
    following: Following,
    reached: Reached,
    doors: Doors,
    ledger: Ledger,
    poison: InputRecord | None,
) -> None:
    poisoned = None if poison is None else connectionOf(poison.kind, poison.arguments)
    for number, line in reached.lines.open.items():
        known = ledger.readAndWritten(number)
        if known is None or number == poisoned:
            continue
        try:
            handled = line.position.handled(known[0])
        except Irreconcilable as error:
            _cutOff(doors, number, error)
        else:
            if handled:
                ledger.discard(number, handled)
    if following.logged is not None:
        ledger.discardHandled(following.logged)
