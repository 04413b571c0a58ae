"""
Places outgoing SIP calls.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d.call.legs import ILegObserver, IOriginator
from h323d.call.ways import MAX_HOPS, Way
from h323d.sip.calls.leg import SIPLeg
from h323d.sip.calls.parties import targetOf
from h323d.sip.calls.sentinvite import CallTarget
from h323d.sip.dialogs.routing import literal
from h323d.sip.endpoint import SIPEndpoint
from h323d.sip.messages.nameaddr import NameAddr
from h323d.sip.messages.uri import SIPURI, parseURI
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID
from h323d.values.media.profile import MediaProfile

__all__ = ["Locate", "SIPOriginator"]

Resolve = Callable[[str], Deferred[str]]
"""
A host's name to its literal address; fails if it has none.
"""


Locate = Callable[[PartyAddress], tuple[SIPURI, TransportAddress] | None]
"""
The contact of who has registered an address of record, and where requests to it go; C{None} if
nobody has.
"""


@implementer(IOriginator)
class SIPOriginator:
    """
    Makes outgoing legs of one endpoint.
    """

    protocol = "sip"

    def __init__(
        self,
        endpoint: SIPEndpoint,
        resolve: Resolve | None = None,
        locate: Locate | None = None,
    ) -> None:
        """
        @param endpoint: sends and receives for the legs; it is started.
        @param resolve: finds a host; without it, only literal addresses can be called.
        @param locate: finds who has registered, where somebody can.
        """
        self._locate = locate
        self._endpoint = endpoint
        self._resolve = resolve

    def originate(
        self,
        callId: CallID,
        calling: tuple[PartyAddress, ...],
        way: Way,
        profile: MediaProfile,
        observer: ILegObserver,
        hops: int = MAX_HOPS,
    ) -> SIPLeg:
        """
        Call somebody: a SIP URI, or a transport address.  Who has registered it is asked for at
        their contact, and addressed as they are known (RFC 3261, 16.5).
        """
        called, destination = way.called[0], way.destination
        leg = SIPLeg(self._endpoint, callId, calling, (called,), "", profile)
        leg.observe(observer)
        uri = targetOf(called)
        located = None
        if destination is None and self._locate is not None:
            located = self._locate(called)
        if located is not None:
            contact, address = located
            hop = SIPURI(address.host, port=address.port, params=contact.params)
            leg.soon(self._begin, leg, contact, hop, hops, uri)
        elif uri is None:
            leg.soon(leg.hangup, Cause.NO_ROUTE_TO_DESTINATION)
        elif destination is not None:
            hop = SIPURI(destination.host, port=destination.port, params=uri.params)
            leg.soon(self._begin, leg, uri, hop, hops)
        elif literal(uri.host):
            leg.soon(self._begin, leg, uri, uri, hops)
        elif self._resolve is None:
            leg.soon(leg.hangup, Cause.NO_ROUTE_TO_DESTINATION)
        else:
            leg.soon(self._find, leg, uri, hops)
        return leg

    def _find(self, leg: SIPLeg, uri: SIPURI, hops: int) -> None:
        assert self._resolve is not None
        looking = self._resolve(uri.host)
        looking.addCallbacks(self._found, self._unknown, (leg, uri, hops), errbackArgs=(leg,))

    def _found(self, host: str, leg: SIPLeg, uri: SIPURI, hops: int) -> None:
        self._begin(leg, uri, SIPURI(host, port=uri.port, params=uri.params), hops)

    def _unknown(self, failure: Failure, leg: SIPLeg) -> None:
        leg.hangup(Cause.NO_ROUTE_TO_DESTINATION)

    def _begin(
        self, leg: SIPLeg, uri: SIPURI, hop: SIPURI, hops: int, recipient: SIPURI | None = None
    ) -> None:
        if leg.over:  # while its host was looked for
            return
        flow = self._endpoint.flowTo(hop)
        if flow is None:
            leg.hangup(Cause.NO_ROUTE_TO_DESTINATION)
        else:
            caller = self._caller(leg.calling, flow.local)
            leg.dial(CallTarget(uri, recipient or uri, caller, flow, hops))

    def _caller(self, calling: tuple[PartyAddress, ...], here: TransportAddress) -> NameAddr:
        """
        What From says: a SIP URI of the caller's, or its name at our own address, by which it
        is shown if it is no number.
        """
        for party in calling:
            if party.kind is AddressKind.URL and party.value.startswith("sip:"):
                return NameAddr(parseURI(party.value))
        user = calling[0].value if calling else self._endpoint.config.user
        isName = bool(calling) and calling[0].kind is AddressKind.H323_ID
        return NameAddr(SIPURI(here.host, user, here.port), user if isName else "")
