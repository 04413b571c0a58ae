"""
The registrar: REGISTER (RFC 3261, 10.3).

A REGISTER binds contacts, where a party can be reached, to its address of
record, the name by which it is called.  Here a request is read, weighed
against the bindings that there are, and answered; who may have which name,
and where bindings are kept, is for the owner to say.

A user agent may keep several ways to us open, each with a contact of its own (RFC 5626), and may
be behind proxies that want calls to it to come by them (Path, RFC 3327).

Not here: who has to prove what (L{h323d.sip.digest}), and GRUUs (RFC 5627).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.utils import formatdate
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from h323d.call.applications import Admission, Application, Refusal, Verdict
from h323d.call.leases import ended
from h323d.errors import DecodeError
from h323d.sip.agent import OUTBOUND, SUPPORTED
from h323d.sip.applications import registerApplication
from h323d.sip.binding import Binding, reachedAt
from h323d.sip.config import SIPConfig
from h323d.sip.dialogs.routing import IN_THE_CLEAR, PROTOCOLS, protocolOf
from h323d.sip.messages.grammar import fail, showable
from h323d.sip.messages.message import MAX_SECONDS, SIPRequest, SIPResponse
from h323d.sip.messages.nameaddr import NameAddr
from h323d.sip.messages.uri import SIPURI, URI
from h323d.sip.outbound import flowOf, instanceOf, pathOf
from h323d.sip.reasons import RegistrationRefused
from h323d.sip.transactions.running import Proofs
from h323d.values.address import TransportAddress
from h323d.values.proof import verified

__all__ = ["Registrant", "Registrar", "RegistrarOwner"]

DEFAULT_EXPIRES = 3600  # seconds, where a request does not say (10.2, 20.10)
MAX_ADDRESS = 256  # characters of an address of record
MAX_PRODUCT = 64  # characters of a User-Agent that are kept
NOT_SIP = '399 h323d "contacts that are no SIP URIs cannot be called"'
NO_TRANSPORT = '399 h323d "contacts can be called over {}, and not over {}"'

_QVALUE = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


@dataclass(frozen=True, slots=True)
class Registrant:
    """
    Who sent a REGISTER.

    @ivar source: where it came from.
    @ivar product: its User-Agent, printable, for people to read.
    @ivar connected: it came over a connection.
    @ivar user: who has been proved to send it; empty where nobody has to prove that.
    """

    source: TransportAddress
    product: str = ""
    connected: bool = False
    user: str = ""


class RegistrarOwner(Protocol):
    """
    Who keeps the bindings: RFC 3261's location service.
    """

    def bindings(self, address: SIPURI, registrant: Registrant) -> tuple[Binding, ...]:
        """
        What is bound to an address of record, as far as it is the
        registrant's own; expired bindings may be among it.

        @raise RegistrationRefused: nobody can be told of that name.
        """

    def rebind(
        self, address: SIPURI, bindings: tuple[Binding, ...], registrant: Registrant
    ) -> None:
        """
        Bind an address of record to these contacts and no others; to none, to
        remove it.  All of it happens, or nothing.

        @raise RegistrationRefused: the registrant may not, or there is no place.
        """

    def judge(self, application: Application) -> Verdict | Deferred[Verdict]:
        """
        Whether the gates let a registrant in.

        @return: as L{h323d.call.gates.Gates.judge}.
        """

    def admitted(self, address: SIPURI, registrant: Registrant, admission: Admission) -> None:
        """
        What was asked for is done: what the gates keep for it is the registration's, if the
        registrant has one now.
        """

    def connectionClosed(self, peer: TransportAddress) -> None:
        """
        A connection is gone, and with it what could be reached over it alone.

        @param peer: its far end.
        """

    def needs(self, peer: TransportAddress) -> bool:
        """
        Whether something is reached over a connection.
        """


class Registrar:
    """
    Answers REGISTER.
    """

    def __init__(self, clock: IReactorTime, config: SIPConfig, owner: RegistrarOwner) -> None:
        """
        @param clock: tells the time, for deadlines and the Date.
        """
        self._clock = clock
        self._config = config
        self._owner = owner
        self._protocols = PROTOCOLS if config.speaksTLS else IN_THE_CLEAR
        self._domains = frozenset(domain.lower() for domain in config.domains)

    def answer(
        self,
        request: SIPRequest,
        source: TransportAddress,
        toTag: str,
        connected: bool = False,
        proofs: Proofs = (),
    ) -> SIPResponse | Deferred[SIPResponse]:
        """
        @param source: where the request came from.
        @param toTag: ours, for the answer.
        @param connected: it came over a connection.
        @param proofs: what its sender has proved.

        @return: a Deferred where a gate takes its time; the request waits in its transaction.

        @raise DecodeError: a header field that is looked at is malformed; so may a Deferred
            fail.
        """
        try:
            address = self._addressOf(request)
        except RegistrationRefused as refused:
            return refused.response(request, toTag)
        user = next((each.identity for each in verified(proofs)), "")
        registrant = Registrant(source, _productOf(request), connected, user)
        verdict = self._owner.judge(registerApplication(address, source, proofs))
        if isinstance(verdict, Deferred):
            return verdict.addCallback(self._judged, request, address, registrant, toTag)
        return self._judged(verdict, request, address, registrant, toTag)

    def _judged(
        self,
        verdict: Verdict,
        request: SIPRequest,
        address: SIPURI,
        registrant: Registrant,
        toTag: str,
    ) -> SIPResponse:
        if isinstance(verdict, Refusal):
            return RegistrationRefused.by(verdict).response(request, toTag)
        now = self._clock.seconds()
        registrant = replace(registrant, user=registrant.user or verdict.user)
        try:
            bindings = self._update(request, address, registrant, now)
        except RegistrationRefused as refused:
            ended(verdict.leases)
            return refused.response(request, toTag)
        except DecodeError:
            ended(verdict.leases)
            raise
        self._owner.admitted(address, registrant, verdict)
        headers = request.response(200, None, toTag).headers
        headers = headers.adding("Contact", *(binding.told(now) for binding in bindings))
        headers = headers.adding("Path", *request.headers.lines("Path"))
        headers = headers.adding("Supported", SUPPORTED)
        if any(binding.flow and binding.callId == request.callId for binding in bindings):
            headers = headers.adding("Require", OUTBOUND)  # RFC 5626, 6
        return SIPResponse(200, "OK", headers.adding("Date", formatdate(now, usegmt=True)))

    def _addressOf(self, request: SIPRequest) -> SIPURI:
        """
        The address of record: To, without what does not belong to a name
        (10.3, step 5).
        """
        uri = request.toAddress.uri
        if not isinstance(uri, SIPURI) or not uri.user:
            raise RegistrationRefused(404)
        if uri.secure and not self._config.speaksTLS:
            raise RegistrationRefused(404)
        if not self._serves(request.uri) or not self._serves(uri):
            raise RegistrationRefused(404)
        address = SIPURI(uri.host.lower(), uri.user, uri.port)
        if len(str(address)) > MAX_ADDRESS:
            raise RegistrationRefused(404)
        return address

    def _serves(self, uri: URI) -> bool:
        if not self._domains:
            return True
        return isinstance(uri, SIPURI) and uri.host.lower() in self._domains

    def _update(
        self, request: SIPRequest, address: SIPURI, registrant: Registrant, now: float
    ) -> tuple[Binding, ...]:
        """
        Do what a request asks for, wholly or not at all (10.3, steps 6 and 7).

        @return: what is bound now.
        """
        bound = self._owner.bindings(address, registrant)
        known = tuple(each for each in bound if each.deadline > now)
        if "Contact" not in request.headers:
            return known
        if request.hasWildcardContact:
            if request.seconds("Expires") != 0:
                fail("a wildcard removes, so it must be 0", "Expires")
            for binding in known:
                _checkOrder(binding, request)
            wanted: tuple[Binding, ...] = ()
        else:
            wanted = self._merged(known, request, registrant, now)
        self._owner.rebind(address, wanted, registrant)
        return wanted

    def _merged(
        self, known: tuple[Binding, ...], request: SIPRequest, registrant: Registrant, now: float
    ) -> tuple[Binding, ...]:
        """
        The bindings that there are, changed as the Contacts of a request say.  Where these
        are too many, those leave that were not renewed for longest: mostly of phones that
        were switched off without a word, and have other contacts now.
        """
        if len(request.contacts) > self._config.maxContacts:
            raise RegistrationRefused(403)
        merged = list(known)
        path = pathOf(request)
        for contact in request.contacts:
            seconds = self._expires(contact, request)
            fresh = self._binding(contact, request, registrant, path, now + seconds)
            for binding in known:
                if binding.makesWayFor(fresh):
                    _checkOrder(binding, request)
            merged = list(_replaced(merged, fresh, keep=seconds > 0))
        return _latest(merged, self._config.maxContacts)

    def _binding(
        self,
        contact: NameAddr,
        request: SIPRequest,
        registrant: Registrant,
        path: tuple[SIPURI, ...],
        deadline: float,
    ) -> Binding:
        """
        @param path: the proxies on the way to it.
        """
        uri = _callable(contact.uri, self._protocols)
        flow = flowOf(contact, request, path)
        connected = registrant.connected and (bool(flow) or uri.transport != "udp")
        reached = path[0] if path else uri
        at = reachedAt(reached, registrant.source, connected)
        return Binding(
            uri,
            registrant.source if flow and not path else at,
            deadline,
            _preference(contact),
            request.callId,
            request.cseq.number,
            self._clock.seconds(),
            instanceOf(contact),
            connected,
            flow,
            tuple(map(str, path)),
        )

    def _expires(self, contact: NameAddr, request: SIPRequest) -> int:
        """
        Seconds that a contact gets; 0 removes it.
        """
        text = contact.parameter("expires")
        wanted = request.seconds("Expires") if text is None else _secondsOf(text)
        if wanted is None:
            wanted = DEFAULT_EXPIRES
        if 0 < wanted < self._config.minExpires:
            raise RegistrationRefused(423, "Min-Expires", str(self._config.minExpires))
        return min(wanted, self._config.maxExpires)


def _checkOrder(binding: Binding, request: SIPRequest) -> None:
    """
    @raise RegistrationRefused: a later request of the same user agent was here
        before (10.3, steps 6 and 7).
    """
    if binding.callId == request.callId and request.cseq.number <= binding.cseq:
        raise RegistrationRefused(500)


def _replaced(bindings: list[Binding], fresh: Binding, keep: bool) -> Iterator[Binding]:
    """
    @param keep: whether C{fresh} takes the old one's place, or is the last of it.
    """
    placed = not keep
    for binding in bindings:
        if not binding.makesWayFor(fresh):
            yield binding
        elif not placed:
            placed = True
            yield fresh
    if not placed:
        yield fresh


def _latest(bindings: list[Binding], most: int) -> tuple[Binding, ...]:
    """
    Those that were renewed last, in the order in which they are.
    """
    oldestFirst = sorted(range(len(bindings)), key=lambda index: bindings[index].renewed)
    leaving = oldestFirst[: max(0, len(bindings) - most)]
    return tuple(binding for index, binding in enumerate(bindings) if index not in leaving)


def _callable(uri: URI, protocols: tuple[str, ...]) -> SIPURI:
    """
    @raise RegistrationRefused: it is a contact that we could not call.
    """
    if not isinstance(uri, SIPURI):
        raise RegistrationRefused(403, "Warning", NOT_SIP)
    transport = protocolOf(uri)
    if transport not in protocols:
        transport = transport if transport.isalnum() else "others"
        taken = " and ".join((", ".join(protocols[:-1]), protocols[-1]))
        raise RegistrationRefused(403, "Warning", NO_TRANSPORT.format(taken, transport))
    return uri


def _secondsOf(text: str) -> int:
    """
    What is malformed counts as an hour (20.10).
    """
    if not (text.isascii() and text.isdigit()):
        return DEFAULT_EXPIRES
    return int(text) if len(text) <= 10 else MAX_SECONDS


def _preference(contact: NameAddr) -> float:
    text = contact.parameter("q")
    if text is None:
        return 1.0
    if not _QVALUE.fullmatch(text):
        fail("not a q value", "Contact")
    return float(text)


def _productOf(request: SIPRequest) -> str:
    return showable(request.headers.get("User-Agent") or "")[:MAX_PRODUCT]
