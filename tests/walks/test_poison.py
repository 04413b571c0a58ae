"""
Walks whose server dies of what a peer sends: that peer pays for it, and nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from h323d.events.following import InputQuarantined
from h323d.h323.calls.callstart import StartUpOptions
from h323d.ha.following import Following
from h323d.sip import flows
from h323d.sip.messages import framing
from h323d.values.address import TransportAddress
from tests.support.mortal import Crashed, MortalServer
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation

SERVER = "10.0.0.1"
SIP, STRANGER = (SERVER, 5060), ("10.0.0.66", 5060)
TONE, OTHER = 1000, 700  # Hz
POISON = (
    b"OPTIONS sip:80001@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.66;branch=z9hG4bKpoison\r\n"
    b"From: <sip:a@10.0.0.66>;tag=1\r\nTo: <sip:80001@10.0.0.1>\r\nCall-ID: c\r\n"
    b"CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
)


class Deadly:
    """
    A decoder that ends the process where it reads a certain word.
    """

    def __init__(self, real: Callable[[bytes], object]) -> None:
        self._real = real

    def __call__(self, data: bytes) -> object:
        if b"poison" in data:
            raise Crashed
        return self._real(data)


@pytest.fixture(autouse=True)
def deadlyDecoder(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((flows, "parse"), (framing, "parseHead")):
        monkeypatch.setattr(module, name, Deadly(getattr(module, name)))


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=4) as world:
        yield world


class House:
    """
    A server that another follows, and two who talk in a room of it.
    """

    def __init__(self, world: Simulation) -> None:
        self.world = world
        self.server = world.started(MortalServer(world, SERVER))
        self.server.doom(lambda turn: None)
        self.anna = Telephone(world, "10.0.0.2", "anna", TONE)
        self.bert = Telephone(world, "10.0.0.3", "bert", OTHER)
        self.anna.call("80001", StartUpOptions(True, True, False), TransportAddress(SERVER, 1720))
        self.bert.call(f"sip:80001@{SERVER};transport=tcp")
        world.run(0.6)

    def poison(self) -> None:
        self.world.network.sendDatagram(STRANGER, SIP, POISON)
        self.world.run(0.1)

    @property
    def quarantined(self) -> list[tuple[str, str, str]]:
        return [
            (each.kind, each.why, each.source)
            for each in self.server.facts
            if isinstance(each, InputQuarantined)
        ]

    def check(self) -> None:
        """
        Both hear each other, and can hang up.
        """
        self.world.run(0.3)
        assert self.anna.heard.heard((TONE, OTHER), 0.1) == [OTHER]
        assert self.bert.heard.heard((TONE, OTHER), 0.1) == [TONE]
        self.anna.hangup()
        self.bert.hangup()
        self.world.run(0.3)
        self.world.leave()
        assert self.world.leftOver() == []


def test_aDatagramThatAServerDiesOfIsDroppedAndNoCallIs(world: Simulation) -> None:
    house = House(world)
    house.poison()
    assert house.quarantined == [("datagram", "crashed", "10.0.0.66:5060")]
    house.check()


def test_aSecondOneKillsAsLittleAsTheFirst(world: Simulation) -> None:
    house = House(world)
    house.poison()
    house.poison()
    assert len(house.quarantined) == 2
    assert [each.kind for each in house.server.crashes] == ["datagram", "datagram"]
    assert house.server.leading.epoch == 2
    house.check()


def test_theCallThatAServerDiesOfIsTheOnlyOneThatEnds(world: Simulation) -> None:
    house = House(world)
    mallory = Telephone(world, "10.0.0.66", "poison")
    mallory.call(f"sip:80001@{SERVER};transport=tcp")
    world.run(0.3)
    ((kind, why, source),) = house.quarantined
    assert (kind, why, source.split(":")[0]) == ("received", "crashed", "10.0.0.66")
    house.check()


def test_whoFollowsNextDoesTheSame(world: Simulation) -> None:
    house = House(world)
    house.poison()
    house.poison()
    inside = house.server.newInside()
    following = Following(inside.turns)
    for each in house.server.noted:
        following.take(each)
    assert list(map(str, inside.facts)) == list(map(str, house.server.facts))
    house.check()
