"""
Which of our addresses a peer is told.
"""

from __future__ import annotations

import ipaddress
import random

import pytest
from twisted.internet.task import Clock
from zope.interface.verify import verifyObject

from h323d.call.homes import Advertised, Home, Homes, IRoutes, NoRoutes, homeAt
from tests.support.network import SimulatedHost, SimulatedNetwork

LAN, DMZ, SIX = "10.0.0.1", "172.16.0.1", "2001:db8::1"


def machine(*addresses: str) -> SimulatedHost:
    return SimulatedHost(
        SimulatedNetwork(Clock(), random.Random(1)), *(addresses or (LAN, DMZ, SIX))
    )


def advertised(network: str, address: str) -> Advertised:
    return Advertised(ipaddress.ip_network(network), address)


def test_routesAreAnInterface() -> None:
    assert verifyObject(IRoutes, machine())
    assert verifyObject(IRoutes, NoRoutes())


@pytest.mark.parametrize(
    ("peer", "local", "home"),
    [
        ("10.0.0.9", "", LAN),
        ("172.16.0.9", "", DMZ),
        ("2001:db8::9", "", SIX),
        ("10.0.0.9", DMZ, DMZ),
        ("10.0.0.9", "0.0.0.0", LAN),
        ("2001:db8::9", "::", SIX),
    ],
)
def test_aPeerIsToldWhatItReachedOrElseTheNearest(peer: str, local: str, home: str) -> None:
    assert Homes(("0.0.0.0", "::"), machine()).towards(peer, local) == Home.at(home)


def test_ofSeveralThatAreBoundTheOneOfTheRouteCounts() -> None:
    homes = Homes((LAN, SIX, DMZ), machine())
    assert homes.towards("172.16.0.9") == Home.at(DMZ)
    assert homes.towards("2001:db8::9") == Home.at(SIX)


def test_anAddressThatIsNotBoundIsNotTold() -> None:
    assert Homes((DMZ,), machine()).towards("10.0.0.9") == Home.at(DMZ)
    assert Homes((DMZ, "172.16.0.2"), machine()).towards("10.0.0.9") == Home.at(DMZ)


def test_aPeerOfAFamilyThatIsNotBoundIsToldWhatThereIs() -> None:
    assert Homes((LAN,), machine()).towards("2001:db8::9") == Home.at(LAN)


def test_whereThereIsNoWayAWildcardIsNotToldEither() -> None:
    homes = Homes(("0.0.0.0",), NoRoutes())
    assert homes.towards("10.0.0.9") == Home("0.0.0.0", "127.0.0.1")
    assert homes.main.told == "127.0.0.1"
    assert Homes(("::",), NoRoutes()).main.told == "::1"


def test_whatIsAdvertisedIsToldAndTheLocalAddressBound() -> None:
    homes = Homes(("0.0.0.0",), machine())
    homes.advertise([advertised("0.0.0.0/0", "198.51.100.7")])
    assert homes.towards("203.0.113.9", LAN) == Home(LAN, "198.51.100.7")


def test_whatIsAdvertisedAndOurOwnIsBoundToo() -> None:
    homes = Homes(("0.0.0.0",), machine())
    homes.advertise([advertised("0.0.0.0/0", DMZ)])
    assert homes.towards("10.0.0.9", LAN) == Home.at(DMZ)


def test_theSmallestNetworkCounts() -> None:
    homes = Homes(("0.0.0.0", "::"), machine())
    homes.advertise(
        [
            advertised("0.0.0.0/0", "198.51.100.7"),
            advertised("10.0.0.0/8", "10.1.2.3"),
            advertised("10.9.0.0/16", "10.9.0.1"),
        ]
    )
    told = [homes.towards(peer).told for peer in ("203.0.113.9", "10.0.0.9", "10.9.0.9", "::1")]
    assert told == ["198.51.100.7", "10.1.2.3", "10.9.0.1", SIX]


def test_ourOwnAddressesAreKnown() -> None:
    homes = Homes(("0.0.0.0",), machine())
    homes.advertise([advertised("0.0.0.0/0", "198.51.100.7")])
    assert all(map(homes.owns, (LAN, DMZ, "198.51.100.7")))
    assert not homes.owns("10.0.0.2")
    assert not homeAt(LAN).owns(DMZ)


def test_whatOnlyATranslatorHasIsNotOnThisMachine() -> None:
    homes = Homes(("0.0.0.0",), machine())
    homes.advertise([advertised("0.0.0.0/0", "198.51.100.7"), advertised("10.0.0.0/8", LAN)])
    assert all(map(homes.isHere, (LAN, DMZ, f"::ffff:{DMZ}")))
    assert not homes.isHere("198.51.100.7")
    assert not homes.isHere("10.0.0.2")


def test_howAnAddressIsWrittenDoesNotMatter() -> None:
    homes = Homes(("2001:DB8:0::1",), NoRoutes())
    assert homes.isHere("2001:db8::1")
    assert homes.owns("2001:db8:0:0::1")
