"""
Facts: what has happened, for whoever wants to know.

A fact is a frozen record in the past tense.  Listeners cannot change what it
tells of: a question that may be answered with no is a policy (C{call.policy}),
not a fact.  Facts carry identifiers, addresses and numbers.  Of the texts that
a caller wrote, they carry the names of the parties, and only once every gate
has let them pass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from twisted.logger import Logger

from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID, RoomID
from h323d.values.sound import SILENT, Sound

__all__ = [
    "ActiveSpeakerChanged",
    "AuthenticationFailed",
    "BadInput",
    "BandwidthChanged",
    "BandwidthExceeded",
    "CallAdmitted",
    "CallAnswered",
    "CallEnded",
    "CallFromElsewhere",
    "CallLost",
    "CallOffered",
    "CallOriginated",
    "CallRefused",
    "CallRouted",
    "CallUsageTold",
    "ConfigurationReloaded",
    "DigitReceived",
    "EndpointLocated",
    "EndpointRegistered",
    "EndpointUnregistered",
    "EventBus",
    "Fact",
    "GatekeepersAsked",
    "GatesClosed",
    "GatesOpened",
    "OperatorActed",
    "ParticipantHeld",
    "ParticipantJoined",
    "ParticipantLeft",
    "ParticipantResumed",
    "RASAdmissionEnded",
    "RASAdmissionGranted",
    "RASAdmissionRefused",
    "RASRequestRefused",
    "RegistrationsRestored",
    "RoomClosed",
    "RoomOpened",
    "SourceRefused",
]


@dataclass(frozen=True, slots=True)
class Fact:
    """
    Something that has happened.

    @ivar at: when, in seconds of the server's clock.
    """

    at: float


@dataclass(frozen=True, slots=True)
class CallOffered(Fact):
    """
    A peer asked for a call.

    @ivar protocol: C{"h323"} or C{"sip"}.
    @ivar peer: where the signalling came from.
    @ivar callIdentifier: the H.323 call identifier, in hexadecimal; empty for
        other protocols.
    @ivar conferenceId: the H.323 conference identifier, likewise.
    """

    callId: CallID
    legId: LegID
    protocol: str
    peer: TransportAddress
    callIdentifier: str = ""
    conferenceId: str = ""


@dataclass(frozen=True, slots=True)
class CallOriginated(Fact):
    """
    We call somebody, because the operator said so.

    @ivar protocol: C{"h323"} or C{"sip"}.
    """

    callId: CallID
    legId: LegID
    protocol: str
    calling: tuple[PartyAddress, ...]
    called: tuple[PartyAddress, ...]


@dataclass(frozen=True, slots=True)
class CallAdmitted(Fact):
    """
    Every policy let the call pass, with these names of its parties.  A call
    whose caller left before that is only told of as ended.
    """

    callId: CallID
    legId: LegID
    calling: tuple[PartyAddress, ...] = ()
    called: tuple[PartyAddress, ...] = ()


@dataclass(frozen=True, slots=True)
class CallRouted(Fact):
    """
    It is decided where a call goes.  One whose first way fails is told of
    again.

    @ivar model: C{"conference"} (or another destination of legs, by its name)
        where it ends here; C{"routed"} where its signalling passes through us,
        C{"proxied"} where its media does too.
    @ivar target: the room; the endpoint identifier of the called side, as far
        as it is registered.
    @ivar peer: where the signalling goes; C{None} where it ends here.
    """

    callId: CallID
    legId: LegID
    model: str
    target: str
    peer: TransportAddress | None = None


@dataclass(frozen=True, slots=True)
class CallRefused(Fact):
    """
    A policy or the routing said no.

    @ivar reason: our own word for it, such as C{"noRoute"}.
    """

    callId: CallID
    legId: LegID
    cause: Cause
    reason: str


@dataclass(frozen=True, slots=True)
class CallAnswered(Fact):
    """
    A leg of the call was answered.
    """

    callId: CallID
    legId: LegID


@dataclass(frozen=True, slots=True)
class CallEnded(Fact):
    """
    A leg of the call is gone.

    @ivar releasedBy: C{"calling"}, C{"called"} or C{"server"}.
    """

    callId: CallID
    legId: LegID
    cause: Cause
    releasedBy: str = "server"


@dataclass(frozen=True, slots=True)
class RoomOpened(Fact):
    """
    A conference room came to be.
    """

    roomId: RoomID


@dataclass(frozen=True, slots=True)
class RoomClosed(Fact):
    """
    A conference room is gone.
    """

    roomId: RoomID


@dataclass(frozen=True, slots=True)
class ParticipantJoined(Fact):
    """
    A leg's media is part of a room.

    @ivar encoding: what the participant speaks, as in C{"PCMU/8000"}.
    """

    roomId: RoomID
    callId: CallID
    legId: LegID
    encoding: str


@dataclass(frozen=True, slots=True)
class ParticipantLeft(Fact):
    """
    A participant is no longer part of a room.

    @ivar sound: how its sound came through, as it was looked at last, which is
        less than a second before.
    """

    roomId: RoomID
    callId: CallID
    legId: LegID
    cause: Cause
    sound: Sound = SILENT


@dataclass(frozen=True, slots=True)
class ParticipantHeld(Fact):
    """
    A participant has put us on hold: it is neither heard nor does it hear.
    """

    roomId: RoomID
    callId: CallID
    legId: LegID


@dataclass(frozen=True, slots=True)
class ParticipantResumed(Fact):
    """
    A participant that was on hold is back.
    """

    roomId: RoomID
    callId: CallID
    legId: LegID


@dataclass(frozen=True, slots=True)
class ActiveSpeakerChanged(Fact):
    """
    Somebody else is speaking in a room.

    @ivar legId: who; C{None} when nobody is.
    """

    roomId: RoomID
    legId: LegID | None


@dataclass(frozen=True, slots=True)
class DigitReceived(Fact):
    """
    A participant pressed a key; which one is not told, because it may be part
    of a secret.

    @ivar method: the value of a C{DigitMethod}.
    """

    callId: CallID
    legId: LegID
    method: str


@dataclass(frozen=True, slots=True)
class EndpointRegistered(Fact):
    """
    An endpoint registered, for the first time or with other data.

    @ivar endpointId: the C{endpointIdentifier} that we gave it.
    """

    endpointId: str
    protocol: str
    signalling: TransportAddress
    aliases: tuple[PartyAddress, ...]
    timeToLive: int


@dataclass(frozen=True, slots=True)
class EndpointUnregistered(Fact):
    """
    An endpoint is no longer registered.

    @ivar reason: C{"request"}, C{"expired"}, C{"replaced"}, C{"operator"}, or C{"connection"}
        where the connection is gone over which alone it could be reached.
    """

    endpointId: str
    reason: str


@dataclass(frozen=True, slots=True)
class RegistrationsRestored(Fact):
    """
    After a restart, endpoints are registered as they were before.

    @ivar restored: how many.
    @ivar dropped: how many are not, mostly because they had expired.
    """

    restored: int
    dropped: int


@dataclass(frozen=True, slots=True)
class RASAdmissionGranted(Fact):
    """
    An ARQ was confirmed.

    @ivar callIdentifier: the H.323 call identifier, in hexadecimal.
    @ivar bandwidth: granted, in units of 100 bit/s.
    @ivar answerCall: whether it is the called side that asked.
    @ivar conferenceId: in hexadecimal.
    @ivar source: where the endpoint asked from.
    @ivar model: C{"direct"} or C{"routed"}, as it was told.
    @ivar destination: where it was told to send its Setup.
    """

    endpointId: str
    callIdentifier: str
    bandwidth: int
    answerCall: bool
    conferenceId: str
    source: TransportAddress
    model: str
    destination: TransportAddress
    calling: tuple[PartyAddress, ...]
    called: tuple[PartyAddress, ...]


@dataclass(frozen=True, slots=True)
class RASAdmissionRefused(Fact):
    """
    An ARQ was rejected.

    @ivar endpointId: empty if it is not registered; then the names of the
        parties are not told.
    @ivar reason: the C{AdmissionRejectReason}.
    """

    endpointId: str
    callIdentifier: str
    reason: str
    source: TransportAddress
    calling: tuple[PartyAddress, ...]
    called: tuple[PartyAddress, ...]


@dataclass(frozen=True, slots=True)
class RASAdmissionEnded(Fact):
    """
    A DRQ, or the loss of the endpoint, ended an admitted call, for one side.

    @ivar answerCall: whether for the called side.
    @ivar cause: why, as far as the endpoint told; C{None} where it did not.
    @ivar disengaged: whether the endpoint said so itself, by DRQ.
    """

    endpointId: str
    callIdentifier: str
    answerCall: bool
    cause: Cause | None
    disengaged: bool


@dataclass(frozen=True, slots=True)
class RASRequestRefused(Fact):
    """
    A RAS request other than an ARQ was rejected.

    @ivar request: its name, as in C{"registrationRequest"}.
    @ivar endpointId: of whom it speaks, as far as it says so; not proven.
    @ivar reason: the reason that the reject gives.
    """

    source: TransportAddress
    request: str
    endpointId: str
    reason: str


@dataclass(frozen=True, slots=True)
class CallLost(Fact):
    """
    An endpoint turns out not to have a call any more that it was admitted to;
    its admission ends.

    @ivar answerCall: whether it was the called side.
    @ivar reason: C{"unknown"} (it says so) or C{"silent"} (it does not answer).
    """

    endpointId: str
    callIdentifier: str
    answerCall: bool
    reason: str


@dataclass(frozen=True, slots=True)
class CallUsageTold(Fact):
    """
    An endpoint told when its call was answered, by BRQ, DRQ or IRR; it may tell
    the same again.

    @ivar answerCall: whether it is the called side.
    @ivar answered: in seconds of the server's clock; not before the call was
        admitted, and not in the future, whatever the endpoint's clock is.
    """

    endpointId: str
    callIdentifier: str
    answerCall: bool
    answered: float


@dataclass(frozen=True, slots=True)
class BandwidthChanged(Fact):
    """
    A BRQ was confirmed.

    @ivar bandwidth: in units of 100 bit/s.
    """

    endpointId: str
    callIdentifier: str
    bandwidth: int


@dataclass(frozen=True, slots=True)
class BandwidthExceeded(Fact):
    """
    An endpoint is seen to use more than it was granted; that is not prevented.

    @ivar granted: in units of 100 bit/s.
    @ivar used: likewise.
    """

    endpointId: str
    callIdentifier: str
    granted: int
    used: int


@dataclass(frozen=True, slots=True)
class GatesClosed(Fact):
    """
    No new call passes from now on.

    @ivar reason: C{"maintenance"} or C{"shuttingDown"}.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class GatesOpened(Fact):
    """
    Calls pass again.
    """


