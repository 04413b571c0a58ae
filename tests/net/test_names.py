"""
The DNS, asked of a name server on the real loopback.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.protocol import DatagramProtocol
from twisted.names import dns
from twisted.names.common import ResolverBase
from twisted.names.error import DNSNameError, ResolverError
from twisted.names.server import DNSServerFactory
from zope.interface.verify import verifyObject

from h323d.call.lookups import (
    HostRecord,
    INames,
    LookupFailed,
    PointerRecord,
    ServiceRecord,
)
from h323d.net.names import MAX_RECORDS, Names, SystemNames
from h323d.values.address import TransportAddress

RECORDS: dict[tuple[str, int], list[Any]] = {
    ("_h323cs._tcp.example.com", dns.SRV): [
        dns.Record_SRV(1, 20, 1730, "a.example.com", ttl=60),
        dns.Record_SRV(2, 0, 1720, "", ttl=60),
    ],
    ("2.1.e164.arpa", dns.NAPTR): [
        dns.Record_NAPTR(100, 10, b"u", b"E2U+h323", b"!^.*$!h323:a@b!", b"", ttl=70)
    ],
    ("example.com", dns.NAPTR): [
        dns.Record_NAPTR(1, 2, b"s", b"SIP+D2U", b"", b"_sip._udp.example.com", ttl=70)
    ],
    ("a.example.com", dns.A): [dns.Record_A("192.0.2.1", ttl=80)],
    ("a.example.com", dns.AAAA): [dns.Record_AAAA("2001:db8::1", ttl=90)],
    ("four.example.com", dns.A): [dns.Record_A("192.0.2.4", ttl=80)],
    ("four.example.com", dns.AAAA): [],
    ("loop.example.com", dns.A): [dns.Record_CNAME("loop.example.com", ttl=80)],
    ("loop.example.com", dns.AAAA): [dns.Record_CNAME("loop.example.com", ttl=80)],
    ("_sip._udp.many.example.com", dns.SRV): [
        dns.Record_SRV(each, 0, 5060, f"s{each}.example.com", ttl=60) for each in range(500)
    ],
}


class Zone(ResolverBase):
    """
    Knows what is above.
    """

    def _lookup(self, name: bytes, cls: int, type: int, timeout: Any) -> Deferred[Any]:  # noqa: A002
        known = RECORDS.get((name.decode(), type))
        answer: Deferred[Any] = Deferred()
        if name.startswith(b"broken"):
            answer.errback(ResolverError())
        elif known is None:
            answer.errback(DNSNameError())
        else:
            records = [
                dns.RRHeader(name, each.TYPE, ttl=each.ttl, payload=each, auth=True)
                for each in known
            ]
            answer.callback((records, [], []))
        return answer


def addressOf(port: Any) -> TransportAddress:
    return TransportAddress("127.0.0.1", port.getHost().port)


@pytest.fixture
def names() -> Generator[Names, None, None]:
    """
    A resolver that asks the zone.
    """
    listener: Any = reactor
    factory = DNSServerFactory(authorities=[Zone()])
    port = listener.listenUDP(0, dns.DNSDatagramProtocol(factory), interface="127.0.0.1")
    here = addressOf(port)
    large = listener.listenTCP(here.port, factory, interface=here.host)
    yield Names(reactor, [here], 2.0)
    port.stopListening()
    large.stopListening()


def test_itKeepsItsInterface(names: Names) -> None:
    assert verifyObject(INames, names)


@pytest_twisted.inlineCallbacks
def test_serversAreFoundButNotThatThereIsNone(names: Names) -> Generator[Any, Any, None]:
    found = yield names.services("_h323cs._tcp.example.com")
    assert found == (ServiceRecord(1, 20, "a.example.com", 1730, 60),)


@pytest_twisted.inlineCallbacks
def test_rulesAreFound(names: Names) -> Generator[Any, Any, None]:
    found = yield names.pointers("2.1.e164.arpa")
    assert found == (PointerRecord(100, 10, "u", "E2U+h323", "!^.*$!h323:a@b!", 70),)


@pytest_twisted.inlineCallbacks
def test_theNameThatIsPutInThePlaceOfAnotherIsFound(names: Names) -> Generator[Any, Any, None]:
    found = yield names.pointers("example.com")
    assert found == (PointerRecord(1, 2, "s", "SIP+D2U", "", 70, "_sip._udp.example.com"),)


@pytest_twisted.inlineCallbacks
def test_addressesOfBothKindsAreFound(names: Names) -> Generator[Any, Any, None]:
    found = yield names.hosts("a.example.com")
    assert found == (HostRecord("192.0.2.1", 80), HostRecord("2001:db8::1", 90))


@pytest_twisted.inlineCallbacks
def test_oneKindOfAddressIsEnough(names: Names) -> Generator[Any, Any, None]:
    found = yield names.hosts("four.example.com")
    assert found == (HostRecord("192.0.2.4", 80),)


@pytest_twisted.inlineCallbacks
def test_ofFiveHundredServersTheFirstAreTaken(names: Names) -> Generator[Any, Any, None]:
    records = yield names.services("_sip._udp.many.example.com")
    assert [each.priority for each in records] == list(range(MAX_RECORDS))


@pytest_twisted.inlineCallbacks
def test_aNameThatLeadsToItselfHasNoAddress(names: Names) -> Generator[Any, Any, None]:
    found = yield names.hosts("loop.example.com")
    assert found == ()


@pytest_twisted.inlineCallbacks
def test_aNameThatDoesNotExistHasNoRecords(names: Names) -> Generator[Any, Any, None]:
    for lookup in (names.services, names.pointers, names.hosts):
        assert (yield lookup("nobody.example.com")) == ()


@pytest_twisted.inlineCallbacks
def test_aServerThatFailsIsAFailure(names: Names) -> Generator[Any, Any, None]:
    for lookup in (names.services, names.hosts):
        with pytest.raises(LookupFailed):
            yield lookup("broken.example.com")


@pytest_twisted.inlineCallbacks
def test_silenceIsAFailureAfterTheTimeout() -> Generator[Any, Any, None]:
    listener: Any = reactor
    port = listener.listenUDP(0, DatagramProtocol(), interface="127.0.0.1")
    mute = Names(reactor, [addressOf(port)], 0.2)
    with pytest.raises(LookupFailed):
        yield mute.services("_h323cs._tcp.example.com")
    port.stopListening()


@pytest_twisted.inlineCallbacks
def test_aNameThatCannotBeWrittenIsAFailure(names: Names) -> Generator[Any, Any, None]:
    with pytest.raises(LookupFailed):
        yield names.services("a" * 64 + ".example.com")


@pytest_twisted.inlineCallbacks
def test_theSystemKnowsHostsThatNoNameServerDoes() -> Generator[Any, Any, None]:
    names = SystemNames(reactor, [], 0.2)
    (found,) = yield names.hosts("localhost")
    assert found.address in ("127.0.0.1", "::1")


@pytest_twisted.inlineCallbacks
def test_whoTheSystemDoesNotKnowHasNoAddress() -> Generator[Any, Any, None]:
    names = SystemNames(reactor, [], 0.2)
    assert (yield names.hosts("nobody.invalid")) == ()
