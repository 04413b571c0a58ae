"""
The logical channels of a routed call, before they are opened: what all of them need is asked for,
and a channel that may not be is refused to the side that opens it, and goes no further.

While somebody thinks about a channel, what its side says after it waits behind it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from twisted.internet.defer import Deferred

from h323d.asn1 import h245
from h323d.call.applications import Application, Door
from h323d.call.gates import Gates
from h323d.errors import DecodeError
from h323d.gatekeeper.routed.flows import Flow, flowsOf, neededBy
from h323d.gatekeeper.routed.side import CALLER
from h323d.gatekeeper.routed.usage import ChannelUsage
from h323d.h323.applications import BANDWIDTH_UNIT
from h323d.h323.calls.channelgate import ChannelGate
from h323d.h323.h245.bandwidth import ChannelJudge
from h323d.h323.h245.channels.incoming import openRefused
from h323d.h323.h245.messages import Fields, Message
from h323d.values.identifiers import LegID

__all__ = [
    "ChannelDoor",
    "ChannelDoorOwner",
    "ControlWay",
    "ProposedStart",
    "answeredWithin",
    "callerChannels",
    "proposedIn",
]

MAXIMUM_WAITING = 64  # messages of one side behind a channel that is being judged

_ENCODED = "MultimediaSystemControlMessage"
_NUMBER = "forwardLogicalChannelNumber"


class ProposedStart(NamedTuple):
    """
    What the caller proposes by fast start.

    @ivar elements: of C{fastStart}, those of which it can be told how much they need.
    @ivar bandwidth: bit/s that the greatest that may be chosen of them needs, both directions
        together.
    """

    elements: tuple[bytes, ...]
    bandwidth: int


def proposedIn(fastStart: Iterable[bytes]) -> ProposedStart:
    """
    @param fastStart: of a Setup.
    """
    elements: list[bytes] = []
    flows: list[Flow] = []
    for octets in fastStart:
        try:
            known = flowsOf(CALLER, h245.decode("OpenLogicalChannel", octets))
        except DecodeError:
            continue
        if known is not None:
            elements.append(octets)
            flows += known
    return ProposedStart(tuple(elements), BANDWIDTH_UNIT * neededBy(flows))


def answeredWithin(answer: Iterable[Fields], bandwidth: int) -> bool:
    """
    Whether a fast start is answered by no more than was asked for when it was proposed.  An answer
    cannot wait until somebody has thought about it.

    @param answer: the C{OpenLogicalChannel}s that the called side accepts.
    @param bandwidth: bit/s, both directions together.
    """
    known = [flowsOf(CALLER, each) for each in answer]
    flows = [flow for each in known if each is not None for flow in each]
    return None not in known and BANDWIDTH_UNIT * neededBy(flows) <= bandwidth


class ControlWay(Protocol):
    """
    By which one side says something in H.245.
    """

    def goOn(self, octets: bytes) -> None:
        """Have the other side hear something."""

    def answer(self, octets: bytes) -> None:
        """Have the side itself hear it."""


class ChannelCall(Protocol):
    """
    The call whose channels they are, as its caller has it.
    """

    @property
    def legId(self) -> LegID: ...

    @property
    def released(self) -> bool:
        """Whether it is over."""

    def application(self) -> Application:
        """What its Setup asks for."""


@dataclass(frozen=True, slots=True)
class _Caller:
    """
    The L{ChannelLeg<h323d.h323.calls.channelgate.ChannelLeg>} of the caller.
    """

    call: ChannelCall

    @property
    def legId(self) -> LegID:
        return self.call.legId

    @property
    def released(self) -> bool:
        return self.call.released

    def application(self) -> Application:
        return self.call.application()

    def undecided(self) -> None:
        """
        They were admitted before there are channels.
        """


def callerChannels(call: ChannelCall, gates: Gates) -> ChannelJudge | None:
    """
    Who says for the caller how much the channels may need; C{None} if nobody minds.
    """
    return ChannelGate(_Caller(call), gates) if gates.standAt(Door.OLC) else None


class ChannelDoorOwner(Protocol):
    """
    What the door needs of the passage.
    """

    def channelAdmitted(self, which: int, message: Message, octets: bytes, way: ControlWay) -> None:
        """A channel may be opened that had to wait: have that go on."""

    def translateControl(self, which: int, octets: bytes, way: ControlWay) -> bytes | None:
        """What a message that has waited is to be for the other side; C{None} to drop it."""


class ChannelDoor:
    """
    That of one call.
    """

    def __init__(self, owner: ChannelDoorOwner, usage: ChannelUsage, judge: ChannelJudge) -> None:
        """
        @param usage: the channels that there are.
        """
        self._owner = owner
        self._usage = usage
        self._judge = judge
        self._waiting: dict[int, list[tuple[bytes, ControlWay]]] = {}
        self._closed = False

    def keeps(self, which: int, octets: bytes, way: ControlWay) -> bool:
        """
        Whether a message waits, because something that its side has said before does.
        """
        waiting = self._waiting.get(which)
        if waiting is not None and len(waiting) < MAXIMUM_WAITING:
            waiting.append((octets, way))
        return waiting is not None

    def admits(self, which: int, message: Message, octets: bytes, way: ControlWay) -> bool:
        """
        Whether a message may go on at once.  If not, it opens a channel that is refused, or that
        is thought about.
        """
        match message:
            case ("request", ("openLogicalChannel", dict(channel))):
                refusal = self._refusal(which, channel)
            case _:
                return True
        if isinstance(refusal, Deferred):
            self._waiting[which] = []
            refusal.addCallback(self._decided, which, message, octets, way)
            return False
        if refusal:
            _refuse(message, refusal, way)
        return not refusal

    def close(self) -> None:
        """
        The call is over: nothing waits any more.
        """
        self._closed = True
        self._waiting.clear()

    def _refusal(self, which: int, channel: Fields) -> str | Deferred[str]:
        flows = flowsOf(which, channel)
        if flows is None:
            return "dataTypeNotSupported"  # nobody can say how much it needs
        if self._usage.isFull:
            return "insufficientBandwidth"
        needed = self._usage.neededWith({(which, channel[_NUMBER]): flows})
        return self._judge.refusal(BANDWIDTH_UNIT * needed)

    def _decided(
        self, refusal: str, which: int, message: Message, octets: bytes, way: ControlWay
    ) -> None:
        if self._closed:
            return
        waiting = self._waiting.pop(which)
        if refusal:
            _refuse(message, refusal, way)
        else:
            self._owner.channelAdmitted(which, message, octets, way)
        for later, itsWay in waiting:
            translated = self._owner.translateControl(which, later, itsWay)
            if translated is not None:
                itsWay.goOn(translated)


def _refuse(message: Message, cause: str, way: ControlWay) -> None:
    number = message[1][1][_NUMBER]
    way.answer(h245.encode(_ENCODED, openRefused(number, cause)))
