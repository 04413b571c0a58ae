"""
Whom of the guardians the guard has not let in: who it was, or says to be.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from h323d.call.applications import Application, Purpose, Refusal
from h323d.events.bus import EventBus
from h323d.events.council import GuardianRefused
from h323d.guard.identification import Identified
from h323d.guard.registry.guardian import Guardian
from h323d.guard.registry.registry import Registry

__all__ = ["RefusedGuardians"]

_TOLD = (Purpose.REGISTRATION, Purpose.CALL, Purpose.ANSWER)


class RefusedGuardians:
    """
    Tells of them.
    """

    def __init__(self, clock: IReactorTime, events: EventBus) -> None:
        self._clock = clock
        self._events = events

    def tell(
        self,
        application: Application,
        found: Identified,
        registry: Registry,
        room: str | None,
        refusal: Refusal,
    ) -> None:
        """
        A call, the answer to one of ours, or a registration is refused.

        @param room: that was called; C{None} if it was none.
        """
        guardian = found.guardian or _claimed(application, registry)
        if guardian is None or application.door.purpose not in _TOLD:
            return
        self._events.publish(
            GuardianRefused(
                self._clock.seconds(),
                guardian.terminalId,
                found.guardian is not None,
                application.door.value,
                room or "",
                refusal.reason.value,
                refusal.detail,
            )
        )


def _claimed(application: Application, registry: Registry) -> Guardian | None:
    """
    As whom somebody shows themselves, be it so or not.
    """
    for proof in application.proofs:
        guardian = registry.byTerminalId(proof.identity)
        if guardian is not None:
            return guardian
    return registry.ownerOf(application.called if application.answering else application.calling)
