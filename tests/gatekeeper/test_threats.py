"""
What gatekeepers have been attacked with, tried on ours: floods, bombs, reflection, and
text that means something to somebody else.
"""

from __future__ import annotations

import gc
import random
import tracemalloc
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.logger import LogEvent, capturedLogs, formatEvent

from h323d.events.doors import AuthenticationFailed, BadInput, SourceRefused
from h323d.gatekeeper.security.sources import Sources
from h323d.gatekeeper.security.turnedaway import TurnedAway
from h323d.h323.ras.messages import RASMessage, decodeRAS, encodeRAS, reasonOf
from h323d.h323.security.h235 import Stamp, keyOf, sign
from h323d.net.datagram import Datagrams
from h323d.values.address import TransportAddress
from tests.support.network import SimulatedHost
from tests.support.ras import (
    GATEKEEPER,
    Peer,
    arq,
    at,
    drq,
    grq,
    irr,
    keepAlive,
    lrq,
    rrq,
    urq,
)
from tests.support.secured import ALICE, SecuredPeer, secured
from tests.support.zone import World, newWorld

ANNA = ("h323-ID", "anna")
MALLORY = "10.0.0.66"
NASTY = ["%s%s%n", "${jndi:ldap://x}", "{{7*7}}", "{source}", "a\nJan 01 forged", "\x1b]0;x\x07"]
SETTINGS = settings(max_examples=60)


def alive(world: World) -> bool:
    """
    Whether it answers who asks properly.
    """
    return world.peer("10.0.0.99").ask(grq(1, "10.0.0.99")).name == "gatekeeperConfirm"


@pytest.fixture
def logged() -> Iterator[Sequence[LogEvent]]:
    with capturedLogs() as events:
        yield events


# Row 4: lists of thousands.


@pytest.mark.parametrize(
    "message",
    [
        grq(1, MALLORY, endpointAlias=[ANNA] * 4000),
        rrq(1, MALLORY, *[ANNA] * 4000),
        rrq(1, MALLORY, ANNA, callSignalAddress=[at(MALLORY, 1720)] * 4000),
        arq(1, "0", *[ANNA] * 4000),
        lrq(1, MALLORY, *[ANNA] * 4000),
        rrq(1, MALLORY, ANNA, tokens=[{"tokenOID": (1, 2)}] * 4000),
        rrq(1, MALLORY, ANNA, alternateEndpoints=[{"rasAddress": [at(MALLORY, 1)]}] * 1000),
    ],
    ids=lambda message: message.name,
)
def test_listsOfThousandsAreAnsweredLikeOthers(world: World, message: RASMessage) -> None:
    peer = world.peer(MALLORY)
    peer.ask(message)
    assert len(world.zone.registry) <= 1
    assert alive(world)


def test_aThousandTokensAreNotLookedAt(makeWorld: Any) -> None:
    world = makeWorld(security=secured())
    token = decodeRAS(sign(rrq(1, MALLORY, ALICE), keyOf("guess"), Stamp("alice", "", 1, 1)))
    (bad,) = token.fields["cryptoTokens"]
    world.peer(MALLORY).ask(rrq(1, MALLORY, ALICE, cryptoTokens=[bad] * 1000))
    assert len(world.told(AuthenticationFailed)) == 1
    assert alive(world)


# Row 5: types within themselves.


def nested(depth: int) -> RASMessage:
    parameter: dict[str, Any] = {"id": ("standard", 1)}
    for _ in range(depth):
        parameter = {"id": ("standard", 1), "content": ("compound", [parameter])}
    generic = {"id": ("standard", 1), "parameters": [parameter]}
    return grq(1, MALLORY, genericData=[generic])


def test_parametersWithinParametersAreAnswered(world: World) -> None:
    assert world.peer(MALLORY).ask(nested(25)).name == "gatekeeperConfirm"


@pytest.mark.parametrize("depth", [50, 200])
def test_parametersWithoutEndAreBadInput(world: World, depth: int) -> None:
    world.peer(MALLORY).send(nested(depth))
    world.clock.advance(0.1)
    (fact,) = world.told(BadInput)
    assert fact.reason == "nested too deep"
    assert alive(world)


# Row 10: text that others would interpret.


