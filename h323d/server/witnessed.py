"""
How the witness's log is part of a server: the last of the gates has a record of what passed on the
disk before the answer leaves.
"""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from zope.interface import implementer

from h323d.call.applications import (
    EVERYWHERE,
    PASSED,
    Admission,
    Application,
    IGate,
    Purpose,
    Reason,
    Refusal,
)
from h323d.call.parts import Part
from h323d.call.surroundings import Surroundings
from h323d.events.bus import EventBus
from h323d.events.doors import ApplicationPassed
from h323d.events.witness import IWitnessLog
from h323d.witness.log.anchors import newAnchors
from h323d.witness.log.config import WitnessConfig
from h323d.witness.log.disk import DAY, Disk, Identity
from h323d.witness.log.keys import SEED
from h323d.witness.log.witnesslog import WitnessLog

__all__ = ["UNWITNESSED", "WitnessGate", "WitnessPart", "newWitness"]

UNWITNESSED = Refusal.of(Reason.GATEKEEPER_ERROR, "unwitnessed")

_AWAITED = frozenset((Purpose.CALL, Purpose.REGISTRATION))
"""What is answered only when its record is on the disk."""


@implementer(IGate)
class WitnessGate:
    """
    Lets everything pass that it can have a record of.
    """

    name = "witness"
    doors = EVERYWHERE

    def __init__(
        self, log: IWitnessLog, required: bool, clock: IReactorTime, events: EventBus
    ) -> None:
        """
        @param required: whether a call is refused where there can be no record.
        """
        self._log = log
        self._required = required
        self._clock = clock
        self._events = events

    def judge(
        self, application: Application
    ) -> Admission | Refusal | Deferred[Admission | Refusal]:
        purpose = application.door.purpose
        isRefused = self._required and purpose is Purpose.CALL
        if isRefused and not self._log.isWritable:
            return UNWITNESSED
        self._events.publish(_passed(self._clock.seconds(), application))
        if purpose not in _AWAITED or not self._log.isWritable:
            return PASSED
        kept: Deferred[Admission | Refusal] = Deferred()
        otherwise: Admission | Refusal = UNWITNESSED if isRefused else PASSED
        self._log.durable().addCallbacks(
            _answer, _answer, (kept, PASSED), errbackArgs=(kept, otherwise)
        )
        return kept


def _answer(_: object, kept: Deferred[Admission | Refusal], verdict: Admission | Refusal) -> None:
    if not kept.called:  # or nobody waits any more
        kept.callback(verdict)


def _passed(at: float, application: Application) -> ApplicationPassed:
    callType = application.callType
    return ApplicationPassed(
        at,
        application.door.value,
        application.protocol,
        application.source,
        application.party,
        application.proofs,
        application.calling,
        application.called,
        application.bandwidth,
        "" if callType is None else callType.value,
        application.callIdentifier,
        application.callId,
        application.legId,
        application.room,
        None if application.account is None else application.account.decision,
    )


def newWitness(config: WitnessConfig, world: Surroundings) -> WitnessLog | None:
    """
    @return: C{None} if no log is kept.
    """
    directory, key = world.pathOf(config.directory), world.pathOf(config.key)
    if directory is None or key is None:
        return None
    identity = Identity(config.origin, key, world.rng.randbytes(SEED))
    return WitnessLog(
        Disk(directory, identity, config.retention * DAY),
        str(directory),
        world.clock,
        world.rng,
        world.defer,
        world.events,
        newAnchors(config, world.pathOf, world.web, world.clock, world.defer),
    )


class WitnessPart(Part[object]):
    """
    The log, which is there after all others.
    """

    def __init__(self, log: WitnessLog) -> None:
        self._log = log

    def close(self) -> Deferred[None]:
        return self._log.close()
