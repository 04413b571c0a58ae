"""
The registrar: REGISTER (RFC 3261, 10.3).

A REGISTER binds contacts, where a party can be reached, to its address of
record, the name by which it is called.  Here a request is read, weighed
against the bindings that there are, and answered; who may have which name,
and where bindings are kept, is for the owner to say.

Not here: authentication (RFC 3261, 22), Path (RFC 3327), several flows for one
contact (RFC 5626), and GRUUs (RFC 5627).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import formatdate
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.sip.config import SIPConfig
from h323d.sip.grammar import fail, showable
from h323d.sip.message import MAX_SECONDS, SIPRequest, SIPResponse
from h323d.sip.nameaddr import NameAddr
from h323d.sip.uri import SIPURI, URI
from h323d.values.address import TransportAddress

__all__ = ["Binding", "Registrant", "Registrar", "RegistrarOwner", "RegistrationRefused"]

DEFAULT_EXPIRES = 3600  # seconds, where a request does not say (10.2, 20.10)
MAX_ADDRESS = 256  # characters of an address of record
MAX_PRODUCT = 64  # characters of a User-Agent that are kept
PORT = 5060  # of a URI that names none (19.1.2)

_QVALUE = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


@dataclass(frozen=True, slots=True)
class Binding:
    """
    One contact of an address of record.

    @ivar uri: the contact, as it was registered.
    @ivar address: where requests to it go: the contact's own address if it is
        the one that the REGISTER came from, otherwise where that came from,
        because then the contact is behind a NAT, or is not the registrant's.
    @ivar deadline: when it expires, in seconds of the clock.
    @ivar q: 0 to 1; the contact with the most is the best.
    @ivar callId: of the request that made or renewed it last.
    @ivar cseq: of that request.
    """

    uri: SIPURI
    address: TransportAddress
    deadline: float
    q: float = 1.0
    callId: str = ""
    cseq: int = 0


@dataclass(frozen=True, slots=True)
class Registrant:
    """
    Who sent a REGISTER.

    @ivar source: where it came from.
    @ivar product: its User-Agent, printable, for people to read.
    """

    source: TransportAddress
    product: str = ""


class RegistrationRefused(Exception):
    """
    A REGISTER is not granted.

    @ivar status: the answer, 400 to 699.
    @ivar header: a header field that explains it.
    """

    def __init__(self, status: int, *header: str) -> None:
        super().__init__(status, *header)
        self.status = status
        self.header = header

    def response(self, request: SIPRequest, toTag: str) -> SIPResponse:
        response = request.response(self.status, None, toTag)
        if not self.header:
            return response
        name, value = self.header
        return response.withHeaders(response.headers.adding(name, value))


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
        self._domains = frozenset(domain.lower() for domain in config.domains)

    def answer(self, request: SIPRequest, source: TransportAddress, toTag: str) -> SIPResponse:
        """
        @param source: where the request came from.
        @param toTag: ours, for the answer.

        @raise DecodeError: a header field that is looked at is malformed.
        """
        now = self._clock.seconds()
        try:
            address = self._addressOf(request)
            bindings = self._update(request, address, source, now)
        except RegistrationRefused as refused:
            return refused.response(request, toTag)
        headers = request.response(200, None, toTag).headers
        headers = headers.adding("Contact", *(_told(binding, now) for binding in bindings))
        return SIPResponse(200, "OK", headers.adding("Date", formatdate(now, usegmt=True)))

    def _addressOf(self, request: SIPRequest) -> SIPURI:
        """
        The address of record: To, without what does not belong to a name
        (10.3, step 5).
        """
        uri = request.toAddress.uri
        if not isinstance(uri, SIPURI) or uri.secure or not uri.user:
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
        self, request: SIPRequest, address: SIPURI, source: TransportAddress, now: float
    ) -> tuple[Binding, ...]:
        """
        Do what a request asks for, wholly or not at all (10.3, steps 6 and 7).

        @return: what is bound now.
        """
        registrant = Registrant(source, _productOf(request))
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
            wanted = self._merged(known, request, source, now)
        self._owner.rebind(address, wanted, registrant)
        return wanted

    def _merged(
        self, known: tuple[Binding, ...], request: SIPRequest, source: TransportAddress, now: float
    ) -> tuple[Binding, ...]:
        """
        The bindings that there are, changed as the Contacts of a request say.
        """
        if len(request.contacts) > self._config.maxContacts:
            raise RegistrationRefused(403)
        merged = list(known)
        for contact in request.contacts:
            uri = contact.uri
            if not isinstance(uri, SIPURI) or uri.secure:
                raise RegistrationRefused(403)  # we could not call it
            for binding in known:
                if binding.uri.matches(uri):
                    _checkOrder(binding, request)
            seconds = self._expires(contact, request)
            fresh = Binding(
                uri,
                _reachedAt(uri, source),
                now + seconds,
                _preference(contact),
                request.callId,
                request.cseq.number,
            )
            merged = list(_replaced(merged, fresh, keep=seconds > 0))
        if len(merged) > self._config.maxContacts:
            raise RegistrationRefused(403)
        return tuple(merged)

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
        if not binding.uri.matches(fresh.uri):
            yield binding
        elif not placed:
            placed = True
            yield fresh
    if not placed:
        yield fresh


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


def _reachedAt(uri: SIPURI, source: TransportAddress) -> TransportAddress:
    port = PORT if uri.port is None else uri.port
    try:
        same = ipaddress.ip_address(uri.host) == ipaddress.ip_address(source.host)
    except ValueError:  # a name
        same = False
    return TransportAddress(source.host, port) if same and port else source


def _told(binding: Binding, now: float) -> str:
    """
    A Contact of the answer (10.3, step 8).
    """
    contact = NameAddr(binding.uri).withParameter("expires", str(round(binding.deadline - now)))
    return str(contact if binding.q == 1.0 else contact.withParameter("q", f"{binding.q:g}"))


def _productOf(request: SIPRequest) -> str:
    return showable(request.headers.get("User-Agent") or "")[:MAX_PRODUCT]
