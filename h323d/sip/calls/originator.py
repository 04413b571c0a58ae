"""
Places outgoing SIP calls.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d.call.legs import ILegObserver, IOriginator
from h323d.call.lookups import INames, NoNames
from h323d.call.particulars import NOTHING_MORE, Particulars
from h323d.call.ways import Way
from h323d.sip.calls.leg import SIPLeg
from h323d.sip.calls.nexthops import NextHops
from h323d.sip.calls.parties import isNobody, targetOf, uriOf
from h323d.sip.calls.sentinvite import CallTarget
from h323d.sip.dialogs.routing import domainOf, hopAt, literal
from h323d.sip.endpoint import SIPEndpoint
from h323d.sip.locating import Locator, NotLocated
from h323d.sip.messages.nameaddr import NameAddr
from h323d.sip.messages.uri import SIPURI
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID
from h323d.values.media.formats import MediaFormat
from h323d.values.media.profile import MediaProfile

__all__ = ["SIPOriginator"]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """
    A call that is to be made, before it is known by which hops.

    @ivar uri: the Request-URI.
    @ivar domain: that whoever is at the next hop has to speak for, over TLS; empty for none.
    @ivar recipient: what To says.
    @ivar path: the proxies on the way, nearest first.
    @ivar account: by which of ours the call leaves: the name of a trunk; empty for none.
    """

    uri: SIPURI
    domain: str
    particulars: Particulars
    recipient: SIPURI
    path: tuple[str, ...] = ()
    account: str = ""


@implementer(IOriginator)
class SIPOriginator:
    """
    Makes outgoing legs of one endpoint.
    """

    _log = Logger()

    protocol = "sip"

    def __init__(self, endpoint: SIPEndpoint, names: INames | None = None) -> None:
        """
        @param endpoint: sends and receives for the legs; it is started.
        @param names: finds domains and hosts; without it, only literal addresses can be called.
        """
        self._endpoint = endpoint
        self._locator = Locator(endpoint, names or NoNames())

    def names(self, mediaFormat: MediaFormat) -> bool:
        return True

    def originate(
        self,
        callId: CallID,
        calling: tuple[PartyAddress, ...],
        way: Way,
        profile: MediaProfile,
        observer: ILegObserver,
        particulars: Particulars = NOTHING_MORE,
    ) -> SIPLeg:
        """
        Call somebody: a SIP URI, or a transport address.  Who has a contact is asked for there,
        and addressed as they are known (RFC 3261, 16.5).
        """
        called, destination = way.called[0], way.destination
        leg = SIPLeg(self._endpoint, callId, calling, (called,), "", profile)
        leg.observe(observer)
        uri = targetOf(called)
        contact = uriOf(way.contact) if way.contact else None
        proxy = self._endpoint.config.proxy
        if contact is not None and destination is not None:
            nearest = (uriOf(way.path[0]) if way.path else None) or contact
            hop = hopAt(destination.host, destination.port, nearest)
            # Of a contact, nobody but the registration can say who has to be there.
            wanted = _Wanted(contact, "", particulars, uri or contact, way.path)
            leg.soon(self._begin, leg, wanted, (hop,))
        elif uri is None:
            leg.soon(leg.hangup, Cause.NO_ROUTE_TO_DESTINATION)
        elif destination is not None:
            hop = hopAt(destination.host, destination.port, uri)
            wanted = _Wanted(uri, domainOf(uri), particulars, uri, account=way.trunk)
            leg.soon(self._begin, leg, wanted, (hop,))
        elif proxy is not None:
            nearest = replace(proxy, secure=proxy.secure or uri.secure)
            wanted = _Wanted(uri, domainOf(nearest), particulars, uri, (str(proxy),))
            leg.soon(self._find, leg, wanted, nearest)
        else:
            leg.soon(self._find, leg, _Wanted(uri, domainOf(uri), particulars, uri), uri)
        return leg

    def _find(self, leg: SIPLeg, wanted: _Wanted, nearest: SIPURI) -> None:
        """
        @param nearest: what says where the INVITE goes.
        """
        if literal(nearest.host):
            self._begin(leg, wanted, (nearest,))
            return
        looking = self._locator.locate(nearest)
        looking.addCallbacks(self._found, self._notFound, (leg, wanted), errbackArgs=(leg,))
        looking.addErrback(self._died, leg)

    def _found(self, hops: tuple[SIPURI, ...], leg: SIPLeg, wanted: _Wanted) -> None:
        self._begin(leg, wanted, hops)

    def _notFound(self, failure: Failure, leg: SIPLeg) -> None:
        failure.trap(NotLocated)
        assert isinstance(failure.value, NotLocated)
        self._log.info("leg {legId}: {reason}", legId=leg.legId, reason=str(failure.value))
        leg.hangup(failure.value.cause)

    def _died(self, failure: Failure, leg: SIPLeg) -> None:
        self._log.failure("a call died of our own fault", failure=failure)
        leg.hangup(Cause.TEMPORARY_FAILURE)

    def _begin(self, leg: SIPLeg, wanted: _Wanted, hops: tuple[SIPURI, ...]) -> None:
        """
        @param hops: where the INVITE goes, best first.
        """
        if leg.over:  # while its host was looked for
            return
        onward = NextHops(self._endpoint, self._locator, hops, wanted.domain)
        flow = onward.next()
        if flow is None:
            leg.hangup(Cause.NO_ROUTE_TO_DESTINATION)
            return
        said = wanted.particulars
        caller = self._caller(leg.calling, said.displayName, flow.local)
        asserted = None
        if said.asserted and self._endpoint.config.trusts(flow.peer.host):
            shown = "" if isNobody(caller.uri) else said.displayName
            asserted = self._caller(said.asserted, shown, flow.local)
        leg.dial(
            CallTarget(
                wanted.uri,
                wanted.recipient,
                caller,
                flow,
                said.hops,
                said.diversion,
                said.referred,
                asserted,
                wanted.path,
                onward,
                wanted.account,
                said.declaration.callType,
            )
        )

    def _caller(
        self, calling: tuple[PartyAddress, ...], displayName: str, here: TransportAddress
    ) -> NameAddr:
        """
        What From says: a SIP URI of the caller's, or its name at our own address, by which it
        is shown if it is no number, and has no other to be shown by.
        """
        for party in calling:
            uri = targetOf(party) if party.kind is AddressKind.URL else None
            if uri is not None:
                return NameAddr(uri, displayName)
        user = calling[0].value if calling else self._endpoint.config.user
        isName = bool(calling) and calling[0].kind is AddressKind.H323_ID
        shown = displayName or (user if isName else "")
        return NameAddr(SIPURI(here.host, user, here.port), shown)
