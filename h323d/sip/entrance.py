"""
What becomes of a request before anything is kept of it: whether it is known who sent it, whether
it is one that we take, and whether it belongs to a call, or may make one.

Whatever refuses a request here refuses it again when it comes again, and so needs no transaction
(RFC 3261, 8.2.7).
"""

from __future__ import annotations

from typing import Protocol

from h323d.call.complaints import Complaints
from h323d.call.homes import Homes
from h323d.call.policy import IInquiry
from h323d.errors import DecodeError
from h323d.sip.calls.parties import inquiryOf
from h323d.sip.config import SIPConfig
from h323d.sip.dialogs.routing import literal
from h323d.sip.digest.challenging import Challenger
from h323d.sip.flows import Flow
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.uri import SIPURI
from h323d.sip.reasons import statusOfCall
from h323d.sip.screening import capabilities, screen
from h323d.sip.suspicion import Suspicion
from h323d.sip.transactions.layer import RETRY_AFTER
from h323d.sip.transactions.running import Proofs
from h323d.values.address import TransportAddress
from h323d.values.proof import Proof

__all__ = ["Calls", "Entrance", "sourceOf"]

_ABOUT_CALLS = ("INVITE", "OPTIONS")
_FROM_OURS = ("MESSAGE", "SUBSCRIBE")  # what nobody is served who is not known
_LATE = ("BYE", "PRACK")
"""
What is taken after the end: a BYE that has crossed ours (RFC 5407, 3.2.1), and a PRACK of what was
sent before the final response (RFC 3262, 3).
"""

_NEVER_ASKED = ("ACK", "CANCEL")  # they cannot be sent again (RFC 3261, 22.1)


class Calls(Protocol):
    """
    The calls that there are: the endpoint.
    """

    @property
    def complaints(self) -> Complaints: ...

    def knows(self, request: SIPRequest, tag: str) -> bool:
        """
        Whether a request belongs to one: a CANCEL to its INVITE, any other to a dialog in which
        C{tag} is ours.
        """

    def knew(self, request: SIPRequest, tag: str) -> bool:
        """
        Whether it belongs to one that has ended a moment ago; of a PRACK, whether that still
        waits for it.

        @raise DecodeError: a PRACK cannot be read.
        """

    def isFullFor(self, host: str) -> bool:
        """
        Whether another call would be one too many: at all, or of that host.
        """

    def outsideRefusal(self, request: SIPRequest, proofs: Proofs) -> int | None:
        """
        Why a request is not taken that belongs to no dialog and makes none: a status.

        @param proofs: what its sender has proved.

        @raise DecodeError: a header field that is looked at is malformed.
        """

    def cut(self, flow: Flow) -> None:
        """
        End a connection by which nothing is heard any more, unless a call needs it.
        """

    def subscriptionRefusal(self, request: SIPRequest, tag: str) -> SIPResponse | None:
        """
        Why a SUBSCRIBE is not taken.

        @raise DecodeError: it does not say what of.
        """


