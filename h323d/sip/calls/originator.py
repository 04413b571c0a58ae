"""
Places outgoing SIP calls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d.call.legs import ILegObserver, IOriginator
from h323d.call.ways import MAX_HOPS, Way
from h323d.sip.calls.leg import SIPLeg
from h323d.sip.calls.parties import isNobody, targetOf, uriOf
from h323d.sip.calls.sentinvite import CallTarget
from h323d.sip.dialogs.routing import domainOf, hopAt, literal
from h323d.sip.endpoint import SIPEndpoint
from h323d.sip.messages.nameaddr import NameAddr
from h323d.sip.messages.uri import SIPURI
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.diversion import Diversion
from h323d.values.identifiers import CallID
from h323d.values.media.formats import MediaFormat
from h323d.values.media.profile import MediaProfile
from h323d.values.referred import Referred

__all__ = ["SIPOriginator"]

Resolve = Callable[[str], Deferred[str]]
"""
A host's name to its literal address; fails if it has none.
"""


@dataclass(frozen=True, slots=True)
class _Terms:
    """
    What an INVITE says beside whom it is for.

    @ivar hops: over how many servers the call may go.
    @ivar displayName: of the caller; may be empty.
    @ivar diversion: who has sent the call on; C{None} if nobody has.
    @ivar referred: what a transfer has said of it; C{None} if it comes of none.
    @ivar asserted: the caller's names, as we answer for them; may be empty.
    @ivar path: the proxies on the way to a contact.
    """

    hops: int
    displayName: str
    diversion: Diversion | None
    referred: Referred | None
    asserted: tuple[PartyAddress, ...]
    path: tuple[str, ...]


@implementer(IOriginator)
class SIPOriginator:
    """
    Makes outgoing legs of one endpoint.
    """

    protocol = "sip"

    def __init__(self, endpoint: SIPEndpoint, resolve: Resolve | None = None) -> None:
        """
        @param endpoint: sends and receives for the legs; it is started.
        @param resolve: finds a host; without it, only literal addresses can be called.
        """
        self._endpoint = endpoint
        self._resolve = resolve

    def names(self, mediaFormat: MediaFormat) -> bool:
        return True

    def originate(
        self,
        callId: CallID,
        calling: tuple[PartyAddress, ...],
        way: Way,
        profile: MediaProfile,
        observer: ILegObserver,
        hops: int = MAX_HOPS,
        displayName: str = "",
        diversion: Diversion | None = None,
        referred: Referred | None = None,
        asserted: tuple[PartyAddress, ...] = (),
    ) -> SIPLeg:
        """
        Call somebody: a SIP URI, or a transport address.  Who has a contact is asked for there,
        and addressed as they are known (RFC 3261, 16.5).
        """
        called, destination = way.called[0], way.destination
        leg = SIPLeg(self._endpoint, callId, calling, (called,), "", profile)
        leg.observe(observer)
        uri = targetOf(called)
        terms = _Terms(hops, displayName, diversion, referred, asserted, way.path)
        contact = uriOf(way.contact) if way.contact else None
        if contact is not None and destination is not None:
            nearest = (uriOf(way.path[0]) if way.path else None) or contact
            hop = hopAt(destination.host, destination.port, nearest)
            leg.soon(self._begin, leg, contact, hop, terms, uri)
        elif uri is None:
            leg.soon(leg.hangup, Cause.NO_ROUTE_TO_DESTINATION)
        elif destination is not None:
            hop = hopAt(destination.host, destination.port, uri)
            leg.soon(self._begin, leg, uri, hop, terms)
        elif literal(uri.host):
            leg.soon(self._begin, leg, uri, uri, terms)
        elif self._resolve is None:
            leg.soon(leg.hangup, Cause.NO_ROUTE_TO_DESTINATION)
        else:
            leg.soon(self._find, leg, uri, terms)
        return leg

    def _find(self, leg: SIPLeg, uri: SIPURI, terms: _Terms) -> None:
        assert self._resolve is not None
        looking = self._resolve(uri.host)
        looking.addCallbacks(self._found, self._unknown, (leg, uri, terms), errbackArgs=(leg,))

    def _found(self, host: str, leg: SIPLeg, uri: SIPURI, terms: _Terms) -> None:
        self._begin(leg, uri, hopAt(host, uri.port, uri), terms)

    def _unknown(self, failure: Failure, leg: SIPLeg) -> None:
        leg.hangup(Cause.NO_ROUTE_TO_DESTINATION)

    def _begin(
        self, leg: SIPLeg, uri: SIPURI, hop: SIPURI, terms: _Terms, recipient: SIPURI | None = None
    ) -> None:
        if leg.over:  # while its host was looked for
            return
        # Of a contact, nobody but the registration can say who has to be there.
        domain = domainOf(uri) if recipient is None else ""
        flow = self._endpoint.flowTo(hop, domain)
        if flow is None:
            leg.hangup(Cause.NO_ROUTE_TO_DESTINATION)
        else:
            caller = self._caller(leg.calling, terms.displayName, flow.local)
            asserted = None
            if terms.asserted and self._endpoint.config.trusts(flow.peer.host):
                shown = "" if isNobody(caller.uri) else terms.displayName
                asserted = self._caller(terms.asserted, shown, flow.local)
            said = terms.hops, terms.diversion, terms.referred, asserted, terms.path
            leg.dial(CallTarget(uri, recipient or uri, caller, flow, *said))

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
