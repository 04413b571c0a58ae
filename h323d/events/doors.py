"""
What came to a door and was not let in, or came otherwise than it should.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from h323d.events.bus import Fact
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.proof import Proof

__all__ = [
    "ApplicationPassed",
    "ApplicationRefused",
    "AuthenticationFailed",
    "BadInput",
    "CallFromElsewhere",
    "PolicySwitchedOff",
    "SourceBanned",
    "SourceRefused",
]


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
        C{"transactions"}, C{"registrations"}, C{"admissions"}, C{"rooms"}, C{"gateway"}.
    @ivar source: its port is 0 where it does not matter.
    @ivar reason: C{"network"}, C{"rateLimit"} or C{"share"}; C{"scanner"}, C{"slowed"} or
        C{"banned"}.
    @ivar count: how many packets, connections or calls were refused since the
        last time that was told of it.
    """

    door: str
    source: TransportAddress
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class SourceBanned(Fact):
    """
    An address, or a network, is not heard any more for a time.

    @ivar source: an address, or a network.
    @ivar reason: C{"scanner"}, C{"requests"}, C{"registrations"} or C{"failures"}; C{"operator"}.
    @ivar until: in seconds since 1970; C{None} until an operator lifts it.
    @ivar times: how often it was banned, one time soon after the other.
    """

    source: str
    reason: str
    until: float | None
    times: int


@dataclass(frozen=True, slots=True)
class ApplicationPassed(Fact):
    """
    Every gate let pass what asked to be admitted; told where a log is kept of that.

    @ivar door: which one, as C{"ARQ"} or C{"INVITE"}: the value of a C{Door}.
    @ivar protocol: C{"h323"} or C{"sip"}; empty for the operator.
    @ivar source: where it came from; C{None} for the operator.
    @ivar party: the asker's endpoint identifier; empty if it is not registered.
    @ivar proofs: what it showed to prove that.
    @ivar calling: who calls, or whose names are to be registered.
    @ivar called: who is called.
    @ivar bandwidth: bit/s, both directions together, that are left of what it asked for; 0 if it
        does not say.
    @ivar callType: as it declares; empty if it does not.
    @ivar callIdentifier: the protocol's name for the call; empty for a registration.
    @ivar callId: of the call, as other facts have it; empty before there is one.
    @ivar legId: of the leg, likewise.
    @ivar room: in which a seat is asked for.
    @ivar decision: what the guard knew, and how it decided, as the record has it
        (C{docs/reference/witness-format.rst}); C{None} where none was asked.
    """

    door: str
    protocol: str
    source: TransportAddress | None
    party: str
    proofs: tuple[Proof, ...]
    calling: tuple[PartyAddress, ...]
    called: tuple[PartyAddress, ...]
    bandwidth: int
    callType: str
    callIdentifier: str
    callId: str
    legId: str
    room: str
    decision: Mapping[str, Any] | None = None  # Any: as JSON has it

    @property
    def identities(self) -> tuple[str, ...]:
        """
        Who it says that it is, in the order of the proofs.
        """
        return _identitiesOf(self.proofs)

    @property
    def signedOctets(self) -> tuple[str, ...]:
        """
        What is signed, in base64, in the order of the proofs that are signatures.
        """
        return _signedOctetsOf(self.proofs)


@dataclass(frozen=True, slots=True)
class ApplicationRefused(Fact):
    """
    A gate refused what asked to be admitted; what the asker is told depends on the door.

    @ivar door: which one, as C{"ARQ"} or C{"INVITE"}: the value of a C{Door}.
    @ivar gate: the gate's name.
    @ivar reason: the name of a C{Reason}, as C{"BANDWIDTH_EXCEEDED"}.
    @ivar detail: the gate's own word for it; may be empty.
    @ivar source: where it came from; C{None} for the operator.
    @ivar party: the asker's endpoint identifier; empty if it is not registered.
    @ivar callIdentifier: the protocol's name for the call; empty for a registration.
    @ivar proofs: what it showed to prove who it is, if the guard has found that to be so.
    @ivar decision: as L{ApplicationPassed} has it.
    """

    door: str
    gate: str
    reason: str
    detail: str
    source: TransportAddress | None
    party: str
    callIdentifier: str
    proofs: tuple[Proof, ...] = ()
    decision: Mapping[str, Any] | None = None  # Any: likewise

    @property
    def identities(self) -> tuple[str, ...]:
        """
        As of L{ApplicationPassed}.
        """
        return _identitiesOf(self.proofs)

    @property
    def signedOctets(self) -> tuple[str, ...]:
        """
        Likewise.
        """
        return _signedOctetsOf(self.proofs)


@dataclass(frozen=True, slots=True)
class PolicySwitchedOff(Fact):
    """
    A policy of the guard is asked no more, until policies are loaded anew: it has taken too long
    too often.

    @ivar policy: its name.
    @ivar took: seconds that its last answer has taken.
    """

    policy: str
    took: float


@dataclass(frozen=True, slots=True)
class AuthenticationFailed(Fact):
    """
    A RAS message, or a request of SIP, did not prove that it is from whom it says.

    @ivar source: where it came from; of a neighbour's answer, where we asked.
    @ivar message: its name, as in C{"registrationRequest"} or C{"REGISTER"}.
    @ivar identity: whose password was asked for; empty if nobody knows.
    @ivar reason: C{"absent"}, C{"unknown"}, or a C{SecurityErrors} of H.225.0; of SIP,
        C{"unknown"}, C{"password"}, C{"uri"} (it is for another), C{"used"} (it was shown before),
        C{"algorithm"} (another than was asked for) or C{"name"} (From is not the user's).
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


def _identitiesOf(proofs: tuple[Proof, ...]) -> tuple[str, ...]:
    return tuple(each.identity for each in proofs)


def _signedOctetsOf(proofs: tuple[Proof, ...]) -> tuple[str, ...]:
    return tuple(b64encode(each.octets).decode() for each in proofs if each.signature)
