"""
One side of a call, whatever protocol it speaks.

A leg is commanded by whoever accepted or originated it, and reports what
happens to exactly one observer.  It negotiates media with us alone: no answer
of one leg waits for another leg's.  This module holds the interfaces; the
legs are L{h323d.h323.calls.leg} and L{h323d.sip.calls.leg}.
"""

from __future__ import annotations

import enum

from zope.interface import Attribute, Interface

from h323d.call.applications import Application, Priority, Reason
from h323d.call.media import IMediaPort
from h323d.call.particulars import NOTHING_MORE, Particulars
from h323d.call.ways import Way
from h323d.values.address import PartyAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID
from h323d.values.media.digits import DigitMethod
from h323d.values.media.discord import NONE, Discord
from h323d.values.media.formats import MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from h323d.values.media.streams import Stream
from h323d.values.proceeding import Proceeding

__all__ = [
    "ILeg",
    "ILegObserver",
    "ILegOwner",
    "IOffer",
    "IOriginator",
    "ITransferRequest",
    "LegDirection",
    "endedBy",
    "namesOf",
]


class LegDirection(enum.Enum):
    """
    Who asked for the leg.
    """

    INCOMING = "incoming"
    OUTGOING = "outgoing"


class IOffer(Interface):
    """
    A call that somebody asks for, as gates look at it: an incoming leg, or a
    call that the gatekeeper routes on.
    """

    legId = Attribute("L{h323d.values.identifiers.LegID}")
    callId = Attribute("L{h323d.values.identifiers.CallID}, shared by the legs of one call")
    protocol = Attribute("C{'h323'} or C{'sip'}")
    calling = Attribute("who calls: a tuple of L{PartyAddress}, best first; may be empty")
    called = Attribute("who is called: a tuple of L{PartyAddress}, best first; may be empty")
    displayName = Attribute("the peer's name for people to read, cleaned of controls; may be empty")
    peer = Attribute("the L{h323d.values.address.TransportAddress} that the signalling comes from")
    callIdentifier = Attribute("H.323's, in hexadecimal; empty for other protocols")
    conferenceId = Attribute("H.323's, in hexadecimal; empty for other protocols")
    speaks = Attribute(
        "the formats that the peer can speak, a tuple of L{MediaFormat}, its best first; of whom we"
        " call, what it has settled for; C{None} while that is not known"
    )
    proofs = Attribute(
        "what the caller has shown of who it is, verified where the secret is shared: a tuple of"
        " L{h323d.values.proof.Proof}"
    )
    hops = Attribute("over how many more servers the call may go; C{None} if the caller says none")
    restricted = Attribute("whether the caller does not want to be known to the called party")


class ILeg(IOffer):
    """
    One side of a call.  Every command is legal at any time: one that comes too
    late (after the release) or twice is ignored.
    """

    direction = Attribute("L{LegDirection}")
    state = Attribute("the name of the signalling state, for an operator to read")
    held = Attribute(
        "whether the call is on hold (L{h323d.call.hold}); its peer may be silent then"
    )
    peerEnded = Attribute("whether it was the peer who ended the call; true once it is released")
    priority = Attribute(
        "whether it goes before others: a L{h323d.call.applications.Priority}; C{None} while"
        " nobody has said"
    )
    diversion = Attribute(
        "who has sent the call on to whom it goes now: a L{h323d.values.diversion.Diversion};"
        " C{None} if nobody has, or that is not said"
    )
    vouched = Attribute(
        "whether a peer that is trusted answers for who calls (RFC 3325), and not the caller alone"
    )
    refusedEverywhere = Attribute(
        "whether the peer has refused for all places where its party might be (SIP's 6xx)"
    )
    referred = Attribute(
        "what a transfer has said of the call: a L{h323d.values.referred.Referred}; C{None} if it"
        " comes of none, or that is not said"
    )
    replaces = Attribute(
        "whose place the call is to take: a L{h323d.call.replacing.Replacement}; C{None} if it is"
        " one of its own"
    )
    discord = Attribute(
        "what both ends speak, for people to read, where it has ended as that is nothing in "
        "common; empty otherwise"
    )
    retryAfter = Attribute(
        "seconds for which the peer wants no calls at all, as it said when it refused this one; 0"
        " if it did not"
    )

    def introduce(calling: tuple[PartyAddress, ...], displayName: str) -> None:
        """
        Show the caller so from now on, and not as it calls itself.
        """

    def prioritize(priority: Priority) -> None:
        """
        Go before others from now on, or not; and tell the peer so with the answer, where it has
        asked, and its protocol has words for that.
        """

    def observe(observer: ILegObserver) -> None:
        """
        Report to C{observer} from now on, and to nobody else.
        """

    def proceed(how: Proceeding = Proceeding.UNDER_WAY) -> None:
        """
        Tell the caller that we are working on it (CallProceeding; 100, unless more can be told
        soon); or what else becomes of it, where its protocol has words for that (181, 182).
        """

    def alert(early: MediaProfile | None) -> None:
        """
        Tell the caller that it rings (Alerting, 180).

        @param early: open media already, when given (Progress, 183 with SDP).
        """

    def focus(name: str) -> None:
        """
        Tell the peer, with the answer or the request, that it talks with a conference, and by which
        name that is known, where the protocol has words for it.
        """

    def answer(profile: MediaProfile) -> None:
        """
        Accept the call, and negotiate media within C{profile}.
        """

    def application() -> Application:
        """
        What an incoming call applies for, as its caller is shown at present.
        """

    def reject(cause: Cause, reason: Reason | None = None, discord: Discord = NONE) -> None:
        """
        Refuse a call that is not answered yet.

        @param reason: says more than the cause, where the protocol has words for it.
        @param discord: for want of which format, or bandwidth, where it has a place for that.
        """

    def hangup(cause: Cause) -> None:
        """
        End the call, in whatever state it is.
        """

    def changeMedia(profile: MediaProfile) -> None:
        """
        Negotiate anew, within another profile (hold is one with another
        direction).
        """

    def yieldTo(leg: ILeg) -> None:
        """
        Give the place in the call to another leg, which is admitted, and reports to nobody yet.
        """

    def requestTransfer(request: ITransferRequest) -> None:
        """
        Report that the peer has asked for this, as it has in another of its calls.
        """

    def sendDigit(digit: str, milliseconds: int, method: DigitMethod | None = None) -> None:
        """
        Send one of C{0-9 * # A-D}, or a hook flash, C{!}.

        @param method: by which way, whatever the peer says that it takes;
            C{None} chooses the best that it understands.
        """

    def refreshPicture() -> None:
        """
        Have the peer send a whole picture, if it sends any.
        """


