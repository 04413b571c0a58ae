"""
Round trip delay: the RTDSE of ITU-T H.245, Annex C.10.

It measures how long the peer's H.245 takes to answer, and shows that there is
a peer at all.  How often to ask, and when silence means death, is the
session's to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.tracing import indexed

__all__ = ["MACHINE", "T105", "RTDSE", "RTDSEOwner", "newRTDSE"]

T105 = 10.0  # seconds to wait for an answer
_MODULUS = 1 << 8


class RTDSEOwner(Protocol):
    """
    What an RTDSE needs of its session.
    """

    def sendRoundTripRequest(self, sequenceNumber: int) -> None:
        """Send C{roundTripDelayRequest}."""

    def sendRoundTripResponse(self, sequenceNumber: int) -> None:
        """Send C{roundTripDelayResponse}."""

    def roundTripConfirm(self, seconds: float) -> None:
        """TRANSFER.confirm: an answer came after C{seconds}."""

    def roundTripExpired(self) -> None:
        """EXPIRY.indication: no answer came in time."""


class RTDSE(Protocol):
    """
    The inputs of the machine.
    """

    def transferRequest(self) -> None:
        """TRANSFER.request: measure."""

    def roundTripDelayRequest(self, sequenceNumber: int) -> None:
        """C{roundTripDelayRequest} arrived."""

    def roundTripDelayResponse(self, sequenceNumber: int) -> None:
        """C{roundTripDelayResponse} arrived."""

    def t105Expired(self) -> None:
        """Nobody answered in time."""

    def abandon(self) -> None:
        """The session is over: forget everything, tell nobody."""

    def answered(self) -> None:
        """Our own: the response is to the latest request."""


@dataclass
class _Core:
    owner: RTDSEOwner
    clock: IReactorTime
    t105: Timer
    sequenceNumber: int = 0
    asked: float = 0.0


builder = TypeMachineBuilder(RTDSE, _Core)

idle = builder.state("idle")
awaiting = builder.state("awaitingResponse")


@idle.upon(RTDSE.transferRequest).to(awaiting)
@awaiting.upon(RTDSE.transferRequest).to(awaiting)
def ask(machine: RTDSE, core: _Core) -> None:
    core.sequenceNumber = (core.sequenceNumber + 1) % _MODULUS
    core.asked = core.clock.seconds()
    core.t105.start(T105, machine.t105Expired)
    core.owner.sendRoundTripRequest(core.sequenceNumber)


@idle.upon(RTDSE.roundTripDelayRequest).to(idle)
@awaiting.upon(RTDSE.roundTripDelayRequest).to(awaiting)
def answer(machine: RTDSE, core: _Core, sequenceNumber: int) -> None:
    core.owner.sendRoundTripResponse(sequenceNumber)


@awaiting.upon(RTDSE.roundTripDelayResponse).to(awaiting)
def weigh(machine: RTDSE, core: _Core, sequenceNumber: int) -> None:
    if sequenceNumber == core.sequenceNumber:
        machine.answered()


@awaiting.upon(RTDSE.answered).to(idle)
def confirm(machine: RTDSE, core: _Core) -> None:
    core.t105.stop()
    # The wall clock can be set back meanwhile; a delay cannot be negative.
    core.owner.roundTripConfirm(max(0.0, core.clock.seconds() - core.asked))


@awaiting.upon(RTDSE.t105Expired).to(idle)
def silence(machine: RTDSE, core: _Core) -> None:
    core.owner.roundTripExpired()


@idle.upon(RTDSE.abandon).to(idle)
@awaiting.upon(RTDSE.abandon).to(idle)
def forget(machine: RTDSE, core: _Core) -> None:
    core.t105.stop()


idle.upon(RTDSE.roundTripDelayResponse).loop().returns(None)
idle.upon(RTDSE.t105Expired).loop().returns(None)
idle.upon(RTDSE.answered).loop().returns(None)

MACHINE = indexed(builder.build())


def newRTDSE(owner: RTDSEOwner, clock: IReactorTime) -> RTDSE:
    """
    @param owner: receives what the machine sends and learns.
    @param clock: runs T105, and measures.
    """
    return MACHINE(_Core(owner, clock, Timer(clock)))