@dataclass(frozen=True, slots=True)
class EndpointLocated(Fact):
    """
    An LRQ was confirmed: somebody was told where a name is.

    @ivar source: who asked.
    @ivar callIdentifier: in hexadecimal; empty if the question had none.
    @ivar destination: the call-signalling address that was told.
    """

    source: TransportAddress
    callIdentifier: str
    destination: TransportAddress


@dataclass(frozen=True, slots=True)
class GatekeepersAsked(Fact):
    """
    Other gatekeepers were asked where somebody is (LRQ).

    @ivar callIdentifier: in hexadecimal; empty if it is not known.
    @ivar asked: who, in the order in which they were asked.
    @ivar answeredBy: who knew; C{None} if nobody did.
    """

    callIdentifier: str
    asked: tuple[TransportAddress, ...]
    answeredBy: TransportAddress | None


@dataclass(frozen=True, slots=True)
class BadInput(Fact):
    """
    A door refused what a peer sent.

    @ivar door: which one: C{"sip"}, C{"ras"}, C{"h225"}, C{"h245"}, C{"rtp"}.
    @ivar place: the field and octet, from the L{h323d.errors.DecodeError}.
    """

    door: str
    source: TransportAddress
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class SourceRefused(Fact):
    """
    An address may not talk to us, or not so often, or has its share of
    something; told at most once a second of each.

    @ivar door: which one: C{"ras"}, C{"sip"}, C{"h225"}, C{"calls"}; or, of shares, also
        C{"transactions"}, C{"registrations"}, C{"admissions"}, C{"rooms"}.
    @ivar source: its port is 0 where it does not matter.
    @ivar reason: C{"network"}, C{"rateLimit"} or C{"share"}.
    @ivar count: how many packets, connections or calls were refused since the
        last time that was told of it.
    """

    door: str
    source: TransportAddress
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class AuthenticationFailed(Fact):
    """
    A RAS message did not prove that it is from whom it says.

    @ivar source: where it came from; of a neighbour's answer, where we asked.
    @ivar message: its name, as in C{"registrationRequest"}.
    @ivar identity: whose password was asked for; empty if nobody knows.
    @ivar reason: C{"absent"}, C{"unknown"}, or a C{SecurityErrors} of H.225.0.
    """

    source: TransportAddress
    message: str
    identity: str
    reason: str


