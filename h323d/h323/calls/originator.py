"""
Places outgoing H.323 calls: each gets its admission, where we are registered with a
gatekeeper, and then its connection.
"""

from __future__ import annotations

from typing import Protocol

from zope.interface import implementer

from h323d.call.homes import Home, Homes
from h323d.call.legs import ILegObserver, IOriginator, LegDirection
from h323d.call.particulars import NOTHING_MORE, Particulars
from h323d.call.surroundings import Surroundings
from h323d.call.transport import IOpening
from h323d.call.ways import Way
from h323d.h323.calls.admission import AdmissionGrant, AdmissionRequest
from h323d.h323.calls.admissions import Admissions
from h323d.h323.calls.callstart import StartUpOptions
from h323d.h323.calls.callstreams import PlainAndSecure
from h323d.h323.calls.leg import H323Leg
from h323d.h323.calls.legcontext import CallDescription, LegContext
from h323d.h323.calls.legtable import LegTable
from h323d.h323.config import H323Config
from h323d.h323.gatekept import Gatekept
from h323d.h323.h245.capabilities.audio import AUDIO
from h323d.h323.ports import SIGNALLING_PORT
from h323d.h323.security.guarddata import saidOf
from h323d.h323.signalling import addresses
from h323d.h323.signalling.connection import SignallingConnection
from h323d.h323.signalling.uuie import CallIdentity, SetupParties
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID, LegID, newGUID, newLegID
from h323d.values.media.formats import MediaFormat
from h323d.values.media.profile import MediaProfile

__all__ = ["H323Originator", "OriginatorOwner"]


class OriginatorOwner(Protocol):
    """
    What the originator needs of its endpoint.

    @ivar config: what is in force.
    @ivar streams: how connections are made.
    """

    @property
    def config(self) -> H323Config: ...
    @property
    def streams(self) -> PlainAndSecure: ...

    def contextOf(self, secure: bool, home: Home) -> LegContext:
        """What a leg is made from: over TLS or not, and towards whom."""

    def addressAt(self, home: Home) -> TransportAddress:
        """Our call signalling address, as a peer is told."""

    def newConnection(self, secure: bool) -> SignallingConnection:
        """A signalling connection that is about to be opened."""