@pytest.mark.parametrize("text", NASTY)
def test_textIsData(makeWorld: Any, text: str, logged: Sequence[LogEvent]) -> None:
    world = makeWorld(security=secured())
    peer, endpointId = world.registered("10.0.0.5", ("h323-ID", text))
    registration = world.zone.registry.byId(endpointId)
    assert registration.aliases[0].value == text
    peer.ask(arq(2, endpointId, ("h323-ID", text + "?")))
    forged = SecuredPeer(world, MALLORY, sender=text, password="guess")
    forged.ask(rrq(3, MALLORY, ALICE))
    lines = [formatEvent(event) for event in logged]
    assert any("is not believed" in line for line in lines)
    assert all(text not in line and "Unable to format" not in line for line in lines)


# Rows 11 and 12: replays with more than the octets the same, and forged ends.


def test_aReplayWithTheNextNumberIsRefusedFromElsewhere(world: World) -> None:
    _, endpointId = world.registered("10.0.0.5", ANNA)
    before = world.zone.registry.byId(endpointId)
    for seq in (7, 8):
        answer = world.peer(MALLORY, 1719 + seq).ask(keepAlive(seq, "10.0.0.5", endpointId))
        assert reasonOf(answer) == "fullRegistrationRequired"
    assert world.zone.registry.byId(endpointId) == before


def test_aKnownIdentifierIsOfNoUseElsewhere(world: World) -> None:
    peer, endpointId = world.registered("10.0.0.5", ANNA)
    assert peer.ask(arq(3, endpointId, ("dialledDigits", "80001"))).name == "admissionConfirm"
    mallory = world.peer(MALLORY)
    for seq, message in enumerate(
        (
            urq(10, "10.0.0.5", endpointIdentifier=endpointId),
            drq(11, endpointId),
            arq(12, endpointId, ANNA),
            irr(13, "10.0.0.5", endpointId),
            rrq(14, MALLORY, ANNA, endpointIdentifier=endpointId),
        )
    ):
        answer = mallory.ask(message)
        assert answer.name.endswith(("Reject", "Nak")), seq
    assert world.zone.registry.byId(endpointId) is not None
    assert len(world.zone.admissions) == 1


# Row 14: reflection, and answers longer than their questions.


def test_noAnswerIsMuchLongerThanItsQuestion(makeWorld: Any) -> None:
    world = makeWorld(security=secured())
    victim = world.peer("10.0.0.77")
    mallory = world.peer(MALLORY)
    for message in (
        grq(1, "10.0.0.77", authenticationCapability=[("pwdHash", None)]),
        rrq(2, "10.0.0.77", ("h323-ID", "x")),
        rrq(3, "10.0.0.77", ALICE),
        urq(4, "10.0.0.77"),
        arq(5, "0", ANNA),
        drq(6, "0"),
        lrq(7, "10.0.0.77", ANNA),
        irr(8, "10.0.0.77", "0"),
    ):
        mallory.ask(message)
        ((answer, _),) = mallory.received
        assert len(answer) <= 3 * len(encodeRAS(message)), message.name
    assert victim.received == []


# Row 33: what piles up.


def test_aTimeToLiveOfACenturyIsCut(world: World) -> None:
    _, endpointId = world.registered("10.0.0.5", ANNA, timeToLive=(1 << 32) - 1)
    assert world.zone.registry.byId(endpointId).timeToLive <= 300  # type: ignore[union-attr]  # it is there
    world.clock.advance(400)
    assert len(world.zone.registry) == 0


def test_thousandsOfNamesFromOneAddressCostNoMoreThanTheTableHas(makeWorld: Any) -> None:
    world = makeWorld(maxRegistrations=100)
    peer = world.peer(MALLORY)
    for number in range(2_000):
        address = [at(MALLORY, 2000 + number)]
        peer.send(rrq(number + 1, MALLORY, ("h323-ID", f"x{number}"), callSignalAddress=address))
        if number % 500 == 0:
            world.clock.advance(0.01)
            peer.received.clear()
    world.clock.advance(0.1)
    assert len(world.zone.registry) == 100
    assert alive(world)
    world.clock.advance(1000)
    world.clock.advance(1)  # they are told of a portion at a time
    assert len(world.zone.registry) == 0


