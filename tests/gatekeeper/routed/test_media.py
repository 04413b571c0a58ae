"""
The addresses that a proxied call's sides are told.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.asn1 import h245
from h323d.call.applications import Priority
from h323d.call.dialrule import DialRule
from h323d.call.homes import Home, homeAt
from h323d.call.relaying import Latching, RelayStatistics
from h323d.errors import ResourceUnavailable
from h323d.gatekeeper.routed.media import MAXIMUM_SESSIONS, MediaProxy
from h323d.gatekeeper.routed.side import CALLED, CALLER
from h323d.gatekeeper.traversal import Reach
from h323d.gatekeeper.traversalconfig import TraversalConfig
from h323d.h323.h245.capabilities.audio import AUDIO
from h323d.h323.h245.parameters import (
    ackParameters,
    mediaAddress,
    mediaAddressValue,
    multiplexParameters,
)
from h323d.values.address import TransportAddress
from tests.support.fakemedia import FakePool

MESSAGE = "MultimediaSystemControlMessage"
HOST = "10.0.0.1"
AT_CALLER, AT_CALLED = "10.0.0.2", "10.0.0.3"


class Owner:
    """
    Counts how often it was told that there is silence.
    """

    priority: Priority | None = None

    def __init__(self) -> None:
        self.silences = 0

    def mediaSilent(self) -> None:
        self.silences += 1


def newProxy(pool: FakePool, clock: Clock | None = None) -> tuple[Owner, MediaProxy]:
    owner, reach = Owner(), Reach(TraversalConfig(), DialRule(homeAt(HOST)))
    places = (reach.whereabouts(None, AT_CALLER), reach.whereabouts(None, AT_CALLED))
    homes = (Home.at(HOST), Home.at(HOST))
    return owner, MediaProxy(owner, pool, homes, places, clock or Clock())


def channel(session: int, rtcp: TransportAddress, number: int = 101) -> bytes:
    forward = {
        "dataType": ("audioData", ("g711Ulaw64k", 20)),
        "multiplexParameters": multiplexParameters(session, rtcp),
    }
    value = {
        "forwardLogicalChannelNumber": number,
        "forwardLogicalChannelParameters": forward,
    }
    return bytes(h245.encode(MESSAGE, ("request", ("openLogicalChannel", value))))


def answer(rtp: TransportAddress, rtcp: TransportAddress, number: int = 101) -> bytes:
    fields = ackParameters(number, AUDIO.session, rtp, rtcp)
    return bytes(h245.encode(MESSAGE, ("response", ("openLogicalChannelAck", fields))))


def translated(proxy: MediaProxy, which: int, octets: bytes) -> bytes | None:
    """
    What one side's message is to be for the other.
    """
    return proxy.translate(which, h245.decode(MESSAGE, octets), octets)


def addressesIn(octets: bytes | None) -> dict[str, TransportAddress | None]:
    """
    What an OpenLogicalChannel or its acknowledgement says.
    """
    assert octets is not None
    fields: Any = h245.decode(MESSAGE, octets)[1][1]
    forward = fields.get("forwardLogicalChannelParameters", fields)
    choice = forward.get("multiplexParameters") or forward["forwardMultiplexAckParameters"]
    return {
        name: mediaAddress(choice[1][name])
        for name in ("mediaChannel", "mediaControlChannel")
        if name in choice[1]
    }


RTP, RTCP = TransportAddress(AT_CALLED, 6000), TransportAddress(AT_CALLED, 6001)
CALLERS_RTCP = TransportAddress(AT_CALLER, 5001)


def test_eachSideIsToldTheRelayInsteadOfTheOther() -> None:
    pool = FakePool()
    _, proxy = newProxy(pool)
    opened = translated(proxy, CALLER, channel(1, CALLERS_RTCP))
    (relay,) = pool.relays
    assert addressesIn(opened) == {"mediaControlChannel": relay.sides[CALLED].rtcp}
    acknowledged = translated(proxy, CALLED, answer(RTP, RTCP))
    assert addressesIn(acknowledged) == {
        "mediaChannel": relay.sides[CALLER].rtp,
        "mediaControlChannel": relay.sides[CALLER].rtcp,
    }
    assert relay.sides[CALLER].aims[-1].rtcp == CALLERS_RTCP
    aim = relay.sides[CALLED].aims[-1]
    assert (aim.rtp, aim.rtcp, aim.latching) == (RTP, RTCP, Latching.NEVER)


@pytest.mark.parametrize(
    ("ofCall", "ofRelay"), [(None, Priority.NORMAL), (Priority.HIGH, Priority.HIGH)]
)
def test_whatIsRelayedGoesBeforeOthersIfTheCallDoes(
    ofCall: Priority | None, ofRelay: Priority
) -> None:
    pool = FakePool()
    owner, proxy = newProxy(pool)
    owner.priority = ofCall
    translated(proxy, CALLER, channel(1, CALLERS_RTCP))
    assert [each.priority for each in pool.relays] == [ofRelay]


def test_bothDirectionsOfASessionShareARelay() -> None:
    pool = FakePool()
    _, proxy = newProxy(pool)
    translated(proxy, CALLER, channel(1, CALLERS_RTCP))
    translated(proxy, CALLED, channel(1, RTCP))
    assert len(pool.relays) == 1
    translated(proxy, CALLED, channel(2, RTCP, 102))
    assert len(pool.relays) == 2
    proxy.close()
    assert pool.relays == []


def test_aSessionThatTheMasterIsToNumberIsThePrimaryOne() -> None:
    pool = FakePool()
    _, proxy = newProxy(pool)
    translated(proxy, CALLER, channel(0, CALLERS_RTCP))
    translated(proxy, CALLED, channel(1, RTCP))
    assert len(pool.relays) == 1


def test_otherMessagesStayOctetByOctet() -> None:
    _, proxy = newProxy(FakePool())
    octets = h245.encode(
        MESSAGE, ("response", ("masterSlaveDeterminationAck", {"decision": ("master", None)}))
    )
    assert translated(proxy, CALLER, octets) is octets


def test_anAddressThatNobodyCanSendToStaysAsItIs() -> None:
    pool = FakePool()
    _, proxy = newProxy(pool)
    multicast = TransportAddress("239.1.1.1", 5000)
    octets = translated(proxy, CALLER, channel(1, multicast))
    assert octets is not None
    fields: Any = h245.decode(MESSAGE, octets)[1][1]["forwardLogicalChannelParameters"]
    said = fields["multiplexParameters"][1]["mediaControlChannel"]
    assert said == mediaAddressValue(multicast)
    assert pool.relays[0].sides[CALLER].aims == []


def test_whereThereAreNoPortsThereIsNoProxy() -> None:
    _, proxy = newProxy(FakePool(left=0))
    with pytest.raises(ResourceUnavailable):
        translated(proxy, CALLER, channel(1, CALLERS_RTCP))


def test_thereIsAnEndToTheSessionsOfACall() -> None:
    pool = FakePool()
    _, proxy = newProxy(pool)
    for session in range(1, MAXIMUM_SESSIONS + 5):
        translated(proxy, CALLER, channel(session, CALLERS_RTCP, 100 + session))
    assert len(pool.relays) == MAXIMUM_SESSIONS


def test_silenceIsTold() -> None:
    pool, clock = FakePool(), Clock()
    owner, proxy = newProxy(pool, clock)
    translated(proxy, CALLER, channel(1, CALLERS_RTCP))
    for side in pool.relays[0].sides:
        side.figures = RelayStatistics(silence=300.0)
    clock.advance(299.0)
    assert owner.silences == 0
    clock.advance(1.0)
    assert owner.silences == 1
    proxy.close()
    assert clock.getDelayedCalls() == []


def test_aCallIsNotSilentAsLongAsOneSideOfOneOfItsSessionsIsHeard() -> None:
    pool, clock = FakePool(), Clock()
    owner, proxy = newProxy(pool, clock)
    for session in (1, 2):
        translated(proxy, CALLER, channel(session, CALLERS_RTCP, 100 + session))
    sides = [side for relay in pool.relays for side in relay.sides]
    for side in sides[:3]:
        side.figures = RelayStatistics(silence=300.0)
    clock.advance(300.0)
    assert owner.silences == 0