class Entrance:
    """
    Stands before the transactions.
    """

    def __init__(
        self,
        config: SIPConfig,
        methods: tuple[str, ...],
        homes: Homes,
        calls: Calls,
        challenger: Challenger | None,
        inquiry: IInquiry | None,
        suspicion: Suspicion,
    ) -> None:
        """
        @param methods: that are taken, in a dialog or outside of any.
        @param challenger: asks who somebody is; C{None} where nobody is asked.
        @param inquiry: asked for an OPTIONS what a call would get; C{None} if any is taken.
        @param suspicion: knows who is not to be heard.
        """
        self._user = config.user
        self._methods = methods
        self._domains = frozenset(domain.lower() for domain in config.domains)
        self._homes = homes
        self._calls = calls
        self._challenger = challenger
        self._inquiry = inquiry
        self._suspicion = suspicion

    def screened(self, request: SIPRequest, flow: Flow) -> SIPResponse | Proofs | None:
        """
        Look at a new request.

        @return: the answer to one that is refused; of another, what its sender has proved;
            C{None} if nothing is to be said.
        """
        tag = request.toAddress.tag
        mayBeKnown = tag is not None or request.method == "CANCEL"
        tag = tag or self._suspicion.tagFor(request)
        if mayBeKnown and self._calls.knows(request, tag):
            return self._weighed(request, tag, flow.peerKey)
        if self._isShutOut(flow) or self._suspicion.ignores(request, flow.peer, flow.reliable):
            return None
        answer = self._weighed(request, tag, flow.peerKey)
        self._suspicion.judged(request, answer, flow.peer, flow.reliable)
        return answer

    def mayAnswer(self, flow: Flow) -> bool:
        """
        Whether something that cannot be read gets an answer.
        """
        return not self._isShutOut(flow)

    def _isShutOut(self, flow: Flow) -> bool:
        if not self._suspicion.isBanned(flow.peer):
            return False
        self._calls.cut(flow)
        return True

    def _weighed(self, request: SIPRequest, tag: str, key: bytes | None) -> SIPResponse | Proofs:
        source = sourceOf(request)
        try:
            proof = self._examined(request, source, tag, key)
            if isinstance(proof, SIPResponse):
                return proof
            proofs = () if proof is None else (proof,)
            refusal = screen(request, tag, self._methods)
            refusal = refusal or self._strayAnswer(request, tag, proofs)
        except DecodeError as error:
            self._calls.complaints.about("sip", source, error)
            phrase = f"Bad Request: {error.path}" if error.path else None
            return request.response(400, phrase, tag)
        return proofs if refusal is None else refusal

    def _examined(
        self, request: SIPRequest, source: TransportAddress, tag: str, key: bytes | None
    ) -> SIPResponse | Proof | None:
        """
        Who sent it, as far as they have to say so: not within a dialog, whose tags only its
        parties know, nor where it is about us alone.

        @param key: the public key at the other end of the connection.
        """
        within = request.toAddress.tag is not None or request.method in _NEVER_ASKED
        aboutUs = request.method == "OPTIONS" and self._isForUs(request)
        if self._challenger is None or within or aboutUs:
            return None
        ours = request.method in _FROM_OURS or self._isOurs(request)
        return self._challenger.examine(request, source, ours, tag, key)

    def _isOurs(self, request: SIPRequest) -> bool:
        """
        Whether the sender says to be of our domain.
        """
        uri = request.fromAddress.uri
        if not isinstance(uri, SIPURI):
            return False
        host = uri.host.lower()
        return host in self._domains or (literal(host) and self._homes.owns(host))

    def _isForUs(self, request: SIPRequest) -> bool:
        """
        Whether it is for no user, or for the one of our Contact, and so for the server itself.
        """
        uri = request.uri
        return isinstance(uri, SIPURI) and uri.user in (None, "", self._user)

    def _strayAnswer(self, request: SIPRequest, tag: str, proofs: Proofs) -> SIPResponse | None:
        """
        The answer to a request that belongs to no call and makes none.
        """
        if request.method in _LATE and self._calls.knew(request, tag):
            return request.response(200, None, tag)
        if request.method == "CANCEL" or request.toAddress.tag is not None:
            known = self._calls.knows(request, tag)
        elif request.method in _ABOUT_CALLS and self._calls.isFullFor(sourceOf(request).host):
            response = request.response(503, None, tag)
            return response.withHeaders(response.headers.adding("Retry-After", str(RETRY_AFTER)))
        elif request.method == "OPTIONS":
            status = self._statusOfCall(request, proofs)
            return capabilities(request, tag, self._methods, status)
        elif request.method == "SUBSCRIBE":
            return self._calls.subscriptionRefusal(request, tag)
        elif request.method in ("INVITE", "REGISTER"):
            known = True
        else:
            return self._outsideAnswer(request, tag, proofs)
        return None if known else request.response(481, None, tag)

    def _outsideAnswer(self, request: SIPRequest, tag: str, proofs: Proofs) -> SIPResponse | None:
        """
        The answer to what is to stay outside of dialogs, and is refused.
        """
        status = self._calls.outsideRefusal(request, proofs)
        if status is None:
            return None
        response = request.response(status, None, tag)
        if status != 405:
            return response
        allowed = ", ".join(each for each in self._methods if each != request.method)
        return response.withHeaders(response.headers.adding("Allow", allowed))

    def _statusOfCall(self, request: SIPRequest, proofs: Proofs) -> int:
        """
        What an INVITE would get instead of this OPTIONS (11.2).
        """
        if self._inquiry is None or self._isForUs(request):
            return 200
        refusal = self._inquiry.inquire(inquiryOf(request, sourceOf(request), proofs))
        return 200 if refusal is None else statusOfCall(refusal.cause, refusal.reason)


def sourceOf(request: SIPRequest) -> TransportAddress:
    """
    Where a request came from, as was written into its topmost Via.
    """
    via = request.via
    return TransportAddress(via.received or via.host, via.rport or via.port or 0)
