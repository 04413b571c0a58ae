"""
Places outgoing SIP calls.
"""

from __future__ import annotations

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
        if contact is not None and destination is not None:
            nearest = (uriOf(way.path[0]) if way.path else None) or contact
            hop = hopAt(destination.host, destination.port, nearest)
            leg.soon(self._begin, leg, contact, (hop,), particulars, uri, way.path)
        elif uri is None:
            leg.soon(leg.hangup, Cause.NO_ROUTE_TO_DESTINATION)
        elif destination is not None:
            hop = hopAt(destination.host, destination.port, uri)
            leg.soon(self._begin, leg, uri, (hop,), particulars)
        elif literal(uri.host):
            leg.soon(self._begin, leg, uri, (uri,), particulars)
        else:
            leg.soon(self._find, leg, uri, particulars)
        return leg

    def _find(self, leg: SIPLeg, uri: SIPURI, particulars: Particulars) -> None:
        looking = self._locator.locate(uri)
        found = leg, uri, particulars
        looking.addCallbacks(self._found, self._notFound, found, errbackArgs=(leg,))
        looking.addErrback(self._died, leg)

    def _found(
        self, hops: tuple[SIPURI, ...], leg: SIPLeg, uri: SIPURI, particulars: Particulars
    ) -> None:
        self._begin(leg, uri, hops, particulars)

    def _notFound(self, failure: Failure, leg: SIPLeg) -> None:
        failure.trap(NotLocated)
        assert isinstance(failure.value, NotLocated)
        self._log.info("leg {legId}: {reason}", legId=leg.legId, reason=str(failure.value))
        leg.hangup(failure.value.cause)

    def _died(self, failure: Failure, leg: SIPLeg) -> None:
        self._log.failure("a call died of our own fault", failure=failure)
        leg.hangup(Cause.TEMPORARY_FAILURE)

    def _begin(
        self,
        leg: SIPLeg,
        uri: SIPURI,
        hops: tuple[SIPURI, ...],
        particulars: Particulars,
        recipient: SIPURI | None = None,
        path: tuple[str, ...] = (),
    ) -> None:
        """
        @param hops: where the INVITE goes, best first.
        @param recipient: whom it is for, if it is sent to one of their contacts.
        @param path: the proxies on the way to that.
        """
        if leg.over:  # while its host was looked for
            return
        # Of a contact, nobody but the registration can say who has to be there.
        domain = domainOf(uri) if recipient is None else ""
        onward = NextHops(self._endpoint, self._locator, hops, domain)
        flow = onward.next()
        if flow is None:
            leg.hangup(Cause.NO_ROUTE_TO_DESTINATION)
        else:
            caller = self._caller(leg.calling, particulars.displayName, flow.local)
            asserted = None
            if particulars.asserted and self._endpoint.config.trusts(flow.peer.host):
                shown = "" if isNobody(caller.uri) else particulars.displayName
                asserted = self._caller(particulars.asserted, shown, flow.local)
            said = particulars.hops, particulars.diversion, particulars.referred, asserted, path
            leg.dial(CallTarget(uri, recipient or uri, caller, flow, *said, onward))

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
