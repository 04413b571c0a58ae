"""
UDP ports in turns.
"""

from __future__ import annotations

import pytest
from zope.interface import implementer
from zope.interface.verify import verifyObject

from h323d.call.transport import IDatagramPort, IDatagrams, IDatagramUser
from h323d.errors import ResourceUnavailable
from h323d.values.address import TransportAddress
from tests.support.turned import Turned

HERE, THERE = TransportAddress("10.0.0.1", 5060), TransportAddress("10.0.0.2", 5060)
ANY = TransportAddress("10.0.0.1", 0)
GROUP = TransportAddress("224.0.1.41", 1718)


@implementer(IDatagramUser)
class Listener:
    """
    @ivar heard: what arrived, and from whom.
    """

    def __init__(self) -> None:
        self.heard: list[tuple[bytes, TransportAddress]] = []

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        self.heard.append((data, source))


@pytest.fixture
def turned() -> Turned:
    return Turned(bind=HERE, bindMulticast=GROUP, heardAt="10.0.0.1")


def test_theyAreWhatSignallingKnows(turned: Turned) -> None:
    verifyObject(IDatagrams, turned.reached.datagrams)
    verifyObject(IDatagramPort, turned.do(turned.reached.datagrams.bind, ANY, Listener()))


def test_aPortHasTheAddressThatTheWorldSays(turned: Turned) -> None:
    assert turned.do(turned.reached.datagrams.bind, ANY, Listener()).address == HERE
    bound = turned.do(turned.reached.datagrams.bindMulticast, GROUP, "10.0.0.1", Listener())
    assert bound.address == GROUP


def test_aPortThatIsNotToBeHadIsRefused() -> None:
    turned = Turned(bind=ResourceUnavailable("in use"))
    with pytest.raises(ResourceUnavailable, match="in use"):
        turned.do(turned.reached.datagrams.bind, HERE, Listener())


def test_whatArrivesIsForWhoeverHasThePort(turned: Turned) -> None:
    first, second = Listener(), Listener()
    turned.do(turned.reached.datagrams.bind, ANY, first)
    turned.do(turned.reached.datagrams.bind, ANY, second)
    turned.enter("datagram", 2, b"octets", THERE)
    assert (first.heard, second.heard) == ([], [(b"octets", THERE)])


def test_whatIsSentLeaves(turned: Turned) -> None:
    port = turned.do(turned.reached.datagrams.bind, ANY, Listener())
    assert turned.do(port.heardAt, THERE) == "10.0.0.1"
    turned.do(port.send, b"octets", THERE)
    turned.do(port.send, b"others", THERE, "10.0.0.3")
    assert turned.doors.done == [
        ("send", 1, b"octets", THERE, ""),
        ("send", 1, b"others", THERE, "10.0.0.3"),
    ]


def test_aPortIsClosedOnceAndHearsNothingThen(turned: Turned) -> None:
    user = Listener()
    port = turned.do(turned.reached.datagrams.bind, ANY, user)
    turned.do(port.close)
    turned.do(port.close)
    turned.enter("datagram", 1, b"late", THERE)
    assert (turned.doors.done, user.heard) == ([("unbind", 1)], [])
