"""
Our registration with another server: the REGISTER that binds our Contact to a name there, that
lengthens it, and that takes it back (RFC 3261, 10.2).

What becomes of one is told; when to send the next is for whoever is told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from h323d.errors import DecodeError
from h323d.sip.agent import ALLOW, SUPPORTED
from h323d.sip.calls.causes import retryAfterOf
from h323d.sip.dialogs.routing import contactAt, domainOf
from h323d.sip.digest.answering import MAX_ANSWERS, Answering, Secrets
from h323d.sip.digest.fields import nextNonce
from h323d.sip.endpoint import SIPEndpoint
from h323d.sip.flowpings import FlowPings
from h323d.sip.flows import Flow
from h323d.sip.messages.cseq import CSeq
from h323d.sip.messages.headers import Headers
from h323d.sip.messages.message import SIPRequest, SIPResponse, reasonPhrase
from h323d.sip.messages.nameaddr import NameAddr
from h323d.sip.messages.uri import SIPURI
from h323d.sip.streamflow import StreamFlow
from h323d.values.address import TransportAddress

__all__ = ["EXPIRES", "MAX_EXPIRES", "RegisterAsker", "Registrant"]

EXPIRES = 3600  # seconds that we ask for
MAX_EXPIRES = 24 * 3600  # seconds: what a server says beyond them is cut, or not agreed to


class RegisterAsker(Protocol):
    """
    Who wants to know what becomes of a REGISTER.
    """

    def granted(self, seconds: int) -> None:
        """We are registered for so long; 0 if we are not any more."""

    def refused(self, reason: str, retryAfter: float = 0.0) -> None:
        """The server answers, and does not register us."""

    def unable(self, reason: str, retryAfter: float = 0.0) -> None:
        """The server has no time for anybody (503): another of the same name may have."""

    def unreachable(self, reason: str) -> None:
        """It does not answer."""

    def lost(self) -> None:
        """The connection is gone by which it would call us: it has to know of another."""


class Registrant:
    """
    One name of ours with one server.
    """

    def __init__(self, endpoint: SIPEndpoint, server: SIPURI, user: str, secrets: Secrets) -> None:
        """
        @param server: as it is called: the domain, without a user.
        @param user: our name there, which is the user of our Contact too.
        @param secrets: what we show if we are asked.
        """
        rng = endpoint.rng
        self._endpoint = endpoint
        self._server = server
        self._user = user
        self._answering = Answering(secrets, endpoint.clock, rng)
        self._tag = f"{rng.getrandbits(48):012x}"
        self._callId = f"{rng.getrandbits(64):016x}"
        self._last = rng.randrange(1, 1 << 16)  # number in CSeq
        self._expires = EXPIRES
        self._pending: _Register | None = None
        self._proof: _Proof | None = None
        self._asker: RegisterAsker | None = None  # that of the registration that there is
        self._pings = FlowPings(endpoint.clock, rng, endpoint.config.idleTimeout, self)

    def register(self, hop: SIPURI, asker: RegisterAsker) -> None:
        """
        Ask to be registered, for as long as the server has wanted before.

        @param hop: where it is: a URI with a literal address.
        @param asker: is told; whoever waits for an earlier answer is not any more.
        """
        self._ask(hop, self._expires, asker)

    def unregister(self, hop: SIPURI, asker: RegisterAsker) -> None:
        """
        Take it back.
        """
        self._ask(hop, 0, asker)

    def forget(self) -> None:
        """
        Nobody waits for an answer any more.
        """
        self._pending = self._asker = None
        self._pings.stop()

    def _ask(self, hop: SIPURI, seconds: int, asker: RegisterAsker) -> None:
        self._pending = None
        self._pings.stop()
        flow = self._endpoint.flowTo(hop, domainOf(self._server))
        if flow is None:
            asker.unreachable("its transport is not spoken here")
            return
        self._pending = _Register(self, asker, flow, seconds)
        request, proof = self._request(flow, seconds), self._proof
        if proof is not None and proof.peer.host == flow.peer.host:
            self._pending.isProven = True
            request = self._answering.showingAgain(request, proof.request, proof.nonce, flow.peer)
        self.send(request, self._pending)

    def _request(self, flow: Flow, seconds: int) -> SIPRequest:
        name = NameAddr(SIPURI(self._server.host, self._user, secure=self._server.secure))
        headers = Headers(
            [
                ("Max-Forwards", "70"),
                ("From", str(name.withTag(self._tag))),
                ("To", str(name)),
                ("Call-ID", f"{self._callId}@{flow.local.host}"),
                ("CSeq", f"{self._last + 1} REGISTER"),
                ("Contact", contactAt(flow.local, self._user, flow.protocol, secure=False)),
                ("Expires", str(seconds)),
                ("Allow", ALLOW),
                ("Supported", SUPPORTED),
            ]
        )
        return SIPRequest("REGISTER", self._server, headers)

    # What a REGISTER that is under way asks.

    def isPending(self, register: _Register) -> bool:
        """
        Whether it is the one whose answer somebody waits for.
        """
        return register is self._pending

    def send(self, request: SIPRequest, register: _Register) -> None:
        """
        Send it, or send it again with what was missing.
        """
        self._last = request.cseq.number
        register.request = request
        self._endpoint.send(request, register, register.flow)

    def shown(
        self, request: SIPRequest, response: SIPResponse, register: _Register
    ) -> SIPRequest | None:
        """
        The same with our password, if there is one to show.
        """
        if register.isProven:  # by an old nonce, which is no fault of the password
            register.isProven = False
            headers = request.headers.without("Authorization", "Proxy-Authorization")
            request = request.withHeaders(headers)
        return self._answering.answer(request, response, register.flow.peer)

    def agreeTo(self, seconds: int) -> None:
        """
        The server wants no registration that is briefer (Min-Expires).
        """
        self._expires = seconds

    def accepted(self, register: _Register, response: SIPResponse) -> None:
        """
        What was shown was good.
        """
        nonce = nextNonce(response.headers.get("Authentication-Info") or "")
        self._proof = _Proof(register.request, register.flow.peer, nonce)
        self._answering.accepted(register.request, register.flow.peer)

    def answered(self, register: _Register) -> None:
        """
        Nothing comes after that.
        """
        self._pending = None

    def registered(self, register: _Register, asker: RegisterAsker) -> None:
        """
        We are; keep the connection by which we are.
        """
        self._asker = asker
        if isinstance(register.flow, StreamFlow):
            self._pings.keep(register.flow)

    def flowLost(self) -> None:
        if self._asker is not None:
            self._asker.lost()

    def complain(self, register: _Register, error: DecodeError) -> None:
        """
        The server answers what cannot be read.
        """
        self._endpoint.complaints.about("sip", register.flow.peer, error)


@dataclass(frozen=True, slots=True)
class _Proof:
    """
    What a server has taken.

    @ivar request: the REGISTER, with our password if it was asked for.
    @ivar nonce: what is to be used from now on; empty for that of the request.
    """

    request: SIPRequest
    peer: TransportAddress
    nonce: str


class _Register:
    """
    A REGISTER that waits for its answer.

    @ivar request: as it was sent last, without Via.
    @ivar isProven: whether it shows what was good before, and nobody has asked for.
    """

    request: SIPRequest

    def __init__(
        self, registrant: Registrant, asker: RegisterAsker, flow: Flow, seconds: int
    ) -> None:
        self._registrant = registrant
        self._asker = asker
        self.flow = flow
        self._seconds = seconds
        self._answers = 0  # to challenges
        self.isProven = False
        self._wasTooBrief = False

    def responseReceived(self, response: SIPResponse) -> None:
        if not response.isFinal or not self._registrant.isPending(self):
            return
        try:
            self._answered(response)
        except DecodeError as error:
            self._registrant.complain(self, error)
            self._registrant.answered(self)
            self._asker.refused("an answer that cannot be read")

    def requestTimedOut(self) -> None:
        self._failed("no answer")

    def requestFailed(self) -> None:
        self._failed("no connection")

    def _failed(self, reason: str) -> None:
        if self._registrant.isPending(self):
            self._registrant.answered(self)
            self._asker.unreachable(reason)

    def _answered(self, response: SIPResponse) -> None:
        if response.isSuccess:
            self._accepted(response)
            return
        again = self._again(response)
        if again is not None:
            self._registrant.send(again, self)
            return
        self._registrant.answered(self)
        if response.status == 408:
            self._asker.unreachable("408 Request Timeout")
        else:
            # In our words: the server's would be a peer's text in an operator's log.
            reason = f"{response.status} {reasonPhrase(response.status)}"
            told = self._asker.unable if response.status == 503 else self._asker.refused
            told(reason.strip(), retryAfterOf(response))

    def _accepted(self, response: SIPResponse) -> None:
        self._registrant.accepted(self, response)
        seconds = min(self._grantedBy(response), MAX_EXPIRES) if self._seconds else 0
        self._registrant.answered(self)
        if self._seconds and not seconds:
            self._asker.refused("registered for no time")
            return
        if seconds:
            self._registrant.registered(self, self._asker)
        self._asker.granted(seconds)

    def _grantedBy(self, response: SIPResponse) -> int:
        """
        What our own Contact says in the answer, or else Expires (10.2.4); what we have asked for
        if there is neither.
        """
        contact = self.request.contact
        assert contact is not None  # we wrote it
        for each in response.contacts:
            text = each.parameter("expires")
            if text and text.isascii() and text.isdigit() and each.uri.matches(contact.uri):
                return int(text[:10])
        seconds = response.seconds("Expires")
        return self._seconds if seconds is None else seconds

    def _again(self, response: SIPResponse) -> SIPRequest | None:
        """
        The request with what the server wants; C{None} if it cannot have it.
        """
        if response.status == 423:
            return self._longer(response)
        if self._answers >= MAX_ANSWERS:
            return None
        self._answers += 1
        return self._registrant.shown(self.request, response, self)

    def _longer(self, response: SIPResponse) -> SIPRequest | None:
        """
        For as long as the server wants at least (10.2.8): once, or it would go on for ever.
        """
        wanted = response.seconds("Min-Expires")
        if wanted is None or self._wasTooBrief or not self._seconds < wanted <= MAX_EXPIRES:
            return None
        self._wasTooBrief = True
        self._seconds = wanted
        self._registrant.agreeTo(wanted)
        cseq = CSeq(self.request.cseq.number + 1, "REGISTER")
        headers = self.request.headers.replacing("Expires", str(wanted))
        return replace(self.request, headers=headers.replacing("CSeq", str(cseq)))
