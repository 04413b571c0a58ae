"""
What asks to be admitted - a registration, a call, more bandwidth, a seat in a room - or to be
believed, as one value, from whatever door it comes in; and what a gate may answer.

Whoever has the door makes the application of what it heard, asks the gates
(L{h323d.call.gates}), and has one table from a L{Reason} to its protocol's answer.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace

from twisted.internet.defer import Deferred
from zope.interface import Attribute, Interface

from h323d.call.account import Account
from h323d.call.lease import ILease
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.proof import Proof

__all__ = [
    "CAUSES",
    "EVERYWHERE",
    "NAMED",
    "PASSED",
    "Admission",
    "Application",
    "CallType",
    "Door",
    "IGate",
    "ILapsing",
    "Priority",
    "Purpose",
    "Reason",
    "Refusal",
    "Texts",
    "Verdict",
    "textsOf",
]


class Purpose(enum.Enum):
    """
    What is applied for.
    """

    REGISTRATION = "registration"
    CALL = "call"
    BANDWIDTH = "bandwidth"
    ANSWER = "answer"  # to a call of ours
    SEAT = "seat"
    BELIEF = "belief"  # in what is said of a registration or a call that there is


class Door(enum.Enum):
    """
    Where an application comes in, by the name of what asks there.
    """

    RRQ = "RRQ"
    ARQ = "ARQ"
    BRQ = "BRQ"
    URQ = "URQ"
    DRQ = "DRQ"
    RAI = "RAI"
    IRR = "IRR"
    SETUP = "Setup"
    OLC = "OLC"
    REGISTER = "REGISTER"
    INVITE = "INVITE"
    REINVITE = "re-INVITE"
    REFER = "REFER"
    ANSWER = "answer"
    OPERATOR = "operator"
    ROOM = "room"

    @property
    def purpose(self) -> Purpose:
        """
        What is applied for there.
        """
        return _PURPOSES[self]


_PURPOSES = {
    Door.RRQ: Purpose.REGISTRATION,
    Door.ARQ: Purpose.CALL,
    Door.BRQ: Purpose.BANDWIDTH,
    Door.URQ: Purpose.BELIEF,
    Door.DRQ: Purpose.BELIEF,
    Door.RAI: Purpose.BELIEF,
    Door.IRR: Purpose.BELIEF,
    Door.SETUP: Purpose.CALL,
    Door.OLC: Purpose.BANDWIDTH,
    Door.REGISTER: Purpose.REGISTRATION,
    Door.INVITE: Purpose.CALL,
    Door.REINVITE: Purpose.BANDWIDTH,
    Door.REFER: Purpose.BELIEF,
    Door.ANSWER: Purpose.ANSWER,
    Door.OPERATOR: Purpose.CALL,
    Door.ROOM: Purpose.SEAT,
}

EVERYWHERE = frozenset(Door)


class CallType(enum.Enum):
    """
    How grave a call is, as its caller declares.
    """

    ROUTINE = "ROUTINE"
    ESCALATE = "ESCALATE"
    EMERGENCY = "EMERGENCY"


class Priority(enum.Enum):
    """
    Before whom a call goes.
    """

    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Texts:
    """
    What an application carries for people to read.  Addresses and numbers are none of it.

    @ivar displayName: the caller's name; empty if there is none.
    @ivar names: the caller's H.323 identifiers, which may be anything, in their order.
    """

    displayName: str = ""
    names: tuple[str, ...] = ()

    def among(self, parties: tuple[PartyAddress, ...]) -> tuple[PartyAddress, ...]:
        """
        Names of a caller, with these in place of its H.323 identifiers, as far as there are
        any; of one that is empty, nothing is left.
        """
        left = iter(self.names)
        shown = (
            replace(each, value=next(left, each.value))
            if each.kind is AddressKind.H323_ID
            else each
            for each in parties
        )
        return tuple(each for each in shown if each.value)


def textsOf(displayName: str, calling: tuple[PartyAddress, ...]) -> Texts:
    """
    The texts of who calls itself so.
    """
    names = (each.value for each in calling if each.kind is AddressKind.H323_ID)
    return Texts(displayName, tuple(names))


@dataclass(frozen=True, slots=True)
class Application:
    """
    Somebody asks to be admitted.

    @ivar door: where.
    @ivar protocol: C{"h323"} or C{"sip"}; empty for the operator, who may mean either.
    @ivar source: where it came from; C{None} for the operator.
    @ivar party: whose it is: an endpoint identifier; empty if they are not registered, or
        that is not known there.
    @ivar registered: the names that the party is registered by, where they are known.
    @ivar proofs: what it shows, verified as far as the door can.
    @ivar calling: who calls, or whose names are to be registered.
    @ivar called: who is called.
    @ivar texts: what it carries for people to read.
    @ivar bandwidth: bit/s that are asked for, both directions together; 0 if it does not say.
    @ivar callType: as it declares; C{None} if it does not.
    @ivar addresses: where it says that it is to be reached, of a registration by RAS.
    @ivar declaredPII: whether it says that there is personal data in the call.
    @ivar answering: it is of who is called, and answers.
    @ivar continues: the leg that this call goes on with, which was admitted before; empty for
        one that begins.
    @ivar account: how a gate before came to let it pass; C{None} if none has told.
    @ivar callIdentifier: of the call: H.323's in hexadecimal, or SIP's Call-ID; else empty.
    @ivar callId: of the call, as facts have it; empty before there is one.
    @ivar legId: of the leg, likewise.
    @ivar room: in which a seat is asked for.
    """

    door: Door
    protocol: str
    source: TransportAddress | None
    party: str = ""
    proofs: tuple[Proof, ...] = ()
    calling: tuple[PartyAddress, ...] = ()
    called: tuple[PartyAddress, ...] = ()
    texts: Texts = Texts()
    bandwidth: int = 0
    callType: CallType | None = None
    callIdentifier: str = ""
    callId: str = ""
    legId: str = ""
    room: str = ""
    registered: tuple[PartyAddress, ...] = ()
    addresses: tuple[TransportAddress, ...] = ()
    declaredPII: bool = False
    answering: bool = False
    continues: str = ""
    account: Account | None = field(default=None, compare=False, repr=False)

    def granted(self, admission: Admission) -> Application:
        """
        What is left of it for the next gate to judge.
        """
        left = self
        if admission.texts is not None:
            calling = admission.texts.among(self.calling)
            left = replace(left, texts=admission.texts, calling=calling)
        if admission.bandwidth is not None:
            left = replace(left, bandwidth=admission.bandwidth)
        if admission.account is not None:
            left = replace(left, account=admission.account)
        return left


class ILapsing(ILease):
    """
    One that can be lost, by whatever it is that it rests on, while other gates think.
    """

    def lapse() -> Refusal | None:
        """
        Why it counts no more; C{None} while it does.
        """


@dataclass(frozen=True, slots=True)
class Admission:
    """
    It may pass, and so.

    @ivar texts: what may be shown of its texts; C{None} for all.
    @ivar bandwidth: bit/s that it may have at most; C{None} for what it asked for.
    @ivar priority: C{None} if that is not the gate's to say.
    @ivar leases: what is kept for it.
    @ivar account: how that was found; C{None} if the gate does not tell.
    @ivar user: of SIP, who has proven to the gate to be that; empty if it knows of none.
    """

    texts: Texts | None = None
    bandwidth: int | None = None
    priority: Priority | None = None
    leases: tuple[ILease, ...] = ()
    account: Account | None = field(default=None, compare=False, repr=False)
    user: str = ""

    def after(self, before: Admission) -> Admission:
        """
        This, and what gates before have said.
        """
        if before is PASSED:
            return self
        return Admission(
            before.texts if self.texts is None else self.texts,
            _least(before.bandwidth, self.bandwidth),
            self.priority or before.priority,
            before.leases + self.leases,
            self.account or before.account,
            self.user or before.user,
        )


PASSED = Admission()
"""
It may pass as it is.
"""


def _least(one: int | None, other: int | None) -> int | None:
    given = [each for each in (one, other) if each is not None]
    return min(given, default=None)


class Reason(enum.Enum):
    """
    Why something is refused, by the name that everybody sees.
    """

    INVALID_SIGNATURE = "INVALID_SIGNATURE"
    """It does not prove who asks."""

    NOT_REGISTERED = "NOT_REGISTERED"
    """Who asks is none of those who may."""

    PII_POLICY_VIOLATION = "PII_POLICY_VIOLATION"
    """It carries personal data where none may be."""

    BANDWIDTH_EXCEEDED = "BANDWIDTH_EXCEEDED"
    """Who asks would have more bandwidth than they may have."""

    CAPACITY_EXCEEDED = "CAPACITY_EXCEEDED"
    """There is no place: in the room, or at all."""

    GATEKEEPER_ERROR = "GATEKEEPER_ERROR"
    """It could not be judged."""

    NOT_PERMITTED = "NOT_PERMITTED"
    """A rule says so."""

    NO_ROUTE = "NO_ROUTE"
    """Nobody knows who is called."""

    LOOP = "LOOP"
    """It leads back to where it has been."""

    RATE_EXCEEDED = "RATE_EXCEEDED"
    """Who asks, asks too often."""

    OUT_OF_SERVICE = "OUT_OF_SERVICE"
    """Nothing new is taken at present."""

    REFUSED_EVERYWHERE = "REFUSED_EVERYWHERE"
    """Who is called refuses, wherever else they might be called."""


NAMED = frozenset(
    (
        Reason.INVALID_SIGNATURE,
        Reason.NOT_REGISTERED,
        Reason.PII_POLICY_VIOLATION,
        Reason.BANDWIDTH_EXCEEDED,
        Reason.CAPACITY_EXCEEDED,
        Reason.GATEKEEPER_ERROR,
    )
)
"""
Those of IF.guard, whose names the asker is told, wherever a protocol has a place for them.
"""

CAUSES = {
    Reason.INVALID_SIGNATURE: Cause.NORMAL_UNSPECIFIED,
    Reason.NOT_REGISTERED: Cause.NORMAL_UNSPECIFIED,
    Reason.PII_POLICY_VIOLATION: Cause.NORMAL_UNSPECIFIED,
    Reason.BANDWIDTH_EXCEEDED: Cause.NO_CIRCUIT_AVAILABLE,
    Reason.CAPACITY_EXCEEDED: Cause.RESOURCE_UNAVAILABLE,
    Reason.GATEKEEPER_ERROR: Cause.TEMPORARY_FAILURE,
    Reason.NOT_PERMITTED: Cause.CALL_REJECTED,
    Reason.NO_ROUTE: Cause.NO_ROUTE_TO_DESTINATION,
    Reason.LOOP: Cause.EXCHANGE_ROUTING_ERROR,
    Reason.RATE_EXCEEDED: Cause.SWITCHING_EQUIPMENT_CONGESTION,
    Reason.OUT_OF_SERVICE: Cause.SWITCHING_EQUIPMENT_CONGESTION,
    Reason.REFUSED_EVERYWHERE: Cause.CALL_REJECTED,
}
"""
The Q.850 cause that refuses a call, where who refuses it has none that says more.
"""


@dataclass(frozen=True, slots=True)
class Refusal:
    """
    It may not pass.

    @ivar cause: what the caller is told, in the words of Q.850.
    @ivar reason: why.
    @ivar detail: our own word for it, such as C{"roomFull"}; may be empty.
    @ivar account: how that was found; C{None} if the gate does not tell.
    @ivar bandwidth: bit/s that there are, both directions together; C{None} if it is not for that.
    """

    cause: Cause
    reason: Reason
    detail: str = ""
    account: Account | None = field(default=None, compare=False, repr=False)
    bandwidth: int | None = None

    @classmethod
    def of(cls, reason: Reason, detail: str = "", account: Account | None = None) -> Refusal:
        """
        With the cause that goes with the reason.
        """
        return cls(CAUSES[reason], reason, detail, account)

    @property
    def word(self) -> str:
        """
        The most that there is to say in one word, for facts and logs.
        """
        return self.detail or self.reason.value


Verdict = Admission | Refusal


class IGate(Interface):
    """
    A gate that applications pass, in the configured order.
    """

    name = Attribute("as the configuration names it")
    doors = Attribute("at which it stands: a set of L{Door}, or L{EVERYWHERE}")

    def judge(
        application: Application,
    ) -> Admission | Refusal | Deferred[Admission | Refusal]:
        """
        May it pass?  Who has not answered in time (L{h323d.call.gates.DEADLINE}) has said
        no, and a Deferred is cancelled.
        """