@dataclass(frozen=True, slots=True)
class CallFromElsewhere(Fact):
    """
    A call does not come from where its endpoint is.

    @ivar what: C{"setup"}, from another host than the ARQ; or C{"dialBack"}, a connection
        for a call to the endpoint (H.460.18), from another than it registered from.
    @ivar source: where it came from.
    @ivar endpointId: whose call it is.
    @ivar known: where that endpoint is.
    @ivar callIdentifier: in hexadecimal.
    @ivar refused: whether it was refused.
    """

    what: str
    source: TransportAddress
    endpointId: str
    known: TransportAddress
    callIdentifier: str
    refused: bool


@dataclass(frozen=True, slots=True)
class ConfigurationReloaded(Fact):
    """
    A changed configuration is in force.

    @ivar sections: those that differ from before.
    """

    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OperatorActed(Fact):
    """
    An operator changed something.  What only asks, or could not be done, is not told.

    @ivar actor: C{"uid"} and the number of the user whose process used the control socket,
        C{"control"} where the system does not tell, or C{"manhole"}.
    @ivar command: as C{h323ctl} has it.
    @ivar arguments: names and values of those that were given.
    """

    actor: str
    command: str
    arguments: tuple[tuple[str, str | int], ...]


F = TypeVar("F", bound=Fact)


