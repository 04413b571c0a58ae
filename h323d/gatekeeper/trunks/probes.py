"""
How trunks are found, and asked whether they are there: a SIP server by OPTIONS, an H.323 gatekeeper
by LRQ, and an H.323 gateway by a connection to where it takes calls, as it need not answer any
question of somebody whom it is not registered with (IRQ).
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d.call.homes import Homes
from h323d.call.lookups import INames, LookupFailed, inWeightedOrder
from h323d.call.transport import IOpening, IStream, IStreamOpener, IStreamUser
from h323d.errors import ResourceUnavailable
from h323d.gatekeeper.identity import Identity
from h323d.gatekeeper.routing.domains import LOCATION, SIGNALLING
from h323d.gatekeeper.routing.inquiries import Asker
from h323d.gatekeeper.trunks.checking import Asked, Check
from h323d.gatekeeper.trunks.config import TrunkConfig, TrunkTransport, hasPort, isLiteral
from h323d.gatekeeper.trunks.target import TrunkPlace
from h323d.h323.ras.messages import Fields, RASMessage
from h323d.h323.ras.transactions import TIMERS
from h323d.h323.signalling.addresses import aliasesFromParties, transportToValue
from h323d.sip.asking import askOptions
from h323d.sip.dialogs.routing import protocolOf
from h323d.sip.endpoint import SIPEndpoint
from h323d.sip.locating import MAX_TRIES, Locator, NotLocated
from h323d.sip.messages.uri import SIPURI
from h323d.sip.ports import defaultPort
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

__all__ = ["H323Probe", "SIPPlaces", "SIPProbe", "hopTo", "sipURI"]


def sipURI(config: TrunkConfig, user: str | None = None, transport: str = "") -> SIPURI:
    """
    A SIP trunk, or somebody there.

    @param transport: by which it is called, where that is known; otherwise that of its address,
        and none where its domain says it.
    """
    host, port = config.place
    isDomain = config.literal is None and not config.hasPort
    uri = SIPURI(host, user, None if isDomain else port)
    if isDomain and config.transport is TrunkTransport.AUTO:
        return uri.withParameter("transport", transport) if transport else uri
    # Said in any case, or a large INVITE would go over TCP (RFC 3261, 18.1.1).
    return uri.withParameter("transport", transport or config.spoken)


def hopTo(place: TrunkPlace) -> SIPURI:
    """
    The way to a SIP server of a trunk.
    """
    hop = SIPURI(place.address.host, port=place.address.port)
    return hop.withParameter("transport", place.transport)


@dataclass(frozen=True, slots=True)
class SIPPlaces:
    """
    Finds SIP servers (RFC 3263).
    """

    locator: Locator

    async def of(self, config: TrunkConfig) -> tuple[TrunkPlace, ...]:
        """
        @raise LookupFailed: it leads nowhere, or nobody answers.
        """
        if config.literal is not None:
            return (TrunkPlace(config.literal, config.spoken),)
        try:
            hops = await self.locator.locate(sipURI(config), trusted=True)
        except NotLocated as error:
            raise LookupFailed(str(error)) from error
        return tuple(map(_placeAt, hops))


def _placeAt(hop: SIPURI) -> TrunkPlace:
    protocol = protocolOf(hop)
    address = TransportAddress(hop.host, hop.port or defaultPort(protocol))
    return TrunkPlace(address, protocol.lower())


@dataclass(frozen=True, slots=True)
class SIPProbe:
    """
    Asks SIP servers.
    """

    endpoint: SIPEndpoint
    places: SIPPlaces

    def locate(self, config: TrunkConfig) -> Deferred[tuple[TrunkPlace, ...]]:
        return Deferred.fromCoroutine(self.places.of(config))

    def ask(self, config: TrunkConfig, place: TrunkPlace, check: Check) -> None:
        # Of a transaction there is nothing to cancel: it ends by itself.
        server = sipURI(config, transport=place.transport)
        askOptions(self.endpoint, server, hopTo(place), check)


@dataclass(frozen=True, slots=True)
class H323Probe:
    """
    Asks gatekeepers, and tries gateways.

    @ivar identity: what gatekeepers are told of us.
    @ivar asker: sends RAS.
    @ivar rng: draws the order of servers that are equally good.
    """

    identity: Identity
    asker: Asker
    opener: IStreamOpener
    homes: Homes
    names: INames
    rng: random.Random

    def locate(self, config: TrunkConfig) -> Deferred[tuple[TrunkPlace, ...]]:
        return Deferred.fromCoroutine(self._places(config))

    async def _places(self, config: TrunkConfig) -> tuple[TrunkPlace, ...]:
        service = "" if config.hasPort else SIGNALLING
        return tuple(map(TrunkPlace, await self._addresses(service, config.place)))

    async def _addresses(self, service: str, place: tuple[str, int]) -> list[TransportAddress]:
        """
        Where a domain has a service (H.225.0, Annex O), or a host is.

        @param service: empty for a host.

        @raise LookupFailed: there is none, or nobody answers.
        """
        host, port = place
        servers = [(host, port)]
        if service:
            records = await self.names.services(service + host)
            ordered = inWeightedOrder(records, self.rng)[:MAX_TRIES]
            servers = [(each.host, each.port) for each in ordered] or servers
        addresses: list[TransportAddress] = []
        reason = f"{host} leads nowhere"
        for name, number in servers:
            try:
                found = await self.names.hosts(name)
            except LookupFailed as error:
                reason = str(error)
                continue
            addresses += [TransportAddress(each.address, number) for each in found]
        if not addresses:
            raise LookupFailed(reason)
        return addresses[:MAX_TRIES]

    def ask(self, config: TrunkConfig, place: TrunkPlace, check: Check) -> Asked | None:
        gatekeeper = config.gatekeeper
        if gatekeeper is not None and isLiteral(gatekeeper[0]):
            return self.askGatekeeper(TransportAddress(*gatekeeper), config.checkTimeout, check)
        if gatekeeper is not None:
            service = "" if hasPort(config.ras) else LOCATION
            inquiry = _Inquiry(self, config.checkTimeout, check)
            looking = Deferred.fromCoroutine(self._addresses(service, gatekeeper))
            looking.addCallbacks(inquiry.located, inquiry.notLocated)
            return inquiry
        address, connection = place.address, _Connection(check)
        home = self.homes.towards(address.host)
        opening: IOpening = self.opener.open(address, connection, config.checkTimeout, home.bind)
        return opening

    def askGatekeeper(self, ras: TransportAddress, timeout: float, check: Check) -> Asked | None:
        """
        Any answer is good: nobody needs to have our name.
        """
        identity = self.identity
        here = TransportAddress(identity.homes.towards(ras.host).told, identity.rasPort)
        names = aliasesFromParties((PartyAddress(AddressKind.H323_ID, identity.identifier),))
        fields: Fields = {
            "destinationInfo": names,
            "sourceInfo": names,
            "replyAddress": transportToValue(here),
            "gatekeeperIdentifier": identity.identifier,
            "hopCount": 1,
        }
        _, retries = TIMERS["locationRequest"]
        try:
            return self.asker.ask(
                "locationRequest", fields, ras, _Location(check).answered, timeout / (retries + 1)
            )
        except ResourceUnavailable as error:
            check.refused(str(error))
            return None


class _Inquiry:
    """
    An LRQ to a gatekeeper that is looked for before.
    """

    def __init__(self, probe: H323Probe, timeout: float, check: Check) -> None:
        self._probe = probe
        self._timeout = timeout
        self._check = check
        self._isWanted = True
        self._asked: Asked | None = None

    def located(self, addresses: list[TransportAddress]) -> None:
        if self._isWanted:
            self._asked = self._probe.askGatekeeper(addresses[0], self._timeout, self._check)

    def notLocated(self, failure: Failure) -> None:
        failure.trap(LookupFailed)
        self._check.refused(failure.getErrorMessage())

    def cancel(self) -> None:
        """
        Nobody wants the answer any more.
        """
        self._isWanted = False
        asked, self._asked = self._asked, None
        if asked is not None:
            asked.cancel()


@dataclass(frozen=True, slots=True)
class _Location:
    """
    An LRQ that waits for its answer.
    """

    check: Check

    def answered(self, answer: RASMessage | None) -> None:
        if answer is None:
            self.check.refused("no answer")
        else:
            self.check.answered()


@implementer(IStreamUser)
class _Connection:
    """
    A connection that is tried.
    """

    def __init__(self, check: Check) -> None:
        self._check = check

    def streamOpened(self, stream: IStream) -> None:
        self._check.answered()
        stream.close()

    def streamReceived(self, data: bytes) -> None:
        pass

    def streamClosed(self, reason: str) -> None:
        self._check.refused(f"no connection: {reason}")
