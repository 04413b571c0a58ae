"""
Dialogs: RFC 3261, 12.

What two user agents remember of each other between requests: the ids, the
route, the remote target and the sequence numbers.  This module sends nothing.
"""

from __future__ import annotations

import enum
from dataclasses import replace

from h323d.call.ways import MAX_HOPS
from h323d.sip.messages.headers import Headers
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.nameaddr import NameAddr
from h323d.sip.messages.uri import SIPURI, URI

__all__ = ["Dialog", "DialogState", "nextHop"]


class DialogState(enum.Enum):
    """
    How far a dialog has come.
    """

    EARLY = "early"
    CONFIRMED = "confirmed"
    TERMINATED = "terminated"


class Dialog:
    """
    One dialog, seen from our side.

    @ivar callId: of all its messages.
    @ivar local: we, with our tag, as From or To has it.
    @ivar remote: the peer, with its tag; peers of RFC 2543 may have none.
    @ivar remoteTarget: where requests go: the peer's Contact.
    @ivar routes: the proxies between, nearest first.
    @ivar localCSeq: the number of our last request.
    @ivar remoteCSeq: the number of the peer's last request; -1 before it.
    """

    def __init__(
        self,
        callId: str,
        local: NameAddr,
        remote: NameAddr,
        remoteTarget: URI,
        routes: tuple[NameAddr, ...],
        localCSeq: int,
        remoteCSeq: int,
        state: DialogState,
    ) -> None:
        self.callId = callId
        self.local = local
        self.remote = remote
        self.remoteTarget = remoteTarget
        self.routes = routes
        self.localCSeq = localCSeq
        self.remoteCSeq = remoteCSeq
        self.state = state

    @classmethod
    def called(cls, request: SIPRequest, localTag: str, localCSeq: int) -> Dialog:
        """
        The dialog that an incoming INVITE makes (12.1.1).

        @param localCSeq: our first request will have the next number.
        """
        contact = request.contact
        return cls(
            request.callId,
            request.toAddress.withTag(localTag),
            request.fromAddress,
            request.fromAddress.uri if contact is None else contact.uri,
            request.recordRoutes,
            localCSeq,
            request.cseq.number,
            DialogState.EARLY,
        )

    @classmethod
    def calling(cls, request: SIPRequest, response: SIPResponse) -> Dialog:
        """
        The dialog that a response to our INVITE makes (12.1.2).
        """
        contact = response.contact
        return cls(
            request.callId,
            request.fromAddress,
            response.toAddress,
            request.uri if contact is None else contact.uri,
            tuple(reversed(response.recordRoutes)),
            request.cseq.number,
            -1,
            DialogState.EARLY if response.isProvisional else DialogState.CONFIRMED,
        )

    @property
    def localTag(self) -> str | None:
        return self.local.tag

    @property
    def remoteTag(self) -> str | None:
        return self.remote.tag

    def confirm(self, response: SIPResponse | None = None) -> None:
        """
        The INVITE was accepted.

        @param response: the 2xx, whose route and target replace those of a
            provisional response (13.2.2.4); C{None} if we sent it.
        """
        if response is not None:
            self.routes = tuple(reversed(response.recordRoutes))
            self.refresh(response)
        if self.state is DialogState.EARLY:
            self.state = DialogState.CONFIRMED

    def terminate(self) -> None:
        self.state = DialogState.TERMINATED

    def refresh(self, message: SIPRequest | SIPResponse) -> None:
        """
        Take the Contact of a re-INVITE or UPDATE, or of the answer to ours
        (12.2.1.2, 12.2.2).
        """
        contact = message.contact
        if contact is not None:
            self.remoteTarget = contact.uri

    def takes(self, request: SIPRequest) -> bool:
        """
        Whether a request comes in its turn (12.2.2); one that does not is
        answered with 500.
        """
        if request.cseq.number <= self.remoteCSeq:
            return False
        self.remoteCSeq = request.cseq.number
        return True

    def request(self, method: str, cseq: int | None = None) -> SIPRequest:
        """
        Begin a request within the dialog (12.2.1.1), without Via and Contact.

        @param cseq: for ACK and CANCEL, the number of their INVITE.
        """
        if cseq is None:
            self.localCSeq += 1
            cseq = self.localCSeq
        uri = self.remoteTarget
        routes = [str(route) for route in self.routes]
        if self.routes and not _isLoose(self.routes[0]):
            routes = [*routes[1:], f"<{uri}>"]
            uri = self.routes[0].uri
        rows = [("Max-Forwards", str(MAX_HOPS))]
        rows += [("Route", route) for route in routes]
        rows += [
            ("From", str(self.local)),
            ("To", str(self.remote)),
            ("Call-ID", self.callId),
            ("CSeq", f"{cseq} {method}"),
        ]
        return SIPRequest(method, uri, Headers(rows))


def nextHop(request: SIPRequest) -> URI:
    """
    The URI that says where a request goes next (8.1.2): the first route, or
    the Request-URI.  Where that is C{sips}, all hops are (26.2.2).
    """
    routes = request.routes
    if not routes or not _isLoose(routes[0]):
        return request.uri
    hop = routes[0].uri
    secure = isinstance(request.uri, SIPURI) and request.uri.secure
    return replace(hop, secure=True) if secure and isinstance(hop, SIPURI) else hop


def _isLoose(route: NameAddr) -> bool:
    return isinstance(route.uri, SIPURI) and route.uri.isLooseRouter
