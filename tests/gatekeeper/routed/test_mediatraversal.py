"""
The media of a proxied call with a side behind a NAT (H.460.19).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.asn1 import h245
from h323d.call.applications import Priority
from h323d.call.homes import Home
from h323d.call.relaying import Latching
from h323d.gatekeeper.routed.media import MediaProxy
from h323d.gatekeeper.traversal import Locality, Whereabouts
from h323d.gatekeeper.traversalconfig import TraversalConfig
from h323d.h323.h245.capabilities.audio import AUDIO
from h323d.h323.h245.parameters import multiplexParameters
from h323d.h323.signalling.features import parametersOf
from h323d.h323.signalling.traversal import (
    MediaTraversal,
    mediaFeature,
    readMediaTraversal,
    withMediaTraversal,
)
from h323d.values.address import TransportAddress
from tests.support.fakemedia import FakeAim, FakePool

MESSAGE = "MultimediaSystemControlMessage"
HOST = "203.0.113.1"
NAT = "198.51.100.7"
ALICE, BOB = 0, 1  # Alice is behind the NAT
AT_ALICE = TransportAddress("192.168.1.5", 5000)
AT_BOB = TransportAddress("203.0.113.3", 6000)


class Owner:
    """
    Nobody is silent.
    """

    priority: Priority | None = None

    def mediaSilent(self) -> None:
        raise AssertionError


def beside(address: TransportAddress) -> TransportAddress:
    return TransportAddress(address.host, address.port + 1)


@dataclass
class Bench:
    """
    A proxy, and what its sides say.
    """

    traversal: bool = True
    pool: FakePool = field(default_factory=FakePool)

    def __post_init__(self) -> None:
        locality = Locality(TraversalConfig())
        self.proxy = MediaProxy(
            Owner(),
            self.pool,
            (Home.at(HOST), Home.at(HOST)),
            (
                Whereabouts(NAT, self.traversal, locality, 19, True),
                Whereabouts(AT_BOB.host, False, locality, 19, True),
            ),
            Clock(),
        )

    def opens(self, which: int, said: MediaTraversal | None = None) -> dict[str, Any]:
        """
        What becomes of an OpenLogicalChannel.
        """
        own = AT_ALICE if which == ALICE else AT_BOB
        value: dict[str, Any] = {
            "forwardLogicalChannelNumber": 101,
            "forwardLogicalChannelParameters": {
                "dataType": ("audioData", ("g711Ulaw64k", 20)),
                "multiplexParameters": multiplexParameters(AUDIO.session, beside(own)),
            },
        }
        return self._translated(which, "request", "openLogicalChannel", value, said)

    def acknowledges(self, which: int, said: MediaTraversal | None = None) -> dict[str, Any]:
        """
        What becomes of its acknowledgement.
        """
        own = AT_ALICE if which == ALICE else AT_BOB
        _, parameters = multiplexParameters(AUDIO.session, beside(own), own)
        ack = {each: parameters[each] for each in ("sessionID", "mediaChannel")}
        value: dict[str, Any] = {
            "forwardLogicalChannelNumber": 101,
            "forwardMultiplexAckParameters": ("h2250LogicalChannelAckParameters", ack),
        }
        return self._translated(which, "response", "openLogicalChannelAck", value, said)

    def _translated(
        self, which: int, kind: str, name: str, value: Any, said: MediaTraversal | None
    ) -> dict[str, Any]:
        if said is not None:
            value = withMediaTraversal(value, said)
        octets = self.says(which, (kind, (name, value)))
        assert octets is not None
        decoded: dict[str, Any] = h245.decode(MESSAGE, octets)[1][1]
        return decoded

    def says(self, which: int, message: tuple[str, Any]) -> bytes | None:
        octets = h245.encode(MESSAGE, message)
        return self.proxy.translate(which, h245.decode(MESSAGE, octets), octets)

    def lastAim(self, which: int) -> FakeAim:
        (relay,) = self.pool.relays
        return relay.sides[which].aims[-1]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_theSideBehindTheNATIsToldHowToKeepItsWayOpen(bench: Bench) -> None:
    told = readMediaTraversal(bench.opens(BOB))
    assert told is not None
    (relay,) = bench.pool.relays
    assert (told.keepAliveChannel, told.keepAliveInterval) == (relay.sides[ALICE].rtp, 19)


def test_theOtherSideIsToldNothingOfIt(bench: Bench) -> None:
    said = MediaTraversal(keepAlivePayloadType=127)
    assert "genericInformation" not in bench.opens(ALICE, said)
    assert bench.lastAim(ALICE).keepAlivePayloadType == 127


def test_itsMediaIsLookedForWhereItsSignallingComesFrom(bench: Bench) -> None:
    bench.opens(BOB)
    bench.acknowledges(ALICE)
    aim = bench.lastAim(ALICE)
    assert (aim.rtp, aim.latching) == (TransportAddress(NAT, AT_ALICE.port), Latching.ANY_HOST)


def test_whoIsNotBehindANATIsSentToWhereItSaid(bench: Bench) -> None:
    bench.opens(ALICE)
    bench.acknowledges(BOB)
    aim = bench.lastAim(BOB)
    assert (aim.rtp, aim.latching) == (AT_BOB, Latching.NEVER)


def test_aPrivateAddressIsDoubtedOfAnybody() -> None:
    bench = Bench(traversal=False)
    bench.opens(BOB)
    bench.acknowledges(ALICE)
    aim = bench.lastAim(ALICE)
    assert (aim.rtp, aim.latching) == (TransportAddress(NAT, AT_ALICE.port), Latching.ANY_HOST)
    assert "genericInformation" not in bench.opens(BOB)


def test_whoCanSendMultiplexedMediaSharesPorts(bench: Bench) -> None:
    bench.proxy.introduce(ALICE, "setup", {"supportedFeatures": [mediaFeature(True, False)]})
    bench.opens(ALICE)
    told = readMediaTraversal(bench.acknowledges(BOB))
    (relay,) = bench.pool.relays
    assert told is not None
    assert relay.sides[ALICE].multiplexID is not None
    assert relay.sides[BOB].multiplexID is None
    assert (told.rtp, told.multiplexID) == (
        relay.sides[ALICE].rtp,
        relay.sides[ALICE].multiplexID,
    )


def test_whoWantsMultiplexedMediaIsSentItWithItsNumber(bench: Bench) -> None:
    shared = TransportAddress("192.168.1.5", 2776)
    bench.opens(BOB)
    bench.acknowledges(ALICE, MediaTraversal(shared, beside(shared), 7))
    aim = bench.lastAim(ALICE)
    assert (aim.rtp, aim.multiplexID) == (TransportAddress(NAT, 2776), 7)


def test_aSetupTellsTheSideBehindTheNATWhoWeAre(bench: Bench) -> None:
    fields: dict[str, Any] = {}
    bench.proxy.introduce(BOB, "setup", fields)
    assert list(parametersOf(fields, 19) or {}) == [1, 2]


def test_whatItSaysOfItIsNotPassedOn(bench: Bench) -> None:
    fields: dict[str, Any] = {"supportedFeatures": [mediaFeature(False, False)]}
    bench.proxy.introduce(ALICE, "setup", fields)
    assert fields == {}


def test_theCallThatAnH245ConnectionNamesIsForUsAlone(bench: Bench) -> None:
    parameter = {
        "parameterIdentifier": ("standard", 1),
        "parameterValue": ("octetString", bytes(16)),
    }
    indication = {
        "messageIdentifier": ("standard", (0, 0, 8, 460, 18, 0, 1)),
        "messageContent": [parameter],
    }
    assert bench.says(ALICE, ("indication", ("genericIndication", indication))) is None