@implementer(IOriginator)
class H323Originator:
    """
    Makes the outgoing legs of one endpoint, and connects them.
    """

    protocol = "h323"

    def __init__(
        self,
        owner: OriginatorOwner,
        world: Surroundings,
        homes: Homes,
        gatekept: Gatekept,
        admissions: Admissions | None,
        legs: LegTable,
    ) -> None:
        """
        @param admissions: our registration with a gatekeeper; C{None} if nobody is asked.
        @param legs: where those that are made are kept.
        """
        self._owner = owner
        self._clock = world.clock
        self._wire = world.wire
        self._rng = world.rng
        self._homes = homes
        self._gatekept = gatekept
        self._admissions = admissions
        self._legs = legs
        self._openings: dict[LegID, IOpening] = {}

    def names(self, mediaFormat: MediaFormat) -> bool:
        return AUDIO.names(mediaFormat)

    def originate(
        self,
        callId: CallID,
        calling: tuple[PartyAddress, ...],
        way: Way,
        profile: MediaProfile,
        observer: ILegObserver,
        particulars: Particulars = NOTHING_MORE,
        options: StartUpOptions | None = None,
    ) -> H323Leg:
        """
        Call somebody.

        @param options: how media and H.245 start; as configured by default.
        """
        config = self._owner.config
        if options is None:
            options = StartUpOptions(config.fastStart, config.tunnelling, config.earlyH245)
        caller = calling or (PartyAddress(AddressKind.H323_ID, config.name),)
        names = tuple(name for name in way.called[:1] if name.kind is not AddressKind.TRANSPORT)
        target = None if way.parent else _targetOf(way)
        legId = newLegID(self._rng)
        identity = CallIdentity(newGUID(self._rng), newGUID(self._rng))
        reference = self._rng.randrange(1, 0x8000)
        request = AdmissionRequest(
            *(identity, reference, False, caller, names),
            destination=target,
            parent=way.parent,
            declaration=particulars.declaration,
        )
        secure = self._secureAddress(target, request)
        home = self._homeTowards(target)
        description = _describe(legId, callId, way, request, secure)
        leg = H323Leg(self._owner.contextOf(secure is not None, home), description, options)
        leg.observe(observer)
        leg.dial(self._parties(request, home, particulars), profile)
        self._legs.keep(leg)
        self._wire.belongs(leg.callIdentifier, leg.callId)
        self._clock.callLater(0, self._begin, leg, request, secure)
        return leg

    def _parties(
        self, request: AdmissionRequest, home: Home, particulars: Particulars
    ) -> SetupParties:
        return SetupParties(
            request.calling,
            request.called,
            self._owner.addressAt(home),
            request.destination,
            hops=particulars.hops,
            displayName=particulars.displayName,
            diversion=particulars.diversion,
            isVerified=bool(particulars.asserted),
            declared=saidOf(particulars.declaration),
        )

    def goOn(self, legId: LegID, way: Way) -> None:
        """
        One way led nowhere: connect the leg, if it is there still, for the next.
        """
        leg = self._legs.get(legId)
        if leg is None:
            return
        if way.destination is None:
            leg.fail(Cause.NO_ROUTE_TO_DESTINATION)
        else:
            self._connect(leg, way.destination)

    def forget(self, legId: LegID) -> None:
        """
        A leg is over: its connection is not wanted any more.
        """
        opening = self._openings.pop(legId, None)
        if opening is not None:
            opening.cancel()

    def _homeTowards(self, target: TransportAddress | None) -> Home:
        if target is None:
            return self._homes.main
        reachedAt = self._gatekept.reachedAt
        return self._homes.towards(target.host, "" if reachedAt is None else reachedAt(target))

    def _admissionsFor(self, request: AdmissionRequest) -> Admissions | None:
        """
        Who admits a call; C{None} if nobody has to.
        """
        admissions = self._admissions
        return admissions if admissions is not None and admissions.concern(request) else None

    def _secureAddress(
        self, target: TransportAddress | None, request: AdmissionRequest
    ) -> TransportAddress | None:
        """
        Where to connect over TLS, instead of C{target}.  A gatekeeper of ours may send the
        call elsewhere, so then nothing is known yet.
        """
        secureAddressOf = self._gatekept.secureAddressOf
        if target is None or secureAddressOf is None:
            return None
        if self._owner.streams.secure is None or self._admissionsFor(request) is not None:
            return None
        return secureAddressOf(target)

    def _begin(
        self,
        leg: H323Leg,
        request: AdmissionRequest,
        secure: TransportAddress | None,
    ) -> None:
        if leg.released:
            return
        admissions, target = self._admissionsFor(request), request.destination
        if len(self._legs) > self._owner.config.maxCalls:
            leg.fail(Cause.RESOURCE_UNAVAILABLE)
        elif admissions is not None:
            admissions.ask(leg, request, self._admitted)
        elif target is None:
            leg.fail(Cause.NO_ROUTE_TO_DESTINATION)
        else:
            self._connect(leg, secure or target, secure is not None)

    def _admitted(self, legId: LegID, request: AdmissionRequest, grant: AdmissionGrant) -> None:
        leg = self._legs.get(legId)
        assert leg is not None  # or it would not be admitted
        first, *others = grant.ways or (Way("h323", request.destination),)
        if first.destination is None:
            leg.fail(Cause.NO_ROUTE_TO_DESTINATION)
            return
        leg.redirect(first, grant, others)
        self._connect(leg, first.destination)

    def _connect(self, leg: H323Leg, target: TransportAddress, secure: bool = False) -> None:
        if self._summon(leg, target):
            return
        self._open(leg, target, secure)

    def connectAgain(self, leg: H323Leg) -> None:
        """
        Connect a call that was cut off, whoever has made it, if it is known where.
        """
        secure = leg.cutOff.secure
        target: TransportAddress | None = leg.peer
        if leg.direction is LegDirection.INCOMING:
            target = self._calledBackAt(leg.reachedAt, secure)
        if target is not None and target.host == leg.peer.host:
            self._open(leg, target, secure)

    def _calledBackAt(self, told: TransportAddress | None, secure: bool) -> TransportAddress | None:
        secureAddressOf = self._gatekept.secureAddressOf
        if not secure or told is None:
            return told
        return None if secureAddressOf is None else secureAddressOf(told)

    def _open(self, leg: H323Leg, target: TransportAddress, secure: bool) -> None:
        connection = self._owner.newConnection(secure)
        connection.carry(leg.reference, leg.direction is LegDirection.OUTGOING, leg)
        opener = self._owner.streams.of(secure).signalling
        timeout = self._owner.config.connectTimeout
        self._openings[leg.legId] = opener.open(target, connection, timeout, leg.home.bind)

    def _summon(self, leg: H323Leg, target: TransportAddress) -> bool:
        """
        Whether the endpoint there is asked to connect, because we cannot (H.460.18).
        """
        dialBacks = self._gatekept.dialBacks
        if dialBacks is None:
            return False
        call = leg.identity.callIdentifier
        opening = dialBacks.summonBehind(target, call, leg.reference, leg)
        if opening is None:
            return False
        if not leg.released:
            self._openings[leg.legId] = opening
        return True


def _describe(
    legId: LegID,
    callId: CallID,
    way: Way,
    request: AdmissionRequest,
    secure: TransportAddress | None,
) -> CallDescription:
    """
    @param secure: where it is connected over TLS; C{None} where it is not.
    """
    return CallDescription(
        legId,
        callId,
        LegDirection.OUTGOING,
        request.identity,
        request.reference,
        request.calling,
        way.called[:1],
        "",
        secure or request.destination or TransportAddress("0.0.0.0", 0),
    )


def _targetOf(way: Way) -> TransportAddress | None:
    """
    Where a way leads, as far as it says so itself.
    """
    return way.destination or addresses.hostOf(way.called[0], SIGNALLING_PORT)
