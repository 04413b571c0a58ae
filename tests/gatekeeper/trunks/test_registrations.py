"""
Our registrations with trunks.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from h323d.events.bus import EventBus, Fact
from h323d.events.gatekeeper import TrunkRegistered, TrunkUnregistered, TrunkUp
from h323d.gatekeeper.routing.config import RoutingConfig
from h323d.gatekeeper.trunks.config import TrunkConfig, TrunkTransport
from h323d.gatekeeper.trunks.probes import SIPPlaces
from h323d.gatekeeper.trunks.registration import PATIENCE
from h323d.gatekeeper.trunks.registrations import SIPRegistrants, TrunkRegistrations
from h323d.gatekeeper.trunks.trunk import Trunk
from h323d.net.stream import StreamListener
from h323d.sip.digest.algorithms import Algorithm, secretOf
from h323d.sip.flowpings import LAST
from h323d.sip.locating import Locator
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.writer import write
from h323d.values.address import TransportAddress
from tests.support.fakemedia import FakePool
from tests.support.lookups import FakeNames
from tests.support.sippeers import ScriptedPeer, SIPWorld, Wire
from tests.support.surroundings import surroundingsOf

US, THERE, ELSEWHERE = "10.0.0.1", "10.0.0.7", "10.0.0.8"
AT_TRUNK = TransportAddress(THERE, 5060)
CARRIER = TrunkConfig(
    "carrier",
    THERE,
    user="4930",
    realm="example.com",
    sha256=secretOf(Algorithm.SHA_256, "4930", "example.com", "secret"),
    register=True,
)


class Registrar(ScriptedPeer):
    """
    A server that registers who comes, as long as it is not told to say anything else.

    @ivar expires: for how long.
    """

    status, expires = 200, 100

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        super().datagramReceived(data, source)
        message = self.messages[-1]
        if isinstance(message, SIPRequest) and self.status:
            answer = message.response(self.status, None, "there")
            row = ("Expires", str(min(self.expires, message.seconds("Expires") or 0)))
            answer = answer.withHeaders(answer.headers.extending(row))
            self.port.send(write(answer), source)

    @property
    def asked(self) -> list[int | None]:
        """
        What each REGISTER wanted, in seconds.
        """
        return [each.seconds("Expires") for each in self.messages if isinstance(each, SIPRequest)]


@dataclass
class Trunks:
    """
    Those that are configured.
    """

    configs: tuple[TrunkConfig, ...]
    world: SIPWorld

    def __iter__(self) -> Iterator[Trunk]:
        return (Trunk(each, self.world.clock, EventBus()) for each in self.configs)


class Scene:
    """
    Us, and a server.
    """

    def __init__(self, *configs: TrunkConfig) -> None:
        self.world = SIPWorld()
        self.server = Registrar(self.world, THERE)
        self.us = self.world.peer(US)
        host = self.world.network.host(US)
        surroundings = surroundingsOf(host, self.world.clock, random.Random(1), FakePool())
        self.events = surroundings.events
        self.facts: list[Fact] = []
        for kind in (TrunkRegistered, TrunkUnregistered):
            surroundings.events.subscribe(kind, self.facts.append)
        self.trunks = Trunks(configs or (CARRIER,), self.world)
        self.names = FakeNames()
        places = SIPPlaces(Locator(self.us.endpoint, self.names))
        registrants = SIPRegistrants(self.us.endpoint, places)
        self.ours = TrunkRegistrations(self.trunks, registrants, surroundings)
        self.ours.start()

    def run(self, seconds: float = 0.5) -> None:
        self.world.run(seconds, 0.1)

    def comeUp(self) -> None:
        """
        The trunk was down, and is up again.
        """
        self.events.publish(TrunkUp(self.world.clock.seconds(), "carrier", AT_TRUNK, 5.0))
        self.run()

    def reload(self, *configs: TrunkConfig) -> None:
        self.trunks.configs = configs
        self.ours.prepare(RoutingConfig(trunks=configs)).commit()
        self.run()

    def told(self) -> list[Any]:
        return [getattr(each, "reason", "registered") for each in self.facts]


def test_whoIsConfiguredSoIsRegisteredWith() -> None:
    scene = Scene(CARRIER, TrunkConfig("other", ELSEWHERE))
    scene.run()
    (ours,) = scene.ours
    assert scene.ours.of("carrier") is ours
    assert scene.ours.of("other") is None
    start = scene.facts[0].at
    assert scene.facts == [TrunkRegistered(start, "carrier", AT_TRUNK, 100)]
    assert ours.until == start + 100


def test_itIsLengthenedBeforeItEndsWithoutASecondFact() -> None:
    scene = Scene()
    scene.run(89.0)
    assert len(scene.server.asked) == 1
    scene.run(2.0)
    assert len(scene.server.asked) == 2
    assert scene.told() == ["registered"]


def test_whyNotIsToldOnce() -> None:
    scene = Scene()
    scene.server.status = 403
    scene.run(100.0)
    assert len(scene.server.asked) == 3  # at once, after 30 s, and after 60 s more
    assert scene.told() == ["403 Forbidden"]
    scene.server.status = 404
    scene.run(120.0)
    assert scene.told() == ["403 Forbidden", "404 Not Found"]


def test_whoFallsSilentIsLostAndFoundAgain() -> None:
    scene = Scene()
    scene.run()
    scene.server.status = 0
    scene.run(90.0 + 33.0)
    (ours,) = scene.ours
    assert (ours.until, ours.reason) == (None, "no answer")
    scene.server.status = 200
    scene.run(31.0)
    assert scene.told() == ["registered", "no answer", "registered"]
    assert ours.reason == ""


def test_whoIsBackIsRegisteredWithAtOnce() -> None:
    scene = Scene()
    scene.server.status = 0
    scene.run(33.0)
    scene.server.status = 200
    assert scene.told() == ["no answer"]
    scene.comeUp()
    assert scene.told() == ["no answer", "registered"]


def test_whoIsBackMayHaveForgottenUs() -> None:
    scene = Scene()
    scene.run()
    scene.comeUp()
    assert scene.server.asked == [3600, 3600]
    assert scene.told() == ["registered"]


def test_aConnectionThatIsLostIsReplacedByAnother() -> None:
    scene = Scene(replace(CARRIER, transport=TrunkTransport.TCP))
    arrived: list[Wire] = []

    def accept(peer: TransportAddress) -> Wire:
        arrived.append(Wire())
        return arrived[-1]

    StreamListener(scene.world.network.host(THERE)).listen(AT_TRUNK, accept)

    def grant() -> None:
        scene.run()
        stream, register = arrived[-1].stream, arrived[-1].messages[-1]
        assert stream is not None
        assert isinstance(register, SIPRequest)
        stream.write(write(register.response(200, None, "there")))
        scene.run()

    scene.run(35.0)  # nobody was there at first
    grant()
    stream = arrived[-1].stream
    assert stream is not None
    stream.close()
    scene.run(LAST + 1)
    grant()
    assert len(arrived) == 2
    assert scene.told()[-1] == "registered"
    scene.ours.close()
    stream = arrived[-1].stream
    assert stream is not None
    stream.close()


def test_whoRefusesUsIsNotAskedSoonerForBeingBack() -> None:
    scene = Scene()
    scene.server.status = 403
    scene.run()
    scene.comeUp()
    assert scene.server.asked == [3600]


def test_whoseNameIsNotFoundIsAskedForAgain() -> None:
    scene = Scene(replace(CARRIER, address="sip.example.com"))
    scene.run()
    (ours,) = scene.ours
    assert ours.reason == "sip.example.com leads nowhere"
    scene.ours.leave()
    assert not scene.ours.areLeaving  # there is nobody to tell


def test_whenWeLeaveItIsTakenBack() -> None:
    scene = Scene()
    scene.run()
    scene.ours.leave()
    assert scene.ours.areLeaving
    scene.run()
    assert scene.server.asked == [3600, 0]
    assert not scene.ours.areLeaving
    assert scene.told() == ["registered", "request"]


def test_whatIsConfiguredNoMoreIsTakenBack() -> None:
    scene = Scene()
    scene.run()
    scene.reload()
    assert scene.server.asked == [3600, 0]
    assert list(scene.ours) == []


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ({"priority": 3}, [3600]),
        ({"user": "4931"}, [3600, 0, 3600]),
        ({"register": False}, [3600, 0]),
    ],
)
def test_anotherAccountIsRegisteredAnewAndNothingElseIs(
    change: dict[str, Any], asked: list[int]
) -> None:
    scene = Scene()
    scene.run()
    scene.reload(replace(CARRIER, **change))
    assert scene.server.asked == asked


def test_whoLeavesStillShowsThePassword() -> None:
    scene = Scene()
    scene.run()
    scene.server.status = 0
    scene.reload()
    (*_, bye) = scene.server.messages
    assert isinstance(bye, SIPRequest)
    challenge = 'Digest realm="example.com", nonce="n", qop="auth", algorithm=SHA-256'
    answer = bye.response(401, None, "there")
    answer = answer.withHeaders(answer.headers.adding("WWW-Authenticate", challenge))
    scene.server.port.send(write(answer), TransportAddress(US, 5060))
    scene.run()
    (*_, again) = scene.server.messages
    assert 'username="4930"' in (again.headers.get("Authorization") or "")


def test_whatIsClosedSaysNothingAndHasNoTimers() -> None:
    scene = Scene()
    scene.run()
    before = len(scene.server.asked)
    scene.ours.close()
    scene.us.endpoint.close()
    scene.run(5.0)
    assert len(scene.server.asked) == before
    assert scene.world.clock.getDelayedCalls() == []


class Domain(Scene):
    """
    A trunk that has a name, with two servers, of which one is preferred.
    """

    def __init__(self) -> None:
        super().__init__(replace(CARRIER, address="example.com"))
        self.ours.close()
        self.facts.clear()
        self.other = Registrar(self.world, ELSEWHERE)
        for priority, host in enumerate((THERE, ELSEWHERE)):
            self.names.service("_sip._udp.example.com", f"s{host}.example.com", 5060, priority)
            self.names.host(f"s{host}.example.com", host)
        self.ours.start()

    def counts(self) -> tuple[int, int]:
        return len(self.server.asked), len(self.other.asked)


def test_theFirstServerOfADomainIsRegisteredWithAndRefreshed() -> None:
    scene = Domain()
    scene.run()
    looked = len(scene.names.asked)
    scene.run(91.0)
    assert scene.counts() == (2, 0)
    assert len(scene.names.asked) == looked
    first = scene.server.messages[0]
    assert isinstance(first, SIPRequest)
    assert str(first.uri) == "sip:example.com;transport=udp"


@pytest.mark.parametrize("status", [503, 408])
def test_whereOneServerHasNoTimeTheNextOneIsAsked(status: int) -> None:
    scene = Domain()
    scene.server.status = status
    scene.run()
    assert scene.counts() == (1, 1)
    (ours,) = scene.ours
    assert (ours.reason, scene.told()) == ("", ["registered"])
    (fact,) = scene.facts
    there = TransportAddress(ELSEWHERE, 5060)
    assert fact == TrunkRegistered(fact.at, "carrier", there, 100)


def test_whereOneServerIsSilentTheNextOneIsAskedSoon() -> None:
    scene = Domain()
    scene.server.status = 0
    scene.run(PATIENCE + 0.5)
    assert scene.told() == ["registered"]


def test_whoRefusesUsSpeaksForAllServers() -> None:
    scene = Domain()
    scene.server.status = 403
    scene.run(10.0)
    assert (scene.counts(), scene.told()) == ((1, 0), ["403 Forbidden"])


def test_aRefreshThatFailsGoesToTheNextServerAndThereItStays() -> None:
    scene = Domain()
    scene.run()
    scene.server.status = 503
    scene.run(90.5)
    assert scene.counts() == (2, 1)
    assert scene.told() == ["registered", "registered"]
    scene.server.status = 200
    scene.run(91.0)
    assert scene.counts() == (2, 2)


def test_whenAllServersFailItIsLost() -> None:
    scene = Domain()
    scene.run()
    scene.server.status = scene.other.status = 503
    scene.run(90.5)
    assert scene.counts() == (2, 1)
    assert scene.told() == ["registered", "503 Service Unavailable"]


def test_aServerThatHasFailedComesAfterTheOthersTheNextTime() -> None:
    scene = Domain()
    scene.server.status, scene.other.status = 503, 403
    scene.run(29.0)
    assert scene.counts() == (1, 1)
    scene.other.status = 200
    scene.run(2.0)
    assert scene.counts() == (1, 2)


def test_whoWasRegisteredWithIsToldThatWeLeave() -> None:
    scene = Domain()
    scene.server.status = 503
    scene.run()
    scene.ours.leave()
    scene.run()
    assert (scene.server.asked, scene.other.asked) == ([3600], [3600, 0])
    scene.ours.close()
    scene.us.endpoint.close()
    scene.run(5.0)
    assert scene.world.clock.getDelayedCalls() == []
