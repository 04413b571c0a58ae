"""
What the gatekeeper has granted, refused and lost, by RAS and by routing.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.events.bus import Fact
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.cause import Cause

__all__ = [
    "BandwidthChanged",
    "BandwidthExceeded",
    "CallLost",
    "CallUsageTold",
    "EndpointLocated",
    "EndpointRegistered",
    "EndpointUnregistered",
    "GatekeepersAsked",
    "ParentLost",
    "ParentRefused",
    "ParentRegistered",
    "RASAdmissionEnded",
    "RASAdmissionGranted",
    "RASAdmissionRefused",
    "RASRequestRefused",
    "RegistrationsRestored",
    "TrunkDown",
    "TrunkRegistered",
    "TrunkUnregistered",
    "TrunkUp",
]


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
class ParentRegistered(Fact):
    """
    We are registered with another gatekeeper, or again.

    @ivar parent: what it is called in the configuration.
    @ivar gatekeeper: where it is, or its alternate that has taken us.
    @ivar gatekeeperIdentifier: as it calls itself; empty if it does not.
    @ivar endpointId: as it calls us.
    @ivar aliases: our names there.
    """

    parent: str
    gatekeeper: TransportAddress
    gatekeeperIdentifier: str
    endpointId: str
    aliases: tuple[PartyAddress, ...]


@dataclass(frozen=True, slots=True)
class ParentLost(Fact):
    """
    We are not registered there any more.

    @ivar reason: the reason of its reject; C{"noAnswer"}, C{"unregistrationRequest"}, or
        C{"request"} if it was we who left.
    """

    parent: str
    reason: str


@dataclass(frozen=True, slots=True)
class ParentRefused(Fact):
    """
    It does not register us, and is asked again.

    @ivar reason: the reason of its reject, or C{"noAnswer"}.
    """

    parent: str
    reason: str


@dataclass(frozen=True, slots=True)
class TrunkDown(Fact):
    """
    A trunk has failed too often; it is tried last from now on.

    @ivar trunk: its name in the configuration.
    @ivar address: where it is; C{None} if its name was never found.
    @ivar reason: what it failed with last, in words.
    """

    trunk: str
    address: TransportAddress | None
    reason: str


@dataclass(frozen=True, slots=True)
class TrunkUp(Fact):
    """
    A trunk that was down is there again.

    @ivar trunk: its name in the configuration.
    @ivar lasted: how many seconds it was down.
    """

    trunk: str
    address: TransportAddress | None
    lasted: float


@dataclass(frozen=True, slots=True)
class TrunkRegistered(Fact):
    """
    We are registered with a trunk, or again, or at another server of its.

    @ivar trunk: its name in the configuration.
    @ivar seconds: for how long; we stay registered by asking again before.
    """

    trunk: str
    address: TransportAddress
    seconds: int


@dataclass(frozen=True, slots=True)
class TrunkUnregistered(Fact):
    """
    We are not registered with a trunk, or not any more; it is asked again.

    @ivar trunk: its name in the configuration.
    @ivar reason: what it answers, or that it does not, in words; C{"request"} if it was we who
        left.
    """

    trunk: str
    reason: str
