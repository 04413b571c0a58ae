"""
The flow that a request of ours leaves by (RFC 3261, 18.1.1).
"""

from __future__ import annotations

from h323d.call.complaints import Complaints
from h323d.call.dialrule import DialRule
from h323d.sip.config import SIPConfig
from h323d.sip.dialogs.dialog import nextHop
from h323d.sip.dialogs.routing import wayTo
from h323d.sip.flows import Flow, Flows
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.uri import SIPURI, URI
from h323d.sip.messages.writer import write

__all__ = ["WaysOut"]

VIA_ROOM = 100  # octets that our Via will take


class WaysOut:
    """
    Chooses it.
    """

    def __init__(
        self, config: SIPConfig, flows: Flows, dialRule: DialRule, complaints: Complaints
    ) -> None:
        """
        @param dialRule: where peers may have us send to.
        @param complaints: is told of those who name other places.
        """
        self._config = config
        self._flows = flows
        self._dialRule = dialRule
        self._complaints = complaints

    def to(self, hop: URI, domain: str = "") -> Flow | None:
        """
        A way to a peer outside any call: a connection that it has opened to us, if it is
        there and may be used again (RFC 5923), and otherwise the URI's own way.

        @param hop: a SIP URI with a literal address.
        @param domain: as for L{Flows.to}.
        """
        way = wayTo(hop, None)
        if way is None or not self._flows.speaks(way[0]):
            return None
        protocol, address = way
        isOpen = protocol == "UDP" and isinstance(hop, SIPURI) and hop.transport is None
        connection = self._flows.connection(address) if isOpen else None
        return connection or self._flows.to(protocol, address, domain=domain)

    def of(self, request: SIPRequest, flow: Flow | None) -> Flow:
        """
        The flow that a request leaves by: to whoever may be forged, none but the one it came by;
        and where the peer names a place that it must not have us send to, where it was heard.
        """
        if flow is not None and not flow.credit.proven:
            return flow
        way = wayTo(nextHop(request), flow)
        if flow is None:
            assert way is not None  # or there would be no request
            return self._flows.to(*way)
        if way is None or not self._flows.speaks(way[0]):
            return flow
        if flow.usable and (flow.protocol, flow.peer) == way:
            return flow
        protocol, address = way
        field = "Record-Route" if request.routes else "Contact"
        objection = self._dialRule.objection(address, flow.peer.host, field)
        if objection is None:
            return self._flows.to(protocol, address, flow)
        self._complaints.about("sip", flow.peer, objection)
        return self._flows.to(flow.protocol, flow.peer, flow)

    def isTooLarge(self, request: SIPRequest, way: Flow) -> bool:
        """
        Whether a request must not go as one datagram (18.1.1).
        """
        hop = nextHop(request)
        if way.reliable or not self._config.tcp:
            return False
        if isinstance(hop, SIPURI) and hop.transport == "udp":
            return False
        return len(write(request)) + VIA_ROOM > self._config.mtu
