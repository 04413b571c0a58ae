"""
The walk of an INVITE into a room: over UDP that loses and reorders, over TCP in small pieces.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from h323d.events.calls import CallAnswered, CallEnded, CallOffered, DigitReceived
from h323d.events.rooms import ParticipantJoined
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from tests.support.network import Conditions
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation

SERVER = "10.0.0.1"
ALICE, BOB = 400, 700  # Hz
OVER_UDP = f"sip:80001@{SERVER}"
OVER_TCP = f"sip:80001@{SERVER};transport=tcp"
SEEDS = range(1, 5)


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation() as world:
        yield world


def pair(world: Simulation, target: str) -> tuple[Telephone, Telephone]:
    """
    Two telephones, both calling.
    """
    alice = Telephone(world, "10.0.1.1", "alice", ALICE)
    bob = Telephone(world, "10.0.1.2", "bob", BOB)
    alice.call(target)
    bob.call(target)
    return alice, bob


@pytest.mark.parametrize("target", [OVER_UDP, OVER_TCP], ids=["udp", "tcp"])
def test_bothHearEachOtherAndNotThemselves(world: Simulation, target: str) -> None:
    server = world.server(SERVER)
    alice, bob = pair(world, target)
    world.run(0.6)
    assert alice.heard.heard((ALICE, BOB)) == [BOB]
    assert bob.heard.heard((ALICE, BOB)) == [ALICE]
    alice.hangup()
    world.run(0.1)
    assert alice.cause is Cause.NORMAL_CALL_CLEARING
    assert [fact.cause for fact in server.told(CallEnded)] == [Cause.NORMAL_CALL_CLEARING]
    world.leave()
    assert [fact.releasedBy for fact in server.told(CallEnded)] == ["calling", "calling"]
    assert world.leftOver() == []


def test_overTCPNoSignallingGoesByDatagram(world: Simulation) -> None:
    world.server(SERVER)
    pair(world, OVER_TCP)
    world.run(0.1)
    assert len(world.trace.of("tcp", "INVITE sip:80001@")) == 2
    assert not world.trace.of("udp", "SIP/2.0")


def test_aStreamInPiecesOfThreeOctetsIsReadAsOne(world: Simulation) -> None:
    world.network.conditions.fragment = 3
    server = world.server(SERVER)
    alice, bob = pair(world, OVER_TCP)
    world.until(lambda: alice.speaking and bob.speaking)
    alice.hangup()
    world.until(lambda: alice.cause)
    assert len(server.told(ParticipantJoined)) == 2


@pytest.mark.parametrize("seed", SEEDS)
def test_whateverIsLostACallIsOfferedAnsweredAndEndedOnce(seed: int) -> None:
    with Simulation(seed, Conditions(loss=0.15, delay=0.02, spread=0.05)) as world:
        server = world.server(SERVER)
        alice = Telephone(world, "10.0.1.1", "alice", ALICE)
        alice.call(OVER_UDP)
        world.until(lambda: server.told(ParticipantJoined), 32.0)
        world.until(lambda: alice.speaking, 32.0)
        alice.hangup()
        world.until(lambda: server.told(CallEnded), 32.0)
        for kind in (CallOffered, CallAnswered, ParticipantJoined, CallEnded):
            assert len(server.told(kind)) == 1
        world.leave()
        assert world.leftOver() == []


def test_aLostAnswerIsRepeatedAsItWas(world: Simulation) -> None:
    answers: list[bytes] = []

    def loseTheFirst(source: tuple[str, int], destination: tuple[str, int], data: bytes) -> bool:
        if not data.startswith(b"SIP/2.0 200"):
            return True
        answers.append(data)
        return len(answers) > 1

    world.network.filters.append(loseTheFirst)
    server = world.server(SERVER)
    alice = Telephone(world, "10.0.1.1", "alice", ALICE)
    alice.call(OVER_UDP)
    world.until(lambda: alice.speaking)
    assert answers[0] == answers[1]
    assert len(server.told(CallOffered)) == 1


def test_digitsGoBothWays(world: Simulation) -> None:
    server = world.server(SERVER)
    alice, _ = pair(world, OVER_UDP)
    world.run(0.3)
    ways = {"1": DigitMethod.RTP_EVENT, "2": DigitMethod.SIP_INFO}
    for digit, method in ways.items():
        assert alice.leg is not None
        alice.leg.sendDigit(digit, 120, method)
        server.legs[0].sendDigit(digit, 120, method)
        world.run(0.3)
    assert [fact.method for fact in server.told(DigitReceived)] == [
        method.value for method in ways.values()
    ]
    assert alice.digits == list(ways.items())


def test_aResetStreamDoesNotEndTheCallThatItCarried(world: Simulation) -> None:
    world.server(SERVER)
    alice, bob = pair(world, OVER_TCP)
    world.run(0.3)
    world.network.resetStreams(alice.address)
    world.run(1.0)
    assert alice.heard.heard((ALICE, BOB)) == [BOB]
    alice.hangup()  # on a connection of its own
    world.until(lambda: alice.cause)
    assert bob.speaking
