"""
Binding port pairs, on the loopback.
"""

from __future__ import annotations

import itertools
import random
import socket

import pytest
from zope.interface.verify import verifyObject

from h323d.call.applications import Priority
from h323d.call.ports import IPortPair, IPortSource
from h323d.errors import ResourceUnavailable
from h323d.media.config import MediaConfig
from h323d.media.ports import PortRange

HOST = "127.0.47.11"  # an address of the loopback that nobody else uses


def test_theSeamsAreProvided() -> None:
    ports = PortRange(MediaConfig(), random.Random(1))
    pair = ports.bind(HOST)
    assert verifyObject(IPortSource, ports)
    assert verifyObject(IPortPair, pair)
    pair.close()


def test_RTPIsEvenAndRTCPIsOneAbove() -> None:
    ports = PortRange(MediaConfig(portFirst=20000, portLast=20009), random.Random(1))
    pair = ports.bind(HOST)
    assert pair.rtp.port in range(20000, 20010, 2)
    assert pair.rtcp.port == pair.rtp.port + 1
    pair.close()


def test_whichPairComesNextCannotBeToldFromTheLast() -> None:
    ports = PortRange(MediaConfig(), random.Random(1))
    pairs = [ports.bind(HOST) for _ in range(12)]
    steps = [b.rtp.port - a.rtp.port for a, b in itertools.pairwise(pairs)]
    assert len(set(steps)) == len(steps)
    assert len({pair.rtp.port // 2048 for pair in pairs}) > 3
    for pair in pairs:
        pair.close()


def test_aPortThatWasFreedIsTakenAgainAsLateAsPossible() -> None:
    ports = PortRange(MediaConfig(portFirst=20000, portLast=20005), random.Random(1))
    taken = []
    for _ in range(7):
        pair = ports.bind(HOST)
        taken.append(pair.rtp.port)
        pair.close()
    assert sorted(taken[:3]) == [20000, 20002, 20004]
    assert taken[3:] == [*taken[:3], taken[0]]


@pytest.mark.parametrize("seed", range(5))
def test_theLastFreePairIsFound(seed: int) -> None:
    ports = PortRange(MediaConfig(portFirst=20000, portLast=20199), random.Random(seed))
    pairs = [ports.bind(HOST) for _ in range(100)]
    assert len({pair.rtp.port for pair in pairs}) == 100
    for pair in pairs:
        pair.close()


def test_aPairWithOnePortTakenIsPassedOver() -> None:
    other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    other.bind((HOST, 20001))
    pair = PortRange(MediaConfig(portFirst=20000, portLast=20003), random.Random(1)).bind(HOST)
    assert pair.rtp.port == 20002
    pair.close()
    other.close()


def test_aUsedUpRangeSaysSo() -> None:
    ports = PortRange(MediaConfig(portFirst=20000, portLast=20003), random.Random(1))
    pairs = [ports.bind(HOST), ports.bind(HOST)]
    with pytest.raises(ResourceUnavailable, match="20000-20003"):
        ports.bind(HOST)
    pairs.pop().close()
    ports.bind(HOST).close()
    pairs.pop().close()


def test_aForeignAddressIsToldFromAUsedUpRange() -> None:
    with pytest.raises(ResourceUnavailable, match=r"192\.0\.2\.1"):
        PortRange(MediaConfig(), random.Random(1)).bind("192.0.2.1")


def markOf(bound: socket.socket) -> int:
    if bound.family == socket.AF_INET6:
        return bound.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS)
    return bound.getsockopt(socket.IPPROTO_IP, socket.IP_TOS)


@pytest.mark.parametrize(("priority", "mark"), [(Priority.NORMAL, 0x88), (Priority.HIGH, 0xB8)])
@pytest.mark.parametrize("host", [HOST, "::1"])
def test_whatIsSentIsMarkedByItsPriority(host: str, priority: Priority, mark: int) -> None:
    config = MediaConfig(trafficClass=0x88, emergencyTrafficClass=0xB8)
    try:
        pair = PortRange(config, random.Random(1)).bind(host, priority)
    except ResourceUnavailable:
        pytest.skip("no IPv6 loopback on this machine")
    assert [markOf(pair.rtpSocket), markOf(pair.rtcpSocket)] == [mark, mark]
    pair.close()


def test_IPv6() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 in this Python")
    try:
        pair = PortRange(MediaConfig(), random.Random(1)).bind("::1")
    except ResourceUnavailable:
        pytest.skip("no IPv6 loopback on this machine")
    assert pair.rtp.host == "::1"
    pair.close()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("portFirst", 16385),
        ("portFirst", 80),
        ("portLast", 16000),
        ("tickMs", 7),
        ("jitterMinMs", -1),
        ("jitterMaxMs", 20),
        ("jitterMaxMs", 5000),
        ("rtcpIntervalSeconds", 0.1),
        ("silenceTimeout", -1.0),
        ("maximumPorts", 0),
    ],
)
def test_aWrongKeyIsNamed(key: str, value: float) -> None:
    with pytest.raises(ValueError, match=r"^\w+: must (not )?be "):
        MediaConfig(**{key: value})  # type: ignore[arg-type] # what an operator may write