def test_aFloodOfOneAddressDoesNotKeepOthersOut(world: World) -> None:
    config = secured(rasRate=50.0, rasBurst=50)
    sources = Sources(config, world.clock, TurnedAway(world.clock, world.events))
    inner: list[str] = []

    class Inside:
        def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
            inner.append(source.host)

    here = TransportAddress("10.0.0.50", 1719)
    host = SimulatedHost(world.network, here.host)
    user: Any = Inside()
    port = sources.rasDatagrams(Datagrams(host)).bind(here, user)
    flood, other = Peer(world.network, MALLORY, 5000), Peer(world.network, "10.0.0.5", 5000)
    for _ in range(20):
        for seq in range(1, 101):
            flood.send(grq(seq, MALLORY), here)
        other.send(grq(1, "10.0.0.5"), here)
        world.clock.advance(0.1)
    world.clock.advance(0.1)
    assert inner.count("10.0.0.5") == 20
    assert inner.count(MALLORY) <= 50 + 50 * 2.2
    assert 1 <= len(world.told(SourceRefused)) <= 3
    port.close()


def test_forgedTokensLeaveNothingBehind(makeWorld: Any) -> None:
    world = makeWorld(security=secured())
    peer = SecuredPeer(world, MALLORY, password="guess")

    def attack(first: int) -> None:
        for number in range(first, first + 400):
            peer.sender = f"nobody {number}"
            names = (ALICE, ("h323-ID", f"name {number}"))
            peer.peer.port.send(peer.signed(rrq(number % 65535 + 1, MALLORY, *names)), GATEKEEPER)
            world.clock.advance(0.02)
        peer.peer.received.clear()
        world.facts.clear()
        world.clock.advance(60)
        gc.collect()

    attack(0)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    attack(400)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 100_000
    assert len(world.zone.registry) == 0


# Octets at a gatekeeper that wants them signed.


class SecuredDoor:
    """
    A gatekeeper with one endpoint that signs, and an attacker that has heard it.
    """

    def __init__(self) -> None:
        self.world = newWorld(security=secured())
        self.peer = SecuredPeer(self.world)
        self.heard = [self.peer.signed(rrq(1, "10.0.0.5", ALICE))]
        self.peer.exchange(self.heard[0])
        (registration,) = self.world.zone.registrations()
        self.peer.sender = registration.endpointId
        for message in (
            keepAlive(2, "10.0.0.5", registration.endpointId),
            arq(3, registration.endpointId, ("dialledDigits", "80001")),
        ):
            self.heard.append(self.peer.signed(message))
            self.peer.exchange(self.heard[-1])
        self.heard.append(self.peer.signed(urq(4, "10.0.0.5", endpointIdentifier="?")))
        self.before = self.state()

    def state(self) -> tuple[Any, ...]:
        return self.world.zone.registrations(), len(self.world.zone.admissions)

    def close(self) -> None:
        self.world.zone.close()
        self.world.clock.advance(1)
        assert self.world.clock.getDelayedCalls() == []


@given(st.data())
@SETTINGS
def test_signedRequestsWithOctetsChanged(data: st.DataObject) -> None:
    door = SecuredDoor()
    door.world.clock.advance(20)  # answers are not kept any more
    for _ in range(10):
        octets = bytearray(data.draw(st.sampled_from(door.heard)))
        for _ in range(data.draw(st.integers(0, 3))):
            octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
        door.peer.peer.port.send(bytes(octets), GATEKEEPER)  # from its very address
        door.world.clock.advance(0.01)
    assert door.state() == door.before
    door.close()


def test_randomTokensRaiseNothing(makeWorld: Any) -> None:
    world = makeWorld(security=secured())
    rng = random.Random(3)
    peer = world.peer(MALLORY)
    for seq in range(1, 300):
        hashed = {
            "tokenOID": (0, 0, 8, 235, 0, rng.randrange(4), rng.randrange(8)),
            "hashedVals": {
                "tokenOID": (0, 0, 8, 235, 0, 2, 5),
                "random": rng.randrange(-(1 << 900), 1 << 900),
                "sendersID": "alice",
            },
            "token": {
                "algorithmOID": (0, 0, 8, 235, 0, 2, 6),
                "paramS": {},
                "hash": (rng.getrandbits(8 * seq), 8 * seq),
            },
        }
        crypto = [("nestedcryptoToken", ("cryptoHashedToken", hashed))]
        peer.send(rrq(seq, MALLORY, ALICE, cryptoTokens=crypto))
        world.clock.advance(0.01)
    assert len(world.told(AuthenticationFailed)) == 299
    assert world.told(BadInput) == []
    assert len(world.zone.registry) == 0