class ILegObserver(Interface):
    """
    Whom a leg reports to.
    """

    def legDialled(leg: ILeg) -> None:
        """
        Our request for the call leaves (Setup, INVITE).
        """

    def legProceeding(leg: ILeg, how: Proceeding = Proceeding.UNDER_WAY) -> None:
        """
        The called side is working on it.
        """

    def legAlerting(leg: ILeg) -> None:
        """
        The called side rings.
        """

    def legAnswered(leg: ILeg) -> None:
        """
        The call is answered; media may still be under negotiation.  Of an incoming call, neither
        this nor anything about media is told before it is known that the caller is real.
        """

    def legMediaReady(leg: ILeg, port: IMediaPort, stream: Stream) -> None:
        """
        A medium is negotiated, for the first time or anew, and its port is
        configured for it; the stream says which medium.
        """

    def legMediaLost(leg: ILeg, medium: Medium) -> None:
        """
        The call goes on, but this medium is on hold, or closed: what the peer still sends is not
        for others to see or hear.  L{legMediaReady} ends that.
        """

    def legDigit(leg: ILeg, digit: str, milliseconds: int, method: DigitMethod) -> None:
        """
        The peer pressed a key.
        """

    def legPictureWanted(leg: ILeg) -> None:
        """
        The peer wants a whole picture.
        """

    def legTransferRequested(leg: ILeg, request: ITransferRequest) -> None:
        """
        The peer asks that somebody else is called instead of it.  The leg leaves that to its
        observer, who does it, or says that it does not.  A call of ours that is not answered yet
        is over with it in any case.
        """

    def legReplaced(leg: ILeg, by: ILeg) -> None:
        """
        Another leg is to have its place.  Whoever watches answers that, and then ends this one;
        or rejects it.
        """

    def legReleased(leg: ILeg, cause: Cause) -> None:
        """
        The leg is gone, its port is closed.  The last report of all.
        """


class ITransferRequest(Interface):
    """
    What the peer of a leg has asked for, and how it is told what comes of it, as far as its
    protocol has words for that.  What comes too late, or twice, is ignored.
    """

    way = Attribute("the L{Way} to whom is to be called; where, if the peer says it")
    referred = Attribute(
        "what is to be said of the call: a L{h323d.values.referred.Referred}; C{None} if nothing is"
    )
    replaces = Attribute(
        "the L{ILeg} of the peer's other call with us, in which it has consulted them, and which"
        " the call is to take the place of; C{None} if there is none"
    )

    def accept() -> None:
        """
        It is being done.
        """

    def ringing() -> None:
        """
        Who is called is told.
        """

    def succeed() -> None:
        """
        They have answered: the peer is not needed any more.
        """

    def fail(cause: Cause) -> None:
        """
        It is not done, or has come to nothing; the call goes on as it was.
        """


class ILegOwner(Interface):
    """
    Who takes incoming legs from a protocol's endpoint: the switch.
    """

    gates = Attribute("the L{h323d.call.gates.Gates} that a call passes which asks for more")

    def legOffered(leg: ILeg) -> None:
        """
        A peer calls.  The owner observes the leg before it returns.
        """


class IOriginator(Interface):
    """
    Makes outgoing legs of one protocol.
    """

    protocol = Attribute("C{'h323'} or C{'sip'}")

    def names(mediaFormat: MediaFormat) -> bool:
        """
        Whether its legs can speak of a format, be it ours or not.
        """

    def originate(
        callId: CallID,
        calling: tuple[PartyAddress, ...],
        way: Way,
        profile: MediaProfile,
        observer: ILegObserver,
        particulars: Particulars = NOTHING_MORE,
    ) -> ILeg:
        """
        Call somebody.

        @param way: whom, by the first of its names, and where.
        @param particulars: what else it says of itself.

        @return: a leg that will report to C{observer}; a failure of any kind
            is reported as C{legReleased}, after this call has returned.
        """


def endedBy(leg: ILeg) -> str:
    """
    Who ended a call, as the fact L{h323d.events.calls.CallEnded} has it.

    @param leg: one that is released.
    """
    if not leg.peerEnded:
        return "server"
    return "calling" if leg.direction is LegDirection.INCOMING else "called"


def namesOf(leg: ILeg) -> tuple[PartyAddress, ...]:
    """
    Those of the party at the other end, best first.
    """
    names: tuple[PartyAddress, ...]
    names = leg.calling if leg.direction is LegDirection.INCOMING else leg.called
    return names
