"""
Whether the peer's H.245 is alive: round trips at intervals (ITU-T H.245, C.10).

We ask every minute, and again at once when no answer comes; whoever sends anything at all
meanwhile is alive, also without an answer.  How one round trip is measured is the RTDSE's matter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.h323.h245.messages import Fields, request, response
from h323d.h323.h245.owner import H245Failure, H245Owner
from h323d.h323.h245.rtdse import newRTDSE
from h323d.tracing import TypedDataState, TypedState, indexed, stateName

__all__ = ["MACHINE", "Liveness", "Watch", "WatchOwner", "newWatch"]

INTERVAL = 60.0  # seconds between an answer and the next question
MAXIMUM_SILENCES = 3  # unanswered questions in a row, until the peer counts as dead


class WatchOwner(Protocol):
    """
    What the machine needs of the session.
    """

    def askRoundTrip(self) -> None:
        """Ask; C{answered} or C{unanswered} follows."""

    def abandonRoundTrip(self) -> None:
        """No answer is waited for any more."""

    def peerSilent(self) -> None:
        """The peer counts as dead."""


class Watch(Protocol):
    """
    The inputs.
    """

    def start(self) -> None:
        """Ask at intervals from now on."""

    def intervalOver(self) -> None:
        """It is time to ask."""

    def answered(self) -> None:
        """The peer answered."""

    def unanswered(self) -> None:
        """It did not, in time."""

    def heard(self) -> None:
        """It said something."""

    def giveUp(self) -> None:
        """Our own: it has been silent for too long."""

    def stop(self) -> None:
        """Ask no more: the session is over, or the peer does not know the question."""


@dataclass
class _Core:
    owner: WatchOwner
    interval: Timer

    def wait(self, machine: Watch) -> None:
        self.interval.start(INTERVAL, machine.intervalOver)


@dataclass
class _Asking:
    """
    What counts only while a question is open.

    @ivar silences: how many in a row have not been answered.
    """

    silences: int = 0


def _asking(machine: Watch, core: _Core) -> _Asking:
    return _Asking()


_State = TypedState[Watch, _Core] | TypedDataState[Watch, _Core, Any, Any]
# Any: the data, of which an ignored input needs nothing.

builder = TypeMachineBuilder(Watch, _Core)

idle = builder.state("idle")
waiting = builder.state("waiting")
asking = builder.state("asking", _asking)
over = builder.state("over")


@idle.upon(Watch.start).to(waiting)
def begin(machine: Watch, core: _Core) -> None:
    core.wait(machine)


@waiting.upon(Watch.intervalOver).to(asking)
def ask(machine: Watch, core: _Core) -> None:
    core.owner.askRoundTrip()


@asking.upon(Watch.answered).to(waiting)
def waitAgain(machine: Watch, core: _Core, open_: _Asking) -> None:
    core.wait(machine)


@asking.upon(Watch.heard).loop()
def excuse(machine: Watch, core: _Core, open_: _Asking) -> None:
    open_.silences = 0


@asking.upon(Watch.unanswered).loop()
def askAgain(machine: Watch, core: _Core, open_: _Asking) -> None:
    open_.silences += 1
    if open_.silences < MAXIMUM_SILENCES:
        core.owner.askRoundTrip()
    else:
        machine.giveUp()


@asking.upon(Watch.giveUp).to(over)
def tell(machine: Watch, core: _Core, open_: _Asking) -> None:
    core.owner.peerSilent()


@waiting.upon(Watch.stop).to(over)
def rest(machine: Watch, core: _Core) -> None:
    core.interval.stop()


@asking.upon(Watch.stop).to(over)
def forget(machine: Watch, core: _Core, open_: _Asking) -> None:
    core.owner.abandonRoundTrip()


idle.upon(Watch.stop).to(over).returns(None)

_OUTCOME = (Watch.answered, Watch.unanswered, Watch.heard, Watch.giveUp)

_IGNORED: tuple[tuple[_State, tuple[Callable[..., None], ...]], ...] = (
    (idle, (Watch.intervalOver, *_OUTCOME)),
    (waiting, (Watch.start, *_OUTCOME)),
    (asking, (Watch.start, Watch.intervalOver)),
    (over, (Watch.start, Watch.intervalOver, *_OUTCOME, Watch.stop)),
)
for _where, _inputs in _IGNORED:
    for _input in _inputs:
        _where.upon(_input).loop().returns(None)

MACHINE = indexed(builder.build())


def newWatch(owner: WatchOwner, clock: IReactorTime) -> Watch:
    """
    @param owner: asks.
    @param clock: runs the interval.
    """
    return MACHINE(_Core(owner, Timer(clock)))


class Liveness:
    """
    The questions of one session, and its answers to the peer's.
    """

    def __init__(self, owner: H245Owner, clock: IReactorTime) -> None:
        self._owner = owner
        self._rtdse = newRTDSE(self, clock)
        self._watch = newWatch(self, clock)

    @property
    def states(self) -> dict[str, str]:
        return {"liveness": stateName(self._watch), "RTDSE": stateName(self._rtdse)}

    def start(self) -> None:
        """
        Ask at intervals from now on.
        """
        self._watch.start()

    def heard(self) -> None:
        """
        The peer sent something.
        """
        self._watch.heard()

    def notUnderstood(self) -> None:
        """
        The peer does not know the question: ask no more.
        """
        self._watch.stop()

    def stop(self) -> None:
        """
        Cancel every timer.
        """
        self._watch.stop()

    def roundTripDelayRequest(self, fields: Fields) -> None:
        self._rtdse.roundTripDelayRequest(fields["sequenceNumber"])

    def roundTripDelayResponse(self, fields: Fields) -> None:
        self._rtdse.roundTripDelayResponse(fields["sequenceNumber"])

    # WatchOwner

    def askRoundTrip(self) -> None:
        self._rtdse.transferRequest()

    def abandonRoundTrip(self) -> None:
        self._rtdse.abandon()

    def peerSilent(self) -> None:
        self._owner.h245Failed(H245Failure.PEER_SILENT)

    # RTDSEOwner

    def sendRoundTripRequest(self, sequenceNumber: int) -> None:
        fields = {"sequenceNumber": sequenceNumber}
        self._owner.sendControl(request("roundTripDelayRequest", fields))

    def sendRoundTripResponse(self, sequenceNumber: int) -> None:
        fields = {"sequenceNumber": sequenceNumber}
        self._owner.sendControl(response("roundTripDelayResponse", fields))

    def roundTripConfirm(self, seconds: float) -> None:
        self._watch.answered()
        self._owner.h245RoundTrip(seconds)

    def roundTripExpired(self) -> None:
        self._watch.unanswered()