class EventBus:
    """
    Hands each fact to all who asked for its kind, in the order they asked.
    """

    _log = Logger()

    def __init__(self) -> None:
        self._subscribers: list[tuple[type[Fact], Callable[[Fact], None]]] = []
        # Of each kind that was told since somebody came or went: a fact costs one look-up.
        self._listeners: dict[type[Fact], tuple[Callable[[Fact], None], ...]] = {}

    def subscribe(self, kind: type[F], listener: Callable[[F], None]) -> Callable[[], None]:
        """
        @param kind: a class of facts, which stands for those made of it too; L{Fact} for
            all of them.
        @param listener: called with each fact of that kind.

        @return: a function that ends the subscription.
        """
        entry: tuple[type[Fact], Callable[[Fact], None]] = (kind, listener)  # type: ignore[assignment]  # it is called with its kind only
        self._subscribers.append(entry)
        self._listeners.clear()

        def unsubscribe() -> None:
            if entry in self._subscribers:
                self._subscribers.remove(entry)
                self._listeners.clear()

        return unsubscribe

    def publish(self, fact: Fact) -> None:
        """
        Tell everybody; a listener that fails harms nobody else.
        """
        kind = type(fact)
        listeners = self._listeners.get(kind)
        if listeners is None:
            listeners = self._listeners[kind] = self._listenersOf(kind)
        for listener in listeners:
            try:
                listener(fact)
            except Exception:  # the fence: publishers do not know who listens
                self._log.failure("a listener failed on {fact}", fact=kind.__name__)

    def _listenersOf(self, kind: type[Fact]) -> tuple[Callable[[Fact], None], ...]:
        return tuple(each for wanted, each in self._subscribers if issubclass(kind, wanted))
